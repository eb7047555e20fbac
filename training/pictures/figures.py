"""The figures of the report: one line each, as Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from assortment.metrics import Estimate, bootstrap_mean

TABLE: Final = "pictures.md"
SUMMARY: Final = "pictures.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean over queries."""

    question: str
    shown: str
    """Of the products."""
    measure: str
    value: Estimate

    @classmethod
    def of(cls, question: str, shown: str, values: Sequence[float], measure: str = "ndcg@10") -> Figure:
        """Of one value a query."""
        return cls(question=question, shown=shown, measure=measure, value=bootstrap_mean(values))


def markdown(figures: Sequence[Figure]) -> str:
    """The table."""
    lines = ["| | of the products is shown | measure | mean, 95 % interval | queries |", "|---|---|---|---|---|"]
    question = ""
    for figure in figures:
        asked, question = ("" if figure.question == question else figure.question), figure.question
        value = figure.value
        interval = f"{value.mean:.3f} [{value.low:.3f}, {value.high:.3f}]"
        lines.append(f"| {asked} | {figure.shown} | {figure.measure} | {interval} | {value.num_queries} |")
    return "\n".join(lines)


def write(folder: Path, figures: Sequence[Figure], told: dict[str, Any], notes: Sequence[str]) -> None:
    """Writes ``pictures.md`` and ``pictures.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    summary = {**told, "notes": list(notes), "figures": [asdict(figure) for figure in figures]}
    (folder / SUMMARY).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    (folder / TABLE).write_text("\n\n".join([markdown(figures), *notes]) + "\n", encoding="utf-8")
