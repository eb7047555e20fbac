"""What text can be sent."""

from __future__ import annotations


def is_utf8(text: str) -> bool:
    """Whether ``text`` can be sent: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
