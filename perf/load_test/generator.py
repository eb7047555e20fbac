"""Locust's processes: one, or a master and its workers, headless or with a web page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from assortment.errors import StepError
from deploy.local.ports import Ports
from perf.cores import bind
from perf.load_test import flags

LOCUSTFILE: Final = Path(__file__).with_name("locustfile.py")
LOG: Final = "locust.log"
_STOP_TIMEOUT_S: Final = 15.0


class Generator:
    """Runs the locustfile for as long as a ``with`` block lasts, or until its schedule has ended."""

    def __init__(
        self,
        address: str,
        folder: Path,
        values: dict[str, object],
        *,
        users: int,
        workers: int = 1,
        run_time_s: float | None = None,
        web: bool = False,
        cores: Sequence[Collection[int]] = (),
    ) -> None:
        """Remembers what to start.

        Args:
            address: host:port of the server, or several, separated by commas.
            folder: of samples, of Locust's own tables and page, and of its log.
            values: flags of the locustfile, see ``flags``.
            users: requests that may be under way at once, all workers together.
            workers: processes that send. A master comes on top when there are several.
            run_time_s: ends a closed loop; a schedule ends by itself.
            web: serves Locust's page, at ``web_address``, until the block is left.
            cores: those of each worker; empty leaves that to the kernel.
        """
        self._folder = folder
        self._web = web
        self._cores = cores
        ports = Ports().resolved()
        self.web_address = f"127.0.0.1:{ports.http}" if web else ""
        ours = flags.arguments({**values, "samples": folder})
        locust = [sys.executable, "-m", "perf.load_test.locust_process", "-f", str(LOCUSTFILE)]
        lead = [*locust, "--host", address, "-u", str(users), "-r", str(users), *ours, "--exit-code-on-error", "0"]
        lead += ["--csv", str(folder / "locust"), "--html", str(folder / "locust.html"), "--only-summary"]
        lead += ["--web-host", "127.0.0.1", "--web-port", str(ports.http), "--autostart"] if web else ["--headless"]
        lead += ["-t", f"{run_time_s:.0f}s"] if run_time_s else []
        if workers > 1:
            lead += ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", str(ports.grpc)]
            lead += ["--expect-workers", str(workers)]
        worker = [*locust, "--worker", "--master-host", "127.0.0.1", "--master-port", str(ports.grpc)]
        self._commands = [lead, *([worker] * workers if workers > 1 else [])]
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Generator:
        """Starts the processes."""
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with (self._folder / LOG).open("ab") as log:
            for command in self._commands:
                self._processes.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True))
        senders = self._processes[1:] or self._processes
        for process, cores in zip(senders, self._cores, strict=False):
            bind(process.pid, cores)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Ends what still runs: the workers tell the master what they have, and all write their files."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait(self, pause: Callable[[float], None]) -> None:
        """Returns when the run has ended by itself.

        Args:
            pause: called with seconds, again and again, between two looks; may raise to end the wait.

        Raises:
            StepError: when Locust failed: the end of its log.
        """
        while self._processes[0].poll() is None:
            pause(0.5)
            if any(process.poll() not in (None, 0) for process in self._processes):
                break
        code = next((code for process in self._processes if (code := process.poll())), 0)
        if code:
            lines = (self._folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
            raise StepError(f"Locust ended with code {code}; {self._folder / LOG} says:\n" + "\n".join(lines[-12:]))
