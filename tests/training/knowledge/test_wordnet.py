"""A database of four lines in Princeton's format, and the choice between two senses of one word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assortment.errors import InputError
from training.knowledge.senses import SenseChooser, Vectors
from training.knowledge.wordnet import WordNet

SENSES = (
    ("06", ("brace", "suspender", "gallus"), "straps that hold trousers up"),
    ("06", ("brace", "orthodontic_braces"), "an appliance that corrects teeth"),
    ("05", ("brace",), "an animal"),
)
DIRECTIONS = {"strap": 0, "trousers": 0, "gallus": 0, "suspender": 0, "teeth": 1, "orthodontic": 1, "shoe": 2, "animal": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data, offsets = "  1 the licence is indented\n", []
    for kind, lemmas, gloss in SENSES:
        offsets.append(len(data))
        words = " ".join(f"{lemma} 0" for lemma in lemmas)
        data += f'{len(data):08} {kind} n {len(lemmas):02x} {words} 000 | {gloss}; "used so"  \n'
    found = " ".join(f"{offset:08}" for offset in offsets)
    (tmp_path / "data.noun").write_text(data, encoding="utf-8")
    (tmp_path / "index.noun").write_text(f"  1 the licence\nbrace n 3 0 3 0 {found}  \n", encoding="utf-8")
    return tmp_path


def encode(texts: Sequence[str]) -> Vectors:
    """Each text points where its words point."""
    vectors = np.full((len(texts), 3), 0.01, dtype=np.float32)
    for row, text in enumerate(texts):
        for word, direction in DIRECTIONS.items():
            vectors[row, direction] += word in text
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_senses_that_name_goods_are_read(folder: Path) -> None:
    senses = WordNet(folder).senses("braces")
    assert [sense.lemmas for sense in senses] == [("brace", "suspender", "gallus"), ("brace", "orthodontic braces")]
    assert senses[0].gloss == "straps that hold trousers up"
    assert WordNet(folder).senses("unknown") == []


def test_the_sense_that_the_catalogue_means_brings_its_words(folder: Path) -> None:
    chooser = SenseChooser(["Shoes", "Trouser Straps"], encode(["shoe", "trousers strap"]), encode)
    found = chooser.words(WordNet(folder), {"Shoes": ["shoes"], "Trouser Straps": ["braces"]})
    assert {value: [word.text for word in words] for value, words in found.items()} == {"Trouser Straps": ["suspender", "gallus"]}
    assert chooser.left_out["senses that the catalogue does not mean"] == 1


def test_a_folder_without_a_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"index\.noun"):
        WordNet(tmp_path)
