"""When two titles are one: a title as it is compared, not as it is shown."""

from __future__ import annotations

import unicodedata
from typing import Final

_APOSTROPHES: Final = dict.fromkeys(map(ord, "'\u2018\u2019\u02bc"))


def normalised_title(title: str) -> str:
    """The words of a title, without case and punctuation: "Nike  Men's T-Shirt!" and "nike mens t shirt" are one title.

    NFKC and case folding; apostrophes vanish, every other character that is neither letter, mark nor digit becomes a space,
    and runs of white space one. Empty when nothing is left. A normalised title stays as it is.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold()).translate(_APOSTROPHES)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)
    return unicodedata.normalize("NFKC", " ".join(kept.split()))
