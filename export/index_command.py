"""``assortment index``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from assortment.paths import BuildPaths
from export.defaults import FIRST_VERSION, THREADS


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Computes one version of a catalogue's index with the exported models: the vector of every product, the scorers built "
        "around them, and the tables that turn rows into products. Then calibrates on the dev queries how much results are "
        "diversified when a search does not say. Next: assortment assemble."
    )
    parser.add_argument("--catalogue", default="generated", help="name of the folder under --build")
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all build results")
    parser.add_argument("--version", type=int, default=FIRST_VERSION, help="of the catalogue; higher than what is served")
    parser.add_argument("--threads", type=int, default=THREADS, help="threads of ONNX Runtime")


def run(args: argparse.Namespace) -> int:
    from export.steps import index  # imports torch: not needed for --help

    done = index(BuildPaths(args.build / args.catalogue), version=args.version, threads=args.threads)
    print(json.dumps({name: value for name, value in done.results.items() if name != "diversity_sweep"}, indent=1))
    return 0
