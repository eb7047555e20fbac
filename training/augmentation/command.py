"""``assortment augment``: shows what each way to augment makes of a catalogue's queries, or trains a writer of queries.

Features and knowledge are used as they are and made only where they are missing; nothing else of the catalogue is touched.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from assortment.errors import InputError
from assortment.paths import BuildPaths
from training.settings import TrainingSettings

if TYPE_CHECKING:
    from training.augmentation.showing import Example


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--catalogue", default="generated", metavar="NAME", help="the catalogue, a folder under --build")
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="where all results are kept")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="examples of each way")
    parser.add_argument("--seed", type=int, default=TrainingSettings().seed, help="same seed, same examples, same writer")
    parser.add_argument("--text-backbone", default="", help="for features that are not there yet, as for `assortment train`")
    parser.add_argument("--translators", default="", metavar="DIR,DIR", help="seq2seq folders, there and back; else apertium")
    parser.add_argument("--writer", default="", metavar="DIR", help="a seq2seq folder that writes queries from product texts")
    parser.add_argument("--train-writer", type=Path, metavar="DIR", help="instead of showing, train such a folder")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="CSV of query,id to train it on; else the training grammar")
    parser.add_argument("--steps", type=int, metavar="N", help="optimiser steps of its training; 600 when left out")


def run(args: argparse.Namespace) -> int:
    if args.show < 0:
        raise InputError("--show", args.show, "allowed: 0 or more")
    if args.train_writer is None and (args.queries or args.steps is not None):
        raise InputError("--queries" if args.queries else "--steps", args.queries or args.steps, "allowed: with --train-writer")
    return _train(args) if args.train_writer else _show(args)


def _train(args: argparse.Namespace) -> int:
    from training.augmentation.at_hand import AtHand  # imports torch: not needed for --help
    from training.augmentation.writer_training import DEFAULT_STEPS, WriterSettings, train

    chosen = WriterSettings(queries=args.queries, steps=DEFAULT_STEPS if args.steps is None else args.steps)
    paths = BuildPaths(args.build / args.catalogue)
    at_hand = AtHand.open(paths, TrainingSettings(seed=args.seed), args.text_backbone)
    print(json.dumps(train(args.train_writer, paths, at_hand, chosen).results, indent=1))
    return 0


def _show(args: argparse.Namespace) -> int:
    from training.augmentation.at_hand import AtHand
    from training.augmentation.showing import examples

    translating = bool(args.translators or shutil.which("apertium"))
    settings = TrainingSettings(
        seed=args.seed,
        titles=0.1,
        back_translated=0.1 if translating else 0.0,
        translators=args.translators,
        written=0.1 if args.writer else 0.0,
        writer=args.writer,
    )
    found, figures = examples(AtHand.open(BuildPaths(args.build / args.catalogue), settings, args.text_backbone), args.show)
    Console().print(_table(found))
    for kind, numbers in figures.items():
        print(f"{kind}: " + ", ".join(f"{number} {reason}" for reason, number in numbers.items()))
    if not translating:
        print("back translated: not shown, for apertium is not installed and --translators is not given")
    if not args.writer:
        print("written: not shown, for --writer is not given; --train-writer DIR makes one")
    return 0


def _table(found: Sequence[Example]) -> Table:
    table = Table(title="what augmentation makes of training queries")
    for column in ("by", "from", "to", "asks for"):
        table.add_column(column)
    for example in found:
        table.add_row(example.way, example.before, example.after, ", ".join(f"{f} {v}" for f, v in example.wish.items()))
    return table
