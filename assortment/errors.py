"""The errors of the root package.

AssortmentError
├── InputError (ValueError)      a field of a request or an option is wrong: field, value, what is allowed
├── DataError (ValueError)       a file of a catalogue, a protocol or judgments cannot be used
├── ManifestError                a folder does not match its manifest, or has none
├── StepError                    a step of the pipeline cannot run: what is missing, and the command that makes it
├── CatalogueChangingError       a request fell between two catalogue versions; trying again helps
└── ServerError                  the local Triton server did not start, or died
"""

from __future__ import annotations

from typing import Final

from assortment.masking import masked

_ENOUGH: Final = 200  # characters of what a caller wrote that are looked at; fewer are shown


class AssortmentError(Exception):
    """Root of this package's errors; the command line prints its message and exits with 1."""


class InputError(AssortmentError, ValueError):
    """A field of a request or an option is wrong. The message may go to a log: see ``assortment.masking``."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        shown = repr(_masked(value))
        if len(shown) > 80:
            shown = f"{shown[:60]}... ({len(shown)} characters)"
        name, dot, rest = field.partition(".")  # what follows is the name of a rule, and so may be anything
        super().__init__(f"{name}{dot}{masked(rest[:_ENOUGH])}: {shown} is not allowed; {masked(allowed)}")
        self.field = field
        self.allowed = allowed


class DataError(AssortmentError, ValueError):
    """A file of a catalogue, a protocol or judgments cannot be used."""


class ManifestError(AssortmentError):
    """A folder does not match its manifest, or has none."""


class StepError(AssortmentError):
    """A step of the pipeline cannot run."""


class CatalogueChangingError(AssortmentError):
    """A request fell between two catalogue versions."""


class ServerError(AssortmentError):
    """The local Triton server did not start, or died."""


def _masked(value: object) -> object:
    """A value without what is private, masked before it is cut: half a card number would not be recognised as one."""
    if isinstance(value, str):
        return masked(value[:_ENOUGH]) + value[_ENOUGH:]
    if isinstance(value, bytes):
        start = value[:_ENOUGH].decode("utf-8", "surrogateescape")
        return masked(start).encode("utf-8", "surrogateescape") + value[_ENOUGH:]
    return value
