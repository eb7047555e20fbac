"""The ``assortment`` command. Each room brings its own command module, loaded only when it is asked for.

A command module has ``configure(parser)`` and ``run(args) -> int``.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from dataclasses import dataclass
from typing import Final

from assortment.errors import AssortmentError, InputError


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand: where its module lies and its line of help."""

    module: str
    help: str
    in_several_processes: bool = False
    """Whether `accelerate launch` may start it."""


COMMANDS: Final = {
    "catalogue": Command("assortment.catalogue.command", "import a catalogue, generate the built-in one, or look at one"),
    "protocol": Command("assortment.protocol.command", "freeze the test queries and derived judgments of a catalogue"),
    "knowledge": Command("training.knowledge.command", "gather what is known of a catalogue's words, or show what a word means"),
    "augment": Command("training.augmentation.command", "show what augmentation makes of a catalogue's training queries"),
    "train": Command(
        "training.command", "train the encoders, fusion, intent and scorer on a catalogue", in_several_processes=True
    ),
    "pairs": Command(
        "training.pairs.command", "train and measure a query and description classifier on a file of labelled pairs"
    ),
    "export": Command("export.command", "export trained models to ONNX, checked against PyTorch"),
    "index": Command("export.index_command", "compute the catalogue index with the exported models"),
    "assemble": Command("export.assemble_command", "arrange models and index as a complete, hashed Triton model repository"),
    "repository": Command("export.repository_check.command", "prove a model repository before it ships"),
    "serve": Command("deploy.local.command", "serve a model repository on the embedded Triton server"),
    "search": Command("assortment.search_command", "send one query to a running server and show the results"),
    "rank": Command("assortment.rank_command", "run a file of queries through a running server"),
    "sweep": Command("assortment.sweep.command", "measure every way to diversify on the dev queries, and plot what each costs"),
    "evaluate": Command("assortment.evaluate_command", "measure ranked results against judgments"),
    "shop": Command("demo.shop_command", "import, train or borrow models, index, assemble and serve: a shop in one command"),
    "demo": Command("demo.command", "everything in order, and a report with pictures"),
}
_EPILOG: Final = "Each command explains itself: assortment COMMAND --help. `assortment demo` runs them all in order."


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="assortment", description="Relevant and diverse e-commerce search.", epilog=_EPILOG)
    rooms = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in arguments if word in COMMANDS), None)
    for name, command in COMMANDS.items():
        room = rooms.add_parser(
            name, help=command.help, description=command.help, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        if name == asked:
            try:
                module = importlib.import_module(command.module)
            except ModuleNotFoundError as error:
                print(_missing(name, error), file=sys.stderr)
                return 1
            module.configure(room)
            room.set_defaults(run=module.run)
    args = parser.parse_args(arguments)
    try:
        _check_alone(args.command)
        code: int = args.run(args)
    except AssortmentError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return code


def _check_alone(command: str) -> None:
    """Two processes that do the same would write over each other."""
    processes = os.environ.get("WORLD_SIZE", "1")  # as all launchers of PyTorch tell it
    if processes != "1" and not COMMANDS[command].in_several_processes:
        raise InputError(command, f"{processes} processes", "allowed: one process, without `accelerate launch`")


def _missing(command: str, error: ModuleNotFoundError) -> str:
    room = COMMANDS[command].module.partition(".")[0]
    if error.name and error.name.partition(".")[0] == room:
        return f"error: `assortment {command}` needs the folder {room}/ of a source checkout; run it from the top of one"
    return f"error: `assortment {command}` needs the package {error.name}; install the extras: pip install -e client -e '.[dev]'"


if __name__ == "__main__":
    sys.exit(main())
