"""The table of all runs, as Markdown and JSON, and its picture.

A variant's figure for a query is the mean over its seeds. Differences from the default are those of the seeds that both have,
paired by seed and query; their intervals (95 %) resample seeds and queries, for seeds differ as much as many variants do.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from assortment.metrics import Estimate, pigeonhole_bootstrap
from assortment.protocol.store import Query
from training.ablation.runs import DEV, TEST, UNSEEN, Run, Scores
from training.ablation.variants import DEFAULT, VARIANTS

BASELINE: Final = "no training"
TABLE: Final = "ablation.md"
SUMMARY: Final = "ablation.json"
PLOT: Final = "ablation.svg"
_GROUP: Final = {variant.name: variant.group for variant in VARIANTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a table is of."""

    products: int
    queries: int
    """Of the test."""
    command: str
    """That makes it."""
    names: Sequence[str]
    """Of all variants that can be run, whether or not one was."""
    seeds: int
    """Asked for, of each variant."""
    left_out: Mapping[str, str]
    """Variants that cannot be run, and what they need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. Means over test queries, but for ``dev``."""

    name: str
    group: str
    seeds: int
    dev: float
    """ndcg@10 of the dev queries, which training may look at."""
    unseen: float | None
    """ndcg@10 of queries in words that no encoder learned, which it may look at, too; None without such queries."""
    ndcg: float
    spread: float
    """Sample standard deviation of the seeds' means; 0 of one seed."""
    difference: Estimate | None
    """ndcg@10 less the default's with the same seeds; None of the default itself, or where it has none of them."""
    by_kind: Mapping[str, float]
    """ndcg@10 by kind of query: ambiguous, unambiguous, and the facet that an ambiguous one leaves open."""
    alpha_ndcg: float
    seconds: float
    """Of a run, mean."""

    def summary(self) -> dict[str, Any]:
        """For ``ablation.json``."""
        told = {name: getattr(self, name) for name in self.__slots__ if name != "difference"}
        if self.difference is not None:
            told["difference"] = {name: round(getattr(self.difference, name), 4) for name in ("mean", "low", "high")}
        return told


def rows(runs: Sequence[Run], queries: Sequence[Query]) -> list[Row]:
    """One for each name, in the order of ``runs``; ``queries`` are the test queries."""
    by_name: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_name[run.name].append(run)
    of_default = by_name.get(DEFAULT, [])
    return [_row(name, found, queries, [] if name == DEFAULT else of_default) for name, found in by_name.items()]


def write(folder: Path, table: Sequence[Row], about: About) -> str:
    """Writes ``ablation.md``, ``ablation.json`` and ``ablation.svg``, and returns the text of the first."""
    told = {
        "products": about.products,
        "test_queries": about.queries,
        "command": about.command,
        "seeds": about.seeds,
        "not_run": dict(about.left_out),
        "rows": [row.summary() for row in table],
    }
    text = markdown(table, about)
    (folder / SUMMARY).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    (folder / TABLE).write_text(text, encoding="utf-8")
    _draw(folder / PLOT, table)
    return text


def markdown(table: Sequence[Row], about: About) -> str:
    """The table for people."""
    lines = [
        f"{about.products:,} products, {about.queries} test queries, derived judgments, relevance only. Means over seeds;",
        "differences from the default are those of the seeds that both have, with a 95 % bootstrap interval over seeds and",
        "queries. With one seed the luck of a training is not in it.",
        "",
        "| | seeds | ndcg@10, dev | unseen words | test | less the default | ambiguous | unambiguous | alpha_ndcg@10 | seconds |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    group = ""
    for row in table:
        if row.group != group:
            group = row.group
            lines.append(f"| **{group}** | | | | | | | | | |")
        lines.append(f"| {' | '.join(_cells(row))} |")
    seeds = {row.name: row.seeds for row in table}
    for number in range(about.seeds - 1, -1, -1):
        if fewer := [name for name in about.names if seeds.get(name, 0) == number]:
            told = f"Only {number} of {about.seeds} seeds" if number else "Without a run so far"
            lines += ["", f"{told}: {'; '.join(fewer)}."]
    for name, lack in about.left_out.items():
        lines += ["", f"Not run: {name}: {lack}."]
    return "\n".join([*lines, "", f"Made by `{about.command}`.", ""])


def _cells(row: Row) -> list[str]:
    difference = row.difference
    return [
        row.name,
        str(row.seeds),
        f"{row.dev:.3f}",
        "" if row.unseen is None else f"{row.unseen:.3f}",
        f"{row.ndcg:.3f}" + (f" ± {row.spread:.3f}" if row.seeds > 1 else ""),
        "" if difference is None else f"{difference.mean:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]",
        f"{row.by_kind['ambiguous']:.3f}",
        f"{row.by_kind['unambiguous']:.3f}",
        f"{row.alpha_ndcg:.3f}",
        f"{row.seconds:.0f}" if row.seconds else "",
    ]


def _row(name: str, runs: Sequence[Run], queries: Sequence[Query], of_default: Sequence[Run]) -> Row:
    ndcg = _mean_by_query(runs, TEST, _ndcg)
    kinds: dict[str, list[float]] = {"ambiguous": [], "unambiguous": []}
    for query in queries:
        kinds[query.kind].append(ndcg[query.id])
        if query.open:
            kinds.setdefault(f"open {query.open[0]}", []).append(ndcg[query.id])
    return Row(
        name=name,
        group=_GROUP.get(name, BASELINE),
        seeds=len(runs),
        dev=_mean(list(_mean_by_query(runs, DEV, _ndcg).values())),
        unseen=_mean(list(_mean_by_query(runs, UNSEEN, _ndcg).values())) if UNSEEN in runs[0].scores else None,
        ndcg=_mean(list(ndcg.values())),
        spread=_spread([_mean(list(run.scores[TEST].ndcg.values())) for run in runs]),
        difference=_difference(runs, of_default, queries),
        by_kind={kind: _mean(values) for kind, values in kinds.items()},
        alpha_ndcg=_mean(list(_mean_by_query(runs, TEST, lambda scores: scores.alpha_ndcg).values())),
        seconds=round(float(np.mean([run.seconds for run in runs])), 1),
    )


def _difference(runs: Sequence[Run], of_default: Sequence[Run], queries: Sequence[Query]) -> Estimate | None:
    """Test ndcg@10 of runs less the default's of the same seeds; a baseline has no seed, and goes beside each."""
    by_seed = {run.seed: _ndcg(run.scores[TEST]) for run in of_default}
    of_runs = {run.seed: _ndcg(run.scores[TEST]) for run in runs}
    if runs[0].name not in _GROUP:  # nothing was trained
        of_runs = dict.fromkeys(by_seed, of_runs[runs[0].seed])
    shared = [seed for seed in of_runs if seed in by_seed]
    if not shared:
        return None
    return pigeonhole_bootstrap([[of_runs[seed][query.id] - by_seed[seed][query.id] for query in queries] for seed in shared])


def _ndcg(scores: Scores) -> Mapping[str, float]:
    return scores.ndcg


def _mean_by_query(runs: Sequence[Run], asked: str, measure: Callable[[Scores], Mapping[str, float]]) -> dict[str, float]:
    found = [measure(run.scores[asked]) for run in runs]
    return {query: float(np.mean([scores[query] for scores in found])) for query in found[0]}


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else float("nan")


def _spread(means: Sequence[float]) -> float:
    return round(float(np.std(means, ddof=1)), 4) if len(means) > 1 else 0.0


def _draw(path: Path, table: Sequence[Row]) -> None:
    """A bar a line, with the interval of its difference from the default."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 0.8 + 0.28 * len(table)), layout="constrained")
    axes = figure.subplots()
    places = range(len(table))
    names = [row.name for row in table]
    axes.barh(places, [row.ndcg for row in table], color=["#0072B2" if row.name == DEFAULT else "#9ec9e2" for row in table])
    for place, row in zip(places, table, strict=True):
        if row.difference is not None:
            base = row.ndcg - row.difference.mean
            axes.plot([base + row.difference.low, base + row.difference.high], [place, place], color="#333333", linewidth=1.2)
        axes.text(0.005, place, f"{row.ndcg:.3f}", va="center", fontsize=7)
    axes.set(yticks=list(places), yticklabels=names, xlabel="ndcg@10 on the test queries")
    axes.tick_params(axis="y", labelsize=8)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
