"""The attempts of one call, as a state machine: what to do first, and what after each outcome.

Pure: no network and no waiting, and the caller says what time it is. The synchronous and the asynchronous client drive the same
one:

    first() ──> Attempt ──succeeded──> done
                  │ failed
                  ├──> Attempt   another endpoint, at once; or the same with a fresh token
                  ├──> Pause ──> resume() ──> Attempt   the only endpoint, after a wait
                  └──> None      give up with error()
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, Generic

from assortment_client.budget import Budget
from assortment_client.deadline import Deadline
from assortment_client.endpoint import ChannelT, Choice, Endpoint
from assortment_client.errors import FailedAttempt, SearchError, Unavailable
from assortment_client.observe import AttemptInfo
from assortment_client.options import Retry
from assortment_client.pool import Pool
from assortment_client.verdict import Verdict, verdict_of

_ENOUGH_S: Final = 0.5  # for a server that sheds load by time to answer, or to refuse
_SHORTEST_S: Final = 0.001  # with less time left, another attempt would only cost a server work


@dataclass(slots=True)
class Attempt(Generic[ChannelT]):
    """One attempt, to be sent now."""

    number: int
    kind: str
    choice: Choice[ChannelT]
    started: float
    seconds: float
    """What it is given."""

    @property
    def endpoint(self) -> Endpoint[ChannelT]:
        """Where it goes."""
        return self.choice.endpoint

    @property
    def info(self) -> AttemptInfo:
        """For observers."""
        return AttemptInfo(self.number, self.endpoint.address, self.kind, self.seconds)


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait, then ``resume``."""

    seconds: float


class Attempts(Generic[ChannelT]):
    """One call. Every attempt it hands out ends in one of ``succeeded``, ``failed`` and ``abandoned``."""

    __slots__ = (
        "_budget",
        "_busy_before",
        "_deadline",
        "_last",
        "_may_refresh",
        "_met",
        "_model",
        "_pool",
        "_random",
        "_retry",
        "_rounds",
        "_tried",
        "is_over",
        "num_started",
    )

    def __init__(
        self,
        pool: Pool[ChannelT],
        *,
        model: str,
        deadline: Deadline,
        retry: Retry,
        budget: Budget,
        rotating_token: bool,
        random: Random,
    ) -> None:
        """Nothing is sent yet.

        Args:
            pool: the endpoints.
            model: the model to be asked.
            deadline: of all attempts together.
            retry: options.
            budget: shared by the client's calls; this call has earned its share already.
            rotating_token: whether asking for the token again may give another one.
            random: draws the waits.
        """
        self._pool, self._model, self._deadline, self._retry = pool, model, deadline, retry
        self._budget, self._may_refresh, self._random = budget, rotating_token, random
        self._tried: list[Endpoint[ChannelT]] = []
        self._met: list[FailedAttempt] = []
        self._last: SearchError | None = None
        self._rounds = 0  # attempts that may have cost a server work, and waits
        self._busy_before = False
        self.num_started = 0
        """Attempts handed out so far."""
        self.is_over = False
        """Whether the last outcome leaves nothing to hope for, even from an attempt that still runs."""

    def first(self, now: float) -> Attempt[ChannelT] | None:
        """The first attempt; None when no endpoint may be tried."""
        choice = self._pool.choose(self._model, now)
        if choice is None:
            why = self._pool.why_none(self._model, now)
            self._last = Unavailable(f"nothing was sent: {why}", reason="breaker_open")
            return None
        return self._start(choice, "first", now)

    def succeeded(self, attempt: Attempt[ChannelT], now: float) -> None:
        """It was answered."""
        self._pool.release(attempt.choice, self._model, Verdict.GOOD, now)

    def abandoned(self, attempt: Attempt[ChannelT], now: float) -> None:
        """It was cancelled from this side, and told nothing."""
        self._pool.release(attempt.choice, self._model, None, now)

    def failed(
        self, attempt: Attempt[ChannelT], error: SearchError, now: float, *, another_runs: bool = False
    ) -> Attempt[ChannelT] | Pause | None:
        """It failed; what next. Nothing as long as ``another_runs`` (a hedged call): that one may still be answered."""
        verdict = verdict_of(error)
        why = f"{type(error).__name__}: {error.message}"
        self._pool.release(attempt.choice, self._model, verdict, now, why)
        met = FailedAttempt(
            attempt.number, attempt.endpoint.address, attempt.kind, type(error).__name__, error.message, now - attempt.started
        )
        self._met.append(met)
        if not (self._busy_before and verdict is Verdict.GONE):  # a replica that is away is not why the call failed
            self._last = error
        self.is_over = verdict.is_final
        if another_runs or verdict.is_final or self._deadline.left(now) < _SHORTEST_S:
            return None
        if verdict is Verdict.DENIED:
            return self._with_fresh_token(attempt, now)
        return self._elsewhere(verdict, now)

    def resume(self, now: float) -> Attempt[ChannelT] | None:
        """After a pause: the next attempt, or None when every breaker has opened meanwhile."""
        choice = self._pool.choose(self._model, now)
        if choice is None:
            return None
        again = choice.endpoint in self._tried
        return self._start(choice, "retry" if again else "failover", now)

    def hedge(self, now: float) -> Attempt[ChannelT] | None:
        """A second attempt beside the first, on another endpoint that is well; None when there is none, or no budget."""
        if self._deadline.left(now) < _SHORTEST_S:
            return None
        choice = self._pool.choose(self._model, now, self._tried, last_resort=False)
        if choice is None:
            return None
        if not choice.endpoint.is_well or not self._budget.spend():
            self._pool.release(choice, self._model, None, now)
            return None
        return self._start(choice, "hedge", now)

    def error(self) -> SearchError:
        """Why the call failed, with what every attempt met."""
        assert self._last is not None
        self._last.attempts = tuple(self._met)
        return self._last

    def _elsewhere(self, verdict: Verdict, now: float) -> Attempt[ChannelT] | Pause | None:
        costs_nothing = verdict in (Verdict.GONE, Verdict.CHANGING)
        if self._retry.attempts == 1 or (verdict is Verdict.BUSY and self._busy_before):
            return None
        self._busy_before = self._busy_before or verdict is Verdict.BUSY
        self._rounds += not costs_nothing
        if self._rounds >= self._retry.attempts:
            return None
        choice = self._pool.choose(self._model, now, self._tried, last_resort=verdict is not Verdict.BUSY)
        if choice is None:
            self._rounds += costs_nothing  # a wait counts as one, then
            return self._pause(now) if self._rounds < self._retry.attempts else None
        is_free = costs_nothing or (verdict is not Verdict.BUSY and choice.endpoint.is_well)
        if is_free or self._budget.spend():
            return self._start(choice, "failover", now)
        self._pool.release(choice, self._model, None, now)
        return None

    def _pause(self, now: float) -> Pause | None:
        """Nobody else is left: the same again after a wait with full jitter, when time and budget are."""
        assert self._last is not None
        longest = min(self._retry.cap_s, self._retry.base_s * 2.0 ** (self._rounds - 1))
        seconds = self._random.uniform(0.0, longest)
        if not self._last.retryable or seconds + _SHORTEST_S > self._deadline.left(now):
            return None
        return Pause(seconds) if self._budget.spend() else None

    def _with_fresh_token(self, attempt: Attempt[ChannelT], now: float) -> Attempt[ChannelT] | None:
        if not self._may_refresh or not self._last or self._last.code != "UNAUTHENTICATED":
            return None
        self._may_refresh = False
        return self._start(self._pool.take(attempt.endpoint, self._model, now), "retry", now)

    def _start(self, choice: Choice[ChannelT], kind: str, now: float) -> Attempt[ChannelT]:
        self.num_started += 1
        self._tried.append(choice.endpoint)
        attempts_left = self._retry.attempts - self._rounds
        share = self._deadline.share(now, attempts_left)
        # A loaded server needs more than half of a short deadline: it would work for callers who have gone.
        is_enough = share >= _ENOUGH_S or not choice.endpoint.is_loaded(now)
        shares = attempts_left > 1 and choice.has_others and kind != "hedge" and is_enough
        seconds = share if shares else self._deadline.left(now)
        return Attempt(self.num_started, kind, choice, now, seconds)


class Pinned(Generic[ChannelT]):
    """One attempt at one endpoint that somebody else has taken and will release: a canary. Driven as ``Attempts`` are."""

    __slots__ = ("_choice", "_deadline", "_error", "is_over", "num_started", "verdict")

    def __init__(self, choice: Choice[ChannelT], deadline: Deadline) -> None:
        self._choice, self._deadline = choice, deadline
        self._error: SearchError | None = None
        self.is_over = True
        self.num_started = 1
        self.verdict: Verdict | None = None
        """What the attempt said about the endpoint; None as long as it has said nothing."""

    def first(self, now: float) -> Attempt[ChannelT]:
        """The attempt."""
        return Attempt(1, "canary", self._choice, now, self._deadline.left(now))

    def succeeded(self, attempt: Attempt[ChannelT], now: float) -> None:
        """It was answered."""
        self.verdict = Verdict.GOOD

    def abandoned(self, attempt: Attempt[ChannelT], now: float) -> None:
        """It was cancelled from this side."""

    def failed(self, attempt: Attempt[ChannelT], error: SearchError, now: float, *, another_runs: bool = False) -> None:
        """It failed, and that is all."""
        self._error, self.verdict = error, verdict_of(error)

    def resume(self, now: float) -> None:
        """There is never a pause."""

    def hedge(self, now: float) -> None:
        """Nor a second attempt."""

    def error(self) -> SearchError:
        """Why it failed."""
        assert self._error is not None
        return self._error
