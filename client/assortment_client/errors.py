"""Everything that a call of this client can raise.

SearchError
├── InvalidRequest (ValueError)      a field is wrong: its name, value and what is allowed; found here or by the server
│   └── UnknownCandidates            ids that are not in the catalogue being served
├── Overloaded                       the server's queues are full: slow down, then try again
├── Unavailable                      nothing answers there, the server is stopping, or one of its processes has died
│   └── TLSFailed                    no secure connection: another certificate, or plain text on one side
├── ModelNotReady                    the server answers, but does not serve this model (now)
├── DeadlineExceeded (TimeoutError)  no answer within ``deadline_s``
├── AccessDenied                     the server wants other credentials: an expired token, for instance
├── ServerFailed                     the server broke down over this request
├── BadResponse                      the answer breaks the contract: another model, another version, or cut short
│   └── NotTriton                    what listens there is no Triton, a web server for instance
├── Cancelled                        an attempt that was given up; only observers and ``attempts`` see it
└── ClientClosed                     the client was used after ``close()``
"""

# The names say what happened, as gRPC's own do; "Error" would add nothing.
# ruff: noqa: N818

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeVar

_Error = TypeVar("_Error", bound="SearchError")
_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """What one attempt of a call met."""

    number: int
    """From 1."""
    endpoint: str
    """``host:port``."""
    kind: str
    """As in ``observe.AttemptInfo``."""
    error: str
    """Name of the error's class, for instance ``Overloaded``."""
    message: str
    """The error's message."""
    seconds: float
    """How long the attempt took."""


class SearchError(Exception):
    """Root of this client's errors. Attributes that do not apply are empty."""

    default_code: ClassVar[str] = "UNKNOWN"
    default_retryable: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = self.default_code
        """The gRPC status, for instance ``UNAVAILABLE``."""
        self.endpoint = ""
        """``host:port`` of the server."""
        self.model = ""
        """The model that was asked."""
        self.request_id = ""
        """Stands in the server's log too."""
        self.retryable = self.default_retryable
        """Whether the same request may succeed later, or elsewhere."""
        self.attempts: tuple[FailedAttempt, ...] = ()
        """What every attempt of the call met, this error's own last; empty when nothing was sent."""

    def __str__(self) -> str:
        where = [self.model and f"{self.model} at {self.endpoint}", self.request_id and f"request {self.request_id}"]
        shown = ", ".join(part for part in where if part)
        return f"{self.message} [{shown}]" if shown else self.message

    def located(
        self: _Error, *, endpoint: str, model: str, request_id: str, code: str | None = None, retryable: bool | None = None
    ) -> _Error:
        """Notes where the error happened, and returns it."""
        self.endpoint, self.model, self.request_id = endpoint, model, request_id
        self.code = self.code if code is None else code
        self.retryable = self.retryable if retryable is None else retryable
        return self


class InvalidRequest(SearchError, ValueError):
    """A field of the request is wrong. Sending it again will not help."""

    default_code = "INVALID_ARGUMENT"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
        """The argument's name; empty when the server did not tell."""

    @classmethod
    def of(cls, field: str, value: object, allowed: str) -> InvalidRequest:
        """The server's own wording: field, value, what is allowed."""
        shown = repr(value)
        if len(shown) > _LONGEST_VALUE:
            shown = f"{shown[:60]}... ({len(shown)} characters)"
        return cls(f"{field}: {shown} is not allowed; {allowed}", field=field)


class UnknownCandidates(InvalidRequest):
    """Candidates that are not in the catalogue being served."""

    def __init__(self, message: str, *, field: str = "candidates", product_id: str = "", num_unknown: int = 0) -> None:
        super().__init__(message, field=field)
        self.product_id = product_id
        """The first of them."""
        self.num_unknown = num_unknown
        """How many there are."""


class Overloaded(SearchError):
    """The server's queues are full, or the request waited in one too long."""

    default_code = "UNAVAILABLE"
    default_retryable = True


class Unavailable(SearchError):
    """Nothing answers there, the server is stopping, or one of its processes has died."""

    default_code = "UNAVAILABLE"
    default_retryable = True

    def __init__(self, message: str, *, reason: str = "other") -> None:
        super().__init__(message)
        self.reason = reason
        """"refused", "unresolved" (a name without addresses), "stopping", "dead_process", "catalogue_changing", "breaker_open"
        (nothing was sent: all endpoints have failed before) or "other"."""


class TLSFailed(Unavailable):
    """No secure connection: the certificate is another's, or one of the two sides speaks plain text."""

    default_retryable = False


class ModelNotReady(SearchError):
    """The server answers, but does not serve this model (now)."""

    default_code = "NOT_FOUND"
    default_retryable = True


class DeadlineExceeded(SearchError, TimeoutError):
    """No answer within ``deadline_s``."""

    default_code = "DEADLINE_EXCEEDED"
    default_retryable = True


class AccessDenied(SearchError):
    """The server wants other credentials: an expired token, for instance."""

    default_code = "PERMISSION_DENIED"


class ServerFailed(SearchError):
    """The server broke down over this request; its log tells more."""

    default_code = "INTERNAL"


class BadResponse(SearchError):
    """The answer breaks the contract: another server, or another version of it."""


class NotTriton(BadResponse):
    """What listens there is no Triton, a web server for instance."""


class Cancelled(SearchError):
    """An attempt that was given up: its caller was cancelled, or a hedged attempt lost. No call raises it."""

    default_code = "CANCELLED"


class ClientClosed(SearchError, RuntimeError):
    """The client was used after ``close()``."""

    default_code = "CANCELLED"
