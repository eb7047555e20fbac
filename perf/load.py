"""A light load generator: one process, one thread, requests built beforehand, answers read after the clock has stopped.

It shares the cores with the server it loads, so what it burns is lost to the server; ``Load.client_cpu_s`` says how much.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
import grpc.aio
from tritonclient.grpc import service_pb2, service_pb2_grpc

from assortment.errors import ServerError
from assortment_client import contract

_MESSAGES: Any = service_pb2  # protobuf makes its classes when it is imported
_DEADLINE_S: Final = 60.0
_MOST_REFUSED: Final = 1.0
"""Refusals per request of a block after which it is given up: a server that answers nothing would be asked for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of one saturated block."""

    seconds: float
    """From the first request sent to the last answer received."""
    client_cpu_s: float
    """Processor time of the load generator in that span."""
    ids: list[list[str]]
    """Product ids of each answer, in the order of the requests."""
    refused: int
    """Requests that waited too long in a queue, were refused there, and were sent again."""


class SearchLoad:
    """Text queries to the ``search`` ensemble, always a given number of them in flight."""

    def __init__(self, url: str, queries: Sequence[str], *, k: int = contract.DEFAULT_K) -> None:
        """Builds one request for each of ``queries``; ``url`` is host:port of the server's gRPC endpoint."""
        self._url = url
        self._requests = [search_request(query, k) for query in queries]
        self._refused = 0
        self._most_refused = 0.0

    def run(self, order: Sequence[int], *, in_flight: int) -> Load:
        """Sends the requests of the queries at ``order``.

        Raises:
            ServerError: when a request fails.
        """
        answers: list[Any] = [None] * len(order)
        self._refused = 0
        self._most_refused = _MOST_REFUSED * len(order)
        try:
            seconds, cpu_s = asyncio.run(self._run(order, in_flight, answers))
        except grpc.aio.AioRpcError as error:
            told = f"{error.code().name}, {error.details()}"
            raise ServerError(
                f"a request of the saturated block failed after {self._refused} refused ones: {told}; fewer in flight?"
            ) from None
        return Load(seconds=seconds, client_cpu_s=cpu_s, ids=[product_ids(answer) for answer in answers], refused=self._refused)

    async def _run(self, order: Sequence[int], in_flight: int, answers: list[Any]) -> tuple[float, float]:
        async with grpc.aio.insecure_channel(self._url) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            await stub.ServerReady(_MESSAGES.ServerReadyRequest())  # the connection stands before the clock starts
            numbered = iter(enumerate(order))
            cpu, start = time.process_time(), time.perf_counter()
            await asyncio.gather(*(self._sender(stub, numbered, answers) for _ in range(in_flight)))
            return time.perf_counter() - start, time.process_time() - cpu

    async def _sender(self, stub: Any, numbered: Iterator[tuple[int, int]], answers: list[Any]) -> None:
        for place, query in numbered:
            while answers[place] is None:
                try:
                    answers[place] = await stub.ModelInfer(self._requests[query], timeout=_DEADLINE_S)
                except grpc.aio.AioRpcError as error:
                    if error.code() is not grpc.StatusCode.UNAVAILABLE or self._refused >= self._most_refused:
                        raise
                    self._refused += 1


def search_request(query: str, k: int) -> Any:
    """A ``ModelInferRequest`` for the ``search`` ensemble that asks for the product ids alone."""
    request = _MESSAGES.ModelInferRequest(model_name=contract.SEARCH)
    text = query.encode()
    for name, datatype, raw in (
        (contract.QUERY, "BYTES", struct.pack("<I", len(text)) + text),
        (contract.K, "INT32", struct.pack("<i", k)),
    ):
        request.inputs.add(name=name, datatype=datatype, shape=[1, 1])
        request.raw_input_contents.append(raw)
    request.outputs.add(name=contract.ID)
    return request


def product_ids(response: Any) -> list[str]:
    """The ids of a ``ModelInferResponse``: strings, each after its length as 4 bytes, little-endian."""
    place = next(i for i, output in enumerate(response.outputs) if output.name == contract.ID)
    raw = response.raw_output_contents[place]
    ids: list[str] = []
    start = 0
    while start < len(raw):
        (length,) = struct.unpack_from("<I", raw, start)
        ids.append(raw[start + 4 : start + 4 + length].decode())
        start += 4 + length
    return ids
