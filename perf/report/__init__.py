"""One page for every performance tool: each leaves a ``part.json`` in its results folder, and ``make perf-report`` joins them."""
