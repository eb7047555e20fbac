"""From a DNS name to addresses, again and again: a headless service's replicas come and go.

Look-ups run in a thread of their own that ends with them, and are started by calls: no call waits for one but the first.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Final

from assortment_client.endpoints import Address

_LOG: Final = logging.getLogger(__name__)
_EVERY_S: Final = 15.0
_EVERY_AFTER_FAILURE_S: Final = 1.0

Lookup = Callable[[str, int], Iterable[str]]
"""Host and port to IP addresses; raises OSError."""


def _lookup(host: str, port: int) -> Iterable[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Resolver:
    """Keeps the addresses of one name fresh."""

    def __init__(self, name: Address, found: Callable[[list[str]], None], *, lookup: Lookup = _lookup) -> None:
        """Does nothing yet.

        Args:
            name: what to look up, and the port of all addresses.
            found: told all addresses, as ``host:port`` in order, after each look-up that finds some; in the resolver's thread.
            lookup: how it is done.
        """
        self.name = name
        self._found, self._lookup = found, lookup
        self._lock = threading.Lock()
        self._running: Future[None] | None = None
        self._next = float("-inf")
        self.error = ""
        """Why the last look-up found nothing; empty when it found something."""

    def refresh(self, now: float, *, after_failure: bool = False) -> Future[None] | None:
        """Starts a look-up when it is time, and returns the one that runs; None when none does.

        Args:
            now: monotonic time.
            after_failure: whether an endpoint has just failed; then it is time sooner.
        """
        running = self._running
        if running is None and now < self._next - (after_failure or bool(self.error)) * (_EVERY_S - _EVERY_AFTER_FAILURE_S):
            return None
        with self._lock:
            if self._running is not None:
                return self._running
            running = self._running = Future()
            running.set_running_or_notify_cancel()  # nobody can cancel it for the others
            self._next = now + _EVERY_S
            try:
                threading.Thread(target=self._run, args=(running,), name=f"resolve {self.name}", daemon=True).start()
            except RuntimeError:  # no more threads: a later call will try
                self._end(running, "no thread could be started")
            return running

    def _run(self, running: Future[None]) -> None:
        error = "the look-up broke off"
        try:
            addresses = sorted({str(Address(host, self.name.port)) for host in self._lookup(self.name.host, self.name.port)})
            if addresses:
                self._found(addresses)
            error = "" if addresses else "no addresses"
        except (OSError, UnicodeError) as caught:  # socket.gaierror, and names that are none
            error = str(getattr(caught, "strerror", None) or caught)
        finally:
            if error and not self.error:
                _LOG.warning("%s does not resolve (%s); going on with the addresses known, if any", self.name, error)
            self._end(running, error)

    def _end(self, running: Future[None], error: str) -> None:
        self.error = error
        self._running = None
        running.set_result(None)
