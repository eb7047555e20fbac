"""Articles and their variants: attributes, wording and price of invented products, without ids and pictures yet."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from assortment.catalogue.generated import commerce
from assortment.catalogue.generated.vocabulary import Department, ProductType
from assortment.catalogue.generated.wording import fill, sentence_start, words_of

_NUM_VARIANTS: Final = {1: 78, 2: 11, 3: 7, 4: 4}  # variants of an article: weight
_OFTEN_UNTOLD: Final = {"diet": 0.45}
_UNTOLD: Final = 0.02  # share of all other attributes that the shop forgot
_PREPOSITIONS: Final = frozenset({"with", "for", "in", "on", "from", "by", "to", "without"})
_BRANDS_OF_A_TYPE: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A product before it gets its id and picture."""

    department: Department
    type: ProductType
    title: str
    description: str
    brand: str
    attributes: Mapping[str, str]
    offer: commerce.Offer
    article: str
    """Key of the article; the drawing is seeded by it, so that variants look alike."""
    num_variants: int
    added: datetime.date


def draw_article(department: Department, kind: ProductType, *, key: str, at_most: int, seed: int) -> list[Draft]:
    """One article as its variants, 1 to 4 but ``at_most``; the same for the same key and seed."""
    rng = Random(f"{seed}/{key}")
    brand = _choose(rng, _brands(department, kind, seed))
    attributes = {
        name: _choose(rng, values) for name, values in kind.attributes.items() if rng.random() >= _OFTEN_UNTOLD.get(name, _UNTOLD)
    }
    chosen = {
        "brand": brand,
        "line": rng.choice(department.lines),
        "number": str(rng.choice((2, 3, 5, 7, 10, 12, 20, 30, 50, 100, 300, 500))),
        "noun": _choose(rng, kind.nouns),
        **_feature(rng.choice(kind.features)),
        "work": _work(rng, department, kind),
    }
    pattern = rng.choice([title for title in department.titles if ("{work}" in title) == bool(kind.works)])
    description = [rng.choice(part) for part in (department.openings, department.about[kind.family], department.closings)]
    level = department.brands[brand]
    price = commerce.base_price(rng, *kind.price, level)
    rating = commerce.base_rating(rng, level)
    added = commerce.added(Random(f"{seed}/{key}/added"))
    varied, values = _variants(rng, kind, attributes, at_most)
    drafts = []
    for value in values:
        own = {**attributes, varied: value} if varied else attributes
        words = words_of(own, chosen)
        title = fill(pattern, words)
        if varied and f"{{{varied}}}" not in pattern:
            title = f"{title}, {'size ' if varied == 'size' and len(value) < 3 else ''}{value}"
        drafts.append(
            Draft(
                department=department,
                type=kind,
                title=sentence_start(title),
                description=_describe(description, words),
                brand=brand,
                attributes=own,
                offer=commerce.offer(rng, price=price, rating=rating),
                article=key,
                num_variants=len(values),
                added=added,
            )
        )
    return drafts


def _variants(rng: Random, kind: ProductType, attributes: Mapping[str, str], at_most: int) -> tuple[str, Sequence[str]]:
    """The attribute in which variants differ and its value in each; ("", [""]) for an article of one product."""
    wanted = min(at_most, rng.choices(list(_NUM_VARIANTS), weights=list(_NUM_VARIANTS.values()))[0])
    told = [name for name in kind.varies if name in attributes and len(kind.attributes[name]) > 1]
    if wanted == 1 or not told:
        return "", [""]
    varied = rng.choice(told)
    values = kind.attributes[varied]
    return varied, rng.sample(values, min(wanted, len(values)))


def _feature(phrase: str) -> dict[str, str]:
    """Under "feature" when it stands before a noun, under "extra" when it follows one."""
    return {"extra" if phrase.split()[0] in _PREPOSITIONS else "feature": phrase}


def _choose(rng: Random, values: Sequence[str]) -> str:
    """The first value is about four times as likely as the twelfth."""
    return rng.choices(values, weights=[1 / (place + 4) for place in range(len(values))])[0]


def _brands(department: Department, kind: ProductType, seed: int) -> list[str]:
    """The brands that make this type, the strongest first."""
    brands = list(department.brands)
    return Random(f"{seed}/{kind.name}/brands").sample(brands, math.ceil(_BRANDS_OF_A_TYPE * len(brands)))


def _work(rng: Random, department: Department, kind: ProductType) -> str:
    if not kind.works:
        return ""
    noun, other = rng.sample(department.words["noun"], 2)
    adjective, place = rng.choice(department.words["adjective"]), rng.choice(department.words["place"])
    return fill(rng.choice(kind.works), {"noun": noun, "noun2": other, "adjective": adjective, "place": place})


def _describe(patterns: Sequence[str], words: Mapping[str, str]) -> str:
    filled = (fill(pattern, words) for pattern in patterns)
    return " ".join(f"{sentence_start(text).rstrip('.')}." for text in filled if text)
