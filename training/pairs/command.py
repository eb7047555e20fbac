"""``assortment pairs``: the query and description classifier on a file of ``label,query,desc,price``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final, get_args

from rich.console import Console
from rich.table import Table

from assortment.catalogue.summary import ReadSummary
from assortment.paths import BuildPaths
from training.pairs.file import headline
from training.pairs.settings import PairSettings, PriceInput, SplitBy, quick, standard

_FIGURES: Final = ("accuracy", "auc", "f1", "log_loss", "calibration_error")
_FLAGS: Final = ("text_backbone", "price", "split", "positive_from", "patience", "seed", "threads")


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the three subcommands."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    shape = argparse.ArgumentDefaultsHelpFormatter
    defaults = PairSettings()

    making = actions.add_parser("make", help="draw a pair file from a catalogue and its frozen protocol", formatter_class=shape)
    making.add_argument("--catalogue", default="generated", help="name of the folder under --build")
    making.add_argument("--build", type=Path, default=Path("build"), help="folder of all build results")
    making.add_argument("--pairs", type=int, default=2400, help="rows of the file")
    making.add_argument("--seed", type=int, default=defaults.seed, help="same seed, same file")

    training = actions.add_parser("train", help="train and measure the classifier on a pair file", formatter_class=shape)
    training.add_argument("file", type=Path, metavar="FILE", help="CSV with the columns label,query,desc,price")
    training.add_argument("--output", type=Path, default=Path("build/pair-classifier"), help="folder of the result")
    training.add_argument("--quick", action="store_true", help="300 pairs, two epochs: a look in seconds")
    training.add_argument("--strict", action="store_true", help="stop at the first faulty row instead of counting it")
    training.add_argument(
        "--text-backbone", default=defaults.text_backbone, help="packaged default, folder of a BERT-family model, or hub id"
    )
    training.add_argument("--positive-from", type=float, help="lowest label that counts as relevant, for graded labels")
    training.add_argument("--price", choices=get_args(PriceInput), default=defaults.price, help="how the price is read")
    training.add_argument("--split", choices=get_args(SplitBy), default=defaults.split, help="what stays together")
    training.add_argument("--epochs", type=int, help="at most; the preset's when left out")
    training.add_argument(
        "--patience", type=int, default=defaults.patience, help="epochs without a lower dev loss; 0 never stops, keeps the last"
    )
    training.add_argument("--seed", type=int, default=defaults.seed, help="same seed, same figures")
    training.add_argument("--threads", type=int, default=defaults.threads, help="threads of PyTorch")

    scoring = actions.add_parser("score", help="apply a trained classifier to another file", formatter_class=shape)
    scoring.add_argument("folder", type=Path, metavar="FOLDER", help="what `pairs train` wrote")
    scoring.add_argument("file", type=Path, metavar="FILE", help="CSV with query,desc,price, and label where it is known")
    scoring.add_argument("--positive-from", type=float, help="lowest label that counts as relevant; else that of training")
    scoring.add_argument("--output", type=Path, default=Path("scored.csv"), help="CSV with a probability for each pair")


def run(args: argparse.Namespace) -> int:
    """Runs one subcommand."""
    from training.pairs import steps  # imports torch: not needed for --help

    if args.action == "make":
        paths = BuildPaths(args.build / args.catalogue)
        made = steps.make(paths, pairs=args.pairs, seed=args.seed)
        print(f"{paths.root / 'pairs' / steps.PAIRS}: {json.dumps(made.results)}")
        return 0
    if args.action == "train":
        done, summary = steps.train(args.file, args.output, settings_from(args), strict=args.strict)
        _tell(summary)
        Console().print(_table(done.results))
        print(f"best epoch {done.results['best_epoch']}; everything measured is in {args.output / 'metrics.json'}")
        return 0
    scored = steps.score(args.folder, args.file, positive_from=args.positive_from)
    _tell(scored.summary)
    steps.write_scores(args.output, scored.pairs, scored.probability)
    print(f"{args.output}: {len(scored.pairs):,} pairs" + (f"; {json.dumps(scored.figures)}" if scored.figures else ""))
    return 0


def settings_from(args: argparse.Namespace) -> PairSettings:
    """The preset with what the command line changes."""
    changes: dict[str, Any] = {name: getattr(args, name) for name in _FLAGS}
    if args.epochs is not None:
        changes["epochs"] = args.epochs
    return quick(**changes) if args.quick else standard(**changes)


def _tell(summary: ReadSummary) -> None:
    print(headline(summary), file=sys.stderr)
    if summary.findings:
        Console(stderr=True).print(summary.table())


def _table(results: dict[str, Any]) -> Table:
    figures = {"pair classifier": results["test"], **results["baselines"]}
    table = Table(title=f"Over all {results['test']['pairs']:,} test pairs")
    for column in ("", "correct", *_FIGURES):
        table.add_column(column.replace("_", " "), justify="left" if not column else "right")
    for name, row in figures.items():
        table.add_row(name.replace("_", " "), str(row["correct"]), *(f"{row[figure]:.3f}" for figure in _FIGURES))
    return table
