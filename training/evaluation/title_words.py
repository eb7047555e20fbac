"""Products asked for by words of their titles, which no derived judgment asks about.

Derived judgments are of values: type, colour, brand. A title has other words too: the name of a series, a model number, a
"printed" that is no attribute. Here each query is words of the title of a product drawn at random, and what answers it are the
products whose titles say all of these words, each as relevant as the other. Words are compared without endings, as the server
compares them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from assortment.errors import StepError
from assortment.serving.product_words import words_in, words_said, written
from assortment.serving.understanding.words import words_of

FEWEST: Final = 10
"""Queries of a kind; of fewer, nothing is measured."""
_MOST_ANSWERS: Final = 50  # of a query; one with more asks for no product any more
_LONGEST: Final = 100  # characters of a word, so that no query is longer than the server takes


@dataclass(frozen=True, slots=True)
class Kind:
    """What of a title is asked with."""

    name: str
    fewest: int
    most: int
    """Words of a query."""
    of_values: bool
    """Whether words of the catalogue's values are among them."""


KINDS: Final = (Kind("words of a title", 2, 4, of_values=True), Kind("words that are no value", 1, 3, of_values=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleQuery:
    """One query."""

    text: str
    """The words as the title has them, in its order."""
    row: int
    """Of the product that was drawn."""
    answers: tuple[int, ...]
    """Rows of the products whose titles say all of them, 1 to 50, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The queries of one kind, and what became of the products that were drawn for them."""

    kind: Kind
    queries: Sequence[TitleQuery]
    asked: int
    """Products drawn."""
    short: int
    """Of these, products whose titles have too few words for a query."""
    common: int
    """Of these, products whose words more than 50 titles say."""
    repeated: int
    """Of these, products whose words are those of an earlier query."""

    def summary(self) -> dict[str, int]:
        """How many there are of each."""
        return {"drawn": len(self.queries), **{name: getattr(self, name) for name in ("asked", "short", "common", "repeated")}}

    def told(self) -> str:
        """For people."""
        left_out = f"{self.short:,} with too few such words, {self.common:,} whose words more than {_MOST_ANSWERS} titles say"
        counted = f"{len(self.queries):,} queries of {self.asked:,} products drawn ({left_out}, {self.repeated:,} asked before)"
        few = f"; at least {FEWEST} are needed, so they are left out" if len(self.queries) < FEWEST else ""
        answers = f"; median of answers {median(len(query.answers) for query in self.queries):g}" if self.queries else ""
        return f"{self.kind.name[0].upper()}{self.kind.name[1:]}: {counted}{few or answers}."


def draw(products: Sequence[Product], *, number: int, seed: int = 0) -> list[Drawn]:
    """Queries of each of ``KINDS``, ``number`` of each or as many as there are; a product is drawn once for each kind."""
    titles = [product.title for product in products]
    saying: dict[str, set[int]] = defaultdict(set)
    for row, title in enumerate(titles):
        for word in words_in(title):
            saying[word].add(row)
    values = {value for product in products for value in product.facets().values()}
    words_of_values = frozenset(word for value in values for word in words_in(value))
    drawn = []
    for place, kind in enumerate(KINDS):
        hidden: Collection[str] = () if kind.of_values else words_of_values
        drawn.append(_draw(kind, titles, saying, hidden, number, np.random.default_rng([seed, place])))
    return drawn


def measurable(drawn: Sequence[Drawn], catalogue: Path) -> list[Drawn]:
    """Those with enough queries.

    Raises:
        StepError: when none has.
    """
    enough = [each for each in drawn if len(each.queries) >= FEWEST]
    if not enough:
        told = " ".join(each.told() for each in drawn)
        raise StepError(f"{catalogue} has too few words in its titles to ask with. {told}")
    return enough


def _draw(
    kind: Kind,
    titles: Sequence[str],
    saying: dict[str, set[int]],
    hidden: Collection[str],
    number: int,
    generator: np.random.Generator,
) -> Drawn:
    """Queries of one kind; ``saying`` gives each word's rows, and no word of ``hidden`` is asked with."""
    queries: dict[frozenset[str], TitleQuery] = {}
    asked = short = common = repeated = 0
    rows: list[int] = generator.permutation(len(titles)).tolist()
    for row in rows:
        if len(queries) == number:
            break
        asked += 1
        words = _askable(titles[row], hidden)
        if len(words) < kind.fewest:
            short += 1
            continue
        size = int(generator.integers(kind.fewest, min(kind.most, len(words)), endpoint=True))
        text = " ".join(words[place] for place in np.sort(generator.choice(len(words), size, replace=False)).tolist())
        said = frozenset(words_said(text))
        answers = set.intersection(*(saying[word] for word in said))
        if said in queries:
            repeated += 1
        elif len(answers) > _MOST_ANSWERS:
            common += 1
        else:
            queries[said] = TitleQuery(text=text, row=row, answers=tuple(sorted(answers)))
    return Drawn(kind=kind, queries=list(queries.values()), asked=asked, short=short, common=common, repeated=repeated)


def _askable(title: str, hidden: Collection[str]) -> list[str]:
    """The distinct words of a title that may be asked with, as they are written."""
    found: dict[str, str] = {}
    text = written(title)  # else "neck" would be asked of a "V-neck", which says "vneck"
    for word in words_of(text):
        as_written = text[word.start : word.end]
        if len(word.stem) > 1 and len(as_written) <= _LONGEST and words_said(as_written) and word.stem not in hidden:
            found.setdefault(word.stem, as_written)
    return list(found.values())
