"""The server under load: one of our own, or one that runs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assortment.errors import ServerError
from assortment_client import SearchClient
from deploy.local.server import LocalServer
from perf.assembled import repository_of
from perf.load_test.settings import LoadSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where requests go, and how to tell that it still answers."""

    address: str
    admin_key_file: Path | None = None
    metrics: str = ""
    pause: Callable[[float], None] = time.sleep
    """Waits for some seconds; raises ServerError when the server ended meanwhile."""
    check: Callable[[], None] = field(default=lambda: None)
    """Raises ServerError when a canary is not answered."""

    def flags(self) -> dict[str, object]:
        """The locustfile's flags for reading the server's stages."""
        return {"admin_key_file": self.admin_key_file or "", "metrics": self.metrics}


@contextlib.contextmanager
def target(settings: LoadSettings) -> Iterator[Target]:
    """A server for as long as the block lasts.

    Raises:
        StepError: when the catalogue is not assembled.
        ServerError: when the server does not start, or the one named does not answer.
    """
    if settings.endpoint:
        running = Target(
            address=settings.endpoint,
            admin_key_file=settings.admin_key_file,
            metrics=settings.metrics,
            check=lambda: _canary(settings.endpoint),
        )
        running.check()
        yield running
        return
    with LocalServer(repository_of(settings.paths)) as server:
        yield of_server(server)


def of_server(server: LocalServer) -> Target:
    """A server of our own that was started."""
    return Target(
        address=server.grpc_address,
        admin_key_file=server.admin_key_file,
        metrics=server.metrics_address,
        pause=server.wait,
        check=server.canary,
    )


def _canary(endpoint: str) -> None:
    with SearchClient(endpoint) as client:
        if not client.ready(deadline_s=5.0):
            raise ServerError(f"{endpoint} does not answer a search; is it served? (assortment serve)")
