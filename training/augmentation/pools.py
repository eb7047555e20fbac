"""Queries that are generated before training starts, because a filter looks at them: cut, translated, written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from training.augmentation import seq2seq, titles, written
from training.augmentation.back_translation import back_translate, translations
from training.augmentation.round_trip import GeneratedQuery, Vectors
from training.queries import QueryGrammar, TrainingQuery
from training.settings import TrainingSettings

_TRIED: Final = 3000  # titles, queries to translate, or products to write a query for


@dataclass(frozen=True, slots=True)
class Pools:
    """What was generated, and what was dropped on the way."""

    queries: Mapping[str, list[TrainingQuery]] = field(default_factory=dict)
    """By kind, as the grammar draws them."""
    dropped: Mapping[str, Counter[str]] = field(default_factory=dict)
    """By kind and reason."""

    def figures(self) -> dict[str, dict[str, int]]:
        """Numbers for metrics.json."""
        return {kind: {"kept": len(found), **self.dropped[kind]} for kind, found in self.queries.items()}


def generate(
    products: Sequence[Product],
    rows: Sequence[int],
    vectors: Vectors,
    grammar: QueryGrammar,
    encode: Callable[[Sequence[str]], Vectors],
    settings: TrainingSettings,
) -> Pools:
    """The pools that ``settings`` has shares for.

    Args:
        products: the catalogue.
        rows: those that training may show.
        vectors: (N, H) the untrained encoder's unit vectors of all products.
        grammar: draws what is translated, and says what dev and test keep for themselves.
        encode: texts to (T, H) by the same encoder.
        settings: shares, seed, translators and writer.
    """
    made: dict[str, tuple[list[TrainingQuery], Counter[str]]] = {}
    generator = np.random.default_rng([settings.seed, 5])
    if settings.titles:
        made["titles"] = _of_kind("titles", *titles.generate(products, rows, vectors, encode, _TRIED, generator))
    if settings.back_translated:
        made["back translated"] = _back_translated(grammar, encode, settings.translators, generator)
    if settings.written:
        writer = seq2seq.load(Path(settings.writer))
        made["written"] = _of_kind("written", *written.generate(writer, products, rows, vectors, encode, _TRIED, generator))
    queries: dict[str, list[TrainingQuery]] = {}
    dropped: dict[str, Counter[str]] = {}
    for kind, (found, lost) in made.items():
        refused = [grammar.refuses(query) for query in found]
        queries[kind] = [query for query, reason in zip(found, refused, strict=True) if not reason]
        dropped[kind] = lost + Counter(reason for reason in refused if reason)
    return Pools(queries, dropped)


def _of_kind(kind: str, kept: Sequence[GeneratedQuery], dropped: Counter[str]) -> tuple[list[TrainingQuery], Counter[str]]:
    return [TrainingQuery(query.text, query.wish, kind=kind, further=query.further) for query in kept], dropped


def _back_translated(
    grammar: QueryGrammar, encode: Callable[[Sequence[str]], Vectors], translators: str, generator: np.random.Generator
) -> tuple[list[TrainingQuery], Counter[str]]:
    asked = (grammar.draw(generator) for _ in range(_TRIED))
    drawn = {query.text: query for query in asked if query.text and query.picture_row < 0}
    there, back = translations(translators)
    kept, dropped = back_translate(list(drawn), there, back, encode)
    return [replace(drawn[text], text=other, kind="back translated") for text, other in kept.items()], dropped
