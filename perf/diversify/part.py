"""The diversify bench's part of the report's page."""

from __future__ import annotations

import statistics
from typing import Final

from perf.diversify import expected
from perf.diversify.report import DiversifyResult
from perf.report import origin
from perf.report.part import Part, Picture, Table

TOOL: Final = "diversify_bench"
TITLE: Final = "Diversification beside other libraries"


def part_of(result: DiversifyResult, plot: str, command: str) -> Part:
    """Ours against every peer, at every shape; ``plot`` is the picture's file name."""
    rows, ratios = [], []
    for cell in result.cells:
        for timing in cell.peers:
            ratio = cell.ratio(timing.name)
            assert ratio is not None
            ratios.append(ratio)
            shape = (str(cell.num_candidates), str(cell.k), str(cell.dim))
            times = (f"{cell.ours.median_ms:.3f}", f"{timing.median_ms:.3f}", f"{ratio:.2f}")
            rows.append((f"{cell.strategy} against {timing.name}", *shape, *times))
    met = [verdict.told for verdict in expected.verdicts(result.cells)]
    return Part(
        tool=TOOL,
        title=TITLE,
        command=command,
        finding=(
            f"A peer takes {statistics.median(ratios):.1f} times as long as ours at the median of {len(ratios)} comparisons; "
            f"{len(expected.slower(result.cells))} of them are slower than the peer. "
            if ratios
            else "No peer is installed. "
        )
        + f"Of {len(met)} expectations {met.count('met')} were met, {met.count('missed')} missed.",
        made=origin.made(),
        machine=origin.machine(),
        tables=[
            Table(title="Median ms, and the peer's time by ours", columns=("", "N", "k", "D", "ours", "peer", "ratio"), rows=rows)
        ],
        pictures=[Picture(file=plot, alt="Times of every strategy and its peers over the number of candidates")],
        notes=[f"Absent: {package} ({reason})." for package, reason in result.absent.items()],
    )
