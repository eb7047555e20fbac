"""Limits of the price in a query: "under 50", "between 20 and 40 euros", "over $100", "20-30 €", "not less than $80".

A number is a price when a currency stands beside it, or when the words before it can mean nothing else of a product and nothing
that it counts follows: "under 50" is one, "under 50 inch", "size under 42", "toys for kids under 12" and "up to 5 doors" are not,
and "over 18" is none without a currency.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from assortment.serving.understanding.amounts import AMOUNT, FIRST_AMOUNT, has_currency, value_of
from assortment.serving.understanding.no_prices import counts_something, goes_on, is_aged, is_measured, is_no_price
from assortment.serving.understanding.value_words import LONGEST, ValueWords
from assortment.serving.understanding.words import Word

_FREE: Final = r"(?<!\w)(?<!\d[.,])"
_PRICED: Final = r"(?:(?:that |which )?(?:costs?|costing|priced(?: at)?|for)\s+)?"
_PRICE_VERB: Final = re.compile(r"(?:that |which )?(?:cost|priced)", re.IGNORECASE)
_NOT: Final = r"(?:not|no|nothing)\s+"
_COMPARED_UP: Final = r"under|below|less than|cheaper than"
_COMPARED_DOWN: Final = r"over|above|more than"
_AT_MOST: Final = r"up to|at most|max(?:imum)?\.?(?: of)?"
_AT_LEAST: Final = r"at least|upwards of|from|starting at|min(?:imum)?\.?(?: of)?"
_ONE: Final = re.compile(
    rf"{_FREE}(?P<not>{_NOT})?{_PRICED}(?P<nor>{_NOT})?"
    rf"(?:(?P<below>{_COMPARED_UP})|(?P<above>{_COMPARED_DOWN})|(?P<most>{_AT_MOST})|(?P<least>{_AT_LEAST}))\s+(?P<amount>{AMOUNT})",
    re.IGNORECASE,
)
_AND: Final = r"\s*(?:[,;&]\s*)?(?:(?:and|but|or)\s+)?"
_TWO: Final = re.compile(
    rf"{_FREE}{_PRICED}(?:(?P<between>between)\s+{FIRST_AMOUNT}\s+and\s+{AMOUNT}|from\s+{FIRST_AMOUNT}\s+to\s+{AMOUNT}"
    rf"|(?P<both>(?:{_COMPARED_DOWN}|{_AT_LEAST})\s+{AMOUNT}(?P<joint>{_AND})(?:{_COMPARED_UP}|{_AT_MOST})\s+{AMOUNT})"
    rf"|(?P<dash>{AMOUNT}\s*[-\u2013]\s*{AMOUNT}(?!\s?[$€£¥₹]?\s?\d)))",
    re.IGNORECASE,
)
_UNSAID: Final = re.compile(
    r"(?:\b(?:not|no|nothing|never|without|cannot)|n['\u2019]t)"
    r"(?:\s+(?:want|any|anything|to|spend|pay|be|that|which|is|are|it|costs?|costing|priced|at|for|much|of)){0,4}\s*$",
    re.IGNORECASE,
)
_LOOKED_AT: Final = 40  # characters before a limit, for words that turn it down
_JOINED: Final = re.compile(_AND, re.IGNORECASE)
_JOINT: Final = re.compile(r"(?:^|(?<=\s))(?:and|but)\s+$", re.IGNORECASE)
_JOINS: Final = re.compile(r"\b(?:and|but)\b", re.IGNORECASE)
_ENDS_IN_CURRENCY: Final = re.compile(r"[^\dk]\.?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """What was found."""

    spans: tuple[tuple[int, int], ...]
    """Where the text says so, in order."""
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class _Limit:
    """One wording of one limit, or of both."""

    span: tuple[int, int]
    low: float | None
    high: float | None


def price_limits(text: str, words: Sequence[Word], known: ValueWords) -> PriceLimits | None:
    """The limits that a text sets to the price; None when it sets none, or two that contradict each other.

    The first wording of both counts, else the first of each. Where "not" or the like stands before one that is not compared
    ("not from $50"), it is left alone, and so is what a value of the catalogue says ("Gifts under 50").

    Args:
        text: the query.
        words: all of them.
        known: values of the catalogue.
    """
    if not any(character.isdecimal() for character in text):
        return None
    limits = (limit for limit in _limits_of(text, words, known) if not _in_a_value(limit.span, words, known))
    low, high, spans = None, None, []
    for limit in limits:
        if (limit.low is None or low is None) and (limit.high is None or high is None):
            low = limit.low if limit.low is not None else low
            high = limit.high if limit.high is not None else high
            spans.append((_joint_before(text, limit.span[0]), limit.span[1]))
        if low is not None and high is not None:
            break
    if not spans:
        return None
    if low is not None and high is not None and low > high:
        return None
    return PriceLimits(_joined(text, sorted(spans)), low, high)


def _limits_of(text: str, words: Sequence[Word], known: ValueWords) -> Iterator[_Limit]:
    """Wordings of both limits, then of one."""
    for found in _TWO.finditer(text):
        amounts = [group for group in found.groups()[1:] if group and group not in (found["dash"], found["both"], found["joint"])]
        low_high = _range(text, found, amounts, words, known)
        if low_high:
            yield _Limit(found.span(), *low_high)
    for found in _ONE.finditer(text):
        if limit := _one(text, found, words, known):
            yield limit


def _range(
    text: str, found: re.Match[str], amounts: Sequence[str], words: Sequence[Word], known: ValueWords
) -> tuple[float, float] | None:
    """Both limits of a range, the lower one first; None when it is no range of prices, or a turned down one."""
    prices = [price for amount in amounts if (price := value_of(amount)) is not None]
    if len(prices) < len(amounts) or _is_unsaid(text, found.start()) or goes_on(text, found.end()):
        return None
    if found["both"] and (prices[0] > prices[1] or not _are_both_prices(text, found, amounts, prices, words, known)):
        return None
    if not any(map(has_currency, amounts)):
        if not found["between"] or _in_thousands(amounts) or is_no_price(text, found.span(), prices, words, known):
            return None
    elif found["dash"] and is_measured(text, found.start()):
        return None
    return min(prices), max(prices)


def _are_both_prices(
    text: str, found: re.Match[str], amounts: Sequence[str], prices: Sequence[float], words: Sequence[Word], known: ValueWords
) -> bool:
    """Whether two limits that follow each other are of one kind: "over 12 under $20" has an age or a size, and a price.

    Without a currency of its own, the lower one is a price only where it is joined to one with a currency behind it, and where
    nothing before it has sizes or ages; the upper one, where it may be one alone: "over $20 under 50 cm".
    """
    if has_currency(amounts[0]):
        return has_currency(amounts[1]) or not is_no_price(text, found.span(), prices[1:], words, known)
    if not (_JOINS.search(found["joint"]) and has_currency(amounts[1]) and _ENDS_IN_CURRENCY.search(amounts[1].strip())):
        return False
    return not is_measured(text, found.start()) and not is_aged(text, found.start())


def _one(text: str, found: re.Match[str], words: Sequence[Word], known: ValueWords) -> _Limit | None:
    """The limit of one wording; None when it is none."""
    amount = found["amount"]
    price = value_of(amount)
    turned = bool(found["not"]) + bool(found["nor"])
    if price is None or _is_unsaid(text, found.start()) or goes_on(text, found.end()):
        return None
    if turned > 1 or (turned and not (found["below"] or found["above"])):
        return None
    is_upper = bool(found["below"] or found["most"]) != bool(turned)
    if not has_currency(amount):
        if not is_upper or _in_thousands([amount]) or is_no_price(text, found.span(), [price], words, known):
            return None
        if found["most"] and not _PRICE_VERB.match(found[0]) and counts_something(text, found.end(), price, words, known):
            return None
    return _Limit(found.span(), None, price) if is_upper else _Limit(found.span(), price, None)


def _in_thousands(amounts: Sequence[str]) -> bool:
    """Whether "k" stands behind one: "up to 4k" is a resolution."""
    return any(amount.casefold().endswith("k") for amount in amounts)


def _is_unsaid(text: str, start: int) -> bool:
    """Whether the words before turn it down in a way that is not read: "I don't want to pay more than"."""
    return bool(_UNSAID.search(text, max(0, start - _LOOKED_AT), start))


def _joint_before(text: str, start: int) -> int:
    """Where a limit starts with the "and" or "but" that joins it to other words: what is left shall not end in it."""
    joint = _JOINT.search(text, max(0, start - _LOOKED_AT), start)
    return joint.start() if joint else start


def _in_a_value(span: tuple[int, int], words: Sequence[Word], known: ValueWords) -> bool:
    """Whether a number of the limit is a word of a value."""
    first, end = (bisect_left(words, edge, key=attrgetter("start")) for edge in span)
    numbers = [place for place in range(first, end) if any(character.isdecimal() for character in words[place].text)]
    starts = ((start, number) for number in numbers for start in range(max(0, number + 1 - LONGEST), number + 1))
    return any(known.length(words[start : start + LONGEST]) > number - start for start, number in starts)


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans, as one where only "and", "but" or a comma is between them."""
    if len(spans) > 1 and _JOINED.fullmatch(text, spans[0][1], spans[1][0]):
        return ((spans[0][0], spans[1][1]),)
    return tuple(spans)
