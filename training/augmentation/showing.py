"""Examples of every way to augment, for people to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from training.augmentation import pools
from training.augmentation.at_hand import AtHand
from training.augmentation.product_noise import add_noise
from training.augmentation.resampling import draw_weights
from training.augmentation.rewriting import rewrite
from training.augmentation.synonyms import SynonymReplacement
from training.queries import QueryGrammar, Vocabulary
from training.queries.price_words import add_price_words
from training.queries.spelling import misspell

_KINDS: Final = ("head terms", "occasions", "gifts", "brand only", "colour only", "negation")
_NOISE: Final = 0.5  # shown where the settings have none


@dataclass(frozen=True, slots=True)
class Example:
    """One query, product or type, and what became of it."""

    way: str
    before: str
    """Empty for a query that is made from nothing but a product."""
    after: str
    wish: Mapping[str, str]


def examples(at_hand: AtHand, number: int) -> tuple[list[Example], Mapping[str, Mapping[str, int]]]:
    """``number`` examples of each way, and how many generated queries were kept and dropped, by kind and reason."""
    settings, products, rows = at_hand.settings, at_hand.catalogue.products, at_hand.rows
    vocabulary = Vocabulary(products, at_hand.knowledge)
    generator = np.random.default_rng([settings.seed, 6])

    def grammar(shares: Mapping[str, float]) -> QueryGrammar:
        return QueryGrammar(products, rows, at_hand.protocol, image_fraction=0.0, vocabulary=vocabulary, shares=shares)

    found: list[Example] = []
    for kind in _KINDS:
        drawer = grammar({kind: 0.9})
        drawn = [query for query in (drawer.draw(generator) for _ in range(3 * number)) if query.kind == kind][:number]
        found += [Example(kind, "", query.text, query.wish) for query in drawn]
    changes: dict[str, Callable[[str, np.random.Generator], str]] = {
        "rewritten": rewrite,
        "price words": add_price_words,
        "misspelt": misspell,
    }
    plain, replaced = grammar({}), SynonymReplacement(vocabulary, "encoder")
    for query in (plain.draw(generator) for _ in range(number)):
        found.append(Example("replaced", query.text, replaced(query, generator), query.wish))
    for way, change in changes.items():
        for query in (plain.draw(generator) for _ in range(number)):
            found.append(Example(way, query.text, change(query.text, generator), query.wish))
    found += _noisy(at_hand, number) + _balanced(at_hand, number)
    made = pools.generate(products, rows, at_hand.features.product_text, plain, at_hand.encode, settings)
    for kind, queries in made.queries.items():
        found += [Example(kind, "", query.text, query.wish) for query in queries[:number]]
    return found, made.figures()


def _noisy(at_hand: AtHand, number: int) -> list[Example]:
    """Products, and the cosine of their text vectors without and with noise."""
    text = torch.from_numpy(np.array(at_hand.features.product_text))  # (N, H), a copy: the file is read-only
    amount, shown = at_hand.settings.product_noise or _NOISE, at_hand.rows[:number]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(at_hand.settings.seed)
        noisy = add_noise(text[shown], text.std(0), amount)
    cosines = torch.cosine_similarity(text[shown], noisy).tolist()
    titles = [at_hand.catalogue.products[row].title for row in shown]
    return [
        Example(f"product noise {amount}", title, f"cosine {cosine:.3f}", {})
        for title, cosine in zip(titles, cosines, strict=True)
    ]


def _balanced(at_hand: AtHand, number: int) -> list[Example]:
    """The largest types: their share of the products, and of what is drawn."""
    balance = at_hand.settings.type_balance
    types = [at_hand.catalogue.products[row].type for row in at_hand.rows]
    weights = draw_weights(types, balance)
    drawn: Counter[str] = Counter()
    for name, weight in zip(types, weights.tolist(), strict=True):
        drawn[name] += weight
    total = weights.sum()
    return [
        Example(
            f"type balance {balance}", f"{count / len(types):.2%} of products", f"{drawn[name] / total:.2%} drawn", {"type": name}
        )
        for name, count in Counter(types).most_common(number)
    ]
