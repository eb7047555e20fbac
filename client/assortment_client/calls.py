"""What both clients share but waiting: endpoints, budget, breakers, credentials, observers."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from random import Random
from typing import Any, Final, Generic

from assortment_client import endpoints as parsing
from assortment_client.attempts import Attempts
from assortment_client.budget import Budget
from assortment_client.channel_options import ChannelArgument, merged
from assortment_client.credentials import Metadata, channel_credentials
from assortment_client.deadline import Deadline
from assortment_client.endpoint import ChannelT
from assortment_client.errors import ClientClosed, Unavailable
from assortment_client.observe import Observer
from assortment_client.one_call import OneCall
from assortment_client.options import TLS, Breaker, Retry
from assortment_client.pool import Pool
from assortment_client.request import check_deadline
from assortment_client.resolver import Resolver
from assortment_client.tasks import AnswerT, Task
from assortment_client.watching import Watchers

_NUM_LATENCIES: Final = 200
_ENOUGH_LATENCIES: Final = 20
_PERCENTILE: Final = 0.95


class Calls(Generic[ChannelT]):
    """A client's state. Safe to share between threads."""

    def __init__(
        self,
        endpoints: str | Sequence[str],
        channel_type: Callable[[str, Any, Sequence[ChannelArgument]], ChannelT],
        *,
        balance: str,
        retry: Retry,
        breaker: Breaker,
        tls: TLS | None,
        token: str | Callable[[], str] | None,
        metadata: Mapping[str, str] | None,
        observers: Sequence[Observer],
        channel_arguments: Sequence[ChannelArgument],
    ) -> None:
        """All arguments but one are a client's; ``channel_type`` makes a channel of an address, credentials and arguments.

        Raises:
            InvalidRequest: when an argument is wrong.
        """
        self.endpoints = parsing.parse(endpoints)
        self.is_secure = tls is not None
        self.metadata = Metadata(metadata, token)
        self.metadata.check_against(self.endpoints, is_secure=self.is_secure)
        self.watchers = Watchers(observers)
        self.closed = False
        self._retry = retry
        self._random = Random()
        self._budget = Budget(ratio=retry.budget_ratio, burst=retry.budget_burst)
        self._latencies: deque[float] = deque(maxlen=_NUM_LATENCIES)
        self._pid = os.getpid()
        name = self.endpoints.name
        server_name = tls and (tls.server_name or (name.host if name else None))
        credentials, arguments = channel_credentials(tls), merged(channel_arguments, server_name or None)
        self.pool: Pool[ChannelT] = Pool(
            balance=balance,
            breaker=breaker,
            open_channel=lambda address: channel_type(address, credentials, arguments),
            changed=self.watchers.breaker_changed,
            random=self._random,
        )
        self._resolver = Resolver(name, self.pool.replace) if name else None
        if self._resolver:
            self._resolver.refresh(time.monotonic())
        else:
            self.pool.replace(map(str, self.endpoints.addresses))

    def begin(self, task: Task[AnswerT], deadline_s: float, *, request_id: str = "") -> OneCall[ChannelT, AnswerT]:
        """A call to drive.

        Raises:
            InvalidRequest: when ``deadline_s`` is wrong, or a picture cannot be read.
            ClientClosed: after ``close``, and in a process that was forked after this client was made.
        """
        deadline = Deadline(check_deadline(deadline_s), now=time.monotonic())
        self.check_open()
        self._budget.earn()
        attempts = Attempts(
            self.pool,
            model=task.model,
            deadline=deadline,
            retry=self._retry,
            budget=self._budget,
            rotating_token=self.metadata.rotates,
            random=self._random,
        )
        return OneCall(self, task, deadline, attempts, request_id=request_id)

    def check_open(self) -> None:
        """Raises ClientClosed when this client cannot be used here."""
        if self.closed:
            raise ClientClosed("this client was closed; make a new one")
        if self.is_foreign:
            raise ClientClosed("this client was made before its process was forked; make one in each process, after the fork")

    @property
    def is_foreign(self) -> bool:
        """Whether this is a forked process: gRPC's connections belong to the process that made them."""
        return os.getpid() != self._pid

    def lookup(self) -> Future[None] | None:
        """Refreshes the addresses of a DNS name when it is time; the look-up to wait for when there are none yet."""
        if self._resolver is None:
            return None
        running = self._resolver.refresh(time.monotonic())
        return None if self.pool.endpoints else running

    def look_again(self) -> None:
        """An endpoint failed: DNS may know better."""
        if self._resolver is not None:
            self._resolver.refresh(time.monotonic(), after_failure=True)

    def unresolved(self) -> Unavailable | None:
        """The error when a DNS name has no addresses."""
        if self._resolver is None or self.pool.endpoints:
            return None
        told = self._resolver.error or "no answer yet"
        return Unavailable(f"{self.endpoints} does not resolve ({told}); check the name and the DNS server", reason="unresolved")

    def note_latency(self, seconds: float) -> None:
        """An attempt was answered."""
        self._latencies.append(seconds)

    def slow_after_s(self) -> float | None:
        """The 95th percentile of recent latencies; None when there are too few."""
        if len(self._latencies) < _ENOUGH_LATENCIES:
            return None
        ordered = sorted(self._latencies)
        return ordered[int(_PERCENTILE * len(ordered))]
