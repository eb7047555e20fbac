"""The masked-word test: a facet's words are taken out of all texts and labels, so that only pictures can tell its value.

Of a queried colour, titles say nothing any more, and labels do not either; what the ranking keeps of its quality with pictures
and loses without them is what pictures bring. Words go in the singular and in the plural. Where a type is called by its usage
("Sports Shoes"), that usage goes with the type.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.contract import MAX_PRODUCT_TOKENS
from assortment.protocol.lexicon import fold
from assortment.text import TextTokenizer, product_text
from training.dev_ranking import K, QuerySet, nearest
from training.evaluation.figures import Figure
from training.evaluation.shop import Rows, Shop
from training.labels import label_ids
from training.text_features import encode_texts

FACETS: Final = ("colour", "type")  # what a picture shows, and nearly every query names
_USAGE: Final = "usage"  # its words are in names of types
_WORD: Final = re.compile(r"\w+")
_ALIKE: Final = {"sse": "ss", "nse": "n", "ie": "y", "ve": "f", "fe": "f", "che": "ch", "she": "sh", "xe": "x", "oe": "o"}
"""Ends of words that ``fold`` leaves apart to what both become: dress(es), lens(es), hobby, scarf, knife, ache(s), potato(es)."""


def masked_words(shop: Shop, pool: Rows) -> list[Figure]:
    """For each facet: everything shown, its words masked, and masked with pictures; over the products of ``pool``."""
    part = shop.part(pool)
    return [figure for facet in FACETS for figure in _of_facet(part, facet)]


def _of_facet(shop: Shop, facet: str) -> list[Figure]:
    queries = _naming(shop.queries, facet)
    if not queries.queries:
        return []
    words = shop.words()[[shop.queries.queries.index(query) for query in queries.queries]]
    hidden = _without(shop, facet)
    shown = {
        "text, labels": shop.seen(pictures=False),
        "text, labels, picture": shop.seen(),
        f"text, labels without {facet}": hidden.seen(pictures=False),
        f"text, labels without {facet}, picture": hidden.seen(),
    }
    question = f"words, {facet} among them"
    values = [queries.ndcg(nearest(words, vectors, K)) for vectors in shown.values()]
    gained = [after - before for before, after in zip(*values[2:], strict=True)]
    figures = [Figure.of(question, name, each) for name, each in zip(shown, values, strict=True)]
    return [*figures, Figure.of(question, f"without {facet}: what the picture adds", gained)]


def _naming(queries: QuerySet, facet: str) -> QuerySet:
    kept = [number for number, query in enumerate(queries.queries) if facet in query.wish]
    chosen = [queries.queries[number] for number in kept]
    return replace(queries, queries=chosen, token_ids=queries.token_ids[kept], mask=queries.mask[kept])


def _without(shop: Shop, facet: str) -> Shop:
    """The same products, of which no text and no label tells a facet any more."""
    words = stems(FacetTable.from_products(shop.products).values(facet))
    products = [without_words(product, facet, words) for product in shop.products]
    tokenizer = TextTokenizer(shop.models.tokenizer_file, max_tokens=MAX_PRODUCT_TOKENS)
    texts = [product_text(product) for product in products]
    vectors = encode_texts(shop.models.product_text_encoder, tokenizer, texts, precision="auto", doing=f"texts without {facet}")
    labels = other_labels(label_ids(shop.products, shop.models.labels), shop.models.labels, facet, words)
    return replace(shop, corpus=replace(shop.corpus, text=torch.from_numpy(vectors), label_id=torch.from_numpy(labels)))


def other_labels(ids: npt.NDArray[np.int64], labels: Sequence[str], facet: str, words: Collection[str]) -> npt.NDArray[np.int64]:
    """Products' labels (N, MAX_LABELS) without those of a facet, usages that say a stem among ``words``, and the department.

    The department tells of every type.
    """
    hidden = {"department", "category" if facet == "type" else facet}
    named = [label.partition("=") for label in labels]
    numbers = [
        number for number, (name, _, value) in enumerate(named) if name in hidden or (name == _USAGE and _says(value, words))
    ]
    return np.where(np.isin(ids, numbers), 0, ids)


def without_words(product: Product, facet: str, words: Collection[str]) -> Product:
    """A product without a facet, and without words in its texts and its usage whose stem is among ``words``."""
    kept = replace(product, title=_cut(product.title, words) or "-", description=_cut(product.description, words), department="")
    told = {name: value for name, value in product.attributes.items() if not (name == _USAGE and _says(value, words))}
    if facet == "type":  # the path above a type tells it as well as its name
        return replace(kept, category=(), attributes=told)
    return replace(kept, attributes={name: value for name, value in told.items() if name != facet})


def stems(values: Sequence[str]) -> frozenset[str]:
    """What stands for the words of a facet's values, whatever their number."""
    return frozenset(_stem(word) for value in values for word in _WORD.findall(value))


def _cut(text: str, words: Collection[str]) -> str:
    return " ".join(_WORD.sub(lambda found: "" if _stem(found[0]) in words else found[0], text).split())


def _says(value: str, words: Collection[str]) -> bool:
    return any(_stem(word) in words for word in _WORD.findall(value))


@functools.cache
def _stem(word: str) -> str:
    """The same for the singular and the plural of a word; not a word itself."""
    folded = " ".join(fold(word))
    return next((folded.removesuffix(end) + same for end, same in _ALIKE.items() if folded.endswith(end)), folded)
