"""Nobody is left: one clear exception within the deadline, and answers again as soon as somebody comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from assortment_client import AsyncSearchClient, SearchClient, SearchError, SearchResponse, Unavailable
from perf.faults.replicas import Replica

pytestmark = [pytest.mark.slow, pytest.mark.triton]

DEADLINE_S = 2.0
LATE_S = 2.0
BACK_S = 60.0


def test_both_down_and_one_comes_back(replicas: list[Replica]) -> None:
    asyncio.run(_both_down(replicas))


async def _both_down(replicas: list[Replica]) -> None:
    endpoints = [replica.address for replica in replicas]
    async with AsyncSearchClient(endpoints) as tasks:
        with SearchClient(endpoints) as client:
            assert client.search("shoes").endpoint in endpoints
            assert (await tasks.search("shoes")).endpoint in endpoints
            for replica in replicas:
                replica.kill()
            for replica in replicas:
                replica.wait_until_gone()
            for _ in range(10):  # while connections break, and when breakers are open
                for error, seconds in (_fails(client), await _fails_async(tasks)):
                    assert isinstance(error, Unavailable)
                    assert error.retryable
                    assert any(endpoint in str(error) for endpoint in endpoints)
                    assert seconds < DEADLINE_S + LATE_S
            assert not client.ready(deadline_s=DEADLINE_S)
            assert [health.ok for health in client.health(deadline_s=DEADLINE_S)] == [False, False]
            replicas[1].start()
            until = time.monotonic() + BACK_S
            assert await _is_answered(lambda: asyncio.to_thread(client.search, "shoes"), until) == endpoints[1]
            assert await _is_answered(lambda: tasks.search("shoes"), until) == endpoints[1]
            assert {health.endpoint: health.ok for health in await tasks.health()} == {endpoints[0]: False, endpoints[1]: True}
            assert client.ready()


async def _is_answered(ask: Callable[[], Awaitable[SearchResponse]], until: float) -> str:
    """By which endpoint, as soon as there is an answer."""
    while True:
        try:
            return (await ask()).endpoint
        except Unavailable:
            assert time.monotonic() < until
            await asyncio.sleep(0.1)


def _fails(client: SearchClient) -> tuple[SearchError, float]:
    start = time.monotonic()
    with pytest.raises(SearchError) as caught:
        client.search("shoes", deadline_s=DEADLINE_S)
    return caught.value, time.monotonic() - start


async def _fails_async(client: AsyncSearchClient) -> tuple[SearchError, float]:
    start = time.monotonic()
    with pytest.raises(SearchError) as caught:
        await client.search("shoes", deadline_s=DEADLINE_S)
    return caught.value, time.monotonic() - start
