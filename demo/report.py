"""``report.html``: one file with its pictures, its plot and its style inside, for a phone as much as for a screen.

Every figure comes from the summary that ``summary.json`` holds, so page and file cannot disagree. Jinja escapes all text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from demo import plot
from demo.page import Comparison, SweepPoint
from demo.summary import ARMS, MEASURES, PAIRS

_TEMPLATES: Final = Path(__file__).parent / "templates"
_ARM_NAMES: Final = {"zero_shot": "zero shot", "relevance": "relevance only", "diversified": "diversified"}


@dataclass(frozen=True, slots=True)
class Card:
    """One figure at the top of the page."""

    name: str
    figure: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure in the table."""

    figure: str
    interval: str
    clear: bool = False
    """A difference whose interval lies above zero."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of measures."""

    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the run."""

    name: str
    time: str


def render(summary: dict[str, Any], comparisons: Sequence[Comparison], sweep: Sequence[SweepPoint], *, picked: str) -> str:
    """The whole page.

    Args:
        summary: what ``demo.summary.build`` gives.
        comparisons: the queries to show, in order.
        sweep: the points of the plot.
        picked: one sentence on how the queries were picked.
    """
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    default = summary["default"]
    return environment.get_template("report.html").render(
        css=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
        summary=summary,
        cards=_cards(summary),
        comparisons=comparisons,
        picked=picked,
        plot=Markup(plot.relevance_diversity(sweep, (default["strategy"], default["diversity"]))),
        beyond=_beyond(sweep),
        measures=MEASURES,
        rows=_rows(summary),
        steps=_steps(summary),
        notes=_notes(summary),
    )


def _cards(summary: dict[str, Any]) -> list[Card]:
    zero_shot, relevance, diversified = (summary[arm] for arm in ARMS)
    latency = summary["latency_ms"]
    lost = diversified["ndcg@10"] / relevance["ndcg@10"] - 1 if relevance["ndcg@10"] else math.nan
    gained = diversified["alpha_ndcg@10"] / relevance["alpha_ndcg@10"] - 1 if relevance["alpha_ndcg@10"] else math.nan
    return [
        Card(
            "Relevance",
            f"{relevance['ndcg@10']:.3f}",
            f"ndcg@10 of the trained models; the untrained encoder reaches {zero_shot['ndcg@10']:.3f}",
        ),
        Card(
            "Variety, diversified",
            f"{gained:+.1%}",
            f"alpha_ndcg@10 on ambiguous queries, {diversified['alpha_ndcg@10']:.3f} after {relevance['alpha_ndcg@10']:.3f}",
        ),
        Card(
            "What it costs",
            f"{lost:+.1%}",
            f"ndcg@10 over all queries, {diversified['ndcg@10']:.3f} after {relevance['ndcg@10']:.3f}",
        ),
        Card(
            "Half of the answers within",
            f"{latency['p50']:.1f} ms",
            f"p95 {latency['p95']:.1f} ms, p99 {latency['p99']:.1f} ms; {latency['requests']:,} requests, one by one",
        ),
    ]


def _beyond(sweep: Sequence[SweepPoint]) -> str:
    """What the plot leaves out, in words."""
    _, beyond = plot.split(sweep)
    lowest = [min((p for p in beyond if p.strategy == name), key=lambda p: p.ndcg) for name in {p.strategy: None for p in beyond}]
    told = [f"{p.ndcg:.2f} for {p.strategy.upper()} at diversity {p.diversity:g}" for p in lowest]
    return f"Beyond the left edge relevance keeps falling: to an ndcg@10 of {' and '.join(told)}." if told else ""


def _rows(summary: dict[str, Any]) -> list[Row]:
    rows = [Row(_ARM_NAMES[arm], [_cell(summary[arm][m], summary["intervals"][arm][m]) for m in MEASURES]) for arm in ARMS]
    for ours, theirs in PAIRS:
        differences = summary["paired"][f"{ours} - {theirs}"]
        name = f"{_ARM_NAMES[ours]} minus {_ARM_NAMES[theirs]}"
        rows.append(Row(name, [_difference(differences[measure]) for measure in MEASURES]))
    return rows


def _cell(mean: float, interval: list[float]) -> Cell:
    return Cell(f"{mean:.3f}", f"{interval[0]:.3f} to {interval[1]:.3f}")


def _difference(told: dict[str, float]) -> Cell:
    return Cell(f"{told['mean']:+.3f}", f"{told['low']:+.3f} to {told['high']:+.3f}", clear=told["low"] > 0)


def _steps(summary: dict[str, Any]) -> list[Step]:
    skipped = set(summary["steps_skipped"])
    return [
        Step(name, "already there" if name in skipped else _duration(seconds)) for name, seconds in summary["steps_s"].items()
    ]


def _duration(seconds: float) -> str:
    """``8.3 s`` or ``4 min 12 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def _notes(summary: dict[str, Any]) -> list[str]:
    machine, versions = summary["machine"], summary["versions"]
    default = summary["default"]
    return [
        f"Diversified: this catalogue's default, {default['strategy'].upper()} at diversity {default['diversity']:g}.",
        "ild@10, the mean distance between two products of one page, says nothing about relevance: noise scores high on it.",
        f"Times were taken on {machine['cores']} cores ({machine['processor']}), the measuring client on the same ones.",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()) + ".",
    ]
