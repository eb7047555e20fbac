"""Slips of the keyboard: what is read otherwise, and what is left alone."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models

from assortment.errors import StepError
from assortment.serving.product_words import MOST_WORDS, ProductWords
from assortment.serving.spelling import Spelling, Spelt
from assortment.serving.word_list import WordList, counted
from assortment.text import TextTokenizer

TITLES = [
    "Women Chocolate Brown Kurta",
    "Chocolate Box",
    "Brown Belt",
    "Brown Shoes",
    "Moisturiser Creme",
    "Shirt XXXL",
    "Toes Sneaker's",
    "SonicWave\u2122 Sonicare Girls",
]
NAMES = ["trousers for men", "undershirt"]
LANGUAGE = {"totes": 3_000, "yellow": 80_000, "please": 900_000, "bellow": 999, "cross": 90_000, "espresso": 5_000}
NOTHING = WordList.of({})


@pytest.fixture(scope="module")
def tokenizer(letters_tokenizer: Path) -> TextTokenizer:
    return TextTokenizer(letters_tokenizer, max_tokens=32)


@pytest.fixture(scope="module")
def spelling(tokenizer: TextTokenizer) -> Spelling:
    words, spellings = ProductWords.of(TITLES), WordList.of({**counted(TITLES), "rdimm": 0, "rdimx": 0})
    return Spelling(tokenizer, words, spellings, WordList.of(LANGUAGE), names=NAMES)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("chocoolate", "chocolate"),  # a letter too many
        ("choclate", "chocolate"),  # too few
        ("chocoalte", "chocolate"),  # swapped
        ("chpcolate", "chocolate"),  # another
        ("womdn", "women"),
        ("hsoes", "shoes"),  # the first two swapped
        ("sshoes", "shoes"),
        ("ashoes", "shoes"),  # one in front
        ("CHOCOOLATE box", "chocolate box"),
        ("brown, chocoolate; bxo", "brown, chocolate; bxo"),  # signs stay, and so do short words
        ("trosuers", "trousers"),  # the name of a value
        ("undr shirt", "under shirt"),  # what a filter is asked for with
        ("yelloww", "yellow"),  # a word of the language
        ("moistuzirer", "moisturiser"),  # two slips in a long word
        ("shrt", "shirt"),  # no vowel, so one is missing
        ("gjrls", "girls"),
        ("choc\u00adoolate", "chocolate"),  # a soft hyphen in it
        ("chocoolate\u2122 box", "chocolate  box"),
    ],
)
def test_a_slip_is_read_as_what_was_meant(spelling: Spelling, typed: str, read: str) -> None:
    assert spelling.correct(typed).text == read


@pytest.mark.parametrize(
    "query",
    [
        "chocolates and kurtas",  # endings of what products say
        "totes",  # a word of the language, one slip from "toes"
        "sneakers",  # a token of the encoder, one slip from "sneaker's"
        "undershirts",  # the name of a value, with an ending
        "cr\u00e8me cre\u0300me",  # known without its accent, however it is composed
        "choco\u00adlate",  # a soft hyphen
        "sonicwave",  # not "sonicwavetm", and no "sonicare"
        "rdimm",  # of descriptions
        "xxxs xxxxl",  # sizes
        "xviii",
        "crocs",  # a brand of other shops, too short to be a slip of a common word
        "foo@choclate.com",
        "https://brwon.example",
        "brwo",  # two slips in a short word
        "vhocolate",  # the first letter is taken for right
        "b2000 kurt9",  # digits
        "men's",
        "巧克力连衣裙",
        "",
        "  brown   belt ",
    ],
)
def test_what_is_right_or_unlike_anything_stays(spelling: Spelling, query: str) -> None:
    assert spelling.correct(query) == Spelt(text=query)


def test_people_are_told(spelling: Spelling) -> None:
    spelt = spelling.correct("womdn chocoolate kurta")
    assert spelt.changed == (("womdn", "women"), ("chocoolate", "chocolate"))
    assert spelt.told() == '"womdn" read as "women"; "chocoolate" read as "chocolate"'
    assert spelling.correct("kurta").told() == ""


def test_a_pair_is_told_once(spelling: Spelling) -> None:
    assert spelling.correct("choclate or choclate").changed == (("choclate", "chocolate"),)


def test_of_two_that_are_as_near_the_one_that_more_products_say_is_meant(tokenizer: TextTokenizer) -> None:
    spelling = _of_titles(tokenizer, ["grey coat", "grey belt", "green coat"])
    assert spelling.correct("gren").text == "grey"
    assert spelling.correct("greeen").text == "green"  # one slip before two


def test_names_of_values_come_behind_what_products_say(tokenizer: TextTokenizer) -> None:
    assert _of_titles(tokenizer, ["pants"], names=["panty"]).correct("pantz").text == "pants"


def test_what_only_descriptions_say_takes_no_other_words_place(spelling: Spelling) -> None:
    assert spelling.correct("rdimn").text == "rdimn"


def test_without_a_dictionary_only_the_shops_words_take_the_place_of_others(tokenizer: TextTokenizer) -> None:
    assert _of_titles(tokenizer, TITLES).correct("womdn yelloww").text == "women yelloww"


def test_rare_words_of_the_language_take_nobodys_place(spelling: Spelling) -> None:
    assert spelling.correct("bellwo").text == "bellwo"


def test_a_token_counts_as_the_encoder_writes_it(tmp_path: Path) -> None:
    made = Tokenizer(
        models.WordPiece({"[UNK]": 0, "Rucksack": 1, **{c: i for i, c in enumerate("acekrsu", 2)}}, unk_token="[UNK]")
    )
    made.save(str(tmp_path / "tokenizer.json"))
    spelling = _of_titles(TextTokenizer(tmp_path, max_tokens=32), ["rucksackl"])
    assert spelling.correct("Rucksack").text == "Rucksack"


def test_words_behind_the_first_ones_stay(spelling: Spelling) -> None:
    query = " ".join(["brown"] * MOST_WORDS + ["womdn"])
    assert spelling.correct(query).text == query


def test_words_behind_eight_that_nobody_knows_stay(spelling: Spelling) -> None:
    nonsense = " ".join(f"qqqq{letter}qqqq" for letter in "abcdefgh")
    assert spelling.correct(f"womdn {nonsense}").text == f"women {nonsense}"
    assert spelling.correct(f"{nonsense} womdn").text == f"{nonsense} womdn"


def test_models_of_an_earlier_release_are_refused(letters_tokenizer: Path, tmp_path: Path) -> None:
    shutil.copy(letters_tokenizer, tmp_path)
    with pytest.raises(StepError, match=r"dictionary\.npy is missing: models of an earlier version .* `assortment export`"):
        Spelling.open(tmp_path / letters_tokenizer.name, ProductWords.of(TITLES), NOTHING)


def _of_titles(tokenizer: TextTokenizer, titles: list[str], names: Sequence[str] = ()) -> Spelling:
    return Spelling(tokenizer, ProductWords.of(titles), WordList.of(counted(titles)), NOTHING, names=names)
