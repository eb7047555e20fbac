"""How a client behaves when servers do not: attempts, circuit breakers, hedging, TLS."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assortment_client.errors import InvalidRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """When a call is tried again. All attempts share the call's one deadline.

    An endpoint that is down (refuses connections, is stopping, has lost a process, or whose catalogue is changing) did no work:
    another one is asked at once, without limit but the number of endpoints. ``attempts`` and the budget bound everything else, so
    that an overloaded fleet is not asked for more than it was.
    """

    attempts: int = 2
    """Attempts of one call that may cost a server work, the first included; 1 is no retries, and no failover either."""
    base_s: float = 0.02
    """Before the n-th retry on the same endpoint, a wait drawn evenly from 0 to min(cap_s, base_s * 2**(n-1)) seconds."""
    cap_s: float = 0.25
    """The longest such wait, seconds."""
    budget_ratio: float = 0.1
    """Each call of the client earns so many retries or hedges; all threads share them."""
    budget_burst: float = 10.0
    """At most so many are kept; a new client has them."""

    def __post_init__(self) -> None:
        """Checks every field.

        Raises:
            InvalidRequest: naming the first field that is wrong, its value and what is allowed.
        """
        _whole("retry.attempts", self.attempts, 1, 10)
        _number("retry.base_s", self.base_s, 0.0, 60.0)
        _number("retry.cap_s", self.cap_s, 0.0, 60.0)
        _number("retry.budget_ratio", self.budget_ratio, 0.0, 1.0)
        _number("retry.budget_burst", self.budget_burst, 0.0, 1e6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """When an endpoint is left alone, and when it is asked again.

    An open breaker sends calls to other endpoints. When its time is over, the next call goes elsewhere too and starts a canary
    search beside it; that closes the breaker, or opens it for twice as long. Being overloaded opens none; refusing connections,
    stopping or having lost a process opens it at once.
    """

    failures: int = 5
    """Failures in a row that open it."""
    window: int = 20
    """Or: of so many last calls ..."""
    failure_rate: float = 0.5
    """... at least this share failed."""
    open_s: float = 1.0
    """Seconds that it stays open the first time; twice as long each further time, spread by up to a fifth. While all endpoints'
    breakers are open, each may be tried after ``open_s`` again."""
    max_open_s: float = 30.0
    """The longest that it stays open."""

    def __post_init__(self) -> None:
        """Checks every field.

        Raises:
            InvalidRequest: naming the first field that is wrong, its value and what is allowed.
        """
        _whole("breaker.failures", self.failures, 1, 10_000)
        _whole("breaker.window", self.window, 1, 10_000)
        _number("breaker.failure_rate", self.failure_rate, 0.01, 1.0)
        _number("breaker.open_s", self.open_s, 0.001, 3600.0)
        _number("breaker.max_open_s", self.max_open_s, self.open_s, 3600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """A second attempt beside a slow first one, on another endpoint; the first good answer wins, the other is cancelled."""

    after_s: float | None = None
    """Seconds after which the second attempt starts; None takes the 95th percentile of recent latencies."""
    ratio: float = 0.05
    """At most this share of calls is hedged; each hedge spends the retry budget too."""

    def __post_init__(self) -> None:
        """Checks every field.

        Raises:
            InvalidRequest: naming the first field that is wrong, its value and what is allowed.
        """
        if self.after_s is not None:
            _number("hedge.after_s", self.after_s, 0.0, 60.0)
        _number("hedge.ratio", self.ratio, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TLS:
    """Encryption, and who is who. ``cert`` and ``key`` together make it mutual. Files are read once, when a client is made."""

    ca: bytes | Path | None = None
    """PEM of the authority that signed the server's certificate, or its file; None trusts what gRPC trusts."""
    cert: bytes | Path | None = None
    """PEM of this client's certificate chain, or its file."""
    key: bytes | Path | None = field(default=None, repr=False)
    """PEM of its private key, or its file; never shown."""
    server_name: str | None = None
    """The name that the server's certificate is for, when it is not the endpoint's host."""

    def __post_init__(self) -> None:
        """Checks every field.

        Raises:
            InvalidRequest: naming the first field that is wrong, and what is allowed; never showing a key.
        """
        for name in ("ca", "cert", "key"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, bytes | Path):
                told = f"tls.{name}: a {type(value).__name__} is not allowed; allowed: bytes of PEM, a pathlib.Path, or None"
                raise InvalidRequest(told, field=f"tls.{name}")
        if (self.cert is None) != (self.key is None):
            given, missing = ("cert", "key") if self.key is None else ("key", "cert")
            told = f"tls.{missing}: missing, and tls.{given} is given; allowed: both (mutual TLS) or neither"
            raise InvalidRequest(told, field=f"tls.{missing}")
        if self.server_name is not None and (not isinstance(self.server_name, str) or not self.server_name):
            raise InvalidRequest.of("tls.server_name", self.server_name, "allowed: a host name, or None for the endpoint's own")


# What callers pass is not trusted to have the annotated type, hence Any.


def _whole(name: str, value: Any, least: int, most: int) -> None:
    try:
        within = not isinstance(value, bool) and least <= operator.index(value) <= most
    except TypeError:
        within = False
    if not within:
        raise InvalidRequest.of(name, value, f"allowed: a whole number from {least} to {most}")


def _number(name: str, value: Any, least: float, most: float) -> None:
    within = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and least <= value <= most
    if not within:
        raise InvalidRequest.of(name, value, f"allowed: a number from {least:g} to {most:g}")
