"""``assortment shop``: from raw files to a server that searches them, in one command."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from assortment.catalogue.command import configure_import, import_raw
from assortment.catalogue.readers import READERS
from assortment.catalogue.store import Catalogue
from assortment.errors import InputError
from assortment.paths import BuildPaths
from demo.steps import Clock, Step, run_steps
from export.command import LANGUAGES_HELP, codes_of

if TYPE_CHECKING:
    from training.settings import TrainingSettings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Makes a shop searchable: imports raw files (or takes a catalogue that is there, for instance a merged one), trains "
        "models on it with every word that is known, or takes those of another catalogue, indexes, assembles, and serves it on "
        "the real Triton server until Ctrl-C. Steps whose results are there already are skipped."
    )
    parser.add_argument("name", help="name of the shop: everything is made in BUILD/NAME")
    configure_import(parser, optional=True)
    parser.add_argument("--models-of", metavar="CATALOGUE", help="take the models of this catalogue instead of training")
    parser.add_argument(
        "--text-backbone", metavar="FOLDER", help="train from this text encoder, in the shop's language; see docs/languages.md"
    )
    parser.add_argument("--languages", type=codes_of, metavar="en,de", help=LANGUAGES_HELP)
    measure_help = (
        "hold the test's words back, so that the frozen test tells how strange words are taken; as `assortment train` and "
        "`make demo` do"
    )
    parser.add_argument("--measure", action="store_true", help=measure_help)
    parser.add_argument("--build", type=Path, default=Path("build"), help="the folder of everything made")
    parser.add_argument("--no-serve", action="store_true", help="stop when everything is made")
    parser.add_argument("--grpc-port", type=int, default=8001, help="0 takes a free one; so for the next two")
    parser.add_argument("--http-port", type=int, default=8000, help="of Triton's HTTP endpoint")
    parser.add_argument("--metrics-port", type=int, default=8002, help="of the Prometheus metrics")


def run(args: argparse.Namespace) -> int:
    if args.reader and args.source is None:
        raise InputError("source", None, f"the {args.reader} reader wants {READERS[args.reader].description}")
    if args.models_of and args.text_backbone:
        raise InputError("--text-backbone", args.text_backbone, "--models-of takes trained models; allowed: one of the two")
    if args.models_of and args.measure:
        raise InputError("--measure", True, "--models-of takes trained models; allowed: one of the two")
    if args.models_of and args.languages is not None:
        raise InputError("--languages", list(args.languages), "--models-of takes trained models; allowed: one of the two")
    if args.languages:
        from export import dictionary  # imports torch: not needed for --help

        dictionary.check(args.languages)
    paths = BuildPaths(args.build / args.name)
    run_steps(_steps(args, paths), Clock(Console()))
    return 0 if args.no_serve else _serve(args)


def _steps(args: argparse.Namespace, paths: BuildPaths) -> list[Step]:
    """Modules are imported when their step runs: PyTorch alone takes seconds."""

    def catalogue() -> object:
        return import_raw(paths, args) if args.reader else Catalogue.open(paths.catalogue)

    return [
        Step(
            "catalogue", "read the raw files" if args.reader else "take the products that are there", catalogue, paths.catalogue
        ),
        *(_borrowing(args, paths) if args.models_of else _training(args, paths)),
        Step("index", "compute the products' vectors with the models", lambda: _index(paths), paths.index),
        Step("assemble", "arrange models and index for Triton", lambda: _assemble(paths), paths.model_repository),
    ]


def _borrowing(args: argparse.Namespace, paths: BuildPaths) -> list[Step]:
    def borrow() -> None:
        from export.borrow import borrow

        borrow(paths, BuildPaths(args.build / args.models_of))

    return [Step("export", f"take the models of {args.models_of}", borrow, paths.export)]


def _training_settings(args: argparse.Namespace) -> TrainingSettings:
    """Preset full. A shop is to be served, so its training says every word that is known, unless it is to be measured."""
    from training import settings as presets

    backbone: dict[str, Any] = {"text_backbone": args.text_backbone} if args.text_backbone else {}
    return presets.full(held_out_words=not args.measure, **backbone)


def _training(args: argparse.Namespace, paths: BuildPaths) -> list[Step]:
    def freeze() -> None:
        from assortment.protocol.steps import freeze

        freeze(paths)

    def train() -> None:
        from training.steps import train

        train(paths, _training_settings(args))

    def export() -> None:
        from export.steps import export

        export(paths, languages=args.languages)

    words = "without the words that dev and test keep" if args.measure else "with every word that is known"
    return [
        Step("protocol", "freeze test queries and derived judgments", freeze, paths.protocol),
        Step("train", f"train encoders, fusion, intent and scorer {words}", train, paths.checkpoints),
        Step("export", "write the models as ONNX, checked against PyTorch", export, paths.export),
    ]


def _index(paths: BuildPaths) -> None:
    from export.index_step import index

    index(paths)


def _assemble(paths: BuildPaths) -> None:
    from export.steps import assemble

    assemble(paths)


def _serve(args: argparse.Namespace) -> int:
    """As ``assortment serve`` does."""
    from deploy.local import command

    parser = argparse.ArgumentParser()
    command.configure(parser)
    ports = {"--grpc-port": args.grpc_port, "--http-port": args.http_port, "--metrics-port": args.metrics_port}
    told = [str(word) for flag in ports.items() for word in flag]
    return command.run(parser.parse_args(["--catalogue", args.name, "--build", str(args.build), *told]))
