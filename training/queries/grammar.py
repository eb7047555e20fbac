"""Draws training queries: kinds by their shares, and nothing that belongs to dev or test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from assortment.catalogue.product import Product
from assortment.protocol.grades import Wish
from assortment.protocol.lexicon import test_words_in
from training.augmentation.resampling import draw_weights
from training.augmentation.rewriting import rewrite
from training.queries.draft import Draft
from training.queries.gifts import gift
from training.queries.head_terms import head_term
from training.queries.mentions import brand_only, colour_only, mentioned, phrase, plain
from training.queries.negation import Negation
from training.queries.occasions import occasion
from training.queries.price_words import add_price_words
from training.queries.query import NO_PICTURE, TrainingQuery
from training.queries.spelling import misspell
from training.queries.vocabulary import Vocabulary

_VISIBLE: Final = ("type", "colour", "pattern")  # what a picture tells
_ATTEMPTS: Final = 200
_SINGLES: Final = ("brand only", "colour only")  # they name one facet, and are meant to

_CHANGES: Final = {"rewritten": rewrite, "price words": add_price_words, "misspelt": misspell}

Kind = Callable[[Product, Vocabulary, np.random.Generator], Draft | None]
Replacement = Callable[[TrainingQuery, np.random.Generator], str]


class Allows(Protocol):
    """The part of the frozen protocol that the grammar asks."""

    def allowed_for_training(self, wish: Mapping[str, str]) -> bool:
        """Whether a training query may name these facets together."""
        ...


class QueryGrammar:
    """Draws training queries. The same generator state gives the same queries."""

    def __init__(
        self,
        products: Sequence[Product],
        train_rows: Sequence[int],
        allows: Allows,
        *,
        image_fraction: float,
        vocabulary: Vocabulary | None = None,
        shares: Mapping[str, float] | None = None,
        pools: Mapping[str, Sequence[TrainingQuery]] | None = None,
        type_balance: float = 0.5,
        held_out_words: bool = False,
        replacement: Replacement | None = None,
    ) -> None:
        """How queries are drawn.

        Args:
            products: the catalogue.
            train_rows: rows that queries may be about.
            allows: what dev and test keep for themselves.
            image_fraction: share of the products with a picture whose query shows it.
            vocabulary: words for values; the lexicon's when left out.
            shares: of each kind of query ("head terms" ...), and of what is done to queries ("misspelt" ...); absent is 0.
            pools: kinds that were generated beforehand, by name.
            type_balance: see ``draw_weights``.
            held_out_words: whether queries may say words of the test.
            replacement: puts another word for the same value into a query, for the share "replaced"; none do when left out.
        """
        self._products = products
        self._rows = np.asarray(train_rows, dtype=np.int64)
        self._cumulative = np.cumsum(draw_weights([products[row].type for row in self._rows], type_balance))
        self._allows = allows
        self._image_fraction = image_fraction
        self._vocabulary = vocabulary or Vocabulary(products, None)
        self._shares = dict(shares or {})
        self._held_out_words = held_out_words
        self._replacement = replacement if self._shares.get("replaced") else None
        self._pools = {kind: pool for kind, pool in (pools or {}).items() if pool}
        self._kinds: dict[str, Kind] = {
            "head terms": head_term,
            "occasions": occasion,
            "gifts": gift,
            "brand only": brand_only,
            "colour only": colour_only,
        }
        if self._shares.get("negation"):
            self._kinds["negation"] = Negation([products[row] for row in self._rows])
        self.drawn: Counter[str] = Counter()
        """Queries given so far, by kind."""
        self.rejected: Counter[str] = Counter()
        """Drafts that were not taken so far, by reason."""

    def counts(self) -> dict[str, dict[str, int]]:
        """What was drawn and rejected so far, as plain values."""
        return {"drawn": dict(self.drawn), "rejected": dict(self.rejected)}

    def set_counts(self, told: Mapping[str, Mapping[str, int]]) -> None:
        """Goes on counting from what ``counts`` told."""
        self.drawn, self.rejected = Counter(told["drawn"]), Counter(told["rejected"])

    def draw(self, generator: np.random.Generator) -> TrainingQuery:
        """One query.

        Raises:
            RuntimeError: when the protocol rejects nearly everything.
        """
        query = self._generated(generator) or self._worded(generator)
        self.drawn[query.kind] += 1
        return query

    def _generated(self, generator: np.random.Generator) -> TrainingQuery | None:
        """One from a pool, as often as its share says."""
        drawn = float(generator.random()) if self._pools else 1.0
        for kind, pool in self._pools.items():
            drawn -= self._shares.get(kind, 0.0)
            if drawn < 0:
                return pool[int(generator.integers(0, len(pool)))]
        return None

    def _worded(self, generator: np.random.Generator) -> TrainingQuery:
        for _ in range(_ATTEMPTS):
            row = int(self._rows[np.searchsorted(self._cumulative, generator.random() * self._cumulative[-1], side="right")])
            query = self._about(row, generator)
            if query is not None:
                return query
        raise RuntimeError("the protocol leaves nothing to train on: every wish drawn from the training products is reserved")

    def says_synonyms(self, wish: Wish) -> bool:
        """Whether any value of a wish may be called otherwise than by its own name."""
        return self._vocabulary.has_synonyms(wish)

    def _about(self, row: int, generator: np.random.Generator) -> TrainingQuery | None:
        product = self._products[row]
        if product.picture and generator.random() < self._image_fraction:
            query = self._pictured(row, generator)
        else:
            kind = self._kind(generator)
            drawn = self._kinds.get(kind, plain)(product, self._vocabulary, generator)
            if drawn is None:
                self.rejected[f"{kind}: not for this product"] += 1
                return None
            query = TrainingQuery(drawn.text, drawn.meanings[0], NO_PICTURE, kind, drawn.meanings[1:], drawn.unwanted)
            query = self._worn(query, generator)
        reason = self.refuses(query)
        if reason:
            self.rejected[reason] += 1
        return None if reason else query

    def _kind(self, generator: np.random.Generator) -> str:
        drawn = float(generator.random())
        for kind in self._kinds:
            drawn -= self._shares.get(kind, 0.0)
            if drawn < 0:
                return kind
        return "plain"

    def _pictured(self, row: int, generator: np.random.Generator) -> TrainingQuery:
        """A picture, half of the time with words; a word of several values means each that the picture leaves open."""
        facets = self._products[row].facets()
        named = mentioned(facets, generator) if generator.random() < 0.5 else {}
        spoken = {facet: self._vocabulary.say(facet, value, generator) for facet, value in named.items()}
        wish = named | {facet: facets[facet] for facet in _VISIBLE if facet in facets}
        text = phrase(spoken, generator) if spoken else ""
        unseen = {facet: word for facet, word in spoken.items() if facet not in _VISIBLE}
        first, *further = self._vocabulary.meanings(wish, unseen)
        query = TrainingQuery(text, first, row, "picture", tuple(further))
        return self._worn(query, generator) if spoken else query

    def _worn(self, query: TrainingQuery, generator: np.random.Generator) -> TrainingQuery:
        """As it is typed: now and then in other words, rewritten, with a price word, with a slip."""
        text = query.text
        if self._replacement and generator.random() < self._shares["replaced"]:  # first: it has to know the words again
            text = self._replacement(query, generator)
        for change, changed in _CHANGES.items():
            if generator.random() < self._shares.get(change, 0.0):
                text = changed(text, generator)
        return replace(query, text=text)

    def refuses(self, query: TrainingQuery) -> str:
        """Why a query is not taken, empty when it is."""
        if query.kind not in _SINGLES and not _answerable(query.wish):
            return "says too little"
        if not all(self._allows.allowed_for_training(wish) for wish in (query.wish, *query.further)):
            return "reserved for dev or test"
        return "a word of the test" if not self._held_out_words and test_words_in(query.text) else ""


def _answerable(wish: Mapping[str, str]) -> bool:
    """Whether a wish says enough: "red" alone would be answered by a tenth of the catalogue."""
    return "type" in wish or "brand" in wish or len(wish) >= 2
