"""``assortment index``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from assortment.paths import BuildPaths
from export.defaults import THREADS


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Computes the next version of a catalogue's index with the exported models: the vector of every product that the version "
        "before does not have already, the scorers built around them, and the tables that turn rows into products. Then "
        "calibrates on the dev queries, where there are any, how much results are diversified when a search does not say. Next: "
        "assortment assemble, or, beside a running server, assortment catalogue publish."
    )
    parser.add_argument("--catalogue", default="generated", help="name of the folder under --build")
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all build results")
    parser.add_argument("--threads", type=int, default=THREADS, help="threads of ONNX Runtime")


def run(args: argparse.Namespace) -> int:
    from export.index_step import index  # imports torch: not needed for --help

    done = index(BuildPaths(args.build / args.catalogue), threads=args.threads)
    print(json.dumps({name: value for name, value in done.results.items() if name != "diversity_sweep"}, indent=1))
    return 0
