"""Which products say the words of a query, in their title or as a value: an inverted index beside the vectors.

A vector knows what words mean, and forgets which words there were: the model number of a cartridge, the name of a series, a
"printed" that is no attribute. Here words are compared as they stand, without endings. What a product has of a query is the
share of its words that it says, each word counted by how rare it is (inverse document frequency, Spärck Jones 1972, in the form
log(1 + N / n)):

    share(query, product) = sum of idf over the words that the product says / sum of idf over the words of the query

A word that no product says counts as if one in 200 did, so that a query in strange words is trusted less.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment import artefacts
from assortment.catalogue.product import Product
from assortment.serving.facet import mapped
from assortment.serving.facet_values import Rows
from assortment.serving.understanding.turned_down import CUES
from assortment.serving.understanding.words import stems, words_of
from assortment.text import visible
from assortment_client.contract import candidate_key

Shares = npt.NDArray[np.float32]

MOST_WORDS: Final = 24
"""Distinct words of a query that are compared; those behind them are not."""
_UNSAID: Final = 200.0  # products to one that says it, of a word that none does
_RARE_SHARE: Final = 1 / 16  # of the products say a word by which candidates are found; what more say the vectors find
_RARE: Final = (64, 1_024)  # bounds of it in products
_ENOUGH: Final = 4  # times as many as are wanted are found by the rarest words before those of more products are looked at
_FILLERS: Final = frozenset(
    stems(
        "a an the for and or of in on to with by from at is are me my i we it this that which please buy shop get find want need "
        "looking look search show do you have where can some any give product item thing stuff"
    )
)
_CUES: Final = {cue[0]: cue for cue in CUES}  # no two begin alike
_BEHIND_IT: Final = frozenset(("and", "but", "with", "for", "in", "from", "by", "under", "over"))  # where what is wanted goes on
_ONE_LETTER: Final = re.compile(r"\b([^\W\d_])-(?=[^\W\d_]{2})|\b([tv]) (?=shirt|neck)", re.IGNORECASE)


def words_said(text: str) -> tuple[str, ...]:
    """The distinct words of a query that are compared, without endings, in their order; none that it turns down.

    Values that are turned down have been read as filters before; others, as in "kurta not embroidered", are only left out here.
    """
    said: dict[str, None] = {}
    one_way = written(text)
    words, place, turned_down = words_of(one_way), 0, False
    while place < len(words):
        word = words[place]
        cue = _CUES.get(word.text, ())
        behind = words[place : place + len(cue)]
        if cue and tuple(each.text for each in behind) == cue and one_way[behind[-1].end : behind[-1].end + 1] != "-":
            turned_down = True  # but not in "non-stick"
            place += len(cue)
            continue
        if word.text in _BEHIND_IT:
            turned_down = False
        elif not turned_down and word.stem not in _FILLERS:
            said[word.stem] = None
        place += 1
    return tuple(said)[:MOST_WORDS]


def words_in(text: str) -> tuple[str, ...]:
    """All words of a product's text as they are compared, in their order."""
    return stems(written(text))


def text_of(product: Product) -> str:
    """What of a product is compared with the words of a query: its title and its values."""
    return " ".join((product.title, *product.facets().values()))


def written(text: str) -> str:
    """A text in one way of writing, whose words are compared: as it is seen, "T-shirt" and "t shirt" as "Tshirt"."""
    return _ONE_LETTER.sub(r"\1\2", visible(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWords:
    """Words of one catalogue version, and the rows of those products that say each."""

    keys: npt.NDArray[np.int64]
    """(V,) ascending, ``candidate_key`` of each word."""
    starts: npt.NDArray[np.int64]
    """(V + 1,) where the rows of each word begin in ``rows``."""
    rows: Rows
    """(P,) ascending for each word."""
    num_rows: int
    """N, products of the catalogue."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> ProductWords:
        """The index of as many products as there are texts, by row."""
        said: dict[str, list[int]] = {}
        num_rows = 0
        for row, text in enumerate(texts):
            num_rows = row + 1
            for word in dict.fromkeys(words_in(text)):
                said.setdefault(word, []).append(row)
        by_key = sorted((candidate_key(word), rows) for word, rows in said.items())
        lengths = [len(rows) for _, rows in by_key]
        return cls(
            keys=np.array([key for key, _ in by_key], dtype=np.int64),
            starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
            rows=np.concatenate([np.array(rows, dtype=np.int32) for _, rows in by_key] or [np.empty(0, dtype=np.int32)]),
            num_rows=num_rows,
        )

    @classmethod
    def open(cls, folder: Path, *, num_rows: int) -> ProductWords:
        """Maps the tables of ``folder``."""
        return cls(
            keys=mapped(folder / artefacts.WORD_KEYS),
            starts=mapped(folder / artefacts.WORD_STARTS),
            rows=mapped(folder / artefacts.WORD_ROWS),
            num_rows=num_rows,
        )

    def save(self, folder: Path) -> None:
        """Writes what ``open`` maps."""
        np.save(folder / artefacts.WORD_KEYS, self.keys)
        np.save(folder / artefacts.WORD_STARTS, self.starts)
        np.save(folder / artefacts.WORD_ROWS, self.rows)

    def find(self, words: Sequence[str], most: int, allowed: npt.NDArray[np.uint8] | None = None) -> Rows:
        """The rows of the products that say most of the words, best first; (n,) with n <= ``most``.

        They are looked for among those that say the rarest words: the rarest of all, then the next one, until they are some
        times as many as are wanted. Words that many products say bring nobody; they tell who comes first.

        Args:
            words: as ``words_said`` gives them.
            most: 1 and above.
            allowed: bit r % 8 of byte r // 8 says whether row r may be found; all may when left out.
        """
        known = self._known(words)
        most_rows = min(max(_RARE[0], self.num_rows * _RARE_SHARE), _RARE[1])
        found = np.empty(0, dtype=np.int32)
        for rows in sorted((rows for rows, _ in known if 0 < len(rows) <= most_rows), key=len):
            if len(found) >= _ENOUGH * most:
                break
            if allowed is not None:
                rows = rows[(allowed[rows >> 3] >> (rows & 7).astype(np.uint8)) & 1 == 1]
            found = np.union1d(found, rows) if len(found) else rows
        best: Rows = found[np.argsort(-_said(known, found), kind="stable")[:most]]
        return best

    def shares(self, words: Sequence[str], rows: Rows) -> Shares:
        """(n,) from 0 to 1 for (n,) rows: how much of the words each product says."""
        known = self._known(words)
        whole = sum(weight for _, weight in known)
        return (_said(known, rows) / np.float32(whole)).astype(np.float32) if whole else np.zeros(len(rows), dtype=np.float32)

    def says(self, word: str) -> bool:
        """Whether any product says a word, without its ending."""
        key = candidate_key(word)
        place = int(self.keys.searchsorted(key))
        return place < len(self.keys) and int(self.keys[place]) == key

    def _known(self, words: Sequence[str]) -> list[tuple[Rows, float]]:
        """Of each word the rows of those that say it, and what it counts."""
        keys = np.array([candidate_key(word) for word in words], dtype=np.int64)
        known = []
        for key, place in zip(keys.tolist(), np.searchsorted(self.keys, keys).tolist(), strict=True):
            rows = self.rows[:0]
            if place < len(self.keys) and self.keys[place] == key:
                rows = self.rows[self.starts[place] : self.starts[place + 1]]
            known.append((rows, math.log1p(self.num_rows / len(rows) if len(rows) else _UNSAID)))
        return known


def _said(known: Sequence[tuple[Rows, float]], rows: Rows) -> Shares:
    """(n,) for (n,) rows: the weights of the words that each product says, added up."""
    said = np.zeros(len(rows), dtype=np.float32)
    for of_word, weight in known:
        if len(of_word):
            said[of_word.take(of_word.searchsorted(rows), mode="clip") == rows] += np.float32(weight)
    return said
