"""An observer that notes what it is told."""

from __future__ import annotations

from typing import Any

from assortment_client import AttemptInfo, CallInfo, CallObserver, Observer


class Recorder(Observer):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.calls: list[CallInfo] = []
        self.started_attempts: list[AttemptInfo] = []
        self.ended_attempts: list[tuple[AttemptInfo, str]] = []
        self.ends: list[tuple[str, Any]] = []
        self.degraded: list[str] = []
        self.breakers: list[tuple[str, str]] = []

    def started(self, call: CallInfo) -> CallObserver:
        self.calls.append(call)
        recorder = self

        class Following(CallObserver):
            def attempt_started(self, attempt):
                recorder.started_attempts.append(attempt)
                return {"traceparent": f"00-{call.request_id}-{attempt.number}"}

            def attempt_ended(self, attempt, error, seconds):
                assert seconds >= 0
                recorder.ended_attempts.append((attempt, type(error).__name__))

            def degraded(self, error):
                recorder.degraded.append(type(error).__name__)

            def ended(self, error, stages):
                recorder.ends.append((type(error).__name__, stages))

        return Following()

    def breaker_changed(self, endpoint: str, state: str) -> None:
        self.breakers.append((endpoint, state))
