"""Which sense of a word a catalogue means, and which further words that sense brings: braces for trousers, not for teeth.

A value of a facet has a vector: of a type, the mean of its products' frozen text vectors; of another facet, its name's. WordNet's
definition of each sense is encoded by the same untrained encoder. All vectors are taken less their mean, so that what all
values share (they are goods) does not count. A sense is chosen when its definition is nearest among the senses of its
word, near enough, and few other values of the facet are nearer to it; then each of its words and of its kinds' words must
be near the value, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.protocol.lexicon import fold
from training.knowledge.base import Source, Word
from training.knowledge.wordnet import Synset, WordNet

Vectors = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]

_MIN_SENSE: Final = 0.3
_MIN_WORD: Final = 0.25
_NEAREST: Final = 3  # values of the facet among which the value must be
_LONGEST: Final = 3  # words in a phrase that somebody would type
_ENOUGH: Final = 20  # texts whose mean tells what all have in common


@dataclass
class SenseChooser:
    """Chooses senses for the values of one facet, and counts what it leaves out."""

    values: Sequence[str]
    vectors: Vectors
    """(V, H) of the values."""
    encode: Encode
    left_out: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._mean = self.vectors.mean(0)
        self._centred = _unit(self.vectors - self._mean)

    def words(self, wordnet: WordNet, names: Mapping[str, Iterable[str]]) -> dict[str, list[Word]]:
        """New words for each value, from the names that it is known by already."""
        senses = self._senses(wordnet, names)
        offered: list[tuple[str, str]] = []
        for value, synset in senses:
            known = {fold(name) for name in names[value]}
            texts = [lemma for found in (synset, *wordnet.kinds(synset)) for lemma in found.lemmas]
            offered += [(value, text) for text in dict.fromkeys(texts) if fold(text) not in known and _sayable(text)]
        return self.near(list(dict.fromkeys(offered)), "wordnet")

    def near(self, offered: Sequence[tuple[str, str]], source: Source) -> dict[str, list[Word]]:
        """Of values with texts, those whose text is near the value, in their order; others are counted."""
        found: dict[str, list[Word]] = {}
        for (value, text), likeness in zip(offered, self.likeness([text for _, text in offered]), strict=True):
            if self._fits(value, likeness, _MIN_WORD):
                found.setdefault(value, []).append(Word(text, source, round(float(likeness[self._row(value)]), 3)))
            else:
                self.left_out["words that are nearer to other values"] += 1
        return found

    def likeness(self, texts: Sequence[str]) -> Vectors:
        """(T, V) cosines of texts and values, less their means."""
        if not texts:
            return np.zeros((0, len(self.values)), dtype=np.float32)
        encoded = self.encode(texts)
        cosines: Vectors = _unit(encoded - (encoded.mean(0) if len(texts) >= _ENOUGH else self._mean)) @ self._centred.T
        return cosines

    def _senses(self, wordnet: WordNet, names: Mapping[str, Iterable[str]]) -> list[tuple[str, Synset]]:
        """The senses that are meant, with their value."""
        asked = [
            (value, word, synset)
            for value in self.values
            for word in dict.fromkeys(names[value])
            for synset in wordnet.senses(word)
        ]
        if not asked:
            return []
        likeness = self.likeness([synset.gloss for _, _, synset in asked])
        best: dict[tuple[str, str], int] = {}
        for i, (value, word, _) in enumerate(asked):
            rival = best.get((value, word))
            if rival is None or likeness[i, self._row(value)] > likeness[rival, self._row(value)]:
                best[value, word] = i
        chosen = [i for (value, _), i in best.items() if self._fits(value, likeness[i], _MIN_SENSE)]
        self.left_out["senses that the catalogue does not mean"] += len(asked) - len(chosen)
        return list({(asked[i][0], asked[i][2].offset): (asked[i][0], asked[i][2]) for i in chosen}.values())

    def _fits(self, value: str, likeness: Vectors, least: float) -> bool:
        own = float(likeness[self._row(value)])
        return own >= least and int((likeness > own).sum()) < _NEAREST

    def _row(self, value: str) -> int:
        return self.values.index(value)


def _sayable(text: str) -> bool:
    return len(text.split()) <= _LONGEST and len(text) > 2 and all(part.replace("-", "").isalpha() for part in text.split())


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit
