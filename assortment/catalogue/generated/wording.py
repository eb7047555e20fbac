"""Titles and descriptions: patterns filled with an article's words, so that a missing value leaves no trace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_FOR_WHOM: Final = {
    **{"Women": "for women", "Men": "for men", "Girls": "for girls", "Boys": "for boys", "Unisex": "for everyone"},
    **{"Adults": "for adults", "Teens": "for teenagers", "Children": "for children"},
}
_WHOSE: Final = {"Women": "women's", "Men": "men's", "Girls": "girls'", "Boys": "boys'", "Unisex": "unisex"}
_TIDY: Final = (
    (re.compile(r"\(\s*\)"), ""),  # brackets with nothing in them
    (re.compile(r"\s+"), " "),
    (re.compile(r" (?=[,.:?)])|(?<=\() "), ""),
    (re.compile(r"[,:](?=[,:.)])"), ""),  # of two separators the last one stays
    (re.compile(r"\b([Aa])(?= [aeiou])"), r"\1n"),
    (re.compile(r"\b(\w+) \1\b"), r"\1"),  # "case, with case" may stay, "coffee coffee" may not
)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def fill(pattern: str, words: Mapping[str, str]) -> str:
    """Fills a pattern's placeholders; unknown ones become nothing, and separators around nothing go as well."""
    text = pattern.format_map(_Blank(words))
    for wrong, right in _TIDY:
        text = wrong.sub(right, text)
    return text.strip(" ,-:")


def sentence_start(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def in_running_text(value: str) -> str:
    """An attribute's value inside a sentence: "Navy Blue" becomes "navy blue", "USB-C" and "4K" stay."""
    return " ".join(word.lower() if word[1:].islower() else word for word in value.split())


def words_of(attributes: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """All words for patterns: attributes in running text, an article's ``chosen`` words, and forms made of both."""
    words = {name: in_running_text(value) for name, value in attributes.items()} | dict(chosen)
    whom = attributes.get("gender", attributes.get("audience", ""))
    words["genders"] = _WHOSE.get(whom, "")
    words["for_gender"] = words["for_audience"] = _FOR_WHOM.get(whom, "")
    words["pattern_or_plain"] = words.get("pattern", "plain")
    if words.get("pattern") == "plain":
        words["pattern"] = ""
    return words
