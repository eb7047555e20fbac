"""How dev and test shoppers word a wish. Training words its queries by a grammar of its own, in ``training/queries/``.

A template is a line of pieces; a piece whose facet the wish does not name is dropped. ``{other}`` stands for every named
facet without a piece of its own (pattern, material, usage ...).
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assortment.protocol.lexicon import words
from assortment.protocol.splits import Split

SYNONYM_SHARE: Final = 0.6
"""How often a word of the lexicon is taken where there is one; else the catalogue's own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """The templates of one split."""

    with_type: tuple[str, ...]
    """For wishes that name a type."""
    without_type: tuple[str, ...]
    """For wishes that do not."""
    phrases: tuple[str, ...]
    """Put around a template; "{}" alone is the plain query, listed several times because it is the commonest."""


DEV: Final = Grammar(
    with_type=(
        "{other} | {type} | for {gender} | {colour} | {brand} | for {audience}",
        "{colour} | {other} | {type} | from {brand} | for {gender} | for {audience}",
        "{brand} | {gender} | {type} | {other} | {colour} | for {audience}",
    ),
    without_type=(
        "{colour} | {other} | products | from {brand} | for {gender} | for {audience}",
        "{gender} | {brand} | {colour} | {other} | items | for {audience}",
    ),
    phrases=("{}", "{}", "{}", "{}", "shop {}", "buy {}"),
)
TEST: Final = Grammar(
    with_type=(
        "{gender} | {brand} | {colour} | {other} | {type} | for {audience}",
        "{brand} | {other} | {type} | in {colour} | for {gender} | for {audience}",
        "{type} | {colour} | {gender} | {other} | {brand} | for {audience}",
        "{other} | {colour} | {type} | by {brand} | for {gender} | for {audience}",
    ),
    without_type=(
        "anything | {other} | in {colour} | by {brand} | for {gender} | for {audience}",
        "{brand} | {colour} | {other} | stuff | for {gender} | for {audience}",
        "{other} | {colour} | things | {brand} | {gender} | for {audience}",
    ),
    phrases=("{}", "{}", "{}", "{}", "{}", "{}", "looking for {}", "do you have {}", "{} please", "where to find {}"),
)
GRAMMARS: Final[Mapping[Split, Grammar]] = {"dev": DEV, "test": TEST}
_FACET: Final = re.compile(r"\{(\w+)\}")
_PERSON: Final = re.compile(r"^(my|him|for|every)")  # words for people that read well after "for" only


def word_query(wish: Mapping[str, str], split: Split, generator: random.Random) -> str:
    """Words a wish as a shopper of the split would: lower case, no punctuation.

    Raises:
        KeyError: for the split "train", whose grammar is training's own.
    """
    grammar = GRAMMARS[split]
    template = generator.choice(grammar.with_type if "type" in wish else grammar.without_type)
    spoken = {facet: _spoken(facet, value, split, generator) for facet, value in wish.items()}
    placed = set(_FACET.findall(template))
    spoken["other"] = " ".join(word for facet, word in spoken.items() if facet not in placed)
    pieces = template.split(" | ")
    if "{gender}" in pieces and _PERSON.match(spoken.get("gender", "")):
        pieces = [piece for piece in pieces if piece != "{gender}"] + ["for {gender}"]
    said = [_say(piece, spoken) for piece in pieces]
    return generator.choice(grammar.phrases).format(" ".join(part for part in said if part))


def _spoken(facet: str, value: str, split: Split, generator: random.Random) -> str:
    own, *synonyms = words(facet, value, split)
    return generator.choice(synonyms) if synonyms and generator.random() < SYNONYM_SHARE else own


def _say(piece: str, spoken: Mapping[str, str]) -> str:
    found = _FACET.search(piece)
    if found is None:
        return piece
    word = spoken.get(found.group(1), "")
    return piece.replace(found.group(), word) if word else ""
