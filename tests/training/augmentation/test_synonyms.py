"""Another word for the same value: what is replaced, what is left alone, and what the grammar does with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from assortment.catalogue.store import Catalogue
from assortment.protocol.store import Protocol
from training.augmentation.synonyms import SynonymReplacement
from training.grammars import Grammars
from training.knowledge.base import Knowledge, Word
from training.queries import QueryGrammar, TrainingQuery, Vocabulary, part_words
from training.settings import TrainingSettings


@dataclass
class Item:
    """A product, as far as its facets go."""

    own: Mapping[str, str] = field(default_factory=dict)

    def facets(self) -> Mapping[str, str]:
        return self.own


def word(text: str) -> Word:
    return Word(text, "domain", 0.5)


ITEMS = [
    Item({"type": "Suspenders", "colour": "Red", "brand": "Red Tape", "gender": "Boys"}),
    Item({"type": "Gizmos", "colour": "Blue", "brand": "Zorp", "gender": "Girls"}),
]
KNOWLEDGE = Knowledge(
    words={
        "type": {"Suspenders": (word("galluses"), word("pant holders"), word("thingies")), "Gizmos": (word("thingies"),)},
        "gender": {"Boys": (word("kids"),), "Girls": (word("kids"),)},
    }
)


def made(query: TrainingQuery) -> set[str]:
    vocabulary = Vocabulary(ITEMS, KNOWLEDGE)
    replacement = SynonymReplacement(vocabulary, "encoder")
    return {replacement(query, np.random.default_rng(seed)) for seed in range(40)}


def test_a_synonym_replaces_the_whole_phrase() -> None:
    query = TrainingQuery("red pant holders for men", {"type": "Suspenders"})
    assert made(query) == {"red suspenders for men", "red galluses for men"}, "trouser braces are the scorer's"


@pytest.mark.parametrize(
    ("text", "wish", "further"),
    [
        ("galluses", {"type": "Gizmos"}, ()),
        ("thingies", {"type": "Suspenders"}, ({"type": "Gizmos"},)),
        ("thingies", {"type": "Suspenders"}, ()),
        ("suspenders", {"type": "Suspenders"}, ({"type": "Gizmos"},)),
        ("kids", {"gender": "Boys"}, ({"gender": "Girls"},)),
        ("red tape", {"brand": "Red Tape", "colour": "Red"}, ()),
        ("", {"type": "Suspenders"}, ()),
    ],
)
def test_what_names_no_value_for_sure_stays(text: str, wish: Mapping[str, str], further: tuple[Mapping[str, str], ...]) -> None:
    assert made(TrainingQuery(text, wish, further=further)) == {text}


def test_words_that_mean_other_values_too_are_not_said() -> None:
    assert made(TrainingQuery("gizmo", {"type": "Gizmos"})) == {"gizmo"}
    assert made(TrainingQuery("boys suspenders", {"type": "Suspenders", "gender": "Boys"})) >= {"boys galluses"}
    assert not any("thing" in text for text in made(TrainingQuery("suspenders", {"type": "Suspenders"})))


def test_what_is_turned_down_is_called_otherwise_too() -> None:
    query = TrainingQuery("gizmos - not suspenders", {"type": "Gizmos"}, unwanted={"type": "Suspenders"})
    assert "gizmos - not galluses" in made(query)
    assert all(text.startswith("gizmos - not ") for text in made(query))


@pytest.fixture(scope="module")
def grammars(catalogue: Catalogue, protocol: Protocol) -> Grammars:
    rows = protocol.train_rows(catalogue).tolist()
    return Grammars(catalogue.products, rows, protocol, None, TrainingSettings(misspelt=0.0, image_query_fraction=0.0))


def drawn(grammars: Grammars, share: float, number: int = 200) -> list[TrainingQuery]:
    grammar = replace(grammars, settings=replace(grammars.settings, replaced=share)).training("encoder")
    generator = np.random.default_rng(2)
    return [grammar.draw(generator) for _ in range(number)]


def test_a_share_of_queries_is_in_other_words_of_the_encoders_own(grammars: Grammars, catalogue: Catalogue) -> None:
    assert grammars.settings.replaced == 0.0
    assert len({query.text for query in drawn(grammars, 0.9)} - {query.text for query in drawn(grammars, 0.0)}) > 20
    replacement, generator = SynonymReplacement(Vocabulary(catalogue.products, None), "encoder"), np.random.default_rng(1)
    for facet, value in {item for product in catalogue.products for item in product.facets().items()}:
        said = {replacement(TrainingQuery(value.lower(), {facet: value}), generator) for _ in range(10)}
        assert said <= set(part_words(facet, value, "encoder"))


def test_where_it_is_off_nothing_is_drawn_for_it(grammars: Grammars, protocol: Protocol) -> None:
    assert "replaced" not in grammars.settings.decisive()
    shares = {kind: share for kind, share in grammars.settings.query_shares().items() if kind != "replaced"}
    vocabulary = Vocabulary(grammars.products, None)
    without = QueryGrammar(
        grammars.products, grammars.train_rows, protocol, image_fraction=0.0, vocabulary=vocabulary, shares=shares
    )
    first, second, off = np.random.default_rng(4), np.random.default_rng(4), grammars.training("encoder")
    assert [without.draw(first) for _ in range(50)] == [off.draw(second) for _ in range(50)]
    assert first.bit_generator.state == second.bit_generator.state


def test_a_replaced_query_that_says_a_word_of_the_test_is_refused_and_counted(
    grammars: Grammars, monkeypatch: pytest.MonkeyPatch
) -> None:
    grammar = replace(grammars, settings=replace(grammars.settings, replaced=0.5)).training("encoder")
    monkeypatch.setattr(grammar, "_replacement", lambda query, generator: "chinos")
    generator = np.random.default_rng(2)
    assert all(grammar.draw(generator).text != "chinos" for _ in range(40))
    assert grammar.rejected["a word of the test"] > 5
