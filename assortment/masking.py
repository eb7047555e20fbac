"""Takes e-mail addresses, phone numbers and card numbers out of text that goes to a log or back in an error.

Shoppers paste all kinds of things into a search field. What is masked errs on the side of masking; ordinary product words, sizes,
prices and 8- and 13-digit article numbers that do not look like a phone number stay as they are.

- Cards: 14 to 19 digits, grouped or not, that begin as cards do and have a right check digit (ISO/IEC 7812-1, "Luhn").
- Phones: ``+`` or ``00`` and a country code; a national number with its leading 0; a North American one of 10 digits, with or
  without its 1; a Chinese mobile one.
"""

from __future__ import annotations

import re
from typing import Final

CARD: Final = "[card]"
PHONE: Final = "[phone]"
EMAIL: Final = "[e-mail]"

_GAP = r"[\s.\-\u2010-\u2015/_]{0,3}"  # what people put between groups of digits
_NOT_AFTER_DIGIT, _NOT_BEFORE_DIGIT = r"(?<!\d)(?<!\d[.,])", r"(?!\d)"
_AT = r"@\uff20"
_IN_WORD = rf"[^{_AT}\s,;:'\"<>()\[\]{{}}\\]"
_DOMAIN = f"{_IN_WORD}{{1,255}}"  # a bound, for time that does not grow with the square of a text's length
_EMAIL: Final = re.compile(rf"(?<!{_IN_WORD}){_IN_WORD}+(?:[{_AT}]|%40){_DOMAIN}(?:\.|%2[eE]){_IN_WORD}+")
_DIGITS: Final = re.compile(rf"\d(?:{_GAP}\d){{13,}}")
_GROUP: Final = re.compile(r"\d+")
_CARD_LENGTHS: Final = range(14, 20)
_MAX_GROUPS: Final = 19
_PHONES: Final = re.compile(
    "|".join(
        [
            rf"[+\uff0b]{_GAP}\d(?:[\s.\-\u2010-\u2015/_()]{{0,4}}\d){{6,14}}",  # +49 (0) 30 1234567
            rf"{_NOT_AFTER_DIGIT}00{_GAP}[1-9](?:{_GAP}\d){{6,14}}{_NOT_BEFORE_DIGIT}",  # 0049 30 1234567
            rf"{_NOT_AFTER_DIGIT}\(?0[1-9]\d{{1,4}}\)?(?:{_GAP}\d){{4,9}}{_NOT_BEFORE_DIGIT}",  # 0171 1234567, (030) 123456
            rf"{_NOT_AFTER_DIGIT}0[1-9](?:{_GAP}\d\d){{4}}{_NOT_BEFORE_DIGIT}",  # 01 42 68 53 00
            rf"{_NOT_AFTER_DIGIT}(?:1{_GAP})?\(?[2-9]\d\d\)?{_GAP}[2-9]\d\d{_GAP}\d{{4}}{_NOT_BEFORE_DIGIT}",  # (555) 234-5678
            rf"{_NOT_AFTER_DIGIT}1[3-9]\d(?:{_GAP}\d{{4}}){{2}}{_NOT_BEFORE_DIGIT}",  # 138 0013 8000
        ]
    )
)


def masked(text: str) -> str:
    """``text`` with a word in brackets in place of each e-mail address, card number and phone number."""
    return _PHONES.sub(PHONE, _DIGITS.sub(_without_cards, _EMAIL.sub(EMAIL, text)))


def _without_cards(found: re.Match[str]) -> str:
    """A run of digits with the cards in it masked; a card is whole groups of the run."""
    run = found[0]
    groups = [group.span() for group in _GROUP.finditer(run)]
    kept, start, first = "", 0, 0
    while first < len(groups):
        last = _card_end(run, groups, first)
        if last < 0:
            first += 1
            continue
        kept += run[start : groups[first][0]] + CARD
        start, first = groups[last][1], last + 1
    return kept + run[start:]


def _card_end(run: str, groups: list[tuple[int, int]], first: int) -> int:
    """Index of the last group of a card that begins with group ``first``; -1 when none does."""
    digits, end = "", -1
    for index in range(first, min(first + _MAX_GROUPS, len(groups))):
        digits += run[slice(*groups[index])]
        if len(digits) in _CARD_LENGTHS and _is_card(digits):
            end = index
    return end


def _is_card(digits: str) -> bool:
    values = [int(digit) for digit in digits]
    if values[0] not in range(2, 7) or (len(values) == 14 and values[0] != 3):
        return False
    doubled = (sum(divmod(2 * value, 10)) for value in values[-2::-2])
    return (sum(values[::-2]) + sum(doubled)) % 10 == 0
