"""The grammar of training queries: a wish drawn from a product of the training split, and words for it.

It shares no template with the grammar that wrote the dev and test queries, uses only the training words of the lexicon and
the catalogue's own names, and asks for no combination of values that is reserved for dev or test.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np
import numpy.typing as npt

from assortment.catalogue.product import Product
from assortment.protocol.lexicon import test_words_in, train_words

_MENTIONED: Final = {"type": 0.8, "colour": 0.55, "gender": 0.5, "brand": 0.35, "department": 0.05, "season": 0.03, "year": 0.0}
_OTHER_MENTIONED: Final = 0.2  # any further attribute
_VISIBLE: Final = ("type", "colour", "pattern")  # what a picture tells
_OWN_NAMES: Final = 0.45
_KEPT_FOR_SCORER: Final = 20  # per cent of the synonyms
_MISSPELT: Final = 0.05  # share of queries with one misspelt word
_MIN_MISSPELT_LENGTH: Final = 5
_ATTEMPTS: Final = 20
_PATTERNS: Final = (
    "{front} {type}",
    "{front} {type} {back}",
    "{type} {back}",
    "{type} - {back}",
    "buy {front} {type}",
    "show me {type} {back}",
)
_ANY_TYPE: Final = ("goods", "articles", "pieces", "something {front}", "everything {front}", "a gift {front}")
"""What stands for the type in queries that name none. Some stand before the rest."""
_SAYS_ANY_TYPE: Final = 0.5
_CONNECTIVES: Final = {
    "colour": "that are",
    "gender": "suited to",
    "brand": "of the brand",
    "usage": "meant as",
    "material": "made of",
}


Part = Literal["encoder", "scorer"]
"""Who learns from the queries. A share of the synonyms is kept from the encoder, so that the scorer meets words that the
encoder has never seen, as it will in service, and learns how far to trust it then."""


class Allows(Protocol):
    """The part of the frozen protocol that the grammar asks."""

    def allowed_for_training(self, wish: Mapping[str, str]) -> bool:
        """Whether a training query may name these facets together."""
        ...


@dataclass(frozen=True, slots=True)
class TrainingQuery:
    """One query and what it asks for."""

    text: str
    """Empty for a query by picture alone."""
    wish: Mapping[str, str]
    """Facet to value; grades derive from it."""
    picture_row: int
    """Row of the product whose picture is shown, -1 for none."""


class QueryGrammar:
    """Draws training queries. The same generator state gives the same queries."""

    def __init__(
        self,
        products: Sequence[Product],
        train_rows: Sequence[int],
        allows: Allows,
        *,
        image_fraction: float,
        part: Part = "encoder",
        own_names: float = _OWN_NAMES,
    ) -> None:
        """``own_names`` is the share of values that are called by the catalogue's own name though there are synonyms."""
        self._products = products
        self._rows = np.asarray(train_rows, dtype=np.int64)
        self._cumulative = np.cumsum(_weights([products[row].type for row in self._rows]))
        self._allows = allows
        self._image_fraction = image_fraction
        self._part: Part = part
        self._own_names = own_names
        self.num_rejected = 0
        """Wishes and wordings drawn so far that the protocol keeps for dev and test."""

    def draw(self, generator: np.random.Generator) -> TrainingQuery:
        """One query.

        Raises:
            RuntimeError: when the protocol rejects nearly everything.
        """
        for _ in range(_ATTEMPTS * 10):
            row = int(self._rows[np.searchsorted(self._cumulative, generator.random() * self._cumulative[-1], side="right")])
            query = self._about(row, generator)
            if query is not None:
                return query
            self.num_rejected += 1
        raise RuntimeError("the protocol leaves nothing to train on: every wish drawn from the training products is reserved")

    def _about(self, row: int, generator: np.random.Generator) -> TrainingQuery | None:
        product = self._products[row]
        facets = product.facets()
        pictured = bool(product.picture) and generator.random() < self._image_fraction
        worded = not pictured or generator.random() < 0.5
        mentioned: dict[str, str] = _draw_mentioned(facets, generator) if worded else {}
        visible: dict[str, str] = {facet: facets[facet] for facet in _VISIBLE if facet in facets} if pictured else {}
        wish = {**mentioned, **visible}
        if not _answerable(wish) or not self._allows.allowed_for_training(wish):
            return None
        text = _misspell(_phrase(self._words(mentioned, generator), generator), generator) if mentioned else ""
        if test_words_in(text):
            return None
        return TrainingQuery(text, wish, row if pictured else -1)

    def _words(self, mentioned: Mapping[str, str], generator: np.random.Generator) -> dict[str, str]:
        spoken: dict[str, str] = {}
        for facet, value in mentioned.items():
            own, *synonyms = part_words(facet, value, self._part)
            takes_own = not synonyms or generator.random() < self._own_names
            spoken[facet] = own if takes_own else str(generator.choice(synonyms))
        return spoken


def _answerable(wish: Mapping[str, str]) -> bool:
    """Whether a wish says enough: "red" alone would be answered by a tenth of the catalogue."""
    return "type" in wish or "brand" in wish or len(wish) >= 2


def _weights(types: Sequence[str]) -> npt.NDArray[np.float64]:
    """A type weighs as the root of its size, so that large types do not crowd out the small."""
    _, number, counts = np.unique(np.array(types, dtype=object).astype(str), return_inverse=True, return_counts=True)
    return counts[number.reshape(-1)] ** -0.5  # type: ignore[no-any-return]  # numpy's ** is Any


def _draw_mentioned(facets: Mapping[str, str], generator: np.random.Generator) -> dict[str, str]:
    return {facet: value for facet, value in facets.items() if generator.random() < _MENTIONED.get(facet, _OTHER_MENTIONED)}


def _phrase(words: Mapping[str, str], generator: np.random.Generator) -> str:
    """Facet to word as a query: the type's word in the middle, the others before and behind it in any order."""
    spoken = dict(words)
    thing = spoken.pop("type", "")
    facets = list(spoken)
    generator.shuffle(facets)
    if not thing:
        return _without_type(" ".join(spoken[facet] for facet in facets), generator)
    pattern = str(generator.choice(_PATTERNS)) if facets else "{type}"
    cut = (
        int(generator.integers(0, len(facets) + 1))
        if "{front}" in pattern and "{back}" in pattern
        else len(facets) * ("{front}" in pattern)
    )
    front = " ".join(spoken[facet] for facet in facets[:cut])
    back = " ".join(_behind(facet, spoken[facet], generator) for facet in facets[cut:])
    return " ".join(pattern.format(front=front, type=thing, back=back).split()).strip(" -")


def _without_type(front: str, generator: np.random.Generator) -> str:
    """Half the time with a word for things of any type, which the intent has to tell from a type."""
    if generator.random() >= _SAYS_ANY_TYPE:
        return front
    word = str(generator.choice(_ANY_TYPE))
    return word.format(front=front) if "{front}" in word else f"{front} {word}"


def part_words(facet: str, value: str, part: Part) -> tuple[str, ...]:
    """The training words of a value that queries for the encoder or for the scorer may use, the catalogue's own name first."""
    own, *synonyms = train_words(facet, value)
    kept = [word for word in synonyms if zlib.crc32(word.encode()) % 100 < _KEPT_FOR_SCORER]
    return (own, *(kept if part == "scorer" else [word for word in synonyms if word not in kept]))


def _behind(facet: str, word: str, generator: np.random.Generator) -> str:
    """A value behind the type is tied to it now and then: "that are navy"."""
    return f"{_CONNECTIVES.get(facet, 'with')} {word}" if generator.random() < 0.35 else word


def _misspell(text: str, generator: np.random.Generator) -> str:
    """Now and then one letter is lost, doubled or swapped with the next."""
    words = text.split()
    long = [i for i, word in enumerate(words) if len(word) >= _MIN_MISSPELT_LENGTH and word.isalpha()]
    if not long or generator.random() >= _MISSPELT:
        return text
    i = int(generator.choice(long))
    word, at = words[i], int(generator.integers(1, len(words[i]) - 1))
    spellings = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    words[i] = str(generator.choice(spellings))
    return " ".join(words)
