"""``assortment sweep``: every way to diversify, measured on the dev queries of a catalogue."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from assortment import strange_words
from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.catalogue_tables import ProductTable, newest
from assortment.serving.pipeline import Pipeline
from assortment.sweep import choice
from assortment.sweep.trials import DIVERSITIES, LOSSES, RANDOM, Setting, Trial, settings, sweep
from assortment_client.contract import STRATEGIES


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Writes BUILD/CATALOGUE/sweep/: sweep.csv (a row a setting), fronts.png (variety against relevance) and summary.json. "
        "`assortment index` chooses the catalogue's default from the same figures; --split test is for reporting only."
    )
    parser.add_argument("--catalogue", default="generated", help="the name under which it was imported")
    parser.add_argument("--build", type=Path, default=Path("build"), help="the folder of all catalogues")
    parser.add_argument("--strategy", action="append", metavar="NAME", help="only this one; may be given several times")
    parser.add_argument("--split", choices=("dev", "test"), default="dev", help="which queries of the protocol")


def run(args: argparse.Namespace) -> int:
    from assortment.sweep.plot import fronts

    strategies = tuple(args.strategy or STRATEGIES)
    for name in strategies:
        if name not in STRATEGIES:
            raise InputError("--strategy", name, f"allowed: {', '.join(STRATEGIES)}")
    paths = BuildPaths(args.build / args.catalogue)
    if not paths.model_repository.is_dir():
        raise StepError(f"{paths.model_repository} is not there; run `assortment assemble --catalogue {args.catalogue}` first")
    table = ProductTable.open(paths.index / newest(paths.model_repository / "scorer").name)
    planned = settings(DIVERSITIES, LOSSES, strategies=strategies)
    planned += [Setting(strategy=RANDOM, strength=value) for value in (0.0, 0.1, 0.3, 0.5, 0.7, 1.0)]
    trials = sweep(Pipeline.open(paths.model_repository), Protocol.open(paths.protocol), table, planned, split=args.split)
    if not trials:
        raise StepError(f"{paths.protocol} has no {args.split} queries; freeze it with `assortment protocol`")
    chosen = choice.best(trials)
    served = next(
        (
            trial
            for trial in trials
            if trial.setting == Setting(strategy=table.default_strategy, strength=table.default_diversity)
        ),
        chosen,
    )
    paths.sweep.mkdir(parents=True, exist_ok=True)
    _write_csv(paths.sweep / "sweep.csv", trials)
    fronts(trials, served, paths.sweep / "fronts.png")
    summary = _summary(trials, chosen, served, args.split)
    (paths.sweep / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    Console().print(_table(trials))
    for note in strange_words.notes([paths]):
        print(note, file=sys.stderr)
    print(f"{paths.sweep / 'sweep.csv'}, {paths.sweep / 'fronts.png'}: {len(trials)} settings on the {args.split} queries")
    return 0


def _write_csv(file: Path, trials: Sequence[Trial]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(trials[0].row()), lineterminator="\n")
        writer.writeheader()
        writer.writerows(trial.row() for trial in trials)


def _summary(trials: Sequence[Trial], chosen: Trial, served: Trial, split: str) -> dict[str, Any]:
    return {
        "split": split,
        "relevance_only": _plain(trials).row(),
        "best_within_budget": chosen.row(),
        "served_default": served.row(),
        "by_strategy": {name: best.row() for name, best in _best_of_each(trials).items()},
    }


def _plain(trials: Sequence[Trial]) -> Trial:
    return next(trial for trial in trials if trial.setting.strength == 0.0 and trial.setting.strategy != RANDOM)


def _best_of_each(trials: Sequence[Trial]) -> dict[str, Trial]:
    names = dict.fromkeys(trial.setting.strategy for trial in trials if trial.setting.strategy != RANDOM)
    return {name: choice.best([trial for trial in trials if trial.setting.strategy == name]) for name in names}


def _table(trials: Sequence[Trial]) -> Table:
    """The best of each strategy beside relevance alone."""
    plain = _plain(trials)
    table = Table(
        title="Each strategy at its best",
        caption=f"at most {choice.MAX_LOSS:.1%} of ndcg@10 lost, {choice.MAX_UNAMBIGUOUS_LOSS:.1%} on unambiguous queries",
    )
    for column in ("strategy", "diversity", "ndcg@10", "unambiguous", "alpha_ndcg@10", "duplicate titles", "distance"):
        table.add_column(column, justify="left" if column == "strategy" else "right")
    table.add_row("relevance only", "0", *_cells(plain, plain))
    rows = sorted(_best_of_each(trials).items(), key=lambda item: -item[1].alpha_ndcg)
    for name, trial in rows:
        table.add_row(name, f"{trial.setting.strength:g}", *_cells(trial, plain))
    return table


def _cells(trial: Trial, plain: Trial) -> list[str]:
    def beside(value: float, base: float) -> str:
        return f"{value:.4f} ({value / base - 1:+.1%})" if base > 0 and trial is not plain else f"{value:.4f}"

    return [
        beside(trial.ndcg, plain.ndcg),
        beside(trial.ndcg_unambiguous, plain.ndcg_unambiguous),
        beside(trial.alpha_ndcg, plain.alpha_ndcg),
        f"{trial.duplicate_titles:.3f}",
        f"{trial.ild:.3f}",
    ]
