"""Canaries at one endpoint: whether it serves a model, whatever it says of itself."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final, Generic

from assortment_client import tasks
from assortment_client.attempts import Pinned
from assortment_client.canaries import NUM_CANARIES
from assortment_client.contract import CANARY_REQUEST_ID
from assortment_client.deadline import Deadline
from assortment_client.endpoint import ChannelT, Choice
from assortment_client.errors import InvalidRequest, SearchError
from assortment_client.one_call import OneCall
from assortment_client.response import EndpointHealth, ServerInfo
from assortment_client.verdict import Verdict

if TYPE_CHECKING:
    from assortment_client.calls import Calls

DEADLINE_S: Final = 2.0


class Probe(Generic[ChannelT]):
    """Drive ``next`` calls until there is none, tell what came of each, then ``close``."""

    def __init__(self, calls: Calls[ChannelT], choice: Choice[ChannelT], model: str, *, method: str, until: Deadline) -> None:
        """``choice`` was taken from the pool for this; ``method`` is what observers are told."""
        self._calls, self._choice, self._model, self._until = calls, choice, model, until
        self._task = tasks.canary(model, method)
        self._left = NUM_CANARIES
        self._pinned: Pinned[ChannelT] | None = None
        self._verdict: Verdict | None = None
        self._started = 0.0
        self._quickest_s = math.inf
        self._error: SearchError | None = None
        self._version = ""

    def next(self) -> OneCall[ChannelT, object] | None:
        """The next canary; None when all passed or one did not."""
        if not self._left or self._error is not None:
            return None
        self._left -= 1
        self._started = time.monotonic()
        return self._call(self._task)

    def server_info(self) -> OneCall[ChannelT, ServerInfo]:
        """A call for the server's version, which decides nothing."""
        return self._call(tasks.server_info())

    def passed(self) -> None:
        """The last canary was answered."""
        self._quickest_s = min(self._quickest_s, time.monotonic() - self._started)
        self._verdict = Verdict.GOOD

    def failed(self, error: SearchError) -> None:
        """The last canary was not answered, or by the refusal that it was made for."""
        if isinstance(error, InvalidRequest):
            self.passed()
            return
        self._error = error
        self._verdict = self._pinned.verdict if self._pinned else None

    def told_version(self, info: ServerInfo) -> None:
        """The server told its version."""
        self._version = info.version

    def close(self) -> None:
        """Lets the breaker know. A probe that was broken off between canaries has told nothing."""
        broken_off = self._left and self._error is None
        why = f"{type(self._error).__name__}: {self._error.message}" if self._error else ""
        self._calls.pool.release(self._choice, self._model, None if broken_off else self._verdict, time.monotonic(), why)

    def health(self) -> EndpointHealth:
        """What was found, after ``close``."""
        endpoint = self._choice.endpoint
        return EndpointHealth(
            endpoint=endpoint.address,
            ok=self._error is None,
            breaker=endpoint.state,
            latency_s=self._quickest_s if math.isfinite(self._quickest_s) else math.nan,
            server_version=self._version,
            error=self._error,
        )

    def _call(self, task: tasks.Task[tasks.AnswerT]) -> OneCall[ChannelT, tasks.AnswerT]:
        deadline = Deadline(max(0.001, self._until.left(time.monotonic())), now=time.monotonic())
        self._pinned = Pinned(self._choice, deadline)
        return OneCall(self._calls, task, deadline, self._pinned, request_id=CANARY_REQUEST_ID)
