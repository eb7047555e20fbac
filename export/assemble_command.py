"""``assortment assemble``."""

from __future__ import annotations

import argparse
from pathlib import Path

from assortment.paths import BuildPaths


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Arranges configs, adapters, exported models and the newest index as a complete, hashed Triton model repository in "
        "build/CATALOGUE/model_repository. Damaged or unfinished input is refused by name. Next: assortment serve."
    )
    parser.add_argument("--catalogue", default="generated", help="name of the folder under --build")
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all build results")
    parser.add_argument(
        "--engines",
        type=Path,
        metavar="FOLDER",
        help="TensorRT engines for the variant `tensorrt`, see assortment export --tensorrt",
    )


def run(args: argparse.Namespace) -> int:
    from export.steps import assemble

    paths = BuildPaths(args.build / args.catalogue)
    done = assemble(paths, engines=args.engines)
    print(f"{paths.model_repository}: {len(done.files)} files, catalogue version {done.results['served_version']}")
    return 0
