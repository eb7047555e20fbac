"""One call of a client's method, for either client to drive: it sends what ``outgoing`` gives and reports what came of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Generic

from assortment_client.attempts import Attempt, Attempts, Pause, Pinned
from assortment_client.deadline import Deadline
from assortment_client.endpoint import ChannelT
from assortment_client.errors import (
    Cancelled,
    ClientClosed,
    DeadlineExceeded,
    InvalidRequest,
    ModelNotReady,
    Overloaded,
    SearchError,
    Unavailable,
)
from assortment_client.observe import CallInfo
from assortment_client.status import StatusError, error_of
from assortment_client.tasks import AnswerT, Task, Told
from assortment_client.wire import MODEL_INFER, with_timeout

if TYPE_CHECKING:
    from assortment_client.calls import Calls

Outgoing = tuple[str, bytes, float, Sequence[tuple[str, str]]]
"""What a channel's ``call`` takes: the gRPC method, the message, the attempt's seconds, metadata."""


class OneCall(Generic[ChannelT, AnswerT]):
    """One call, begun.

    Every attempt that it hands out ends in one of ``decoded``, ``failed`` and ``abandoned``; the call itself in ``decoded``,
    ``give_up`` or ``broken_off``.
    """

    __slots__ = (
        "_attempts",
        "_attempts_s",
        "_calls",
        "_decode_s",
        "_encode_s",
        "_message",
        "_paused_at",
        "_paused_s",
        "_started",
        "_task",
        "_watchers",
        "deadline",
        "request_id",
    )

    def __init__(
        self,
        calls: Calls[ChannelT],
        task: Task[AnswerT],
        deadline: Deadline,
        attempts: Attempts[ChannelT] | Pinned[ChannelT],
        *,
        request_id: str = "",
    ) -> None:
        """Encodes the request, and tells observers that the call started. Raises InvalidRequest when a picture cannot be read."""
        self._calls, self._task, self.deadline, self._attempts = calls, task, deadline, attempts
        self.request_id = request_id or os.urandom(16).hex()
        self._attempts_s = self._decode_s = self._encode_s = self._paused_s = self._paused_at = 0.0
        self._started = time.monotonic()
        self._watchers = (
            calls.watchers.started(CallInfo(task.method, task.model, self.request_id, deadline.seconds))
            if calls.watchers
            else None
        )
        encoding = time.monotonic()
        try:
            self._message = task.encode(self.request_id)
        except SearchError as error:
            self._end(error)
            raise
        self._encode_s = time.monotonic() - encoding

    def first(self) -> Attempt[ChannelT] | None:
        """The first attempt; None when no endpoint may be tried."""
        return self._attempts.first(time.monotonic())

    def outgoing(self, attempt: Attempt[ChannelT]) -> Outgoing:
        """What to send for an attempt.

        Raises:
            AccessDenied: when the token provider fails.
        """
        watched = self._watchers.attempt_started(attempt.info) if self._watchers is not None else ()
        metadata = self._calls.metadata.of_attempt()
        if watched:
            metadata = [*metadata, *watched]
        seconds = max(0.0, attempt.started + attempt.seconds - time.monotonic())  # a token provider may have taken its time
        message = with_timeout(self._message, seconds) if self._task.rpc is MODEL_INFER else self._message
        return self._task.rpc, message, seconds, metadata

    def decoded(self, attempt: Attempt[ChannelT], reply: bytes, others: Iterable[Attempt[ChannelT]] = ()) -> AnswerT:
        """An attempt was answered, and the call with it; ``others`` that run are abandoned, for the driver to cancel.

        Raises:
            BadResponse: when the answer cannot be read; the attempt has ``failed`` then.
        """
        replied = time.monotonic()
        told = Told(self.request_id, attempt.endpoint.address, self._attempts.num_started)
        answer = self._task.decode(reply, told)
        now = time.monotonic()
        self._attempts.succeeded(attempt, now)
        self._calls.note_latency(replied - attempt.started)
        for other in others:
            self.abandoned(other)
        if self._watchers is not None:
            self._attempts_s += replied - attempt.started
            self._decode_s = now - replied
            self._watchers.attempt_ended(attempt.info, None, replied - attempt.started)
            self._end(None)
        return answer

    def failed(
        self, attempt: Attempt[ChannelT], failure: StatusError | SearchError, *, another_runs: bool = False
    ) -> Attempt[ChannelT] | Pause | None:
        """An attempt failed; what to do next, as ``Attempts.failed``. None: ``give_up``, unless ``another_runs``."""
        now, error = time.monotonic(), self._error(attempt, failure)
        if self._watchers is not None:
            self._attempts_s += now - attempt.started
            self._watchers.attempt_ended(attempt.info, error, now - attempt.started)
        if isinstance(error, Unavailable | DeadlineExceeded | ModelNotReady):
            self._calls.look_again()
        step = self._attempts.failed(attempt, error, now, another_runs=another_runs)
        if isinstance(step, Pause):
            self._paused_at = now
        return step

    @property
    def is_over(self) -> bool:
        """Whether the last failure leaves nothing to hope for, even from an attempt that still runs."""
        return self._attempts.is_over

    def resume(self) -> Attempt[ChannelT] | None:
        """After a pause: the next attempt.

        Raises:
            ClientClosed: when the client was closed meanwhile.
        """
        now = time.monotonic()
        self._paused_s += now - self._paused_at
        self._calls.check_open()
        return self._attempts.resume(now)

    def hedge(self) -> Attempt[ChannelT] | None:
        """A second attempt beside a slow first one; None when there may be none."""
        return self._attempts.hedge(time.monotonic())

    def abandoned(self, attempt: Attempt[ChannelT]) -> None:
        """An attempt was cancelled from this side."""
        now = time.monotonic()
        self._attempts.abandoned(attempt, now)
        if self._watchers is not None:
            error = Cancelled("given up from this side").located(
                endpoint=attempt.endpoint.address, model=self._task.model, request_id=self.request_id
            )
            self._watchers.attempt_ended(attempt.info, error, now - attempt.started)

    def broken_off(self, error: BaseException) -> None:
        """The call ends with this exception; its attempts have ended already. Nothing, when the call has too."""
        self._end(error if isinstance(error, SearchError) else Cancelled("given up from this side"))

    def give_up(self) -> AnswerT:
        """No attempt is left: the degraded answer, when the caller allowed one.

        Raises:
            SearchError: otherwise.
        """
        error = self._calls.unresolved() or self._attempts.error()
        if not error.request_id:
            error.located(endpoint=str(self._calls.endpoints), model=self._task.model, request_id=self.request_id)
        fallback = self._task.fallback
        if fallback is None or not _may_degrade(error):
            self._end(error)
            raise error
        if self._watchers is not None:
            self._watchers.degraded(error)
        self._end(None)
        return fallback(self.request_id, self._attempts.num_started)

    def _error(self, attempt: Attempt[ChannelT], failure: StatusError | SearchError) -> SearchError:
        endpoint, model, calls = attempt.endpoint, self._task.model or self._task.method, self._calls
        if isinstance(failure, SearchError):
            return failure.located(endpoint=endpoint.address, model=model, request_id=self.request_id)
        if calls.closed and failure.code == "CANCELLED":
            closed = ClientClosed("this client was closed while the call was under way")
            return closed.located(endpoint=endpoint.address, model=model, request_id=self.request_id)
        error = error_of(
            failure.code,
            calls.metadata.redacted(failure.text),
            endpoint=endpoint.address,
            model=model,
            request_id=self.request_id,
            secure=calls.is_secure,
            answered_before=endpoint.answered,
        )
        return self._task.explained(error) if isinstance(error, InvalidRequest) else error

    def _end(self, error: SearchError | None) -> None:
        watchers, self._watchers = self._watchers, None
        if watchers is not None:
            stages = {
                "encode": self._encode_s,
                "attempts": self._attempts_s,
                "backoff": self._paused_s,
                "decode": self._decode_s,
                "total": time.monotonic() - self._started,
            }
            watchers.ended(error, stages)


def _may_degrade(error: SearchError) -> bool:
    """Whether servers are to blame that may be well soon, and not the request or the credentials."""
    return isinstance(error, Overloaded | Unavailable | DeadlineExceeded) or (
        isinstance(error, ModelNotReady) and error.retryable
    )
