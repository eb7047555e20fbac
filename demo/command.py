"""``assortment demo``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from demo.settings import CATALOGUES, quick, standard


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Everything in order: make or import a catalogue, freeze test queries, train, export, index, assemble, serve on the real "
        "Triton server, search; then a report with pictures. Steps whose results are there already are skipped."
    )
    parser.epilog = "The report is build/demo/report.html, its figures build/demo/summary.json."
    parser.add_argument(
        "--catalogue", choices=CATALOGUES, default="generated", help="which products; all but generated need --data"
    )
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of the raw files to import")
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="folder of all outputs")
    parser.add_argument("--quick", action="store_true", help="a reduced run below DIR/quick, for continuous integration")


def run(args: argparse.Namespace) -> int:
    preset = quick if args.quick else standard
    settings = preset(catalogue=args.catalogue, data=args.data, build=args.build)
    from demo import pipeline  # imports what a wrong flag need not wait for

    pipeline.run(settings, Console())
    return 0
