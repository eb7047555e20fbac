"""What an attempt's error says: whether another attempt helps, where, at whose cost, and what it tells about the endpoint."""

from __future__ import annotations

import enum
from typing import Final

from assortment_client.errors import (
    AccessDenied,
    BadResponse,
    Cancelled,
    ClientClosed,
    DeadlineExceeded,
    InvalidRequest,
    ModelNotReady,
    NotTriton,
    Overloaded,
    SearchError,
    ServerFailed,
    TLSFailed,
    Unavailable,
)

_NO_WORK_DONE: Final = ("refused", "unresolved", "stopping", "dead_process")


class Verdict(enum.Enum):
    """One of a few kinds of outcome."""

    GOOD = "answered"
    REFUSED = "the request's own fault: final, and the endpoint is well"
    DENIED = "credentials: once more with a fresh token, and then final; the endpoint is neither well nor ill"
    GONE = "did no work and will do none: another endpoint at once, free of budget; the breaker opens at once"
    CHANGING = "did no work, and soon will: another endpoint at once, free of budget; the breaker counts nothing"
    CUT = "broken off: another endpoint at once, free when that one is well; the breaker counts it"
    LATE = "no answer in time: as CUT, but the breaker counts it only where it is not the load that all have"
    BUSY = "overloaded: one try elsewhere, out of the budget; the breaker counts nothing"
    BROKEN = "failed over this request: final; the breaker counts it"
    GIVEN_UP = "closed or cancelled from this side: final, and says nothing about the endpoint"

    @property
    def speaks_against(self) -> bool:
        """Whether the breaker may count it."""
        return self in _AGAINST

    @property
    def answered(self) -> bool:
        """Whether a server of the right kind was there."""
        return self in _ANSWERED

    @property
    def is_good(self) -> bool:
        """Whether the server did its work in time."""
        return self is Verdict.GOOD or self is Verdict.REFUSED

    @property
    def is_bad(self) -> bool:
        """Whether it did not; some outcomes are neither."""
        return self in _BAD

    @property
    def is_final(self) -> bool:
        """Whether no other attempt could help."""
        return self in _FINAL


_AGAINST: Final = frozenset({Verdict.GONE, Verdict.CUT, Verdict.LATE, Verdict.BROKEN})
_ANSWERED: Final = frozenset({Verdict.GOOD, Verdict.REFUSED, Verdict.DENIED, Verdict.CHANGING, Verdict.BUSY})
_BAD: Final = _AGAINST | {Verdict.BUSY}
_FINAL: Final = frozenset({Verdict.GOOD, Verdict.REFUSED, Verdict.BROKEN, Verdict.GIVEN_UP})


def verdict_of(error: SearchError) -> Verdict:
    """The verdict on an attempt that met this error."""
    if isinstance(error, ModelNotReady):
        return Verdict.GONE if error.retryable else Verdict.REFUSED
    if isinstance(error, NotTriton | TLSFailed):
        return Verdict.GONE
    if isinstance(error, Unavailable):
        if error.reason in _NO_WORK_DONE:
            return Verdict.GONE
        return Verdict.CHANGING if error.reason == "catalogue_changing" else Verdict.CUT
    for kinds, verdict in _BY_CLASS:
        if isinstance(error, kinds):
            return verdict
    return Verdict.BROKEN


_BY_CLASS: Final[tuple[tuple[tuple[type[SearchError], ...], Verdict], ...]] = (
    ((InvalidRequest,), Verdict.REFUSED),
    ((DeadlineExceeded,), Verdict.LATE),
    ((Overloaded,), Verdict.BUSY),
    ((AccessDenied,), Verdict.DENIED),
    ((ServerFailed, BadResponse), Verdict.BROKEN),
    ((ClientClosed, Cancelled), Verdict.GIVEN_UP),
)
