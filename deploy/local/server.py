"""The real tritonserver on this machine, with our model repository, for as long as a ``with`` block lasts."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

from assortment import admin, manifest
from assortment.admin import AdminKey
from assortment.errors import ServerError
from assortment.serving import shared_weights
from deploy.local import canary, server_log, supervisor, tritonserver
from deploy.local.flags import Flags
from deploy.local.ports import Hosts, Ports, is_listening, near
from deploy.local.tls import Tls

START_TIMEOUT_S: Final = 120.0
_EXIT_TIMEOUT_S: Final = 5  # that the server gives its requests and models after SIGTERM
_STOP_TIMEOUT_S: Final = 15.0  # after which whatever is left is killed
_POLL_S: Final = 0.1
_LEAST_KILLED: Final = 256 - signal.NSIG  # exit codes above it are those of signals


class LocalServer:
    """A tritonserver of our own.

        with LocalServer(Path("build/generated/model_repository")) as server:
            ...  # server.grpc_address

    It is ready when a canary search has answered. However this process ends, a supervising process of its own ends the
    server and removes its shared memory and its temporary files (see ``deploy.local.supervisor``).
    """

    def __init__(
        self,
        repository: Path,
        *,
        variant: str = "cpu",
        ports: Ports | None = None,
        hosts: Hosts | None = None,
        tls: Tls | None = None,
        log: Path | None = None,
        admin_key_file: Path | None = None,
        otlp_url: str | None = None,
        open_statistics: bool = False,
        start_timeout_s: float = START_TIMEOUT_S,
        ready: Callable[[str], None] | None = None,
    ) -> None:
        """Remembers what to serve; ``start`` starts it.

        Args:
            repository: an assembled model repository, with its manifest.
            variant: which ``configs/<variant>.pbtxt`` of each model is used.
            ports: where to listen; free ones by default.
            hosts: on which addresses; 127.0.0.1 by default.
            tls: certificates of the gRPC endpoint; by default it speaks plaintext. With them the HTTP endpoint is off.
            log: the server's log; ``tritonserver.log`` beside the repository by default.
            admin_key_file: the key to its administrative calls, made when it is not there; ``admin.key`` beside the repository
                by default.
            otlp_url: where the spans of requests that bring a ``traceparent`` go (OTLP over HTTP, JSON), as in
                "http://127.0.0.1:4318/v1/traces"; by default nothing is traced.
            open_statistics: tell models' configuration and statistics without the key, as perf_analyzer needs it.
            start_timeout_s: time until it must answer.
            ready: given host:port, raises ServerError while the server does not answer; a canary search by default.
        """
        self.repository = repository.resolve()
        self.log = log or self.repository.parent / "tritonserver.log"
        self.admin_key_file = admin_key_file or self.repository.parent / admin.FILENAME
        self.tls = tls
        self._variant = variant
        self._otlp_url = otlp_url
        self._open_statistics = open_statistics
        self._hosts = hosts or Hosts()
        self._wanted_ports = ports or Ports()
        self._start_timeout_s = start_timeout_s
        self._ready = ready or (lambda address: canary.canary(address, tls=tls))
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._ports = Ports()
        self._admin_key: AdminKey | None = None

    @property
    def pid(self) -> int:
        """Process id of the supervisor, whose descendants are the server and its Python backends."""
        assert self._supervisor, "start() comes first"
        return self._supervisor.pid

    @property
    def grpc_address(self) -> str:
        """host:port for clients on this machine."""
        return f"{near(self._hosts.grpc)}:{self._ports.grpc}"

    @property
    def http_address(self) -> str:
        """host:port of Triton's HTTP endpoint, which is off under TLS."""
        return f"{near(self._hosts.http)}:{self._ports.http}"

    @property
    def metrics_address(self) -> str:
        """host:port of the Prometheus metrics, at ``/metrics``."""
        return f"{near(self._hosts.metrics)}:{self._ports.metrics}"

    @property
    def admin_key(self) -> AdminKey:
        """The key to the administrative calls: loading models, statistics, and the like."""
        assert self._admin_key, "start() comes first"
        return self._admin_key

    def __enter__(self) -> LocalServer:
        """Starts the server."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stops the server."""
        self.stop()

    def start(self) -> None:
        """Starts the server and waits until it answers.

        Raises:
            ManifestError: when the repository is not complete and unchanged.
            StepError: when the admin key can be neither read nor written.
            ServerError: when the server cannot run here, a certificate is wrong, a port is taken, or it does not come up:
                why, from its log.
        """
        if self._supervisor:
            raise ServerError("the server is already started")
        manifest.verify(self.repository)
        self._admin_key = AdminKey.read_or_create(self.admin_key_file)
        if self.tls:
            self.tls.check()
        self._ports = self._wanted_ports.resolved(self._hosts)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        run_folder = Path(tempfile.mkdtemp(prefix="assortment-serve-"))
        try:
            server = tritonserver.find(run_folder / "lib")
            server.install_backend(run_folder / "backends")
            self._supervisor = self._launch(server, run_folder)
        finally:
            if self._supervisor is None:
                supervisor.remove_traces(run_folder)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the server and everything it left; does nothing when it is not running."""
        if not self._supervisor:
            return
        stopping, self._supervisor = self._supervisor, None
        with contextlib.suppress(BrokenPipeError):
            assert stopping.stdin
            stopping.stdin.close()
        stopping.wait(_STOP_TIMEOUT_S + _EXIT_TIMEOUT_S)

    def canary(self) -> None:
        """Checks that the server still answers.

        Raises:
            ServerError: when it does not, for instance because a process of its Python backend has died.
        """
        if not self._supervisor or self._supervisor.poll() is not None:
            raise ServerError(f"tritonserver is not running; its log {self.log} says:\n{server_log.complaints(self.log)}")
        self._ready(self.grpc_address)

    def wait(self, timeout_s: float) -> None:
        """Waits for a while, or until the server ends.

        Raises:
            ServerError: when it ended by itself.
        """
        assert self._supervisor, "start() comes first"
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._supervisor.wait(timeout_s)
            raise ServerError(ended(code, self.log))

    def _launch(self, server: tritonserver.TritonServer, run_folder: Path) -> subprocess.Popen[bytes]:
        shm_prefix = f"assortment-{os.getpid()}-{secrets.token_hex(4)}-"
        flags = Flags(
            repository=self.repository,
            variant=self._variant,
            backends=run_folder / "backends",
            shm_prefix=shm_prefix,
            hosts=self._hosts,
            ports=self._ports,
            tls=self.tls,
            exit_timeout_s=_EXIT_TIMEOUT_S,
            otlp_url=self._otlp_url,
            open_statistics=self._open_statistics,
        )
        return subprocess.Popen(
            [
                sys.executable,
                "-I",
                supervisor.__file__,
                str(run_folder),
                shm_prefix,
                str(self.log),
                str(_STOP_TIMEOUT_S),
                str(self.admin_key_file),
                str(server.binary),
                *flags.listed(),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**server.environment(), shared_weights.FOLDER: str(run_folder / "weights")},
            start_new_session=True,  # Ctrl-C in a terminal reaches us alone, and we stop it in good order
        )

    def _wait_until_ready(self) -> None:
        """Waits for an answer to the canary, and tells the server's own complaints when none comes."""
        assert self._supervisor
        deadline = time.monotonic() + self._start_timeout_s
        last = ServerError("it did not open its port")
        while time.monotonic() < deadline:
            if self._supervisor.poll() is not None:
                raise ServerError(f"tritonserver did not start; its log {self.log} says:\n{server_log.complaints(self.log)}")
            if is_listening(self._ports.grpc, near(self._hosts.grpc)):
                try:
                    return self._ready(self.grpc_address)
                except ServerError as error:
                    last = error
            time.sleep(_POLL_S)
        raise ServerError(
            f"tritonserver did not answer within {self._start_timeout_s:.0f} s ({last}); its log {self.log} says:\n"
            f"{server_log.complaints(self.log)}"
        )


def ended(code: int, log: Path) -> str:
    """Why a server ended, from its supervisor's exit code: 256 less the signal when one killed it."""
    number = -code if code < 0 else 256 - code if code > _LEAST_KILLED else 0
    if number == signal.SIGKILL:  # no process can log that
        return f"tritonserver was killed by signal {number} (out of memory?); its log is {log}"
    how = f"was killed by signal {number}" if number else f"ended with code {code}"
    return f"tritonserver {how}; its log {log} says:\n{server_log.complaints(log)}"
