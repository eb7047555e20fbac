"""Words of other catalogues: what their texts say of articles that have a value, and hardly of others.

A value of another catalogue is one of this catalogue where it has its name, folded, or a name that this one value is known by
already. Word and value go together where Dunning's log-likelihood ratio G2 says so (Accurate Methods for the Statistics of
Surprise and Coincidence, Computational Linguistics 19(1), 1993), summed over the catalogues: each is its own table, so that what
all texts of a shop say tells nothing. Most of what goes together with a value describes it ("padded"), so a word must stand where
the value's name would: instead of it ("hoodie"), or as a compound that ends in it or in another word for it ("swim shorts").
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from training.knowledge.articles import Article, same

_CERTAIN: Final = 10.83  # of chi-squared with one degree of freedom, exceeded by chance once in a thousand
_MIN_MAKERS: Final = 3  # that say a word of a value
_OWN: Final = 0.5  # share of the articles that say a word and have the value
_DESCRIBING: Final = 0.1  # the same of a word before the head of a compound
_NAMED: Final = 0.5  # share of the articles with a word that say a known name of the value, too: then it stands beside it
_PART: Final = 0.8  # share of a word's uses within a longer one: then it is none by itself
_LONGEST: Final = 3  # words

Phrase = tuple[str, ...]
"""Words as ``same`` gives them."""
Pair = tuple[Phrase, str]
"""A phrase and a value."""


@dataclass
class _Counts:
    """How many articles of all catalogues say a phrase, in all and with a value of this catalogue."""

    of: Counter[Phrase] = field(default_factory=Counter)
    together: Counter[Pair] = field(default_factory=Counter)
    certainty: dict[Pair, float] = field(default_factory=dict)
    """G2 of what occurs together more often than by chance."""
    named: Counter[Pair] = field(default_factory=Counter)
    """Articles that say a known name of the value, too."""
    followed: Counter[Pair] = field(default_factory=Counter)
    """Uses with another counted word behind it."""
    preceded: Counter[Pair] = field(default_factory=Counter)
    makers: dict[Pair, set[tuple[int, str]]] = field(default_factory=dict)
    """Number of the catalogue and maker."""
    written: dict[Phrase, Counter[str]] = field(default_factory=dict)

    def share(self, phrase: Phrase, value: str) -> float:
        """Of the articles that say a phrase, those that have the value."""
        return self.together[phrase, value] / self.of[phrase]


def candidates(catalogues: Sequence[Sequence[Article]], called: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """New words for values, most certain first, from the articles that other catalogues have of one facet.

    ``called`` gives for each value the names that it is known by, its own among them.
    """
    meant = _meant(called)
    known = {value: [{same(word) for word in name.split()} for name in names] for value, names in called.items()}
    words = _count(catalogues, meant, known, longest=1)
    certain = {pair for pair, certainty in words.certainty.items() if certainty >= _CERTAIN}
    counts = _count(catalogues, meant, known, longest=_LONGEST, vocabulary={phrase[0] for phrase, _ in certain})
    heads = {value: {same(name) for name in names} for value, names in called.items()}
    found: dict[str, list[str]] = {}
    for phrase, value in sorted(counts.certainty, key=lambda pair: (-counts.certainty[pair], pair)):
        if all(((word,), value) in certain for word in phrase) and _names_it(phrase, value, heads[value], counts, words):
            found.setdefault(value, []).append(counts.written[phrase].most_common(1)[0][0])
    return found


def log_likelihood_ratio(together: int, said: int, having: int, total: int) -> float:
    """Dunning's G2, 0 and up: of ``total`` articles ``said`` say a word, ``having`` have a value, ``together`` both."""
    table = (
        (together, said * having),
        (said - together, said * (total - having)),
        (having - together, (total - said) * having),
        (total - said - having + together, (total - said) * (total - having)),
    )
    return 2 * math.fsum(seen * math.log(seen * total / by_chance) for seen, by_chance in table if seen)


def _meant(called: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What each name means, where it means one value; an own name goes before a word for another value."""
    values: dict[str, set[str]] = {}
    for value, names in called.items():
        for name in names:
            values.setdefault(same(name), set()).add(value)
    return {name: next(iter(of)) for name, of in values.items() if len(of) == 1} | {same(value): value for value in called}


def _count(
    catalogues: Sequence[Sequence[Article]],
    meant: Mapping[str, str],
    known: Mapping[str, Sequence[Collection[str]]],
    *,
    longest: int,
    vocabulary: Collection[str] | None = None,
) -> _Counts:
    """Counts phrases of up to ``longest`` words, of ``vocabulary`` alone where it is given. ``known`` are the words of names."""
    counts = _Counts()
    for number, articles in enumerate(catalogues):
        values: Counter[str] = Counter()
        here = _Counts()
        for article in articles:
            value = meant.get(same(article.value), "")
            values[value] += 1
            phrases = dict(_phrases(article, longest, vocabulary))
            here.of.update(phrases.keys())
            named = any(article.said.issuperset(words) for words in known.get(value, ()))
            for phrase, written in phrases.items() if value else ():
                here.together[phrase, value] += 1
                counts.named[phrase, value] += named
                counts.makers.setdefault((phrase, value), set()).add((number, article.maker))
                counts.written.setdefault(phrase, Counter())[written] += 1
        for (phrase, value), together in here.together.items():
            said, having, total = here.of[phrase], values[value], len(articles)
            if together * total > said * having:
                before = counts.certainty.get((phrase, value), 0.0)
                counts.certainty[phrase, value] = before + log_likelihood_ratio(together, said, having, total)
        counts.of += here.of
        counts.together += here.together
    for (phrase, value), together in counts.together.items():
        if len(phrase) > 1:
            counts.followed[phrase[:-1], value] += together
            counts.preceded[phrase[1:], value] += together
    return counts


def _phrases(article: Article, longest: int, vocabulary: Collection[str] | None) -> Iterator[tuple[Phrase, str]]:
    """Each phrase of an article, and as it is written."""
    for run in sorted(article.runs):
        keys = [same(word) for word in run]
        for start in range(len(keys)):
            for stop in range(start + 1, min(start + longest, len(keys)) + 1):
                if vocabulary is not None and keys[stop - 1] not in vocabulary:
                    break
                yield tuple(keys[start:stop]), " ".join(run[start:stop])


def _names_it(phrase: Phrase, value: str, heads: Collection[str], counts: _Counts, words: _Counts) -> bool:
    """Whether a phrase is a word for the value or for a kind of it. ``heads`` are its known names, ``words`` the single words."""
    pair, uses = (phrase, value), counts.together[phrase, value]
    if counts.certainty[pair] < _CERTAIN or len(counts.makers[pair]) < _MIN_MAKERS or counts.share(*pair) < _OWN:
        return False
    if "".join(phrase) in heads or counts.followed[pair] >= _PART * uses:
        return False
    if len(phrase) == 1:
        return counts.named[pair] < _NAMED * uses
    head = next((start for start in range(1, len(phrase)) if "".join(phrase[start:]) in heads), 0)
    describing = all(word not in phrase[head:] and words.share((word,), value) >= _DESCRIBING for word in phrase[:head])
    return bool(head) and describing and counts.preceded[pair] < _PART * uses
