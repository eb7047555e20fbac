"""Examples of every way to augment, for people to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.paths import BuildPaths
from assortment.protocol.grades import Wish
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer
from training import backbones, features
from training.augmentation import pools
from training.augmentation.rewriting import rewrite
from training.augmentation.synonyms import SynonymReplacement
from training.knowledge import steps as knowledge_steps
from training.queries import QueryGrammar, Vocabulary
from training.queries.price_words import add_price_words
from training.queries.spelling import misspell
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder
from training.text_features import encode_texts

_KINDS: Final = ("head terms", "occasions", "gifts", "brand only", "colour only", "negation")


@dataclass(frozen=True, slots=True)
class Example:
    """One query, and what became of it."""

    way: str
    before: str
    """Empty for a query that is made from nothing but a product."""
    after: str
    wish: Wish


def examples(paths: BuildPaths, settings: TrainingSettings, number: int) -> tuple[list[Example], Mapping[str, Mapping[str, int]]]:
    """``number`` examples of each way, and how many generated queries were kept and dropped, by kind and reason.

    Raises:
        ManifestError: when catalogue or protocol are not there.
    """
    catalogue, protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
    cached = features.extract(paths, settings)
    knowledge = knowledge_steps.build(paths, settings)
    rows = protocol.train_rows(catalogue).tolist()
    products = catalogue.products
    vocabulary = Vocabulary(products, knowledge)
    generator = np.random.default_rng([settings.seed, 6])

    def grammar(shares: Mapping[str, float]) -> QueryGrammar:
        return QueryGrammar(products, rows, protocol, image_fraction=0.0, vocabulary=vocabulary, shares=shares)

    found: list[Example] = []
    for kind in _KINDS:
        drawer = grammar({kind: 0.9})
        drawn = [query for query in (drawer.draw(generator) for _ in range(3 * number)) if query.kind == kind][:number]
        found += [Example(kind, "", query.text, query.wish) for query in drawn]
    values = dict.fromkeys(item for product in products for item in product.facets().items())
    changes: dict[str, Callable[[str, np.random.Generator], str]] = {
        "synonym": SynonymReplacement(knowledge, values),
        "rewritten": rewrite,
        "price words": add_price_words,
        "misspelt": misspell,
    }
    plain = grammar({})
    for way, change in changes.items():
        for query in (plain.draw(generator) for _ in range(number)):
            found.append(Example(way, query.text, change(query.text, generator), query.wish))

    encoder = TextEncoder.of(backbones.load_text(settings.text_backbone).model)
    tokenizer = TextTokenizer(cached.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)

    def encode(texts: Sequence[str]) -> pools.Vectors:
        return encode_texts(encoder, tokenizer, texts, precision=settings.precision)

    made = pools.generate(products, rows, cached.product_text, plain, encode, settings)
    for kind, queries in made.queries.items():
        found += [Example(kind, "", query.text, query.wish) for query in queries[:number]]
    return found, made.figures()
