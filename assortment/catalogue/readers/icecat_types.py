"""What kind of product an Icecat title names. Titles have maker, model, kind and then figures; no column has the kind.

"Xerox 006R90321 toner cartridge Original Black" minus maker and model starts with the kind, in small letters. Kinds found in
several titles are looked for in all the others, which makers wrote themselves ("6 ft Cat5e Patch Cable"); where none of
them stands, the nouns in which many kinds end (cable, adapter, printer) still say the family.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_KIND: Final = re.compile(r"[a-z][a-z/-]+(?: [a-z][a-z/-]+)*")
_WORD: Final = re.compile(r"[a-z][a-z/-]+")
_MORE_TO_COME: Final = re.compile(r" - | with | for | to | w/|\(|, ")
_MAX_WORDS: Final = 4
_MIN_TITLES: Final = 10
_MIN_KINDS: Final = 2


class TypeFinder:
    """Learns kinds from titles, then finds them."""

    def __init__(self, titles: Iterable[tuple[str, str, str]]) -> None:
        """From (title, maker, model). A kind needs ten titles, fewer in a catalogue of less than ten thousand."""
        kinds: Counter[str] = Counter()
        num_titles = 0
        for title, maker, model in titles:
            num_titles += 1
            if kind := _leading_kind(title, maker, model):
                kinds[kind] += 1
        fewest = max(2, min(_MIN_TITLES, num_titles // 1_000))
        self._kinds = {kind for kind, count in kinds.items() if count >= fewest and len(kind.split()) <= _MAX_WORDS}
        families = Counter(_family(kind) for kind in self._kinds)
        self._families = {family for family, count in families.items() if count >= _MIN_KINDS}

    def find(self, title: str) -> tuple[str, ...]:
        """(family, kind), for instance ("cable", "networking cable"), or (family, family) where no kind stands; () for none.

        The longest kind wins, then the first. Of several families the last before the first "with", "for" or dash wins.
        """
        words = [word.rstrip("s") if word.rstrip("s") in self._families else word for word in _WORD.findall(title.lower())]
        for length in range(_MAX_WORDS, 0, -1):
            for start in range(len(words) - length + 1):
                kind = " ".join(words[start : start + length])
                if kind in self._kinds:
                    return _family(kind), kind
        head = _WORD.findall(_MORE_TO_COME.split(title.lower(), maxsplit=1)[0])
        for word in reversed(head):
            for family in (word, word.removesuffix("s")):
                if family in self._families:
                    return family, family
        return ()


def _leading_kind(title: str, maker: str, model: str) -> str:
    """What follows maker and model, as far as it is in small letters; empty when the title does not start with both."""
    rest = title
    for part in (maker, model):
        if not part or not rest.lower().startswith(part.lower()):
            return ""
        rest = rest[len(part) :].strip()
    match = _KIND.match(rest)
    return match[0] if match else ""


def _family(kind: str) -> str:
    """The noun a kind ends in: a power adapter/inverter is an adapter."""
    return kind.split()[-1].split("/")[0]
