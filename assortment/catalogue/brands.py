"""Brands read off titles, for sources without a brand column.

Shop titles often read "<brand> <for whom> <what>", for instance "Peter England Men Party Blue Jeans". Words in front of
a for-whom word that several titles share are taken for a brand; then every title that starts with a known brand gets it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

_FOR_WHOM: Final = frozenset(
    {
        *("men", "mens", "men's", "man", "women", "womens", "women's", "woman", "unisex"),
        *("boy", "boys", "boy's", "girl", "girls", "girl's", "kid", "kids", "kid's", "infant", "infants"),
    }
)
_MAX_WORDS: Final = 4
_MIN_TITLES: Final = 5
_MIN_EXCLUSIVE: Final = 0.8


class BrandFinder:
    """Learns brands from all titles of a catalogue, then finds the brand of one."""

    def __init__(self, titles: Iterable[str]) -> None:
        """Counts prefixes of all titles.

        "Turtle Check" extends the brand "Turtle" and is dropped, because "Check" follows other brands too; "Lee Cooper" stays
        beside "Lee", because "Cooper" hardly stands anywhere else.
        """
        prefixes: Counter[tuple[str, ...]] = Counter()
        spellings: dict[tuple[str, ...], Counter[str]] = {}
        words: Counter[str] = Counter()
        for title in titles:
            written = title.split()
            folded = tuple(word.casefold() for word in written)
            words.update(folded)
            if (length := _words_before_whom(folded)) is not None:
                prefixes[folded[:length]] += 1
                spellings.setdefault(folded[:length], Counter())[" ".join(written[:length])] += 1
        common = {prefix for prefix, count in prefixes.items() if count >= _MIN_TITLES}
        self._brands: dict[tuple[str, ...], str] = {}
        for prefix in sorted(common, key=len):
            shorter_known = any(prefix[:length] in self._brands for length in range(1, len(prefix)))
            if shorter_known and prefixes[prefix] < _MIN_EXCLUSIVE * words[prefix[-1]]:
                continue
            self._brands[prefix] = min(spellings[prefix].items(), key=lambda item: (-item[1], item[0]))[0]

    def __len__(self) -> int:
        return len(self._brands)

    def find(self, title: str) -> str:
        """The longest known brand that ``title`` starts with, in its commonest spelling; empty when there is none."""
        folded = tuple(word.casefold() for word in title.split()[:_MAX_WORDS])
        for length in range(len(folded), 0, -1):
            if brand := self._brands.get(folded[:length]):
                return brand
        return ""


def _words_before_whom(folded: tuple[str, ...]) -> int | None:
    for position, word in enumerate(folded[: _MAX_WORDS + 1]):
        if position and word in _FOR_WHOM:
            return position
    return None
