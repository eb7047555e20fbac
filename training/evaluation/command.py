"""``assortment evaluate --pictures``, ``--transfer``, ``--new-products``, ``--title-words`` and ``--slips``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment import manifest, strange_words
from assortment.errors import InputError
from assortment.paths import BuildPaths

FOLDER: Final = "evaluation"
_ASKED: Final = 400  # pictures searched with
_POOL: Final = 4000  # at most; products whose texts are read again without a facet's words
_FEWEST: Final = 10  # what a list shows
_SMALL: Final = 1500


def run(args: argparse.Namespace) -> int:
    """Prints what was asked for and writes it into the folder ``evaluation`` beside the catalogue.

    Raises:
        InputError: for a seed, or a number of products, queries or threads, that is not allowed.
        StepError, ManifestError: when a step before was not done, or the catalogue has too few pictures, or words of titles.
    """
    if args.seed < 0:
        raise InputError("--seed", args.seed, "allowed: 0 and above")
    if args.pictures and args.products < _FEWEST:
        raise InputError("--products", args.products, f"allowed with --pictures: {_FEWEST} to {_POOL:,}, as many as a list shows")
    if args.title_words:
        _check_num_queries(args.num_queries)
    if args.threads < 1:
        raise InputError("--threads", args.threads, "allowed: 1 and above")
    catalogue: Path = args.catalogue
    paths = BuildPaths(catalogue.parent)
    if args.pictures:
        print(_pictures(args, paths))
    if args.transfer:
        print(_transfer(args, paths))
    if args.new_products:
        print(_new_products(args, paths))
    if args.title_words:
        print(_title_words(args, paths))
    if args.slips:
        print(_slips(args, paths))
    return 0


def _check_num_queries(number: int) -> None:
    from training.evaluation.title_words import FEWEST

    if number < FEWEST:
        raise InputError("--num-queries", number, f"allowed: {FEWEST} and above")


def _pictures(args: argparse.Namespace, paths: BuildPaths) -> str:
    from assortment.catalogue.store import Catalogue  # the rest imports torch: not needed for --help
    from training.evaluation import figures, masked, searches, sharpness
    from training.evaluation.shop import Shop

    shop = Shop.open(paths, args.split)
    searches.check_enough(shop, paths.catalogue)
    generator = np.random.default_rng(args.seed)

    def drawn(rows: npt.NDArray[np.int64], number: int) -> npt.NDArray[np.int64]:
        return np.sort(generator.choice(rows, min(number, len(rows)), replace=False))

    new = np.intersect1d(shop.pictured, shop.held_out)
    telling = searches.telling(shop, new)
    asked = drawn(telling, _ASKED)
    pictured = shop.part(shop.pictured)
    found = searches.by_words(pictured) + searches.by_picture(pictured, np.searchsorted(shop.pictured, asked))
    found += masked.masked_words(shop, drawn(shop.pictured, min(args.products, _POOL)))
    found += searches.with_missing(shop, asked, seed=args.seed)
    notes = [
        f"{len(shop.products):,} products, {len(shop.pictured):,} of them with a picture; {args.split} queries and derived "
        "grades; by cosine, without the scorer. A product's picture asks for its type, colour, gender and pattern."
    ]
    if len(telling) < len(new):
        notes.append(f"{len(new) - len(telling):,} of {len(new):,} new products with a picture have none of these: never asked.")
    if args.small_pictures:
        small = sharpness.SmallPictures(args.small_pictures, Catalogue.open(paths.catalogue))
        rows = drawn(small.rows, _SMALL)
        found += sharpness.small_and_sharp(shop, rows, small.features(rows))
        silent = len(rows) - len(searches.telling(shop, rows))
        notes.append(f"{len(small.rows):,} products have a small picture besides their own; {len(rows):,} were drawn.")
        notes += (
            [f"{silent:,} of these have neither type, colour, gender nor pattern: their pictures ask nothing."] if silent else []
        )
    notes += _on_words([paths])
    told = {"split": args.split, "seed": args.seed}
    return figures.write(paths.root / FOLDER / "pictures.md", found, notes, shown="of the products is shown", **told)


def _transfer(args: argparse.Namespace, paths: BuildPaths) -> str:
    from training import features
    from training.evaluation import figures
    from training.evaluation.transfer import all_lenders, transfer
    from training.settings import TrainingSettings

    named = [BuildPaths(models if models.is_dir() else paths.root.parent / models) for models in args.models]
    lenders = all_lenders(paths, named)
    if not (paths.features / manifest.FILENAME).is_file():
        features.extract(paths, TrainingSettings())
    found = transfer(paths, lenders, args.split)
    notes = [
        "Derived grades; relevance only, in float32. Products of other models have labels only where these know most of them.",
        *_on_words(lenders),
    ]
    return figures.write(paths.root / FOLDER / "transfer.md", found, notes, shown="ranked by", split=args.split)


def _new_products(args: argparse.Namespace, paths: BuildPaths) -> str:
    from training import features
    from training.evaluation import figures
    from training.evaluation.new_products import DRAWS, new_products
    from training.evaluation.shop import Shop
    from training.evaluation.transfer import Untrained

    shop = Shop.open(paths, args.split)
    untrained = Untrained(features.load(paths.features), Shop.open(paths, "dev").queries)
    found = new_products(shop, untrained, seed=args.seed)
    notes = [f"{len(shop.held_out):,} new products; {DRAWS} draws of as many trained ones; derived grades, relevance only."]
    notes += _on_words([paths])
    told = {"split": args.split, "seed": args.seed}
    return figures.write(paths.root / FOLDER / "new_products.md", found, notes, shown="searched", **told)


def _on_words(measured: Sequence[BuildPaths]) -> list[str]:
    """As sentences, which stand under the table."""
    return [f"{note}." for note in strange_words.notes(measured)]


def _title_words(args: argparse.Namespace, paths: BuildPaths) -> str:
    from assortment.catalogue.store import Catalogue
    from training.evaluation import built_shop, figures, title_rankings, title_words

    products = Catalogue.open(paths.catalogue).products
    pipeline = built_shop.open_shop(paths, threads=args.threads)
    drawn = title_words.draw(products, number=args.num_queries, seed=args.seed)
    found, notes = title_rankings.compared(paths, pipeline, title_words.measurable(drawn, paths.catalogue))
    notes = [
        f"{len(products):,} products; what answers a query are the products whose titles say all of its words, without endings.",
        *notes,
        *(each.told() for each in drawn if len(each.queries) < title_words.FEWEST),
    ]
    told = {"seed": args.seed, "queries": {each.kind.name: each.summary() for each in drawn}}
    return figures.write(paths.root / FOLDER / "title_words.md", found, notes, shown="ranked by", **told)


def _slips(args: argparse.Namespace, paths: BuildPaths) -> str:
    from assortment.catalogue.store import Catalogue
    from training.evaluation import built_shop, figures, slips

    Catalogue.open(paths.catalogue)
    found, notes = slips.compared(paths, built_shop.open_shop(paths, threads=args.threads), args.split, seed=args.seed)
    notes = [
        f"{args.split.capitalize()} queries, derived grades, by relevance. A slip is a letter that is lost, doubled, swapped "
        "with the next, or hit beside its key, in a word of five letters or more; it is never the first or the last letter.",
        *notes,
        *_on_words([paths]),
    ]
    told = {"split": args.split, "seed": args.seed}
    return figures.write(paths.root / FOLDER / "slips.md", found, notes, shown="read", **told)
