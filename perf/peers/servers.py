"""The peers' servers as processes of this machine, for as long as a ``with`` block lasts."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from assortment.errors import ServerError
from assortment.paths import BuildPaths
from deploy.local import tritonserver
from deploy.local.ports import LOOPBACK, Ports
from deploy.local.supervisor import die_with_parent
from perf import cpu_time
from perf.peers import web
from perf.peers.function import Precision

_START_S: Final = 180.0
_STOP_S: Final = 20.0
_POLL_S: Final = 0.2
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
_LAST_LINES: Final = 12


class PeerServer:
    """A server in a session of its own, whose output goes to a log."""

    def __init__(self, command: Sequence[str], address: str, log: Path, *, environment: Mapping[str, str] | None = None) -> None:
        """Names the program.

        Args:
            command: what to run.
            address: host:port at which it answers.
            log: where its output goes.
            environment: besides that of this process, and of one thread for every library.
        """
        self.address = address
        self.log = log
        self._command = command
        self._environment = {**os.environ, **_ONE_THREAD, "TOKENIZERS_PARALLELISM": "false", **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pids(self) -> list[int]:
        """Process ids of the server and all that it started."""
        assert self._process, "entering the context starts it"
        return [self._process.pid, *cpu_time.descendants(self._process.pid)]

    def wait(self, answers: Callable[[], bool]) -> None:
        """Waits until it answers.

        Raises:
            ServerError: when it ends before, or takes too long; with the end of its log.
        """
        deadline = time.monotonic() + _START_S
        while not answers():
            assert self._process, "entering the context starts it"
            if self._process.poll() is not None or time.monotonic() > deadline:
                told = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
                raise ServerError(f"{' '.join(self._command[1:4])} does not answer; its log {self.log} ends:\n" + "\n".join(told))
            time.sleep(_POLL_S)

    def __enter__(self) -> PeerServer:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),  # a bench that is killed leaves no server
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process
        started = self.pids
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pid in started[1:]:  # of a session of its own: nobody else's
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(pid) == self._process.pid:
                    os.kill(pid, signal.SIGKILL)


def fastapi(paths: BuildPaths, precision: Precision, *, workers: int, log: Path) -> PeerServer:
    """Uvicorn with a process a core."""
    port = Ports().resolved().http
    command = [sys.executable, "-m", "uvicorn", f"{web.__name__}:app", "--factory", "--host", LOOPBACK, "--port", str(port)]
    return PeerServer(
        [*command, "--workers", str(workers), "--log-level", "warning", "--no-access-log"],
        f"{LOOPBACK}:{port}",
        log,
        environment={web.SHOP: str(paths.root), web.PRECISION: precision},
    )


def pytriton(paths: BuildPaths, precision: Precision, *, log: Path) -> PeerServer:
    """PyTriton with its own copy of tritonserver, which finds the libraries of the wheel, and of Python, as ours does."""
    ports = Ports().resolved()
    environment = tritonserver.find(log.parent / "lib").environment()
    numbers = [str(port) for port in (ports.grpc, ports.http, ports.metrics)]
    command = [sys.executable, "-m", "perf.peers.pytriton_server", str(paths.root), precision, *numbers]
    return PeerServer(command, f"{LOOPBACK}:{ports.grpc}", log, environment=environment)
