"""How much of an error can travel: gRPC has some 16 KiB for all metadata of an answer, and writes what is not ASCII longer."""

from __future__ import annotations

from typing import Final

_MOST_CHARACTERS: Final = 2000
_MOST_BYTES: Final = 6000
_PERCENT: Final = 3  # bytes that gRPC writes for each byte outside of ASCII's signs, and for a percent sign
_CUT: Final = "…"


def bounded(text: str) -> str:
    """``text``, or as much of it as travels safely, with an ellipsis for the rest."""
    room = _MOST_BYTES
    for place, sign in enumerate(text):
        room -= 1 if " " <= sign <= "~" and sign != "%" else _PERCENT * len(sign.encode("utf-8", "replace"))
        if place == _MOST_CHARACTERS or room < 0:
            return text[: place - 1] + _CUT
    return text
