"""``python -m perf.peers.overhead``: what a served search costs the processor beyond the same work in process, by cause.

Processor time a request, because it adds up and other work on the machine hardly moves it. Served blocks and blocks in process
alternate; in process they run with full batches, and with batches as the server really made them. What remains of the server's
Python processes is what surrounds the work there: tensors to and from Triton, counters, and caches that other processes used in
between.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from deploy.local.server import LocalServer
from perf import cpu_time
from perf.commands import new_parser, tells_failures
from perf.cores import pin
from perf.in_process import Workers
from perf.peers import closed_loop
from perf.peers.closed_loop import GrpcDoor
from perf.peers.function import DIVERSITY, STRATEGY
from perf.peers.settings import PeersSettings
from perf.peers.sides import BATCH
from perf.stages import Statistics

_CLIENTS: Final = (1, 16)
_MODEL: Final = "text_search"
_SERVER: Final = "tritonserver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Milliseconds of processor time a request, medians over the rounds."""

    clients: int
    batch: float
    """Requests of a batch that the server made, on average."""
    work: float
    """In process, in batches as large as this number of clients can fill."""
    smaller_batches: float
    """What the same work costs more in batches of the server's size."""
    around: float
    """What the server's Python processes spend beside it."""
    triton: float
    """The process ``tritonserver``: gRPC, queues, ensemble, shared memory."""
    generator: float
    """The clients, which share the cores."""
    throughput: float
    """Of the server, as a share of that in process."""

    @property
    def served(self) -> float:
        """All of the server."""
        return self.work + self.smaller_batches + self.around + self.triton

    @property
    def bound(self) -> float:
        """The share of the throughput in process that is left by ``tritonserver`` and the clients alone, all cores busy."""
        return self.work / (self.work + self.triton + self.generator)


def measure(
    server: LocalServer, workers: Workers, queries: Sequence[str], clients: int, *, num_cores: int, k: int, rounds: int
) -> Overhead:
    """Measures one number of clients, ``queries`` a block.

    Raises:
        ServerError: when the server fails a request.
        StepError: when a worker does.
    """
    count = min(clients, num_cores)
    full = min(BATCH, -(-clients // count))
    pids = [server.pid, *cpu_time.descendants(server.pid)]
    triton = [pid for pid in pids if _name(pid) == _SERVER]
    spent: defaultdict[str, list[float]] = defaultdict(list)

    def served() -> None:
        before = cpu_time.spent_s(pids), cpu_time.spent_s(triton)
        block = closed_loop.run([GrpcDoor(server.grpc_address, k=k, ours=True) for _ in range(clients)], queries)
        spent["server"].append(cpu_time.spent_s(pids) - before[0])
        spent["triton"].append(cpu_time.spent_s(triton) - before[1])
        spent["generator"].append(block.client_cpu_s)
        spent["served seconds"].append(block.seconds)

    def in_process(batch: int, name: str) -> None:
        before = cpu_time.spent_s(workers.pids)
        work = workers.run(queries, count=count, batch=batch)
        spent[name].append(cpu_time.spent_s(workers.pids) - before)
        spent[f"{name} seconds"].append(work.seconds)

    with Statistics(server.grpc_address, server.admin_key) as counters:
        start = counters.snapshot()[_MODEL]
        served()
        warm = counters.snapshot()[_MODEL] - start
        in_process(full, "full")
        spent.clear()
        batch = warm.inferences / max(warm.executions, 1)
        for _ in range(rounds):
            served()
            in_process(full, "full")
            in_process(min(full, round(batch)), "as served")
    of = {name: statistics.median(values) for name, values in spent.items()}
    ms = {name: seconds / len(queries) * 1_000 for name, seconds in of.items()}
    return Overhead(
        clients=clients,
        batch=batch,
        work=ms["full"],
        smaller_batches=ms["as served"] - ms["full"],
        around=ms["server"] - ms["triton"] - ms["as served"],
        triton=ms["triton"],
        generator=ms["generator"],
        throughput=of["full seconds"] / of["served seconds"],
    )


def table(found: Sequence[Overhead], title: str) -> Table:
    """A column for each number of clients."""
    told = Table(title=title, title_justify="left")
    told.add_column("")
    for one in found:
        told.add_column(f"{one.clients} clients, batches of {one.batch:.1f}", justify="right")
    for label, figure in (
        ("the work in process", "work"),
        ("+ smaller batches", "smaller_batches"),
        ("+ around it in the Python processes", "around"),
        ("+ tritonserver", "triton"),
        ("= served", "served"),
        ("the clients", "generator"),
        ("throughput, of that in process", "throughput"),
        ("the same with tritonserver and clients alone", "bound"),
    ):
        told.add_row(label, *(f"{getattr(one, figure):.2f}" for one in found))
    return told


def _name(pid: int) -> str:
    try:
        return Path(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()).name
    except OSError:  # it has ended
        return ""


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Measures one assembled shop and returns the exit code."""
    default = PeersSettings()
    parser = new_parser(
        "peers.overhead",
        "Processor time of a served search beyond the work itself, by cause.",
        catalogue="an assembled catalogue; `make peers` leaves generated-40000",
    )
    parser.add_argument(
        "--clients", type=int, nargs="+", default=_CLIENTS, help="clients that each keep one request at the server"
    )
    parser.add_argument("--requests", type=int, default=default.requests // 2, help="requests of a block")
    parser.add_argument("--rounds", type=int, default=default.rounds, help="blocks of each")
    args = parser.parse_args(argv)
    paths = BuildPaths(args.build / args.catalogue)
    for field in ("requests", "rounds"):
        if getattr(args, field) < 1:
            raise InputError(field, getattr(args, field), "allowed: 1 and above")
    texts = [query.query for query in Protocol.open(paths.protocol).queries("test")]
    queries = [texts[place % len(texts)] for place in range(args.requests)]
    pin(default.num_cores)
    with (
        tempfile.TemporaryDirectory() as logs,
        Workers(
            paths.model_repository,
            count=default.num_cores,
            batch=BATCH,
            k=default.k,
            strategy=STRATEGY,
            diversity=DIVERSITY,
        ) as workers,
        LocalServer(paths.model_repository, log=Path(logs) / "tritonserver.log") as server,
    ):
        found = [
            measure(server, workers, queries, clients, num_cores=default.num_cores, k=default.k, rounds=args.rounds)
            for clients in args.clients
        ]
    Console().print(table(found, f"{args.catalogue}: processor time, ms a request"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
