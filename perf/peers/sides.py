"""Who is compared: one function in process, and behind four servers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment.errors import ServerError
from assortment.paths import BuildPaths
from deploy.local.server import LocalServer
from perf import cpu_time, stage_shares
from perf.in_process import Workers
from perf.peers import closed_loop, servers
from perf.peers.closed_loop import Block, Door, GrpcDoor, HttpDoor
from perf.peers.function import DIVERSITY, STRATEGY, Precision
from perf.peers.servers import PeerServer

BATCH: Final = 8  # of the served ensemble, and so of everybody who makes batches

IN_PROCESS: Final = "in process"
SERVED: Final = "served"
FASTAPI_FLOAT32: Final = "FastAPI, float32"
FASTAPI_INT8: Final = "FastAPI, int8"
PYTRITON_INT8: Final = "PyTriton, int8"
SIDES: Final = (IN_PROCESS, SERVED, FASTAPI_FLOAT32, FASTAPI_INT8, PYTRITON_INT8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of them, running."""

    name: str
    run: Callable[[Sequence[str], int], Block]
    """Queries and a number of clients to what came of them."""
    pids: Callable[[], list[int]]
    """Its processes."""
    stages_us: Callable[[], dict[str, float]] = dict
    """Microseconds that each of its stages has taken so far; nothing where nobody counts them."""


@contextlib.contextmanager
def running(paths: BuildPaths, logs: Path, *, num_cores: int, k: int) -> Iterator[list[Side]]:
    """All sides of one shop, each of them answering.

    Raises:
        ServerError: when a server does not come up.
        StepError: when a worker does not.
    """
    with contextlib.ExitStack() as stack:
        workers = stack.enter_context(
            Workers(paths.model_repository, count=num_cores, batch=BATCH, k=k, strategy=STRATEGY, diversity=DIVERSITY)
        )
        yield [
            Side(name=IN_PROCESS, run=lambda queries, clients: _in_process(workers, queries, clients), pids=lambda: workers.pids),
            _served(stack, paths, logs, k),
            _fastapi(stack, FASTAPI_FLOAT32, paths, "float32", logs / "fastapi_float32.log", num_cores, k),
            _fastapi(stack, FASTAPI_INT8, paths, "int8", logs / "fastapi_int8.log", num_cores, k),
            _pytriton(stack, paths, logs / "pytriton.log", k),
        ]


def _in_process(workers: Workers, queries: Sequence[str], clients: int) -> Block:
    """The limit: clients that need no server are as many workers as there are cores, and their queries come in full batches."""
    count = min(clients, len(workers.pids))
    work = workers.run(queries, count=count, batch=min(workers.batch, -(-clients // count)))
    return Block(seconds=work.seconds, times_s=work.times_s, ids=work.ids)


def _served(stack: contextlib.ExitStack, paths: BuildPaths, logs: Path, k: int) -> Side:
    server = stack.enter_context(LocalServer(paths.model_repository, log=logs / "tritonserver.log"))
    pids = [server.pid, *cpu_time.descendants(server.pid)]
    return Side(
        name=SERVED,
        run=_loop(lambda: GrpcDoor(server.grpc_address, k=k, ours=True)),
        pids=lambda: pids,
        stages_us=lambda: stage_shares.durations_us(server.metrics_address),
    )


def _fastapi(
    stack: contextlib.ExitStack, name: str, paths: BuildPaths, precision: Precision, log: Path, workers: int, k: int
) -> Side:
    server = stack.enter_context(servers.fastapi(paths, precision, workers=workers, log=log))
    return _side(name, server, lambda: HttpDoor(server.address, k=k))


def _pytriton(stack: contextlib.ExitStack, paths: BuildPaths, log: Path, k: int) -> Side:
    server = stack.enter_context(servers.pytriton(paths, "int8", log=log))
    return _side(PYTRITON_INT8, server, lambda: GrpcDoor(server.address, k=k, ours=False))


def _side(name: str, server: PeerServer, door: Callable[[], Door]) -> Side:
    run = _loop(door)

    def answers() -> bool:
        try:
            run(["is anybody there"], 1)
        except ServerError:
            return False
        return True

    server.wait(answers)
    return Side(name=name, run=run, pids=lambda: server.pids)


def _loop(door: Callable[[], Door]) -> Callable[[Sequence[str], int], Block]:
    return lambda queries, clients: closed_loop.run([door() for _ in range(clients)], queries)
