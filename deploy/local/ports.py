"""Where a server listens: TCP ports, on the loopback interface unless told otherwise."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final

from assortment.errors import InputError, ServerError

LOOPBACK: Final = "127.0.0.1"
_EVERYWHERE: Final = "0.0.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """IPv4 addresses of this machine to listen on; 0.0.0.0 is all of them."""

    grpc: str = LOOPBACK
    http: str = LOOPBACK
    metrics: str = LOOPBACK

    def __post_init__(self) -> None:
        """Checks the addresses.

        Raises:
            InputError: when one is no IPv4 address.
        """
        for name, host in (("--host", self.grpc), ("--http-host", self.http), ("--metrics-host", self.metrics)):
            try:
                ipaddress.IPv4Address(host)
            except ValueError:
                raise InputError(name, host, f"allowed: an IPv4 address of this machine; {_EVERYWHERE} for all") from None

    def warnings(self, *, tls: bool) -> list[str]:
        """What to say to somebody who opens the server to other machines."""
        told = []
        if _is_open(self.grpc) and not tls:
            told.append(
                f"gRPC listens on {self.grpc} without TLS: queries, answers and the admin key can be read on the way; "
                "use --tls, or a network that nobody else is on"
            )
        if _is_open(self.http) and not tls:
            told.append(f"HTTP listens on {self.http} and has no TLS: queries, answers and the admin key can be read on the way")
        if _is_open(self.metrics):
            told.append(f"metrics listen on {self.metrics}, for anybody and without TLS")
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ports of a server; 0 stands for any free one."""

    grpc: int = 0
    http: int = 0
    metrics: int = 0

    def resolved(self, hosts: Hosts | None = None) -> Ports:
        """The same with free ports in place of zeros, on ``hosts``, the loopback interface by default.

        Raises:
            ServerError: when a port is out of range, another program listens on it, or the address is not this machine's.
        """
        hosts = hosts or Hosts()
        wanted = ((self.grpc, "gRPC", hosts.grpc), (self.http, "HTTP", hosts.http), (self.metrics, "metrics", hosts.metrics))
        with contextlib.ExitStack() as held:  # all are held until all are chosen, so that none is given twice
            grpc, http, metrics = (held.enter_context(_bound(*one)).getsockname()[1] for one in wanted)
        return Ports(grpc=grpc, http=http, metrics=metrics)


def near(host: str) -> str:
    """The address at which this machine itself reaches a server that listens on ``host``."""
    return LOOPBACK if host == _EVERYWHERE else host


def _is_open(host: str) -> bool:
    return not ipaddress.IPv4Address(host).is_loopback


def _bound(port: int, name: str, host: str) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ServerError(f"{name} port {port}: allowed: 1 to 65535, or 0 for a free one")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # As the server itself does: a port in TIME_WAIT is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise ServerError(f"{name} on {host}: this machine has no such address; {_EVERYWHERE} is all it has") from None
        raise ServerError(
            f"{name} port {port} on {host} is taken ({error.strerror}); choose another, or 0 for a free one"
        ) from None
    return listener


def is_listening(port: int, host: str = LOOPBACK) -> bool:
    """Whether something accepts connections on a port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
