"""``python -m perf.perf_analyzer``."""

import sys

from perf.perf_analyzer.bench import main

sys.exit(main())
