"""Reads the nouns of a WordNet database in Princeton's own files, as Debian's ``wordnet-base`` installs them.

The format is described by wndb(5WN): ``index.noun`` maps a lemma to the byte offsets of its synsets in ``data.noun``. Only senses
that name goods are given: what people make (noun.artifact) and eat (noun.food), no animals, persons or acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from assortment.errors import InputError

FILES: Final = ("index.noun", "data.noun")
_GOODS: Final = ("06", "13")  # lexicographer files noun.artifact and noun.food, lexnames(5WN)
_HYPONYM: Final = "~"


@dataclass(frozen=True, slots=True)
class Synset:
    """One sense: words that mean the same."""

    offset: int
    """Its byte offset, which names it."""
    goods: bool
    """Whether it names something that people make or eat."""
    lemmas: tuple[str, ...]
    """Lower case, with spaces."""
    narrower: tuple[int, ...]
    """Offsets of the kinds of it."""
    gloss: str
    """The first part of its definition."""


class WordNet:
    """A database folder, read when first asked: 117,000 nouns, a line of data for each synset."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError for a folder that lacks one of FILES."""
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise InputError("--wordnet", str(folder), f"the folder of a WordNet database holds {', '.join(FILES)}")
        self._folder = folder

    def senses(self, word: str) -> list[Synset]:
        """Every sense of a word or phrase, or of its singular, that names goods; none when it is not in WordNet."""
        forms = dict.fromkeys((word.lower(), _singular(word.lower())))
        offsets = dict.fromkeys(offset for form in forms for offset in self._index.get(_key(form), ()))
        return [synset for offset in offsets if (synset := self._read(offset)).goods]

    def kinds(self, synset: Synset) -> list[Synset]:
        """The direct kinds of a sense: a bow tie is a kind of necktie."""
        return [self._read(offset) for offset in synset.narrower]

    def _read(self, offset: int) -> Synset:
        line = self._data[offset : self._data.index(b"\n", offset)].decode("utf-8")
        facts, _, gloss = line.partition(" | ")
        fields = facts.split()
        num_words = int(fields[3], 16)
        lemmas = [fields[4 + 2 * i].replace("_", " ").lower() for i in range(num_words)]
        pointers = fields[5 + 2 * num_words :]
        narrower = [int(pointers[i + 1]) for i in range(0, len(pointers) - 3, 4) if pointers[i] == _HYPONYM]
        return Synset(offset, fields[1] in _GOODS, tuple(dict.fromkeys(lemmas)), tuple(narrower), gloss.split(";")[0].strip())

    @cached_property
    def _index(self) -> Mapping[str, tuple[int, ...]]:
        """Lemma to offsets; the licence at the top of the file is indented."""
        index: dict[str, tuple[int, ...]] = {}
        for line in (self._folder / "index.noun").read_text(encoding="utf-8").splitlines():
            if not line.startswith(" "):
                fields = line.split()
                lemma = _key(fields[0])
                index[lemma] = (*index.get(lemma, ()), *(int(field) for field in fields[-int(fields[2]) :]))
        return index

    @cached_property
    def _data(self) -> bytes:
        return (self._folder / "data.noun").read_bytes()


def _key(word: str) -> str:
    return word.replace(" ", "_").replace("-", "_")


def _singular(word: str) -> str:
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
