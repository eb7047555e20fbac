"""What holds for the two clients side by side, for many threads, for cancelled calls, and in forked processes."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assortment_client import (
    AsyncSearchClient,
    Breaker,
    ClientClosed,
    Hedge,
    InvalidRequest,
    Retry,
    SearchClient,
    SearchError,
    SearchRequest,
    Unavailable,
)
from tests.client.test_failover import BUSY, DEAD, Recorder, in_flight

METHODS = (
    "search",
    "rerank",
    "send",
    "search_many",
    "embed_product",
    "embed_products",
    "health",
    "ready",
    "server_info",
    "close",
)


def test_both_have_the_same_methods_with_the_same_parameters() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert public(SearchClient) == public(AsyncSearchClient) == {*METHODS, "endpoints"}
    for name in METHODS:
        one, other = getattr(SearchClient, name), getattr(AsyncSearchClient, name)
        assert inspect.signature(one) == inspect.signature(other), name
        assert inspect.iscoroutinefunction(other), name
    one, other = (inspect.signature(kind.__init__).parameters for kind in (SearchClient, AsyncSearchClient))
    assert dict(one) == {name: parameter for name, parameter in other.items() if name != "hedge"}


@pytest.mark.parametrize("method", [SearchClient.search, SearchClient.rerank])
def test_searches_take_every_field_of_a_request_as_it_is_declared(method: Callable[..., Any]) -> None:
    parameters = dict(inspect.signature(method).parameters)
    for name in ("self", "deadline_s", "degrade"):
        del parameters[name]
    declared = {field.name: field for field in dataclasses.fields(SearchRequest)}
    assert set(parameters) == set(declared)
    required = {"query", "candidates"} if method is SearchClient.rerank else {"query"}
    assert {name for name, parameter in parameters.items() if parameter.default is parameter.empty} == required
    for name in set(parameters) - required:
        assert (parameters[name].annotation, parameters[name].default) == (declared[name].type, declared[name].default), name


def test_sixty_four_threads_on_one_client(two) -> None:
    recorder = Recorder()
    with SearchClient([server.endpoint for server in two], observers=[recorder]) as client, ThreadPoolExecutor(64) as pool:
        responses = list(pool.map(lambda number: client.search(f"shoes {number}", deadline_s=60), range(1280)))
        assert in_flight(client) == 0
    assert len({response.request_id for response in responses}) == 1280
    assert sorted({response.endpoint for response in responses}) == sorted(server.endpoint for server in two)
    assert len(recorder.ends) == len(recorder.calls) == 1280
    assert abs(len(two[0].requests) - len(two[1].requests)) <= 64


def test_threads_while_replicas_fail_and_come_back(two) -> None:
    first = two[0]
    stop = threading.Event()
    right = first.answer

    def shake() -> None:
        while not stop.wait(0.01):
            first.fail(*DEAD)
            if not stop.wait(0.01):
                first.answer = right

    shaker = threading.Thread(target=shake)
    shaker.start()
    breaker = Breaker(failures=2, open_s=0.01, max_open_s=0.02)
    try:
        with SearchClient([server.endpoint for server in two], breaker=breaker) as client, ThreadPoolExecutor(32) as pool:
            outcomes = list(pool.map(lambda number: len(client.search("shoes", deadline_s=60)), range(1500)))
            stop.set()
            shaker.join()
            for thread in threading.enumerate():
                if thread.name.startswith("probe"):
                    thread.join(10)
            assert in_flight(client) == 0
    finally:
        stop.set()
    assert set(outcomes) == {2}


async def entered(server: Any, number: int) -> None:
    while len(server.requests) < number:
        await asyncio.sleep(0.005)


def frozen(server: Any) -> tuple[threading.Event, list[bool]]:
    """The server waits for the event; the list says of each call whether it was cancelled meanwhile."""
    release, cancelled = threading.Event(), []
    right = server.answer

    def answer(request: Any, context: Any) -> Any:
        context.add_callback(lambda: cancelled.append(not release.is_set()))
        release.wait(10)
        return right(request, context)

    server.answer = answer
    return release, cancelled


def test_a_cancelled_call_frees_what_it_held(scripted) -> None:
    async def run() -> None:
        recorder = Recorder()
        breaker = Breaker(failures=1, open_s=0.001, max_open_s=0.001)
        async with AsyncSearchClient(scripted.endpoint, breaker=breaker, observers=[recorder]) as client:
            right = scripted.answer
            scripted.fail(*DEAD)
            with pytest.raises(Unavailable):
                await client.search("shoes")
            await asyncio.sleep(0.01)
            scripted.answer = right
            release, cancelled = frozen(scripted)
            probe = asyncio.create_task(client.search("shoes", deadline_s=30))  # its outcome would decide the breaker
            await entered(scripted, len(scripted.requests) + 1)
            assert in_flight(client) == 1
            assert recorder.breakers[-1][1] == "half_open"
            probe.cancel()
            with pytest.raises(asyncio.CancelledError):
                await probe
            assert in_flight(client) == 0
            while not cancelled:
                await asyncio.sleep(0.005)
            assert cancelled == [True]
            assert recorder.ended_attempts[-1][1] == recorder.ends[-1][0] == "Cancelled"
            release.set()
            assert len(await client.search("shoes", deadline_s=30)) == 2  # the next one probes
            assert recorder.breakers[-1][1] == "closed"

    asyncio.run(run())


def test_closing_an_asynchronous_client_ends_its_calls(scripted) -> None:
    async def run() -> None:
        release, _ = frozen(scripted)
        client = AsyncSearchClient(scripted.endpoint)
        calls = [asyncio.create_task(client.search("shoes", deadline_s=30)) for _ in range(8)]
        await entered(scripted, 8)
        await client.close()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        release.set()
        assert [type(outcome) for outcome in outcomes] == [ClientClosed] * 8
        assert in_flight(client) == 0
        with pytest.raises(ClientClosed, match="make a new one"):
            await client.search("shoes")
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_cancelling_many_cancels_all_of_them(scripted) -> None:
    async def run() -> None:
        release, cancelled = frozen(scripted)
        async with AsyncSearchClient(scripted.endpoint) as client:
            many = asyncio.create_task(client.search_many(["shoes"] * 50, concurrency=8, deadline_s=30))
            await entered(scripted, 8)
            many.cancel()
            with pytest.raises(asyncio.CancelledError):
                await many
            while len(cancelled) < 8:
                await asyncio.sleep(0.005)
            assert in_flight(client) == 0
        release.set()
        assert len(scripted.requests) == 8

    asyncio.run(run())


def test_a_hedge_answers_for_a_slow_first_and_the_slow_one_is_cancelled(two) -> None:
    async def run() -> None:
        recorder = Recorder()
        release, cancelled = frozen(two[0])
        endpoints = [server.endpoint for server in two]
        async with AsyncSearchClient(endpoints, hedge=Hedge(after_s=0.01, ratio=1.0), observers=[recorder]) as client:
            responses = [await client.search("shoes", deadline_s=30) for _ in range(4)]
            while not cancelled:
                await asyncio.sleep(0.005)
            assert in_flight(client) == 0
        release.set()
        assert {response.endpoint for response in responses} == {two[1].endpoint}
        assert {attempt.kind for attempt in recorder.started_attempts} == {"first", "hedge"}
        assert {"NoneType", "Cancelled"} == {error for _, error in recorder.ended_attempts}
        assert [error for error, _ in recorder.ends] == ["NoneType"] * 4

    asyncio.run(run())


def test_hedges_are_a_share_of_calls(two) -> None:
    async def run() -> None:
        recorder = Recorder()
        endpoints = [server.endpoint for server in two]
        hedge = Hedge(after_s=0.0, ratio=0.05)
        async with AsyncSearchClient(endpoints, hedge=hedge, observers=[recorder]) as client:
            await asyncio.gather(*(client.search("shoes", deadline_s=30) for _ in range(200)))
        assert sum(attempt.kind == "hedge" for attempt in recorder.started_attempts) <= 1 + 0.05 * 200

    asyncio.run(run())


def test_a_request_that_is_wrong_does_not_wait_for_its_hedge(two) -> None:
    import grpc

    async def run() -> None:
        release, _ = frozen(two[0])
        two[1].answer = lambda request, context: context.abort(grpc.StatusCode.INVALID_ARGUMENT, "K: 0 is not allowed")
        endpoints = [server.endpoint for server in two]
        async with AsyncSearchClient(endpoints, hedge=Hedge(after_s=0.01, ratio=1.0)) as client:
            for _ in range(2):
                with pytest.raises(InvalidRequest):
                    await asyncio.wait_for(client.search("shoes", deadline_s=60), 10)
            assert in_flight(client) == 0
        release.set()

    asyncio.run(run())


def test_an_asynchronous_client_belongs_to_one_event_loop(scripted) -> None:
    client = AsyncSearchClient(scripted.endpoint)

    async def use() -> None:
        await client.search("shoes")

    first = asyncio.new_event_loop()
    first.run_until_complete(use())
    with pytest.raises(ClientClosed, match="another event loop; make one in each loop"):
        asyncio.run(use())
    first.run_until_complete(client.close())
    first.close()


def test_a_call_that_waits_for_its_retry_is_cancelled_cleanly(scripted) -> None:
    async def run() -> None:
        scripted.fail(*BUSY)
        async with AsyncSearchClient(scripted.endpoint, retry=Retry(base_s=30, cap_s=60)) as client:
            call = asyncio.create_task(client.search("shoes", deadline_s=600))
            await entered(scripted, 1)
            await asyncio.sleep(0.05)
            call.cancel()
            outcome = await asyncio.gather(call, return_exceptions=True)
            assert isinstance(outcome[0], asyncio.CancelledError | SearchError)
            assert in_flight(client) == 0

    asyncio.run(run())


FORKED = """
import os, sys
from assortment_client import ClientClosed, SearchClient
client = SearchClient(sys.argv[1])
client.search("shoes")
child = os.fork()
if not child:
    try:
        client.search("shoes")
    except ClientClosed as error:
        print(error)
        client.close()
        sys.stdout.flush()
        os._exit(0)
    os._exit(1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert len(client.search("shoes")) == 2
client.close()
"""


def test_a_forked_process_is_told_to_make_its_own(scripted) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FORKED, scripted.endpoint], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.strip() == "this client was made before its process was forked; make one in each process, after the fork"
