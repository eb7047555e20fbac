"""A gRPC server that answers as a test says, tensor by tensor, and keeps raw requests: for codec and error mapping only.

Where products, vectors and failures are enough, tests take the public ``assortment_client.testing.FakeServer``.

What the real server does is tested on the real server (marked ``triton``).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import numpy as np
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc

from assortment_client import AsyncSearchClient, SearchClient, contract
from assortment_client.testing import answers

Answer = Callable[[Any, grpc.ServicerContext], Any]


class ScriptedServer(service_pb2_grpc.GRPCInferenceServiceServicer):
    """Keeps every request; answers with ``answer``, at first with the products a and b."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.time_remaining: list[float] = []
        self.metadata: list[dict[str, str]] = []
        self.endpoint = ""
        self.answer: Answer
        self.answer_products(["a", "b"])

    def answer_products(self, ids: list[str], **changes: Any) -> None:
        """A right answer of these products; ``changes`` replace tensors of it, None leaves one out."""
        tensors = {
            **answers.search_tensors(ids, unmet="", catalogue_version=3),
            contract.REASON: (np.arange(len(ids), dtype=np.int32) % 2).reshape(1, -1),
            **changes,
        }
        self.answer_tensors({name: tensor for name, tensor in tensors.items() if tensor is not None})

    def answer_tensors(self, tensors: dict[str, np.ndarray]) -> None:
        self.answer = lambda request, context: answers.message_of(request, tensors)

    def fail(self, code: grpc.StatusCode, text: str) -> None:
        self.answer = lambda request, context: context.abort(code, text)

    def ModelInfer(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        self.requests.append(request)
        self.time_remaining.append(context.time_remaining())
        self.metadata.append(dict(context.invocation_metadata()))
        return self.answer(request, context)

    def ServerMetadata(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return service_pb2.ServerMetadataResponse(name="triton", version="2.51.0")


@contextlib.contextmanager
def serving(credentials: grpc.ServerCredentials | None = None) -> Iterator[ScriptedServer]:
    """A scripted server on a free port."""
    server = grpc.server(ThreadPoolExecutor(16), options=[("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)])
    servicer = ScriptedServer()
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(servicer, server)
    port = server.add_secure_port("127.0.0.1:0", credentials) if credentials else server.add_insecure_port("127.0.0.1:0")
    servicer.endpoint = f"127.0.0.1:{port}"
    server.start()
    try:
        yield servicer
    finally:
        server.stop(grace=None).wait()


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    with serving() as servicer:
        yield servicer


@pytest.fixture
def two() -> Iterator[tuple[ScriptedServer, ScriptedServer]]:
    """Two replicas."""
    with serving() as first, serving() as second:
        yield first, second


@pytest.fixture
def nobody() -> str:
    """An endpoint that refuses connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


class Blocking:
    """An asynchronous client that is used as a synchronous one, so that one test tries both."""

    def __init__(self, client: AsyncSearchClient, loop: asyncio.AbstractEventLoop) -> None:
        self.client, self.loop = client, loop
        self._calls, self._driver = client._calls, client._driver

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)
        return (lambda *a, **k: self.loop.run_until_complete(method(*a, **k))) if callable(method) else method

    def __repr__(self) -> str:
        return repr(self.client)


@pytest.fixture(params=["threads", "event loop"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes a client of either kind; all are closed after the test."""
    clients: list[Any] = []
    loop = asyncio.new_event_loop()

    def connect(*args: Any, **options: Any) -> Any:
        made = (
            SearchClient(*args, **options) if request.param == "threads" else Blocking(AsyncSearchClient(*args, **options), loop)
        )
        clients.append(made)
        return made

    yield connect
    for made in clients:
        made.close()
    loop.run_until_complete(asyncio.sleep(0))
    assert not asyncio.all_tasks(loop)
    loop.close()


@pytest.fixture
def client(scripted: ScriptedServer) -> Iterator[SearchClient]:
    with SearchClient(scripted.endpoint) as client:
        yield client
