"""The figures of the report: one line each, as Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assortment.metrics import Estimate, bootstrap_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean over queries."""

    question: str
    shown: str
    """What of the products the ranking sees, or by which models it is."""
    measure: str
    value: Estimate

    @classmethod
    def of(cls, question: str, shown: str, values: Sequence[float], measure: str = "ndcg@10") -> Figure:
        """Of one value a query."""
        return cls(question=question, shown=shown, measure=measure, value=bootstrap_mean(values))


def markdown(figures: Sequence[Figure], *, shown: str) -> str:
    """The table; ``shown`` heads the second column."""
    lines = [f"| | {shown} | measure | mean, 95 % interval | queries |", "|---|---|---|---|---|"]
    question = ""
    for figure in figures:
        asked, question = ("" if figure.question == question else figure.question), figure.question
        value = figure.value
        interval = f"{value.mean:.3f} [{value.low:.3f}, {value.high:.3f}]"
        lines.append(f"| {asked} | {figure.shown} | {figure.measure} | {interval} | {value.num_queries} |")
    return "\n".join(lines)


def write(file: Path, figures: Sequence[Figure], notes: Sequence[str], *, shown: str, **told: Any) -> str:
    """Writes ``file`` as Markdown, and as JSON beside it; returns the Markdown.

    Args:
        file: ends in ``.md``.
        figures: the lines.
        notes: what they do not say, under the table.
        shown: heads the second column.
        told: what else the JSON tells.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    summary = {**told, "notes": list(notes), "figures": [asdict(figure) for figure in figures]}
    file.with_suffix(".json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    table = "\n\n".join([markdown(figures, shown=shown), *notes])
    file.write_text(table + "\n", encoding="utf-8")
    return table
