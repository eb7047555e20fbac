"""Hooks: what a client tells about its calls, for traces, metrics and logs of your own.

    class Slow(Observer):
        def started(self, call: CallInfo) -> CallObserver: ...

    SearchClient(..., observers=[Slow()])

Hooks run in the caller's thread (``breaker_changed`` in any thread) and should be quick. One that raises never breaks a call: it
is logged once per observer, as a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from assortment_client.errors import SearchError

_NO_METADATA: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CallInfo:
    """One call of a client's method."""

    method: str
    """"search", "rerank", "embed_product", "ready", "health" or "server_info"."""
    model: str
    """The ensemble that is asked; empty for ``server_info``."""
    request_id: str
    """The same in all attempts; stands in the server's log too."""
    deadline_s: float
    """Seconds that the caller gave the whole call."""


@dataclass(frozen=True, slots=True)
class AttemptInfo:
    """One attempt of a call, on one endpoint."""

    number: int
    """From 1."""
    endpoint: str
    """``host:port``."""
    kind: str
    """"first", "retry" (the same endpoint again), "failover" (another one), "hedge" or "canary"."""
    deadline_s: float
    """Seconds that this attempt is given."""


class CallObserver:
    """Follows one call. Every method does nothing; override what you need."""

    def attempt_started(self, attempt: AttemptInfo) -> Mapping[str, str]:
        """Just before an attempt is sent.

        Returns:
            gRPC metadata to send along, as in {"traceparent": ...}; keys in lower case. What cannot be sent is left out.
        """
        return _NO_METADATA

    def attempt_ended(self, attempt: AttemptInfo, error: SearchError | None, seconds: float) -> None:
        """After an attempt; ``error`` is None when it was answered. One that was cancelled ends with ``Cancelled``."""

    def degraded(self, error: SearchError) -> None:
        """Instead of ``error``, the caller is given its candidates in plain order (``degrade=True``); ``ended`` follows."""

    def ended(self, error: SearchError | None, stages: Mapping[str, float]) -> None:
        """After the call, once.

        Args:
            error: what the caller is given; None when it is an answer.
            stages: seconds of "encode", "attempts" (sum), "backoff" (sum of waits), "decode" and "total".
        """


class Observer:
    """Follows a client. Every method does nothing; override what you need."""

    def started(self, call: CallInfo) -> CallObserver:
        """A call was made; returns who follows it."""
        return CallObserver()

    def breaker_changed(self, endpoint: str, state: str) -> None:
        """The circuit breaker of an endpoint is now "closed", "open" or "half_open"."""
