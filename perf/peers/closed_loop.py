"""So many clients, each with one request at a time: what they see of a server, over gRPC or HTTP/1.1.

One process and one thread, on the cores that the servers have too; what it burns is told. Answers are read after the clock has
stopped. HTTP is written by hand over a kept connection a client, which costs the generator less
than any HTTP library: the peers behind it are not held up by their client.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Protocol

import grpc.aio
from tritonclient.grpc import service_pb2, service_pb2_grpc

from assortment.errors import ServerError
from assortment_client import contract
from perf.load import product_ids, search_request
from perf.peers.function import DIVERSITY, STRATEGY

_MESSAGES: Any = service_pb2  # protobuf makes its classes when it is imported
_DEADLINE_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What came of one block of requests."""

    seconds: float
    """From the first request sent to the last answer received."""
    times_s: list[float]
    """Of each request."""
    ids: list[list[str]]
    """Product ids of each answer, in the order of the requests."""
    client_cpu_s: float = 0.0
    """Processor time of the load generator; 0 in process, where there is none."""


class Door(Protocol):
    """One client's way to a server; an async context manager."""

    async def ask(self, query: str) -> Any:
        """The answer as it came."""
        ...

    def ids(self, answer: Any) -> list[str]:
        """The product ids in it."""
        ...

    async def __aenter__(self) -> Door: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class GrpcDoor:
    """A model called ``search`` that takes QUERY and K and answers ID, over Triton's protocol."""

    def __init__(self, address: str, *, k: int, ours: bool) -> None:
        """Only ``ours`` is told strategy and diversity; the peers have no other."""
        self._address, self._k, self._ours = address, k, ours

    async def ask(self, query: str) -> Any:
        """See ``Door``."""
        request = search_request(query, self._k)
        if self._ours:
            _add(request, contract.STRATEGY, "BYTES", struct.pack("<I", len(STRATEGY)) + STRATEGY.encode())
            _add(request, contract.DIVERSITY, "FP32", struct.pack("<f", DIVERSITY))
        try:
            return await self._stub.ModelInfer(request, timeout=_DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            raise ServerError(f"the search {query!r} failed: {error.code().name}, {error.details()}") from None

    def ids(self, answer: Any) -> list[str]:
        """See ``Door``."""
        return product_ids(answer)

    async def __aenter__(self) -> GrpcDoor:
        self._channel = grpc.aio.insecure_channel(self._address)
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(self._channel)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._channel.close()


class HttpDoor:
    """``GET /search?q=...&k=...`` that answers a JSON list of ids."""

    def __init__(self, address: str, *, k: int) -> None:
        self._address = address
        self._k = k

    async def ask(self, query: str) -> bytes:
        """See ``Door``."""
        path = f"/search?q={urllib.parse.quote(query)}&k={self._k}"
        try:
            self._writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._address}\r\n\r\n".encode())
            head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), _DEADLINE_S)
            told = head.decode("latin-1").lower()
            body = await self._reader.readexactly(int(told.partition("content-length:")[2].split()[0]))
        except (OSError, EOFError, TimeoutError, asyncio.TimeoutError) as error:  # two of them on Python 3.10
            raise ServerError(f"the search {query!r} failed: {type(error).__name__} {error}") from None
        if not told.startswith("http/1.1 200"):
            raise ServerError(f"the search {query!r} failed: {told.splitlines()[0]}, {body.decode(errors='replace')}")
        return body

    def ids(self, answer: bytes) -> list[str]:
        """See ``Door``."""
        ids: list[str] = json.loads(answer)
        return ids

    async def __aenter__(self) -> HttpDoor:
        host, _, port = self._address.partition(":")
        try:
            self._reader, self._writer = await asyncio.open_connection(host, int(port))
        except OSError as error:
            raise ServerError(f"{self._address} cannot be reached: {error}") from None
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.close()


def run(doors: Sequence[Door], queries: Sequence[str]) -> Block:
    """Asks the queries, a client for each door.

    Raises:
        ServerError: when a request fails.
    """
    return asyncio.run(_run(doors, queries))


async def _run(doors: Sequence[Door], queries: Sequence[str]) -> Block:
    answers: list[list[str]] = [[] for _ in queries]
    times_s = [0.0] * len(queries)
    came: list[tuple[int, Door, Any]] = []
    numbered = iter(enumerate(queries))

    async def client(door: Door) -> None:
        for place, query in numbered:
            began = time.perf_counter()
            answer = await door.ask(query)
            times_s[place] = time.perf_counter() - began
            came.append((place, door, answer))

    async with contextlib.AsyncExitStack() as stack:
        entered = [await stack.enter_async_context(door) for door in doors]
        cpu, start = time.process_time(), time.perf_counter()
        await asyncio.gather(*(client(door) for door in entered))
        seconds, client_cpu_s = time.perf_counter() - start, time.process_time() - cpu
    for place, door, answer in came:
        answers[place] = door.ids(answer)
    return Block(seconds=seconds, times_s=times_s, ids=answers, client_cpu_s=client_cpu_s)


def _add(request: Any, name: str, datatype: str, raw: bytes) -> None:
    request.inputs.add(name=name, datatype=datatype, shape=[1, 1])
    request.raw_input_contents.append(raw)
