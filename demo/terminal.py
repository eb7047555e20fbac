"""What the demo prints: lists side by side, the measures, and a short verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.page import Comparison, Shown
from demo.summary import ARMS, MEASURES


def show_comparisons(console: Console, comparisons: Sequence[Comparison]) -> None:
    """Each query with both lists side by side."""
    for comparison in comparisons:
        query = f"“{comparison.query}”" if comparison.query else "a picture, no words"
        table = Table(
            title=f"{escape(query)}  [dim]{escape(comparison.kind)}[/dim]", title_justify="left", title_style="bold", expand=True
        )
        table.add_column("", justify="right", width=2)
        table.add_column("relevance only", ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column("diversified", ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column("why", width=14, no_wrap=True)
        for place in range(max(len(comparison.relevance), len(comparison.diversified))):
            before, after = _at(comparison.relevance, place), _at(comparison.diversified, place)
            table.add_row(str(place + 1), _title(before, "dim"), _title(after, "bold green"), after.why if after else "")
        console.print(table)


def show_measures(console: Console, summary: dict[str, Any]) -> None:
    """The arms with their intervals, and the paired differences."""
    queries = summary["queries"]
    title = (
        f"{queries['test']} frozen test queries, {queries['ambiguous']} ambiguous; judgments derived; 95 % bootstrap intervals"
    )
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for measure in MEASURES:
        table.add_column(measure, justify="right")
    for arm in ARMS:
        cells = [
            f"{summary[arm][measure]:.3f} [dim]({_range(summary['intervals'][arm][measure], '.3f')})[/dim]"
            for measure in MEASURES
        ]
        table.add_row(arm, *cells)
    for pair, differences in summary["paired"].items():
        told = [differences[measure] for measure in MEASURES]
        table.add_row(pair, *(f"{d['mean']:+.3f} [dim]({_range([d['low'], d['high']], '+.3f')})[/dim]" for d in told))
    console.print(table)


def verdict(summary: dict[str, Any]) -> list[str]:
    """What came out, in plain sentences: what failed as plainly as what worked."""
    trained = summary["paired"]["relevance - zero_shot"]["ndcg@10"]
    varied = summary["paired"]["diversified - relevance"]["alpha_ndcg@10"]
    lost = 1 - summary["diversified"]["ndcg@10"] / summary["relevance"]["ndcg@10"] if summary["relevance"]["ndcg@10"] else 0.0
    latency = summary["latency_ms"]
    quick, slow = latency["p50"], latency["p99"]
    reduced = ["This was a reduced run: its figures mean nothing."] if summary["quick"] else []
    return [
        *reduced,
        f"Training {_judged(trained)} the untrained encoder in ndcg@10: {_told(trained)}.",
        f"Diversifying {_judged(varied)} relevance alone in alpha_ndcg@10: {_told(varied)}; it costs {lost:.1%} of ndcg@10.",
        f"Half of {latency['requests']:,} searches took less than {quick:.1f} ms, 99 % less than {slow:.1f} ms.",
    ]


def show_end(console: Console, summary: dict[str, Any], report: Path) -> None:
    """The verdict, and where the report is."""
    console.print()
    for line in verdict(summary):
        console.print(line, highlight=False, soft_wrap=True)
    console.print(f"Open [bold]{report}[/bold] in a browser.", highlight=False, soft_wrap=True)


def _judged(difference: dict[str, float]) -> str:
    if difference["low"] > 0:
        return "beats"
    return "loses to" if difference["high"] < 0 else "cannot be told from"


def _told(difference: dict[str, float]) -> str:
    return f"{difference['mean']:+.3f}, 95 % interval {_range([difference['low'], difference['high']], '+.3f')}"


def _range(interval: Sequence[float], form: str) -> str:
    return f"{interval[0]:{form}} to {interval[1]:{form}}"


def _at(shown: Sequence[Shown], place: int) -> Shown | None:
    return shown[place] if place < len(shown) else None


def _title(shown: Shown | None, style: str) -> str:
    if shown is None:
        return ""
    return f"[{style}]{escape(shown.title)}[/{style}]" if shown.marked else escape(shown.title)
