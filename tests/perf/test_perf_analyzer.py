"""perf_analyzer: its input and output, what is kept of a run that ended early, and a short run of the real one."""

from __future__ import annotations

import base64
import io
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from assortment.errors import InputError, ServerError, StepError
from assortment.paths import BuildPaths
from assortment.serving.step import strings
from deploy.local.server import LocalServer
from perf import wheels
from perf.perf_analyzer import binary, csv_report, input_data, measurement, report
from perf.perf_analyzer.bench import run
from perf.perf_analyzer.binary import PerfAnalyzer
from perf.perf_analyzer.measurement import Measurement, Target, command, complaint
from perf.perf_analyzer.recording import Recorder
from perf.perf_analyzer.report import Run
from perf.perf_analyzer.settings import Settings
from perf.report.part import Part
from perf.stages import Counters, Statistics

# Written by perf_analyzer 2.51.0: -m search --concurrency-range 4 --request-count 300 -f FILE --verbose-csv
CSV = (
    "Concurrency,Inferences/Second,Client Send,Network+Server Send/Recv,Server Queue,"
    "Server Compute Input,Server Compute Infer,Server Compute Output,Client Recv,"
    "p50 latency,p90 latency,p95 latency,p99 latency,Avg latency,request/response,response wait\n"
    "4,99.9199,11,6007,2,103,27596,1839,7,33512,52596,61607,84998,35569,18,35537\n"
)
ROOT = Path(__file__).parents[2]


def test_a_csv_is_read_in_milliseconds(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (row,) = csv_report.read(tmp_path / "a.csv")
    assert (row.load, row.told_per_s, row.p50_ms, row.p99_ms) == (4, 99.9199, 33.512, 84.998)
    assert (row.compute_infer_ms, row.queue_ms, row.mean_ms) == (27.596, 0.002, 35.569)


@pytest.mark.parametrize("content", ["Concurrency,Inferences/Second\n4,99\n", CSV.replace("33512", "soon"), CSV[:-30]])
def test_a_damaged_csv_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(StepError, match="not a CSV of perf_analyzer"):
        csv_report.read(tmp_path / "a.csv")


def test_throughput_of_a_closed_loop_follows_from_its_mean_time(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (row,) = csv_report.read(tmp_path / "a.csv")
    closed, arriving = (Target(model="search", kind=kind, load=4, requests=300) for kind in ("concurrency", "rate"))
    assert Measurement(target=closed, row=row).per_s == pytest.approx(4 / 35.569e-3)
    assert Measurement(target=arriving, row=row).per_s == 99.9199
    assert Measurement(target=closed, row=None).per_s == 0


def test_requests_are_written_without_the_batch_and_without_loss(tmp_path: Path) -> None:
    options = np.array([[10, np.nan]], dtype=np.float32)
    picture = b"\xff\xd8picture"
    entry = {"QUERY": strings(["größe 44".encode()]), "PICTURE": strings([picture]), "OPTIONS": options}
    input_data.write([entry], tmp_path / "a.json")
    (told,) = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["data"]
    assert told["QUERY"] == {"content": ["größe 44"], "shape": [1]}
    assert base64.b64decode(told["PICTURE"]["content"]["b64"]) == struct.pack("<I", len(picture)) + picture
    assert told["OPTIONS"]["shape"] == [2]
    assert base64.b64decode(told["OPTIONS"]["content"]["b64"]) == options.tobytes()


def test_entries_of_different_tensors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same tensors"):
        input_data.write([{"QUERY": strings([b"a"])}, {"TEXT": strings([b"a"])}], tmp_path / "a.json")


def test_arrivals_are_poisson_and_never_mixed_with_concurrency() -> None:
    tool = PerfAnalyzer(path=Path("perf_analyzer"), environment={}, version="2.51.0")
    target = Target(model="search", kind="rate", load=62.5, requests=100)
    called = command(tool, "127.0.0.1:8001", target, Path("in.json"), Path("out.csv"))
    assert " ".join(called).find("--request-distribution poisson --request-rate-range 62.5 --request-count 100") > 0
    assert "--concurrency-range" not in called


def test_the_first_error_is_told() -> None:
    told = "Concurrency: 64\n\nThread [1] had error: in ensemble 'search', Request timeout expired\n\nThread [5] had error: x"
    assert complaint(told) == "in ensemble 'search', Request timeout expired"
    assert complaint("error: Failed to init manager inputs") == "Failed to init manager inputs"
    assert complaint("killed  \n by someone") == "killed by someone"


@pytest.mark.parametrize(
    ("field", "value"),
    [("requests", 0), ("queries", 0), ("concurrency", ()), ("stage_concurrency", (0,)), ("rate_shares", (1.5,))],
)
def test_settings_name_the_wrong_field(field: str, value: Any) -> None:
    with pytest.raises(InputError, match=field):
        Settings(**{field: value})


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "perf_analyzer").write_bytes(b"another program")
    with pytest.raises(StepError, match="not the published file"):
        wheels.check(tmp_path / "perf_analyzer", binary.WHEELS[0].place_sha256)


def test_without_registry_and_without_one_on_path_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StepError, match=r"(?s)pip cannot download tritonclient==2.51.0.* no perf_analyzer on PATH"):
        binary.find(tmp_path)


def test_a_run_that_ended_early_keeps_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (row,) = csv_report.read(tmp_path / "a.csv")
    four, many = (Target(model="search", kind="concurrency", load=load, requests=300) for load in (4, 64))
    found = Run(settings=Settings(), version="2.51.0", incomplete="the server died")
    found.ensembles = [Measurement(target=four, row=row), Measurement(target=many, row=None)]
    report.write(found, tmp_path)
    part = Part.read(tmp_path)
    assert part.incomplete == "the server died"
    assert part.tables[0].rows[0] == ["search", "4 in flight", "300", "112.5", "33.5", "52.6", "61.6", "85.0"]
    assert "refused" in part.tables[0].rows[1]
    assert "112/s, with 4 in flight" in part.finding
    assert (tmp_path / part.pictures[0].file).is_file()
    told = json.loads((tmp_path / "summary.json").read_text())
    assert [each["refused"] for each in told["ensembles"]] == [False, True]


def test_a_run_without_a_measurement_says_so(tmp_path: Path) -> None:
    report.write(Run(settings=Settings(), incomplete="interrupted"), tmp_path)
    assert Part.read(tmp_path).finding == "Nothing was measured."


@pytest.mark.parametrize(("hangs", "says"), [(1, "ended with code 3: nobody there"), (2, "no 1 answers of search in 0 s, twice")])
def test_one_that_hangs_is_stopped_and_called_once_more(
    hangs: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class TellsNothing(Statistics):
        def snapshot(self) -> dict[str, Counters]:
            return {}

    calls = tmp_path / "calls"
    script = tmp_path / "perf_analyzer"
    hang = f"echo >> {calls}; [ $(wc -l < {calls}) -gt {hangs} ] || exec sleep 60"
    script.write_text(f"#!/bin/sh\n{hang}\necho nobody there; exit 3\n")
    script.chmod(0o755)
    monkeypatch.setattr(measurement, "_TIMEOUT_S", 0.2)
    target = Target(model="search", kind="rate", load=1, requests=1)
    tool = PerfAnalyzer(path=script, environment={}, version="")
    with TellsNothing("127.0.0.1:1") as statistics, pytest.raises(ServerError, match=says):
        measurement.measure(tool, "127.0.0.1:1", target, tmp_path / "data", statistics, tmp_path / "csv")


@pytest.mark.slow
@pytest.mark.triton
def test_a_server_that_keeps_its_statistics_to_itself_is_told_apart(served) -> None:
    recorder = Recorder(served.url)
    try:
        with pytest.raises(ServerError, match="--open-statistics"):
            recorder.steps("search")
    finally:
        recorder.close()


@pytest.fixture(scope="module")
def build(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of outputs with the small shop and perf_analyzer in it."""
    folder = tmp_path_factory.mktemp("build")
    (folder / "small").symlink_to(small_build.root, target_is_directory=True)
    try:
        binary.find(folder)
    except StepError as error:
        pytest.skip(str(error))
    return folder


@pytest.mark.slow
@pytest.mark.triton
@pytest.mark.alone
def test_a_short_run_of_the_real_one(build: Path) -> None:
    called = [sys.executable, "-m", "perf.perf_analyzer", "--quick", "--catalogue", "small", "--build", str(build)]
    ended = subprocess.run(called, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stderr
    told = json.loads((build / "perf_analyzer" / "summary.json").read_text())
    assert {each["model"] for each in told["ensembles"]} == {"search", "search_multimodal", "rerank"}
    steps = {"prepare", "text_encoder", "image_encoder", "fusion", "scorer", "candidate_scorer", "diversifier", "text_search"}
    assert {each["model"] for each in told["steps"]} == steps
    measured = [each for each in told["ensembles"] + told["steps"] if not each["refused"]]
    assert measured
    assert all(each["per_s"] > 0 and each["measured"]["p99_ms"] >= each["measured"]["p50_ms"] > 0 for each in measured)
    pictured = json.loads((build / "perf_analyzer" / "image_encoder_input.json").read_text())["data"][0]["PRESENCE"]
    assert struct.unpack("<2f", base64.b64decode(pictured["content"]["b64"])) == (1.0, 1.0)
    assert not Part.read(build / "perf_analyzer").incomplete


@pytest.mark.slow
@pytest.mark.triton
def test_what_was_measured_before_the_server_died_is_kept(build: Path, small_build: BuildPaths, tmp_path: Path) -> None:
    server = LocalServer(small_build.model_repository, open_statistics=True, log=tmp_path / "log")

    class EndsTheServer(io.StringIO):
        """Whoever tells the first measurement ends the server."""

        def write(self, text: str, /) -> int:
            server.stop()
            return super().write(text)

    with server:
        settings = Settings.quick(catalogue="small", build=build, endpoint=server.grpc_address)
        found = run(settings, Console(file=EndsTheServer()))
    assert len(found.ensembles) == 1
    part = Part.read(build / "perf_analyzer")
    assert part.incomplete == found.incomplete != ""
    assert len(part.tables[0].rows) == 1
