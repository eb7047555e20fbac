"""``assortment train``."""

from __future__ import annotations

import argparse
import json
import shlex
from pathlib import Path
from typing import Any, get_args

from assortment.errors import InputError
from assortment.paths import BuildPaths
from training.settings import (
    DEFAULT_TEXT_BACKBONE,
    PRESETS,
    FusionStrategy,
    LinearLoss,
    Precision,
    ScorerKind,
    TrainingSettings,
)


def configure(parser: argparse.ArgumentParser) -> None:
    defaults = TrainingSettings()
    parser.add_argument("--catalogue", default="generated", help="name of the folder under --build")
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all build results")
    parser.add_argument(
        "--preset", choices=PRESETS, default="full", help="full: about 15 minutes for 40,000 products on two cores; quick: 3"
    )
    parser.add_argument(
        "--text-backbone", default=DEFAULT_TEXT_BACKBONE, help="packaged default, local folder of a BERT-family model, or hub id"
    )
    parser.add_argument(
        "--fusion", choices=get_args(FusionStrategy), default=defaults.fusion, help="how modalities become one vector"
    )
    parser.add_argument(
        "--scorer", choices=get_args(ScorerKind), default=defaults.scorer, help="linear: the reference formula, for comparison"
    )
    parser.add_argument(
        "--linear-loss", choices=get_args(LinearLoss), default=defaults.linear_loss, help="loss of the linear scorer"
    )
    parser.add_argument(
        "--precision", choices=get_args(Precision), default=defaults.precision, help="arithmetic of the text encoder in training"
    )
    parser.add_argument("--epochs", type=int, default=None, help="at most; the preset's when left out")
    parser.add_argument(
        "--wordnet",
        default=defaults.wordnet,
        metavar="FOLDER",
        help="a WordNet database whose words join the hand-written ones; Debian's wordnet-base has one in /usr/share/wordnet",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other field of TrainingSettings, as negation=0.05; repeat it",
    )
    parser.add_argument(
        "--search",
        type=int,
        metavar="TRIALS",
        help="instead of training, search rates, rank, temperature and the like for the highest dev ndcg@10; a study goes on",
    )
    parser.add_argument("--seed", type=int, default=defaults.seed, help="same seed, same models")
    parser.add_argument("--threads", type=int, default=defaults.threads, help="threads of PyTorch")


def run(args: argparse.Namespace) -> int:
    from training import devices  # imports torch: not needed for --help
    from training.steps import train

    paths = BuildPaths(args.build / args.catalogue)
    if args.search is not None:
        devices.refuse_several("--search")
        return _search(paths, args)
    done = train(paths, settings_from(args))
    if devices.is_main():
        print(json.dumps(done.results, indent=1))
    devices.leave()
    return 0


def _search(paths: BuildPaths, args: argparse.Namespace) -> int:
    from training.search import search

    base, preset = settings_from(args).as_dict(), PRESETS[args.preset]().as_dict()
    found = search(paths, settings_from(args), trials=args.search)
    given = {name: value for name, value in base.items() if value != preset[name]}
    flags = [word for name, value in {**given, **found.settings}.items() for word in ("--set", f"{name}={_written(value)}")]
    command = ["assortment", "train", "--catalogue", args.catalogue, "--build", str(args.build), "--preset", args.preset, *flags]
    print(f"best of {found.trials} trials: dev ndcg@10 {found.dev_ndcg:.4f}, as given {found.usual_dev_ndcg:.4f}; train with")
    print(shlex.join(command))
    return 0


def _written(value: object) -> str:
    """As ``assigned`` reads it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def settings_from(args: argparse.Namespace) -> TrainingSettings:
    """The preset with what the command line changes."""
    names = ("text_backbone", "fusion", "scorer", "linear_loss", "precision", "wordnet", "seed", "threads")
    changes: dict[str, Any] = {name: getattr(args, name) for name in names}
    if args.epochs is not None:
        changes["epochs"] = args.epochs
    changes.update(assigned(text) for text in args.set)
    return PRESETS[args.preset](**changes)


def assigned(text: str) -> tuple[str, Any]:
    """``NAME=VALUE`` as a field of TrainingSettings and its value.

    Raises:
        InputError: when there is no such field, or the value is not of its kind.
    """
    name, _, value = text.partition("=")
    usual = TrainingSettings().as_dict()
    if name not in usual:
        raise InputError("--set", text, f"allowed names: {', '.join(usual)}")
    kind = type(usual[name])
    if kind is bool and value not in ("true", "false"):
        raise InputError(name, value, "allowed: true, false")
    try:
        return name, value == "true" if kind is bool else kind(value)
    except ValueError:
        raise InputError(name, value, f"allowed: a value of kind {kind.__name__}") from None
