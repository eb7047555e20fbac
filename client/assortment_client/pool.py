"""The endpoints of a client: which one the next attempt goes to, and what is known of each.

No network in here. One lock guards everything; what is done under it is short.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from random import Random
from typing import Final, Generic, TypeVar

from assortment_client.breaker import CLOSED, HALF_OPEN, OPEN, Circuit
from assortment_client.errors import InvalidRequest
from assortment_client.options import Breaker
from assortment_client.verdict import Verdict

ROUND_ROBIN: Final = "round_robin"
LEAST_IN_FLIGHT: Final = "least_in_flight"
BALANCES: Final = (ROUND_ROBIN, LEAST_IN_FLIGHT)
_WORST_FIRST: Final = (OPEN, HALF_OPEN)
_RECENT: Final = 0.1  # weight of the latest outcome in an endpoint's success rate
_WELL: Final = 0.8  # the success rate from which on an endpoint is well
_LOADED_S: Final = 1.0  # for so long after a refusal an endpoint counts as loaded

ChannelT = TypeVar("ChannelT")


class Endpoint(Generic[ChannelT]):
    """One server as this client knows it. Only the pool changes it."""

    __slots__ = ("address", "answered", "busy_at", "channel", "circuits", "heard_at", "in_flight", "removed", "success_rate")

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
        self.busy_at = -math.inf
        """When it last refused a call for overload."""
        self.heard_at: float | None = None
        """When it last said anything, be it that it is overloaded; until then, when it was first asked."""
        self.removed = False
        """Whether DNS names it no longer: it finishes what it has."""

    @property
    def is_well(self) -> bool:
        """Whether it answers nearly everything, so that it can take what another does not."""
        return self.success_rate >= _WELL

    def is_loaded(self, now: float) -> bool:
        """Whether it refused a call for overload of late."""
        return now - self.busy_at < _LOADED_S

    def silent_s(self, now: float, *, since: float) -> float:
        """For how long it owes an answer to an attempt of ``since``, or has said nothing at all; 0 while it is loaded."""
        if self.is_loaded(now):
            return 0.0
        return now - (since if self.heard_at is None else min(since, self.heard_at))

    @property
    def state(self) -> str:
        """The worst state of its breakers."""
        states = {circuit.state for circuit in self.circuits.values()}
        return next((state for state in _WORST_FIRST if state in states), CLOSED)

    def takes(self, model: str) -> bool:
        """Whether calls of this model are sent there."""
        circuit = self.circuits.get(model)
        return circuit is None or circuit.state == CLOSED


@dataclass(slots=True)
class Choice(Generic[ChannelT]):
    """Where an attempt goes."""

    endpoint: Endpoint[ChannelT]
    is_probe: bool
    """Whether its outcome decides the breaker."""
    has_others: bool
    """Whether another endpoint could take the call after it."""


class Pool(Generic[ChannelT]):
    """All endpoints. Safe to share between threads."""

    def __init__(
        self,
        *,
        balance: str,
        breaker: Breaker,
        open_channel: Callable[[str], ChannelT],
        changed: Callable[[str, str], None],
        random: Random,
    ) -> None:
        """An empty pool.

        Args:
            balance: a name in BALANCES.
            breaker: options of all breakers.
            open_channel: makes the channel to an address; it must not block, nor connect yet.
            changed: told an endpoint's address and its breaker's new state, outside the lock.
            random: spreads the times that breakers stay open.
        """
        if balance not in BALANCES:
            raise InvalidRequest.of("balance", balance, f"allowed: {', '.join(BALANCES)}")
        self._least_in_flight = balance == LEAST_IN_FLIGHT
        self._breaker, self._random = breaker, random
        self._open_channel, self._changed = open_channel, changed
        self._lock = threading.Lock()
        self._endpoints: tuple[Endpoint[ChannelT], ...] = ()
        self._retired: list[Endpoint[ChannelT]] = []
        self._turn = 0

    @property
    def endpoints(self) -> tuple[Endpoint[ChannelT], ...]:
        """Those that calls may go to now."""
        return self._endpoints

    def replace(self, addresses: Iterable[str]) -> None:
        """Sets the addresses. Those that stay keep their channel and breakers; those that go finish the calls they have."""
        with self._lock:
            known = {endpoint.address: endpoint for endpoint in self._endpoints}
            wanted = dict.fromkeys(addresses)
            self._endpoints = tuple(
                known.pop(address) if address in known else Endpoint(address, self._open_channel(address)) for address in wanted
            )
            for endpoint in known.values():
                endpoint.removed = True
                if not endpoint.in_flight:
                    self._retired.append(endpoint)

    def retired(self) -> list[Endpoint[ChannelT]]:
        """Removed endpoints without calls, for the caller to close; each is handed out once."""
        if not self._retired:
            return []
        with self._lock:
            retired, self._retired = self._retired, []
        return retired

    def choose(
        self, model: str, now: float, avoid: Collection[Endpoint[ChannelT]] = (), *, last_resort: bool = True
    ) -> Choice[ChannelT] | None:
        """The endpoint of the next attempt, which counts as in flight there from now on, until ``release``.

        Args:
            model: the model to be asked.
            now: monotonic time.
            avoid: endpoints that this call has tried.
            last_resort: whether, where all others are open or avoided, an open endpoint may be tried whose time is over.

        Returns:
            None when no endpoint may be tried now.
        """
        changed = None
        with self._lock:
            takers = [endpoint for endpoint in self._endpoints if endpoint.takes(model) and endpoint not in avoid]
            if takers:
                well = [endpoint for endpoint in takers if endpoint.is_well] if avoid else takers
                endpoint, is_probe = self._next(well or takers), False
            else:
                due = [
                    endpoint
                    for endpoint in self._endpoints
                    if endpoint not in avoid
                    and (circuit := endpoint.circuits.get(model)) is not None
                    and circuit.due_as_last_resort(now)
                ]
                if not due or not last_resort:
                    return None
                endpoint, is_probe = self._next(due), True
                endpoint.circuits[model].probing()
                changed = endpoint.state
            endpoint.in_flight += 1
            endpoint.heard_at = now if endpoint.heard_at is None else endpoint.heard_at
            choice = Choice(endpoint, is_probe, len(takers) > 1)
        if changed:
            self._changed(endpoint.address, changed)
        return choice

    def take(self, endpoint: Endpoint[ChannelT], model: str) -> Choice[ChannelT]:
        """Goes to this endpoint whatever its breaker says; the outcome decides an open one."""
        with self._lock:
            circuit = endpoint.circuits.get(model)
            is_probe = circuit is not None and circuit.state == OPEN
            if circuit is not None and is_probe:
                circuit.probing()
            endpoint.in_flight += 1
            choice = Choice(endpoint, is_probe, False)
            state = endpoint.state
        if is_probe:
            self._changed(endpoint.address, state)
        return choice

    def take_due(self, model: str, now: float) -> list[Choice[ChannelT]]:
        """Open endpoints whose time is over, while others take calls: each to be probed now."""
        if all(endpoint.takes(model) for endpoint in self._endpoints):  # without the lock: mostly so
            return []
        with self._lock:
            if not any(endpoint.takes(model) for endpoint in self._endpoints):
                return []
            due = [
                endpoint
                for endpoint in self._endpoints
                if (circuit := endpoint.circuits.get(model)) is not None and circuit.due(now)
            ]
            for endpoint in due:
                endpoint.circuits[model].probing()
                endpoint.in_flight += 1
            told = [(endpoint.address, endpoint.state) for endpoint in due]
        for address, state in told:
            self._changed(address, state)
        return [Choice(endpoint, True, False) for endpoint in due]

    def release(self, choice: Choice[ChannelT], model: str, verdict: Verdict | None, now: float, why: str = "") -> None:
        """An attempt ended.

        Args:
            choice: what ``choose`` gave.
            model: the model that was asked.
            verdict: what its outcome says about the endpoint; None when it was cancelled and says nothing.
            now: monotonic time.
            why: a few words on a failure, for messages.
        """
        endpoint = choice.endpoint
        with self._lock:
            endpoint.in_flight -= 1
            if endpoint.removed and not endpoint.in_flight:
                self._retired.append(endpoint)
            circuit = endpoint.circuits.get(model)
            if circuit is None and (verdict is None or not verdict.speaks_against):
                if verdict is not None:
                    self._note(endpoint, verdict, now)
                return
            before = endpoint.state
            if circuit is None:
                circuit = endpoint.circuits[model] = Circuit(self._breaker, self._random)
            if verdict is None:
                if choice.is_probe:
                    circuit.probe_abandoned()
            elif verdict.speaks_against:
                elsewhere = any(other is not endpoint and other.takes(model) for other in self._endpoints)
                circuit.failed(now, why, probe=choice.is_probe, at_once=verdict.no_doubt and elsewhere)
            elif verdict.is_good or (choice.is_probe and verdict.answered):
                circuit.succeeded(probe=choice.is_probe)
            elif choice.is_probe:
                circuit.probe_abandoned()
            if verdict is not None:
                self._note(endpoint, verdict, now)
            after = endpoint.state
        if after != before:
            self._changed(endpoint.address, after)

    def why_none(self, model: str, now: float) -> str:
        """Why ``choose`` found none, in words."""
        with self._lock:
            if not self._endpoints:
                return "there is no endpoint"
            closed_for = {
                endpoint.address: circuit
                for endpoint in self._endpoints
                if (circuit := endpoint.circuits.get(model)) is not None and circuit.state != CLOSED
            }
            reasons = "; ".join(f"{address} failed ({circuit.why})" for address, circuit in closed_for.items())
            wait = min((circuit.seconds_until_last_resort(now) for circuit in closed_for.values()), default=math.nan)
        return f"{reasons}; the next try is in {wait:.1f} s"

    def _note(self, endpoint: Endpoint[ChannelT], verdict: Verdict, now: float) -> None:
        if verdict.answered:
            endpoint.answered, endpoint.heard_at = True, now
        if verdict is Verdict.BUSY:
            endpoint.busy_at = now
        if verdict.is_good or verdict.is_bad:
            endpoint.success_rate += _RECENT * (verdict.is_good - endpoint.success_rate)

    def _next(self, endpoints: list[Endpoint[ChannelT]]) -> Endpoint[ChannelT]:
        """One of them: in turn, or the one with the fewest calls under way, in turn where several have."""
        if len(endpoints) == 1:
            return endpoints[0]
        if self._least_in_flight:
            fewest = min(endpoint.in_flight for endpoint in endpoints)
            endpoints = [endpoint for endpoint in endpoints if endpoint.in_flight == fewest]
        self._turn += 1
        return endpoints[self._turn % len(endpoints)]
