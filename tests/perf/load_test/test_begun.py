"""What Locust's page began: each test is told by its own options, and one that was cut short as that."""

from __future__ import annotations

import json
import math
import time
import urllib.parse
import urllib.request
from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import pytest
from rich.console import Console

from assortment.errors import InputError
from perf.load_test import begun, measure, report, samples
from perf.load_test.generator import Generator
from perf.load_test.mix import MixSettings
from perf.load_test.run import LoadTest
from perf.load_test.samples import ANSWERED, Sample, SampleWriter
from perf.load_test.settings import LoadSettings


def _options(settings: LoadSettings, **changed: Any) -> Namespace:
    schedule = {"shape": settings.shape, "rates": measure.told(settings.rates), "seconds": settings.seconds}
    flags = {name: str(value) if isinstance(value, Path) else value for name, value in settings.flags().items()}
    return Namespace(**{**flags, **schedule, "num_users": settings.users, **changed})


def _sampled(folder: Path, seconds: float) -> None:
    writer = SampleWriter(folder, 0)
    for number in range(int(seconds * 10)):
        writer.write(Sample(number / 10, number / 10, 0.01, "search", ANSWERED))
    writer.close()


@pytest.fixture
def settings(tmp_path: Path) -> LoadSettings:
    mix = MixSettings(build=tmp_path)
    return LoadSettings(mix=mix, shape="steady", rates=(10.0,), seconds=20.0, web=True, endpoint="127.0.0.1:1")


def _ended(settings: LoadSettings, monkeypatch: pytest.MonkeyPatch, during: Callable[[Path], None]) -> Any:
    """What is told when Ctrl-C comes after ``during``, which stands in the server's and Locust's place."""

    def measured(test: LoadTest, server: object) -> None:
        during(settings.folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(LoadTest, "_measure", measured)
    monkeypatch.setattr("perf.load_test.target._canary", lambda endpoint: None)
    return LoadTest(settings, Console(quiet=True)).run()


def test_a_test_from_the_page_that_was_cut_short_is_marked(settings: LoadSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    def during(folder: Path) -> None:
        begun.note(folder, _options(settings))
        _sampled(folder, 7.0)

    found = _ended(settings, monkeypatch, during)
    assert (found.passed, found.incomplete) == (False, "interrupted")
    assert found.phases[0].phase.seconds == pytest.approx(6.9)
    assert json.loads((settings.folder / "part.json").read_text())["incomplete"] == "interrupted"


def test_a_test_from_the_page_that_reached_its_end_is_whole(settings: LoadSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    def during(folder: Path) -> None:
        begun.note(folder, _options(settings))
        _sampled(folder, 20.0)
        begun.note_end(folder)

    found = _ended(settings, monkeypatch, during)
    assert found.passed
    assert found.phases[0].phase.seconds == 20


def test_another_test_from_the_page_is_told_by_its_own_options(settings: LoadSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    def during(folder: Path) -> None:
        begun.note(folder, _options(settings))
        _sampled(folder, 20.0)
        begun.note_end(folder)
        begun.note(folder, _options(settings, shape="step", rates="10,11", seconds=4.0, deadline_ms=300.0, zipf=0.5))
        _sampled(folder, 8.0)
        begun.note_end(folder)

    found = _ended(settings, monkeypatch, during)
    assert found.passed
    assert [(phase.phase.rate, phase.phase.seconds) for phase in found.phases] == [(10, 4), (11, 4)]
    told = found.settings
    assert (told.shape, told.deadline_ms, told.mix.zipf, told.users) == ("step", 300.0, 0.5, settings.users)
    assert len(samples.read(settings.folder / "test-1")) == 200
    assert begun.has_ended(settings.folder / "test-1")
    assert any("1 before it are in test-1" in note for note in report.part(found).notes)


def test_a_closed_loop_from_the_page_has_no_phases(settings: LoadSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _ended(settings, monkeypatch, lambda folder: begun.note(folder, _options(settings, rates="")))
    assert found.phases == []
    assert "closed loop" in found.incomplete


@pytest.mark.parametrize("wrong", [{"deadline_ms": 0.0}, {"rates": "9,"}, {"zipf": math.nan}, {"seconds": -1.0}])
def test_wrong_options_from_the_page_leave_the_test_before_in_its_place(
    settings: LoadSettings, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    begun.note(tmp_path, _options(settings))
    begun.note_end(tmp_path)
    with pytest.raises(InputError, match=r"deadline_ms|rates|zipf|seconds"):
        begun.note(tmp_path, _options(settings, **{"shape": "step", **wrong}))
    assert begun.has_ended(tmp_path)
    assert begun.earlier(tmp_path) == []


@pytest.fixture
def silent() -> Iterator[tuple[str, list[int]]]:
    """The address of a server that is there and answers nothing, and a list that grows with every request it is sent."""
    came, over = list[int](), Event()

    def never(request: bytes, context: grpc.ServicerContext) -> bytes:
        came.append(1)
        over.wait()
        return b""

    class Handler(grpc.GenericRpcHandler):
        def service(self, handler_call_details: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(never)

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=600))
    server.add_generic_rpc_handlers((Handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}", came
    over.set()
    server.stop(None).wait()


def test_a_server_that_answers_nothing_is_not_asked_less(silent: tuple[str, list[int]], tmp_path: Path) -> None:
    address, came = silent
    (tmp_path / "queries.txt").write_text("blue shoes\n")
    values = {"queries": tmp_path / "queries.txt", "rates": "50", "shape": "steady", "seconds": 5, "deadline_ms": 200}
    with Generator(address, tmp_path, values, users=64) as running:
        running.wait(time.sleep)
    due = samples.read(tmp_path)
    assert len(due) > 150
    assert {sample.outcome for sample in due} == {"DeadlineExceeded"}
    assert len(came) >= 0.95 * len(due)
    assert begun.has_ended(tmp_path)


def test_a_new_test_on_locusts_page_keeps_the_one_before(silent: tuple[str, list[int]], tmp_path: Path) -> None:
    (tmp_path / "queries.txt").write_text("blue shoes\n")
    values: dict[str, object] = {"queries": tmp_path / "queries.txt", "rates": "20", "seconds": 1, "deadline_ms": 100}
    with Generator(silent[0], tmp_path, values, users=8, web=True) as running:
        _until(lambda: begun.has_ended(tmp_path), tmp_path)
        form = urllib.parse.urlencode({"user_count": 8, "spawn_rate": 8, "rates": "30", "seconds": "2.0"}).encode()
        with urllib.request.urlopen(f"http://{running.web_address}/swarm", form) as answer:
            assert json.loads(answer.read())["success"]
        _until(lambda: (tmp_path / "test-1").is_dir() and begun.has_ended(tmp_path), tmp_path)
    last = begun.settings_of(tmp_path, LoadSettings())
    assert last is not None
    assert (last.rates, last.seconds) == ((30.0,), 2.0)
    first = begun.settings_of(tmp_path / "test-1", LoadSettings())
    assert first is not None
    assert (first.rates, first.seconds) == ((20.0,), 1.0)
    latest_s = [max(sample.due_s for sample in samples.read(folder)) for folder in (tmp_path / "test-1", tmp_path)]
    assert latest_s[0] < 1 < latest_s[1]


def _until(holds: Callable[[], bool], folder: Path) -> None:
    for _ in range(300):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail((folder / "locust.log").read_text())
