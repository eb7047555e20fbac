"""Slips of the keyboard: what is read otherwise, and what is left alone."""

from pathlib import Path

import pytest

from assortment.serving.product_words import MOST_WORDS, ProductWords
from assortment.serving.spelling import Spelling, Spelt
from assortment.serving.word_list import WordList
from assortment.text import TextTokenizer

TITLES = ["Women Chocolate Brown Kurta", "Chocolate Box", "Brown Belt", "Brown Shoes", "Moisturiser Creme", "Jewellery Sets"]
NAMES = ["trousers for men", "undershirt"]
LANGUAGE = {"totes": 3_000, "under": 900_000, "yellow": 80_000, "please": 9_000_000, "bellow": 1, "belts": 9, "crème": 2}


@pytest.fixture(scope="module")
def tokenizer(letters_tokenizer: Path) -> TextTokenizer:
    return TextTokenizer(letters_tokenizer, max_tokens=32)


@pytest.fixture(scope="module")
def spelling(tokenizer: TextTokenizer) -> Spelling:
    words, spellings = ProductWords.of(TITLES), WordList.of_texts(TITLES)
    return Spelling(tokenizer, words, spellings, names=NAMES, dictionary=WordList.of(LANGUAGE))


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
        ("undr shirts", "under shirts"),  # a word of the language
        ("yelow", "yellow"),  # the commonest of the language, not "bellow"
        ("moistuzirer", "moisturiser"),  # two slips in a long word
        ("moisturiser crème", "moisturiser crème"),  # known as they stand
    ],
)
def test_a_slip_is_read_as_what_was_meant(spelling: Spelling, typed: str, read: str) -> None:
    assert spelling.correct(typed).text == read


@pytest.mark.parametrize(
    "query",
    [
        "chocolates and kurtas",  # endings of what products say
        "totes",  # a word of the language, one slip from "toes" or not
        "sneakers",  # a token of the encoder
        "undershirts",  # the name of a value, with an ending
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


def test_of_two_that_are_as_near_the_one_that_more_products_say_is_meant(tokenizer: TextTokenizer) -> None:
    titles = ["grey coat", "grey belt", "green coat"]
    spelling = Spelling(tokenizer, ProductWords.of(titles), WordList.of_texts(titles))
    assert spelling.correct("gren").text == "grey"
    assert spelling.correct("greeen").text == "green"  # one slip before two


def test_names_of_values_come_behind_what_products_say(tokenizer: TextTokenizer) -> None:
    titles = ["pants"]
    spelling = Spelling(tokenizer, ProductWords.of(titles), WordList.of_texts(titles), names=["panty"])
    assert spelling.correct("pantz").text == "pants"


def test_without_a_dictionary_only_the_shops_words_take_the_place_of_others(tokenizer: TextTokenizer) -> None:
    spelling = Spelling(tokenizer, ProductWords.of(TITLES), WordList.of_texts(TITLES))
    assert spelling.correct("womdn yelow").text == "women yelow"


def test_rare_words_of_the_language_take_nobodys_place(spelling: Spelling) -> None:
    assert spelling.correct("bellwo").text == "bellwo"


def test_words_behind_the_first_ones_stay(spelling: Spelling) -> None:
    query = " ".join(["brown"] * MOST_WORDS + ["womdn"])
    assert spelling.correct(query).text == query
