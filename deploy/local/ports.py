"""TCP ports on the loopback interface."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import astuple, dataclass

from assortment.errors import ServerError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where a server listens; 0 stands for any free port."""

    grpc: int = 0
    http: int = 0
    metrics: int = 0

    def resolved(self) -> Ports:
        """The same with free ports in place of zeros.

        Raises:
            ServerError: when a port is out of range or another program listens on it.
        """
        with contextlib.ExitStack() as held:  # all are held until all are chosen, so that none is given twice
            grpc, http, metrics = (
                held.enter_context(_bound(port, name)).getsockname()[1]
                for port, name in zip(astuple(self), ("gRPC", "HTTP", "metrics"), strict=True)
            )
        return Ports(grpc=grpc, http=http, metrics=metrics)


def _bound(port: int, name: str) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ServerError(f"{name} port {port}: allowed: 1 to 65535, or 0 for a free one")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # As the server itself does: a port in TIME_WAIT is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(1)
    except OSError as error:
        listener.close()
        raise ServerError(
            f"{name} port {port} on {LOOPBACK} is taken ({error.strerror}); choose another, or 0 for a free one"
        ) from None
    return listener


def is_listening(port: int) -> bool:
    """Whether something accepts connections on a port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
