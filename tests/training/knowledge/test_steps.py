"""The knowledge base of the small shop, by the real step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assortment import manifest
from assortment.catalogue.store import Catalogue
from assortment.cli import main
from assortment.paths import BuildPaths
from assortment.protocol.lexicon import fold, is_held_out, kept_words, train_words
from training.features import Features
from training.knowledge.base import Knowledge
from training.knowledge.steps import build
from training.knowledge.wordnet import FILES
from training.settings import TrainingSettings


@pytest.fixture(scope="module")
def knowledge(shop: BuildPaths, cached: Features, tiny_settings: TrainingSettings) -> Knowledge:
    return build(shop, tiny_settings)


def test_values_get_words_but_no_name_of_another_value_and_none_that_is_held_out(
    knowledge: Knowledge, catalogue: Catalogue
) -> None:
    assert "smart phones" in knowledge.synonyms("type", "Phones")
    for facet, values in knowledge.words.items():
        names = {fold(product.facets().get(facet, "")) for product in catalogue.products}
        for words in values.values():
            assert not [word.text for word in words if fold(word.text) in names or is_held_out(word.text)]


def test_a_model_that_serves_may_know_the_words_that_dev_and_test_keep(
    knowledge: Knowledge, shop: BuildPaths, tiny_settings: TrainingSettings
) -> None:
    everything = build(shop, replace(tiny_settings, held_out_words=True))
    assert manifest.read(shop.knowledge).results["words"]["lexicon"] > 0
    for facet, values in everything.words.items():
        for value, words in values.items():
            kept = {fold(word.text) for word in words if word.source == "lexicon"}
            assert kept <= {fold(word) for word in kept_words(facet, value)}
            assert not kept & {fold(word) for word in train_words(facet, value)}
    assert any("lexicon" in {word.source for word in words} for words in everything.words["type"].values())
    assert build(shop, tiny_settings) == knowledge


def test_words_of_wordnet_alone_are_those_of_no_list(shop: BuildPaths, tiny_settings: TrainingSettings, tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text("", encoding="utf-8")
    found = build(shop, replace(tiny_settings, domain_words=False, wordnet=str(tmp_path)))
    assert not (found.heads)
    assert not (found.occasions)
    assert "domain" not in {word.source for values in found.words.values() for words in values.values() for word in words}
    build(shop, tiny_settings)


def test_head_terms_and_occasions_point_to_types_of_this_catalogue(knowledge: Knowledge, catalogue: Catalogue) -> None:
    types = {product.type for product in catalogue.products}
    pointed = {name for found in (knowledge.heads, knowledge.occasions) for names in found.values() for name in names}
    assert pointed <= types
    assert "Novels" in knowledge.heads["books"]


def test_it_is_what_was_written_and_is_made_once(knowledge: Knowledge, shop: BuildPaths, tiny_settings: TrainingSettings) -> None:
    written = manifest.verify(shop.knowledge)
    assert build(shop, tiny_settings) == knowledge == Knowledge.read(shop.knowledge)
    assert manifest.read(shop.knowledge) == written
    assert written.results["left_out"]["words that are a value's own name"] > 0
    assert replace(knowledge, words={}).synonyms("type", "Phones") == ()


def test_it_can_be_asked_for_a_word(knowledge: Knowledge, shop: BuildPaths, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--catalogue", shop.root.name, "--build", str(shop.root.parent)]
    assert main(["knowledge", "show", "smart phones", *where]) == 0
    assert "Phones" in capsys.readouterr().out
    assert main(["knowledge", "show", "xylophones", *where]) == 1
    assert "does not know 'xylophones'" in capsys.readouterr().err
