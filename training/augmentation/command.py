"""``assortment augment``: shows what each way to augment makes of a catalogue's queries. It changes nothing."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from assortment.paths import BuildPaths
from training.settings import DEFAULT_TEXT_BACKBONE, TrainingSettings

if TYPE_CHECKING:
    from training.augmentation.showing import Example


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--catalogue", default="generated", metavar="NAME", help="the catalogue, a folder under --build")
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="where all results are kept")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="examples of each way")
    parser.add_argument("--seed", type=int, default=TrainingSettings().seed, help="same seed, same examples")
    parser.add_argument("--text-backbone", default=DEFAULT_TEXT_BACKBONE, help="as for `assortment train`")
    parser.add_argument("--translators", default="", metavar="DIR,DIR", help="seq2seq folders, there and back; else apertium")


def run(args: argparse.Namespace) -> int:
    from training.augmentation.showing import examples  # imports torch: not needed for --help

    translating = bool(args.translators or shutil.which("apertium"))
    settings = TrainingSettings(
        text_backbone=args.text_backbone,
        seed=args.seed,
        titles=0.1,
        back_translated=0.1 if translating else 0.0,
        translators=args.translators,
    )
    found, figures = examples(BuildPaths(args.build / args.catalogue), settings, args.show)
    Console().print(_table(found))
    for kind, numbers in figures.items():
        print(f"{kind}: " + ", ".join(f"{number} {reason}" for reason, number in numbers.items()))
    if not translating:
        print("back translated: not shown, for apertium is not installed and --translators is not given")
    return 0


def _table(found: Sequence[Example]) -> Table:
    table = Table(title="what augmentation makes of training queries")
    for column in ("by", "from", "to", "asks for"):
        table.add_column(column)
    for example in found:
        table.add_row(example.way, example.before, example.after, ", ".join(f"{f} {v}" for f, v in example.wish.items()))
    return table
