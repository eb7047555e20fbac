"""Replicas of one model repository on this machine, and everything that can happen to one of them."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assortment import manifest
from assortment.errors import ServerError
from assortment_client import SearchClient, contract
from deploy.local.ports import Ports
from deploy.local.server import LocalServer
from perf import cpu_time
from perf.cores import bind

TEXT_MODELS: Final = (contract.SEARCH, "text_search")
"""All that a search by words needs on the embedded server; with these alone it starts in seconds."""
_CANARIES_S: Final = 5.0
_END_TIMEOUT_S: Final = 60.0
_POLL_S: Final = 0.05


@dataclass(slots=True)
class Replica:
    """One server, always at the same address."""

    repository: Path
    folder: Path
    """Of its log and its key."""
    server: LocalServer = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.server = LocalServer(
            self.repository,
            ports=Ports(grpc=Ports().resolved().grpc),
            log=self.folder / "tritonserver.log",
            admin_key_file=self.folder / "admin.key",
            ready=answers_text,
        )

    @property
    def address(self) -> str:
        """host:port, also while it is down; known after its first start."""
        return self.server.grpc_address

    @property
    def pids(self) -> list[int]:
        """The tritonserver, then its Python backends; none when it is down."""
        try:
            return cpu_time.descendants(self.server.pid)
        except AssertionError:  # never started, or stopped
            return []

    @property
    def is_up(self) -> bool:
        """Whether every process of it runs, and it answers."""
        with contextlib.suppress(ServerError):
            self.server.canary()
            return True
        return False

    def start(self) -> None:
        """Starts it, or ends what is left of it and starts it again."""
        self.server.stop()
        self.server.start()

    def kill(self) -> None:
        """SIGKILL: connections are reset, and nobody says goodbye."""
        os.kill(self.pids[0], signal.SIGKILL)

    def drain(self) -> None:
        """SIGTERM, as Kubernetes stops a pod: calls under way end, new ones are refused, then it is gone."""
        os.kill(self.pids[0], signal.SIGTERM)

    def kill_backend(self, model: str) -> None:
        """SIGKILL to one of the model's Python processes: Triton calls itself ready, and fails what that process is given."""
        os.kill(self._backends(model)[0], signal.SIGKILL)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """SIGSTOP to the server and its Python processes for as long as the block lasts: it takes calls and answers none."""
        stopped = self.pids
        try:
            for pid in stopped:  # the server first
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in reversed(stopped):  # the server last: it would take a backend that still sleeps for dead
                os.kill(pid, signal.SIGCONT)

    def wait_until_gone(self) -> None:
        """Waits until no process of it is left.

        Raises:
            ServerError: after a minute.
        """
        deadline = time.monotonic() + _END_TIMEOUT_S
        while self.pids:
            if time.monotonic() > deadline:
                raise ServerError(f"the replica at {self.address} does not end")
            time.sleep(_POLL_S)

    def pin(self, cores: Collection[int]) -> None:
        """Binds all its processes to some cores."""
        for pid in self.pids:
            bind(pid, cores)

    def _backends(self, model: str) -> list[int]:
        script = re.compile(rf"/{model}/\d+/model\.py".encode())  # of whichever version is served
        return [pid for pid in self.pids if script.search(Path(f"/proc/{pid}/cmdline").read_bytes())]


def text_only(repository: Path, folder: Path) -> Path:
    """A copy of an assembled repository that answers searches by words and nothing else."""
    for model in TEXT_MODELS:
        shutil.copytree(repository / model, folder / model)
    manifest.write(folder, step="assemble", inputs={}, settings={})
    return folder


def answers_text(address: str) -> None:
    """The client's canaries, which need no other models than ``TEXT_MODELS``.

    Raises:
        ServerError: when a search by words is not answered.
    """
    with SearchClient(address) as client:
        (health,) = client.health(deadline_s=_CANARIES_S)
    if health.error:
        raise ServerError(f"{address} does not answer: {health.error.message}")


def all_up(replicas: Sequence[Replica]) -> None:
    """Starts those that are down or damaged."""
    for replica in replicas:
        if not replica.is_up:
            replica.start()
