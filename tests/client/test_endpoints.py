"""Addresses, the pool's accounts, and names that are looked up again."""

from __future__ import annotations

import threading
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assortment_client import InvalidRequest
from assortment_client.breaker import HALF_OPEN, OPEN
from assortment_client.endpoint import Choice, Endpoint
from assortment_client.endpoints import Address, parse
from assortment_client.options import Breaker
from assortment_client.pool import LEAST_IN_FLIGHT, ROUND_ROBIN, Pool
from assortment_client.resolver import Resolver
from assortment_client.verdict import Verdict


def pool_of(addresses: str, balance: str = ROUND_ROBIN, changed=lambda endpoint, state: None) -> Pool[str]:
    pool: Pool[str] = Pool(balance=balance, breaker=Breaker(), open_channel=str, changed=changed, random=Random(0))
    pool.replace(addresses)
    return pool


@pytest.mark.parametrize(
    ("told", "addresses"),
    [
        ("shop:8001", ["shop:8001"]),
        (" a:1, b:2 ", ["a:1", "b:2"]),
        (["a:1", "[::1]:2"], ["a:1", "[::1]:2"]),
        ("10.0.0.1:65535", ["10.0.0.1:65535"]),
    ],
)
def test_addresses(told, addresses: list[str]) -> None:
    assert list(map(str, parse(told).addresses)) == addresses
    assert parse(told).name is None


def test_a_dns_name() -> None:
    endpoints = parse("dns:///search.shop.svc:8001")
    assert (endpoints.addresses, endpoints.name) == ((), Address("search.shop.svc", 8001))
    assert str(endpoints) == "dns:///search.shop.svc:8001"
    with pytest.raises(InvalidRequest, match="one DNS name alone"):
        parse(["dns:///a:1", "b:2"])


@pytest.mark.parametrize(
    ("endpoints", "is_loopback"),
    [("127.0.0.1:1", True), ("localhost:1", True), ("[::1]:1", True), ("127.0.0.1:1,10.0.0.1:1", False), ("dns:///a:1", False)],
)
def test_loopback(endpoints: str, is_loopback: bool) -> None:
    assert parse(endpoints).all_loopback is is_loopback


def test_calls_go_round() -> None:
    pool = pool_of("abc")
    chosen = [pool.choose("m", 0.0).endpoint.address for _ in range(9)]
    assert sorted(chosen) == sorted("abcabcabc")
    assert all(chosen[at : at + 3] != chosen[at] * 3 for at in range(7))


def test_the_fewest_calls_under_way_come_first() -> None:
    pool = pool_of("abc", LEAST_IN_FLIGHT)
    choices = [pool.choose("m", 0.0) for _ in range(6)]
    assert [endpoint.in_flight for endpoint in pool.endpoints] == [2, 2, 2]
    for choice in choices:
        if choice.endpoint.address == "b":
            pool.release(choice, "m", Verdict.GOOD, 0.0)
    assert [pool.choose("m", 0.0).endpoint.address for _ in range(2)] == ["b", "b"]


def test_models_break_apart_from_each_other() -> None:
    pool = pool_of("ab")
    for _ in range(2):
        choice = pool.choose("embed_product", 0.0)
        pool.release(choice, "embed_product", Verdict.GONE, 0.0, "a process has died")
    assert {pool.choose("search", 0.0).endpoint.address for _ in range(4)} == {"a", "b"}
    assert len({pool.choose("embed_product", 0.0).endpoint.address for _ in range(4)}) == 1


def test_the_only_one_left_is_not_given_up_at_once() -> None:
    pool = pool_of("a")
    pool.release(pool.choose("m", 0.0), "m", Verdict.GONE, 0.0)
    assert pool.endpoints[0].takes("m")


def test_overload_opens_nothing() -> None:
    pool = pool_of("ab")
    for _ in range(100):
        pool.release(pool.choose("m", 0.0), "m", Verdict.BUSY, 0.0)
    assert [endpoint.state for endpoint in pool.endpoints] == ["closed", "closed"]
    assert not any(endpoint.is_well for endpoint in pool.endpoints)


def test_a_removed_endpoint_finishes_its_calls_and_is_then_handed_out_once() -> None:
    pool = pool_of("ab")
    choices = [pool.choose("m", 0.0) for _ in range(2)]
    pool.replace("b")
    assert pool.retired() == []
    for choice in choices:
        pool.release(choice, "m", Verdict.GOOD, 0.0)
    assert [endpoint.address for endpoint in pool.retired()] == ["a"]
    assert pool.retired() == []


def late(pool: Pool[str], times: int, *, between: Verdict | None = None, seconds: float = 1.0) -> str:
    """The first endpoint's state after attempts there that were late."""
    endpoint = pool.endpoints[0]
    for number in range(times):
        start = 100.0 * number
        slow = pool.take(endpoint, "m", start)
        if between:
            pool.release(pool.take(endpoint, "m", start), "m", between, start + seconds / 2)
        pool.release(slow, "m", Verdict.LATE, start + seconds)
    return endpoint.state


def test_being_late_is_held_against_a_frozen_endpoint_and_not_against_an_overloaded_fleet() -> None:
    assert late(pool_of("ab"), 5) == late(pool_of("a"), 5) == "open"
    assert late(pool_of("a"), 1, seconds=0.01) == "closed"
    for between in (Verdict.BUSY, Verdict.GOOD):
        assert late(pool_of("a"), 50, between=between) == "closed"
    everywhere = pool_of("ab")
    everywhere.endpoints[1].success_rate = 0.2
    assert late(everywhere, 50, between=Verdict.GOOD) == "closed"
    assert late(pool_of("ab"), 50, between=Verdict.BUSY) == "closed"
    assert late(pool_of("ab"), 50, between=Verdict.GOOD) == "open"  # half dead: the other is well, so it is not the load


def test_shutting_names_every_open_channel_and_lets_none_be_made() -> None:
    pool = pool_of("abc")
    busy = next(choice for choice in iter(lambda: pool.choose("m", 0.0), None) if choice.endpoint.address == "a")
    pool.replace("bcd")
    assert busy.endpoint.removed
    assert sorted(endpoint.address for endpoint in pool.shut()) == ["a", "b", "c", "d"]
    pool.replace("e")
    assert "e" not in [endpoint.address for endpoint in pool.endpoints]


class PoolMachine(RuleBasedStateMachine):
    """Calls that begin and end in any order, while addresses come and go."""

    @initialize(balance=st.sampled_from([ROUND_ROBIN, LEAST_IN_FLIGHT]))
    def start(self, balance: str) -> None:
        self.told: list[tuple[str, str]] = []
        self.pool = pool_of("abc", balance, lambda endpoint, state: self.told.append((endpoint, state)))
        self.now = 0.0
        self.out: list[Choice[str]] = []
        self.seen: set[Endpoint[str]] = set(self.pool.endpoints)
        self.closed: list[Endpoint[str]] = []

    @rule(avoided=st.integers(0, 3))
    def choose(self, avoided: int) -> None:
        avoid = self.pool.endpoints[:avoided]
        choice = self.pool.choose("m", self.now, avoid)
        if choice is not None:
            assert choice.endpoint in self.pool.endpoints
            assert choice.endpoint not in avoid
            assert choice.is_probe == (choice.endpoint.circuits.get("m") is not None and choice.endpoint.state == HALF_OPEN)
            self.out.append(choice)
        else:
            assert all(not endpoint.takes("m") for endpoint in self.pool.endpoints if endpoint not in avoid)

    @rule()
    def probes(self) -> None:
        self.out.extend(self.pool.take_due("m", self.now))

    @rule(at=st.integers(0, 2))
    def take(self, at: int) -> None:
        if at < len(self.pool.endpoints):
            self.out.append(self.pool.take(self.pool.endpoints[at], "m", self.now))

    @precondition(lambda self: self.out)
    @rule(at=st.integers(0, 100), verdict=st.sampled_from([None, *Verdict]))
    def end(self, at: int, verdict: Verdict | None) -> None:
        self.pool.release(self.out.pop(at % len(self.out)), "m", verdict, self.now, "why")

    @rule(seconds=st.floats(0, 5))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(addresses=st.sets(st.sampled_from("abcde"), min_size=1))
    def replace(self, addresses: set[str]) -> None:
        self.pool.replace(sorted(addresses))
        self.seen.update(self.pool.endpoints)
        assert {endpoint.address for endpoint in self.pool.endpoints} == addresses

    @rule()
    def close_retired(self) -> None:
        self.closed.extend(self.pool.retired())

    @invariant()
    def counts_are_those_of_the_calls_under_way(self) -> None:
        for endpoint in getattr(self, "seen", ()):
            assert endpoint.in_flight == sum(choice.endpoint is endpoint for choice in self.out)

    @invariant()
    def a_half_open_breaker_has_one_probe_under_way(self) -> None:
        for endpoint in getattr(self, "seen", ()):
            circuit = endpoint.circuits.get("m")
            probes = sum(choice.endpoint is endpoint and choice.is_probe for choice in self.out)
            assert probes == (circuit is not None and circuit.state == HALF_OPEN)

    @invariant()
    def only_idle_removed_endpoints_are_closed_and_once(self) -> None:
        closed = getattr(self, "closed", [])
        assert len(closed) == len(set(closed))
        assert all(endpoint.removed and not endpoint.in_flight for endpoint in closed)

    @invariant()
    def observers_know_the_state(self) -> None:
        last = dict(getattr(self, "told", ()))
        for endpoint in getattr(self, "seen", ()):
            if not endpoint.removed and endpoint.address in last and endpoint.state == OPEN:
                assert last[endpoint.address] in (OPEN, HALF_OPEN)


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_a_name_is_looked_up_again_beside_calls() -> None:
    answers = [["10.0.0.2", "10.0.0.1", "10.0.0.1"], OSError("gone"), [], ["10.0.0.3"]]
    found: list[list[str]] = []

    def lookup(host: str, port: int) -> list[str]:
        assert (host, port) == ("search.shop", 8001)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    resolver = Resolver(Address("search.shop", 8001), found.append, lookup=lookup)
    resolver.refresh(0.0).result(5)
    assert found == [["10.0.0.1:8001", "10.0.0.2:8001"]]
    assert resolver.refresh(0.5) is None
    assert resolver.refresh(0.5, after_failure=True) is None
    resolver.refresh(1.1, after_failure=True).result(5)
    assert resolver.error == "gone"
    resolver.refresh(2.2).result(5)  # sooner, since the last one failed
    assert resolver.error == "no addresses"
    resolver.refresh(3.3).result(5)
    assert (resolver.error, found[-1]) == ("", ["10.0.0.3:8001"])
    assert resolver.refresh(10.0) is None
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("resolve")]


def test_one_look_up_at_a_time() -> None:
    release, started = threading.Event(), []

    def lookup(host: str, port: int) -> list[str]:
        started.append(host)
        release.wait(5)
        return ["10.0.0.1"]

    resolver = Resolver(Address("search.shop", 8001), lambda addresses: None, lookup=lookup)
    running = [resolver.refresh(float(now)) for now in range(0, 100, 20)]
    assert len(set(running)) == 1
    release.set()
    running[0].result(5)
    assert started == ["search.shop"]
