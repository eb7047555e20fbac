"""The knowledge base of a catalogue: its words by facet and value, head terms, occasions and types; read and written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

FILENAME: Final = "knowledge.json"
Source = Literal["domain", "lexicon", "wordnet", "co-occurrence"]


@dataclass(frozen=True, slots=True)
class Word:
    """Something that shoppers call a value."""

    text: str
    source: Source
    similarity: float
    """Cosine of the untrained encoder's vectors of the word and the value, both less the mean of all values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFacts:
    """What the catalogue itself tells of a type."""

    products: int
    path: tuple[str, ...]
    """The categories above it."""
    siblings: tuple[str, ...]
    """Types of the same category, most products first."""
    title_words: tuple[str, ...]
    """Words that its titles say and others' titles hardly do, most telling first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known of a catalogue's words."""

    words: Mapping[str, Mapping[str, tuple[Word, ...]]] = field(default_factory=dict)
    """Facet to value to words, without the catalogue's own name."""
    heads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A word with many meanings to the types that it may mean."""
    occasions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """An occasion to the types that people want for it."""
    types: Mapping[str, TypeFacts] = field(default_factory=dict)

    def synonyms(self, facet: str, value: str) -> tuple[str, ...]:
        """The texts of a value's words."""
        return tuple(word.text for word in self.words.get(facet, {}).get(value, ()))

    def write(self, folder: Path) -> None:
        """Writes ``knowledge.json``."""
        content = {name: _plain(getattr(self, name)) for name in ("words", "heads", "occasions", "types")}
        (folder / FILENAME).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Knowledge:
        """Reads what ``write`` wrote."""
        content: dict[str, Any] = json.loads((folder / FILENAME).read_text(encoding="utf-8"))
        return cls(
            words={
                facet: {value: tuple(Word(**word) for word in words) for value, words in values.items()}
                for facet, values in content["words"].items()
            },
            heads={word: tuple(types) for word, types in content["heads"].items()},
            occasions={occasion: tuple(types) for occasion, types in content["occasions"].items()},
            types={name: _facts(facts) for name, facts in content["types"].items()},
        )


def _facts(content: Mapping[str, Any]) -> TypeFacts:
    lists = {name: tuple(content[name]) for name in ("path", "siblings", "title_words")}
    return TypeFacts(products=content["products"], **lists)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return asdict(value) if isinstance(value, Word | TypeFacts) else value
