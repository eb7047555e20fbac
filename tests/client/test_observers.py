"""What observers of either client are told, and what they cannot break."""

from __future__ import annotations

import grpc
import pytest

from assortment_client import CallInfo, CallObserver, ModelNotReady, Observer
from tests.client.recorder import Recorder

STOPPING = (grpc.StatusCode.NOT_FOUND, "Request for unknown model: 'search' has no available versions")


def test_observers_are_told_everything_once(connect, two) -> None:
    first, second = two
    first.fail(*STOPPING)
    second.fail(*STOPPING)
    recorder = Recorder()
    client = connect([first.endpoint, second.endpoint], observers=[recorder])
    with pytest.raises(ModelNotReady):
        client.search("shoes", deadline_s=1.5)
    (call,) = recorder.calls
    assert (call.method, call.model, call.deadline_s) == ("search", "search", 1.5)
    assert recorder.started_attempts == [attempt for attempt, _ in recorder.ended_attempts]
    assert [attempt.number for attempt in recorder.started_attempts] == list(range(1, len(recorder.started_attempts) + 1))
    ((error, stages),) = recorder.ends
    assert error == "ModelNotReady"
    assert set(stages) == {"encode", "attempts", "backoff", "decode", "total"}
    assert stages["total"] >= stages["encode"] + stages["attempts"] + stages["backoff"]
    assert first.metadata[0]["traceparent"] == f"00-{call.request_id}-1" or second.metadata[0]["traceparent"]


def test_an_observer_that_raises_breaks_no_call_and_is_logged_once(connect, scripted, caplog) -> None:
    class Raises(Observer):
        def started(self, call: CallInfo) -> CallObserver:
            raise RuntimeError("mine")

    class RaisesLater(Observer):
        def started(self, call: CallInfo) -> CallObserver:
            class Following(CallObserver):
                def attempt_started(self, attempt):
                    return {"UPPER": "case", "x": "new\nline", "grpc-y": "z", "authorization": "no", "fine": "yes"}

                def ended(self, error, stages):
                    raise RuntimeError("mine too")

            return Following()

    client = connect(scripted.endpoint, observers=[Raises(), RaisesLater()])
    for _ in range(3):
        assert len(client.search("shoes")) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert scripted.metadata[0]["fine"] == "yes"
    assert not {"UPPER", "x", "grpc-y", "authorization"} & set(scripted.metadata[0])
