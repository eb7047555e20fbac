"""``assortment export``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from assortment.errors import InputError
from assortment.paths import BuildPaths
from export.defaults import MAX_INT8_LOSS, SHIPPING, THREADS, TWINS, Twin
from export.tensorrt import arguments as tensorrt

LANGUAGES_HELP: Final = (
    "of the shoppers, whose words are no slips of the keyboard; --languages '' for none, left out: en, or none with another "
    "text encoder than the default one"
)
_PLAIN: Final = ""
_BORROWING: Final = "--models-of"
OPTIONS: Final = {
    _PLAIN: {"languages", "max_int8_loss", "recipe", "threads", *(twin.replace("-", "_") for twin in TWINS)},
    _BORROWING: {"models_of"},
    **tensorrt.OPTIONS,
}
"""The options that each mode reads, beside those of every mode."""
OF_EVERY_MODE: Final = {"catalogue", "build"}


def codes_of(told: str) -> tuple[str, ...]:
    """The codes in a list with commas."""
    return tuple(code for code in (part.strip() for part in told.split(",")) if code)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Exports the trained models of a catalogue to ONNX. Every model is checked against PyTorch on real texts and pictures "
        "(largest absolute difference 1e-4). The query text encoder is also made in 8 bits, measured on the dev queries, and "
        "shipped only when it loses hardly anything. With --models-of, those of another catalogue are taken instead: for a "
        "catalogue that is too small to train on, or has to be searched today. Next: assortment index. With --tensorrt, GPU "
        "engines are built from the models that are exported already."
    )
    parser.add_argument("--catalogue", default="generated", help="name of the folder under --build")
    parser.add_argument("--build", type=Path, default=tensorrt.BUILD, help="folder of all build results")
    parser.add_argument("--models-of", metavar="CATALOGUE", help="take the exported models of this catalogue")
    parser.add_argument("--max-int8-loss", type=float, default=MAX_INT8_LOSS, help="of dev ndcg@10; above it float32 ships")
    parser.add_argument(
        "--recipe", choices=SHIPPING, default="", help="of the 8-bit text encoder; the fastest that loses little enough"
    )
    for twin in TWINS:
        told = "encoders and fusion" if twin == "float16" else "the query's encoders, calibrated on the catalogue,"
        parser.add_argument(f"--{twin}", action="store_true", help=f"{told} also for GPU nodes")
    parser.add_argument("--languages", type=codes_of, metavar="en,de", help=LANGUAGES_HELP)
    parser.add_argument("--threads", type=int, default=THREADS, help="threads of ONNX Runtime, or of TensorRT's builder")
    tensorrt.configure(parser)


def run(args: argparse.Namespace) -> int:
    _check_unused(args)
    if args.tensorrt:
        return tensorrt.run(args)
    from export.borrow import borrow
    from export.steps import export  # imports torch: not needed for --help

    paths = BuildPaths(args.build / args.catalogue)
    if args.models_of:
        done = borrow(paths, BuildPaths(args.build / args.models_of))
    else:
        twins: list[Twin] = [twin for twin in TWINS if getattr(args, twin.replace("-", "_"))]
        done = export(
            paths,
            max_int8_loss=args.max_int8_loss,
            threads=args.threads,
            recipe=args.recipe,
            twins=twins,
            languages=args.languages,
        )
    print(json.dumps(done.results, indent=1))
    return 0


def _check_unused(args: argparse.Namespace) -> None:
    """Refuses options that would be passed over.

    Raises:
        InputError: naming each that the chosen mode does not read, its value, and the modes that do.
    """
    parser = argparse.ArgumentParser()
    configure(parser)
    mode = tensorrt.mode(args) if args.tensorrt else _BORROWING if args.models_of else _PLAIN
    unused = []
    for name, default in vars(parser.parse_args([])).items():
        value = getattr(args, name)
        if value != default and name not in OPTIONS[mode] | OF_EVERY_MODE:
            read = ", ".join(_command(each) for each, options in OPTIONS.items() if name in options)
            unused.append((f"--{name.replace('_', '-')}", value, f"{_command(mode)} does not read it; allowed with: {read}"))
    if unused:
        (option, value, allowed), *others = unused
        raise InputError(option, value, "\n".join([allowed, *(str(InputError(*other)) for other in others)]))


def _command(mode: str) -> str:
    return f"`assortment export {mode}`" if mode else "`assortment export`"
