"""Figures and objectives: what an unanswered request does to a percentile, and what is kept of a run that was cut short."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from assortment.errors import InputError
from perf.load_test import measure, phases, report, samples, server_times
from perf.load_test.objectives import Objective
from perf.load_test.phases import PhaseResult
from perf.load_test.result import LoadResult
from perf.load_test.samples import ANSWERED, Sample, SampleWriter
from perf.load_test.server_times import Reading
from perf.load_test.settings import LoadSettings
from perf.load_test.shapes import Phase, step
from perf.report.part import Part
from perf.stages import Counters


def _samples(*, answered: int, failed: int = 0, start: float = 0.0) -> list[Sample]:
    good = [Sample(start + 0.01 * n, start + 0.01 * n, (n + 1) / 1e3, "search", ANSWERED) for n in range(answered)]
    bad = [Sample(start + 0.01 * n, start + 0.01 * n, 0.001, "search", "Overloaded") for n in range(failed)]
    return [*good, *bad]


def _result(*, answered: int = 100, failed: int = 0, rate: float = 10.0) -> PhaseResult:
    phase = Phase(name=f"at {rate:g}", rate=rate, seconds=10)
    return phases.result(phase, _samples(answered=answered, failed=failed))


def test_percentiles_are_times_of_requests() -> None:
    found = phases.percentiles_ms(_samples(answered=100))
    assert found["p50_ms"] == pytest.approx(51.0, abs=1.0)
    assert found["p99_ms"] == pytest.approx(100.0, abs=1.0)


def test_a_refused_request_is_slower_than_all_others_however_soon_it_was_refused() -> None:
    result = _result(answered=97, failed=3)
    assert math.isinf(result.latency_ms["p99_ms"])
    assert math.isfinite(result.latency_ms["p95_ms"])
    assert result.error_share == pytest.approx(0.03)
    assert result.summary()["latency_ms"]["p99_ms"] is None
    assert not Objective.parse("p99_ms=10000").is_met(result)
    assert Objective.parse("error_share=0.03").is_met(result)


def test_requests_belong_to_the_phase_in_which_they_were_due() -> None:
    parts = phases.split(
        step([10, 20], 5.0), [*_samples(answered=3), *_samples(answered=2, start=5.0), *_samples(answered=1, start=11)]
    )
    assert [len(part) for _, part in parts] == [3, 2]


@pytest.mark.parametrize("text", ["p99_ms", "p98_ms=5", "p99_ms=fast", "p99_ms=-1", "p99_ms=nan", ""])
def test_objectives_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="objective"):
        Objective.parse(text)


def test_a_run_passes_when_every_phase_met_every_objective() -> None:
    settings = LoadSettings(rates=(10, 20, 30), objectives=(Objective.parse("p95_ms=120"), Objective.parse("answered_per_s=5")))
    good = [_result(rate=10), _result(rate=20), _result(rate=30, answered=90, failed=10)]
    found = LoadResult(settings=settings, phases=good, capacity_per_s=None, generator_per_s=None)
    assert not found.passed
    assert len(found.missed) == 1
    assert "at 30 at 30/s: p95_ms more requests failed" in found.missed[0]
    assert found.meets_up_to == good[1]
    whole = LoadResult(settings=settings, phases=good[:2], capacity_per_s=None, generator_per_s=None)
    assert whole.passed
    assert not LoadResult(settings=settings, phases=good[:2], capacity_per_s=None, generator_per_s=None, incomplete="died").passed


def test_a_run_that_was_cut_short_is_told_as_long_as_it_lasted(tmp_path: Path) -> None:
    writer = SampleWriter(tmp_path, 0)
    for number in range(60):
        writer.write(Sample(number / 10, number / 10, 0.01, "search", ANSWERED))
    writer.close()
    settings = LoadSettings(rates=(10, 11), seconds=4.0)
    found = measure.results(tmp_path, settings.phases(settings.rates), cut_short=True)
    assert [phase.answered_per_s for phase in found] == [pytest.approx(10), pytest.approx(20 / 1.9)]
    result = LoadResult(settings=settings, phases=found, capacity_per_s=None, generator_per_s=None, incomplete="the server died")
    told = report.write(result, tmp_path)
    assert (told.incomplete, told.finding.count("p99 10.0 ms")) == ("the server died", 2)
    assert Part.read(tmp_path).finding == told.finding


def test_samples_survive_a_line_that_was_cut_short(tmp_path: Path) -> None:
    for worker in (0, 1):
        writer = SampleWriter(tmp_path, worker)
        writer.write(Sample(1.5 - worker, 1.6, 0.25, "rerank", ANSWERED))
        writer.close()
    with (tmp_path / "samples-1.csv").open("a") as file:
        file.write("2.0,2.1,0.")
    found = samples.read(tmp_path)
    assert [sample.due_s for sample in found] == [0.5, 1.5]
    assert found[1].behind_s == pytest.approx(0.1)


def test_stages_are_those_between_the_first_and_the_last_reading_of_a_phase(tmp_path: Path) -> None:
    def reading(at_s: float, requests: int) -> Reading:
        counters = Counters(requests=requests, inferences=requests, executions=requests // 2, queue_ns=requests * 10**6)
        return Reading(at_s=at_s, models={"text_search": counters}, inner_us={"scorer": 3.0 * requests, "fusion": 1.0 * requests})

    told = [reading(0.0, 10), reading(1.0, 20), reading(2.0, 40), reading(3.0, 100)]
    (tmp_path / server_times.FILE).write_text("".join(one.line() for one in told) + '{"at_s": 4')
    (stage,), shares = server_times.of_phase(server_times.readings(tmp_path), 1.0, 2.0)
    assert (stage.model, stage.requests, stage.mean_batch, stage.queue_ms) == ("text_search", 20, 2.0, 1.0)
    assert shares == {"scorer": 0.75, "fusion": 0.25}
    assert server_times.of_phase(server_times.readings(tmp_path), 7.0, 9.0) == ([], {})
