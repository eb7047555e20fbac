"""The query grammars of one training run: each speaks of the same products, for another purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assortment.catalogue.product import Product
from training.augmentation.pools import Pools
from training.augmentation.synonyms import SynonymReplacement
from training.knowledge.base import Knowledge
from training.queries import Allows, Part, QueryGrammar, Vocabulary
from training.setting_checks import WORDED
from training.settings import TrainingSettings

_OPEN: Final = ("head terms", "occasions")  # kinds that leave the type open
_OPEN_SHARE: Final = 0.1
"""Share that each of these has at least where named facets are learned, as far as plain queries can spare it: the few that
encoders learn from teach the head that every word of a thing names a type. Chosen on dev queries and by looking at such words."""


@dataclass(frozen=True, slots=True)
class Grammars:
    """Makes them."""

    products: Sequence[Product]
    train_rows: Sequence[int]
    allows: Allows
    knowledge: Knowledge | None
    settings: TrainingSettings

    def training(self, part: Part, made: Pools | None = None) -> QueryGrammar:
        """What encoders or scorer learn from, with the queries that were ``made`` beforehand."""
        vocabulary = Vocabulary(self.products, self.knowledge, part=part)
        return QueryGrammar(
            self.products,
            self.train_rows,
            self.allows,
            image_fraction=self.settings.image_query_fraction,
            vocabulary=vocabulary,
            shares=self.settings.query_shares(),
            pools=made.queries if made else None,
            type_balance=self.settings.type_balance,
            held_out_words=self.settings.held_out_words,
            replacement=SynonymReplacement(vocabulary, part),
        )

    def texts(self, part: Part) -> QueryGrammar:
        """Text queries of every kind that is worded here, none of them shown by a picture."""
        vocabulary = Vocabulary(self.products, self.knowledge, part=part)
        return QueryGrammar(
            self.products,
            self.train_rows,
            self.allows,
            image_fraction=0.0,
            vocabulary=vocabulary,
            shares=self.settings.query_shares(),
            type_balance=self.settings.type_balance,
            held_out_words=self.settings.held_out_words,
            replacement=SynonymReplacement(vocabulary, part),
        )

    def words(self, part: Part) -> QueryGrammar:
        """Text queries, which turn nothing down: a facet in them is named, or open where it may be several values."""
        shares = {kind: share for kind, share in self.settings.query_shares().items() if kind != "negation"}
        left = 1.0 - sum(shares.get(name.replace("_", " "), 0.0) for name in WORDED)
        shares |= {kind: min(max(shares[kind], _OPEN_SHARE), shares[kind] + left / 4) for kind in _OPEN if shares[kind]}
        vocabulary = Vocabulary(self.products, self.knowledge, part=part)
        return QueryGrammar(
            self.products,
            self.train_rows,
            self.allows,
            image_fraction=0.0,
            vocabulary=vocabulary,
            shares=shares,
            held_out_words=self.settings.held_out_words,
            replacement=SynonymReplacement(vocabulary, part),
        )

    def unseen(self) -> QueryGrammar:
        """Text queries in words that the encoders never learn from."""
        kept = Vocabulary(self.products, self.knowledge, part="scorer", own_names=0.0)
        return QueryGrammar(
            self.products,
            self.train_rows,
            self.allows,
            image_fraction=0.0,
            vocabulary=kept,
            held_out_words=self.settings.held_out_words,
        )
