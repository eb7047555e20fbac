"""Five times what the server can answer, a stop under load, and a long run: what a user would notice, not the clock's figures."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import grpc
import psutil
import pytest
from rich.console import Console
from tritonclient.grpc import service_pb2_grpc

from deploy.local.server import LocalServer
from perf.load import SearchLoad, search_request
from perf.open_loop import OpenLoop
from perf.overload import OverloadSettings, measure
from perf.overload_report import Overload

pytestmark = [pytest.mark.slow, pytest.mark.triton]

_LOG = logging.getLogger(__name__)  # figures: pytest --log-cli-level=INFO

_QUERIES = [
    f"{colour} {thing}" for colour in ("red", "blue", "green", "") for thing in ("shoes", "shirt", "lamp", "running shoes")
]
_GOODPUT = 0.3
"""Least share of capacity at five times capacity, the load generator and other programs on the same cores."""
_LONG_RUN = 7_500
_MORE_MEMORY = 1.10
"""Private memory after the long run over that after its first fifth."""


def test_at_five_times_capacity_it_sheds_and_goes_on_answering(server: LocalServer) -> None:
    settings = OverloadSettings(seconds=5, times=(5.0,), capacity_requests=600)
    found = Overload(catalogue="small", processor="", deadline_s=settings.deadline_ms / 1_000)
    measure(server.grpc_address, _QUERIES, settings, Console(quiet=True), found)
    ((_, arrivals),) = found.loads
    _LOG.info("answers a second: %s", {"capacity": found.capacity, "good": arrivals.goodput})
    assert not arrivals.failed  # shed, late, or answered
    assert len(arrivals.good_s) + arrivals.shed + arrivals.late == arrivals.offered
    assert arrivals.shed > 0
    assert arrivals.goodput >= _GOODPUT * min(found.capacity)
    server.canary()
    afterwards = OpenLoop(server.grpc_address, _QUERIES, deadline_s=5).run(10, 2)
    assert len(afterwards.good_s) == afterwards.offered


def test_on_sigterm_requests_under_way_end_and_new_ones_are_refused(repository: Path, tmp_path: Path) -> None:
    """Every call ends with an answer or a status that tells a client to go elsewhere; nothing stays behind."""
    shared_before = set(Path("/dev/shm").glob(f"assortment-{os.getpid()}-*"))  # of the tests' other server
    ended: list[str] = []
    sending = threading.Event()
    sending.set()
    with LocalServer(repository, log=tmp_path / "log", admin_key_file=tmp_path / "key") as server:
        family = psutil.Process(server.pid).children(recursive=True)
        channel = grpc.insecure_channel(server.grpc_address)
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)

        def send(query: str) -> None:
            while sending.is_set():
                try:
                    stub.ModelInfer(search_request(query, 10), timeout=10)
                    ended.append("answered")
                except grpc.RpcError as error:
                    told = error.details() or ""
                    shed = "Request timeout expired" in told
                    ended.append("shed" if shed else f"{error.code().name}: {told}")
                    if not shed:
                        return  # a client would ask another server now

        senders = [threading.Thread(target=send, args=(query,)) for query in _QUERIES[:8]]
        for sender in senders:
            sender.start()
        while ended.count("answered") < 40:
            sending.wait(0.05)
        before = len(ended)
        psutil.Process(server.pid).terminate()
        for sender in senders:
            sender.join(30)
            assert not sender.is_alive()  # no call hangs
        channel.close()
        last = ended[before:]
        refused = [told for told in last if told not in ("answered", "shed")]
        assert len(refused) == len(senders)
        for told in refused:
            assert told.startswith("UNAVAILABLE") or "has no available versions" in told, told
        assert not psutil.wait_procs(family, timeout=30)[1]
    assert set(Path("/dev/shm").glob(f"assortment-{os.getpid()}-*")) <= shared_before


def _private(server: LocalServer) -> dict[str, int]:
    """Bytes of the server and of all its Python processes, shared memory left out."""
    sizes = {"tritonserver": 0, "python": 0}
    for process in psutil.Process(server.pid).children(recursive=True):
        memory = process.memory_info()
        sizes["tritonserver" if process.name() == "tritonserver" else "python"] += memory.rss - memory.shared
    return sizes


def test_memory_stays_flat_over_a_long_run(server: LocalServer) -> None:
    load = SearchLoad(server.grpc_address, _QUERIES)
    order = [number % len(_QUERIES) for number in range(_LONG_RUN // 5)]
    sizes: list[dict[str, int]] = []
    for _ in range(5):
        load.run(order, in_flight=12)
        sizes.append(_private(server))
    _LOG.info("private MB after each fifth: %s", [{name: size >> 20 for name, size in one.items()} for one in sizes])
    for name, first in sizes[0].items():
        assert sizes[-1][name] < _MORE_MEMORY * first, sizes
    server.canary()
