"""``assortment knowledge``: gathers what is known of a catalogue's words, and shows what a word or a value stands for."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assortment import manifest
from assortment.errors import DataError
from assortment.paths import BuildPaths
from assortment.protocol.lexicon import fold
from training.knowledge.base import FILENAME, Knowledge
from training.settings import DEFAULT_TEXT_BACKBONE, TrainingSettings


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser("build", help="gather it; `assortment train` does so, too")
    show = actions.add_parser("show", help="what a word means in this catalogue, or what a value is called")
    show.add_argument("word", metavar="WORD")
    for action in (build, show):
        action.add_argument("--catalogue", default="generated", metavar="NAME", help="the catalogue, a folder under --build")
        action.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="where all results are kept")
    build.add_argument("--text-backbone", default=DEFAULT_TEXT_BACKBONE, help="as for `assortment train`")
    build.add_argument("--wordnet", default="", metavar="FOLDER", help="a WordNet database, such as /usr/share/wordnet")
    build.add_argument(
        "--also",
        default="",
        metavar="OTHER[,OTHER]",
        help="other catalogues whose texts give words: names under --build, or folders of catalogues, which have a slash",
    )


def run(args: argparse.Namespace) -> int:
    paths = BuildPaths(args.build / args.catalogue)
    return _build(paths, args) if args.action == "build" else _show(paths, args.word)


def _build(paths: BuildPaths, args: argparse.Namespace) -> int:
    from training import depends_on, features  # imports torch: not needed for `show`
    from training.knowledge import steps

    also = ",".join(_catalogue(name.strip(), args.build) for name in args.also.split(",") if name.strip())
    settings = TrainingSettings(text_backbone=args.text_backbone, wordnet=args.wordnet, knowledge_from=also)
    depends_on.other_catalogues(settings)
    features.extract(paths, settings)
    steps.build(paths, settings)
    print(json.dumps(manifest.read(paths.knowledge).results, indent=1))
    print(f"{paths.knowledge / FILENAME} can be read and searched", file=sys.stderr)
    return 0


def _catalogue(name: str, build: Path) -> str:
    """The folder of another catalogue."""
    return name if "/" in name else str(BuildPaths(build / name).catalogue)


def _show(paths: BuildPaths, word: str) -> int:
    manifest.verify(paths.knowledge)
    knowledge = Knowledge.read(paths.knowledge)
    table = Table(title=f"{word} in {paths.root.name}")
    for column in ("as", "stands for", "known as"):
        table.add_column(column)
    key = fold(word)
    for facet, values in knowledge.words.items():
        for value, words in values.items():
            if key == fold(value) or any(key == fold(known.text) for known in words):
                table.add_row(facet, value, ", ".join(f"{known.text} ({known.source} {known.similarity:.2f})" for known in words))
    for kind, found in (("head term", knowledge.heads), ("occasion", knowledge.occasions)):
        for name, types in found.items():
            if key == fold(name):
                table.add_row(kind, ", ".join(types), "")
    for name, facts in knowledge.types.items():
        if key == fold(name):
            said = ", ".join(facts.title_words) or "nothing special"
            table.add_row("type", name, f"{facts.products} products in {' > '.join(facts.path)}; titles say {said}")
    if not table.row_count:
        raise DataError(f"{paths.knowledge / FILENAME} does not know {word!r}")
    Console().print(table)
    return 0
