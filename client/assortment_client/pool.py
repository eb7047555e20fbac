"""The endpoints of a client: which one the next attempt goes to, and what is known of each.

No network in here. One lock guards everything; what is done under it is short.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Iterable
from random import Random
from typing import Final, Generic

from assortment_client.breaker import CLOSED, OPEN, Circuit
from assortment_client.endpoint import ChannelT, Choice, Endpoint
from assortment_client.errors import InvalidRequest
from assortment_client.options import Breaker
from assortment_client.verdict import Verdict

ROUND_ROBIN: Final = "round_robin"
LEAST_IN_FLIGHT: Final = "least_in_flight"
BALANCES: Final = (ROUND_ROBIN, LEAST_IN_FLIGHT)


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
        self._leaving: set[Endpoint[ChannelT]] = set()
        self._retired: list[Endpoint[ChannelT]] = []
        self._is_shut = False
        self._turn = 0

    @property
    def endpoints(self) -> tuple[Endpoint[ChannelT], ...]:
        """Those that calls may go to now."""
        return self._endpoints

    def replace(self, addresses: Iterable[str]) -> None:
        """Sets the addresses. Those that stay keep their channel and breakers; those that go finish the calls they have."""
        with self._lock:
            if self._is_shut:
                return
            known = {endpoint.address: endpoint for endpoint in self._endpoints}
            wanted = dict.fromkeys(addresses)
            self._endpoints = tuple(
                known.pop(address) if address in known else Endpoint(address, self._open_channel(address)) for address in wanted
            )
            for endpoint in known.values():
                endpoint.removed = True
                (self._leaving.add if endpoint.in_flight else self._retired.append)(endpoint)

    def retired(self) -> list[Endpoint[ChannelT]]:
        """Removed endpoints without calls, for the caller to close; each is handed out once."""
        if not self._retired:
            return []
        with self._lock:
            retired, self._retired = self._retired, []
        return retired

    def shut(self) -> list[Endpoint[ChannelT]]:
        """All endpoints whose channels are open, for the caller to close; there will be no others."""
        with self._lock:
            self._is_shut = True
            return [*self._endpoints, *self._leaving, *self._retired]

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
            endpoint.asked(now)
            choice = Choice(endpoint, now, is_probe, len(takers) > 1)
        if changed:
            self._changed(endpoint.address, changed)
        return choice

    def take(self, endpoint: Endpoint[ChannelT], model: str, now: float) -> Choice[ChannelT]:
        """Goes to this endpoint whatever its breaker says; the outcome decides an open one."""
        with self._lock:
            circuit = endpoint.circuits.get(model)
            is_probe = circuit is not None and circuit.state == OPEN
            if circuit is not None and is_probe:
                circuit.probing()
            endpoint.asked(now)
            choice = Choice(endpoint, now, is_probe)
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
                endpoint.asked(now)
            told = [(endpoint.address, endpoint.state) for endpoint in due]
        for address, state in told:
            self._changed(address, state)
        return [Choice(endpoint, now, True) for endpoint in due]

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
            if choice.is_released:  # a key was pressed just after it ended
                return
            choice.is_released = True
            endpoint.in_flight -= 1
            if endpoint.removed and not endpoint.in_flight:
                self._leaving.discard(endpoint)
                self._retired.append(endpoint)
            speaks_against = verdict is not None and self._speaks_against(choice, model, verdict, now)
            circuit = endpoint.circuits.get(model)
            if circuit is None and speaks_against:
                circuit = endpoint.circuits[model] = Circuit(self._breaker, self._random)
            before = after = CLOSED
            if circuit is not None:
                before = endpoint.state
                self._count(circuit, choice, model, verdict, now, why if speaks_against else None)
                after = endpoint.state
            if verdict is not None:
                endpoint.note(verdict, now)
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

    def _speaks_against(self, choice: Choice[ChannelT], model: str, verdict: Verdict, now: float) -> bool:
        """Whether the breaker counts it.

        Being late is no fault where all are: then there is too much to do, and an open breaker would leave undone what can be
        done. It is one where another endpoint is well, or where nothing came back in all the time: this one is frozen. One that
        has just refused a call for overload is neither.
        """
        if verdict is not Verdict.LATE:
            return verdict.speaks_against
        endpoint = choice.endpoint
        if endpoint.is_loaded(now):
            return False
        return endpoint.is_silent(now, since=choice.at) or any(
            other is not endpoint and other.takes(model) and other.is_well for other in self._endpoints
        )

    def _count(
        self, circuit: Circuit, choice: Choice[ChannelT], model: str, verdict: Verdict | None, now: float, why: str | None
    ) -> None:
        """Lets the breaker know; ``why`` is None when the outcome does not speak against the endpoint."""
        if why is not None:
            elsewhere = any(other is not choice.endpoint and other.takes(model) for other in self._endpoints)
            at_once = verdict is Verdict.GONE and elsewhere
            circuit.failed(now, why, probe=choice.is_probe, at_once=at_once)
        elif verdict is not None and verdict.answered:
            circuit.succeeded(probe=choice.is_probe)
        elif choice.is_probe:
            circuit.probe_abandoned()

    def _next(self, endpoints: list[Endpoint[ChannelT]]) -> Endpoint[ChannelT]:
        """One of them: in turn, or the one with the fewest calls under way, in turn where several have."""
        if len(endpoints) == 1:
            return endpoints[0]
        if self._least_in_flight:
            fewest = min(endpoint.in_flight for endpoint in endpoints)
            endpoints = [endpoint for endpoint in endpoints if endpoint.in_flight == fewest]
        self._turn += 1
        return endpoints[self._turn % len(endpoints)]
