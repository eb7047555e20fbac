"""One server as a client knows it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from assortment_client.breaker import CLOSED, HALF_OPEN, OPEN, Circuit
from assortment_client.verdict import Verdict

_WORST_FIRST: Final = (OPEN, HALF_OPEN)
_RECENT: Final = 0.1  # weight of the latest outcome in an endpoint's success rate
_LOADED_S: Final = 1.0  # for so long after a refusal an endpoint counts as loaded
_SILENT_S: Final = 0.5  # a busy server answers in bursts, and short deadlines fall between them: that is slow, not silent
_WELL: Final = 0.8  # the success rate from which on an endpoint is well

ChannelT = TypeVar("ChannelT")


class Endpoint(Generic[ChannelT]):
    """One server as this client knows it. Only the pool changes it."""

    __slots__ = ("address", "answered", "busy_at", "channel", "circuits", "in_flight", "owes_since", "removed", "success_rate")

    def __init__(self, address: str, channel: ChannelT) -> None:
        self.address = address
        self.channel = channel
        self.in_flight = 0
        self.circuits: dict[str, Circuit] = {}
        """By model; a model that has never failed has none."""
        self.success_rate = 1.0
        """Of recent attempts, the latest weighing most; overload and lateness count against it."""
        self.answered = False
        """Whether it has ever answered."""
        self.owes_since = math.inf
        """Since when it has been asked and has said nothing to anybody, be it that it is overloaded."""
        self.busy_at = -math.inf
        """When it last refused a call for overload."""
        self.removed = False
        """Whether DNS names it no longer: it finishes what it has."""

    @property
    def is_well(self) -> bool:
        """Whether it answers nearly everything, so that it can take what another does not."""
        return self.success_rate >= _WELL

    @property
    def state(self) -> str:
        """The worst state of its breakers."""
        states = {circuit.state for circuit in self.circuits.values()}
        return next((state for state in _WORST_FIRST if state in states), CLOSED)

    def is_loaded(self, now: float) -> bool:
        """Whether it refused a call for overload of late."""
        return now - self.busy_at < _LOADED_S

    def is_silent(self, now: float, *, since: float) -> bool:
        """Whether it has said nothing to anybody since then, and for long enough that it must be frozen."""
        return self.owes_since <= since and now - self.owes_since >= _SILENT_S

    def asked(self, now: float) -> None:
        """An attempt goes there."""
        self.in_flight += 1
        self.owes_since = min(self.owes_since, now)

    def takes(self, model: str) -> bool:
        """Whether calls of this model are sent there."""
        circuit = self.circuits.get(model)
        return circuit is None or circuit.state == CLOSED

    def note(self, verdict: Verdict, now: float) -> None:
        """What an attempt there said."""
        if verdict.answered:
            self.answered = True
            self.owes_since = now if self.in_flight else math.inf
        if verdict is Verdict.BUSY:
            self.busy_at = now
        if verdict.is_good or verdict.is_bad:
            self.success_rate += _RECENT * (verdict.is_good - self.success_rate)


@dataclass(slots=True)
class Choice(Generic[ChannelT]):
    """Where an attempt goes."""

    endpoint: Endpoint[ChannelT]
    at: float
    """When it was made."""
    is_probe: bool
    """Whether its outcome decides the breaker."""
    has_others: bool = False
    """Whether another endpoint could take the call after it."""
    is_released: bool = False
    """Whether its attempt has ended."""
