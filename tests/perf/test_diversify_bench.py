"""The diversify bench: what it plans, that pairs choose the same, what it tells, and one tiny real run. No clock is judged."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from assortment.diversify import STRATEGIES
from assortment.errors import InputError
from perf.agreement import Agreement
from perf.diversify import bench, machine, plot, report
from perf.diversify.bench import Planned, plan
from perf.diversify.candidates import generate
from perf.diversify.expected import EXPECTED, Expected, slower, verdicts
from perf.diversify.matches import MATCHES
from perf.diversify.peers import APRICOT, LANGCHAIN, PUBLISHED_DPP, PYVERSITY_MMR, QDRANT, Absent, Peer, fast_greedy_map, load
from perf.diversify.report import DiversifyResult
from perf.diversify.settings import DiversifySettings
from perf.diversify.timing import BOUND, OURS, Cell, Timing, in_turns

PAIRS = [(match, peer) for match in MATCHES for peer in match.peers]


def cell(strategy: str = "ssd", ours: float = 1.0, dim: int = 384, k: int = 10, **peers: float) -> Cell:
    """One at N = 1000, times in ms; a peer's name with _ for a space."""
    same = Agreement(5, 4, 0.99)
    return Cell(
        strategy=strategy,
        num_candidates=1000,
        k=k,
        dim=dim,
        ours=Timing(OURS, ours, ours, 15),
        bound=Timing(BOUND, 0.5, 0.5, 15),
        peers=[Timing(name.replace("_", " "), ms, ms, 5, same) for name, ms in peers.items()],
    )


def result_of(*cells: Cell) -> DiversifyResult:
    return DiversifyResult(
        cells=cells,
        absent={"apricot-select": "No module named 'apricot'; pip install apricot-select"},
        machine={"processor": "some processor", "one_thread": True},
        settings={"seed": 7},
    )


def told(result: DiversifyResult) -> str:
    console = Console(file=io.StringIO(), width=120)
    report.show(result, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def at(planned: list[Planned], strategy: str, num_candidates: int) -> Planned:
    return next(one for one in planned if (one.match.strategy, one.num_candidates) == (strategy, num_candidates))


def test_every_strategy_is_measured_once_at_every_shape() -> None:
    settings = DiversifySettings()
    planned = plan(settings, {})
    shapes = len(settings.num_candidates) * len(settings.lengths) * len(settings.dims)
    assert len(planned) == shapes * len(STRATEGIES)
    assert sorted(match.strategy for match in MATCHES) == sorted(STRATEGIES)


def test_slow_peers_are_left_out_where_they_need_seconds_unless_asked_for() -> None:
    settings = DiversifySettings()
    planned = plan(settings, {})
    assert QDRANT in at(planned, "mmr", 500).peers
    assert at(planned, "mmr", 1000).peers == (LANGCHAIN,)
    assert "--full" in at(planned, "mmr", 1000).skipped[QDRANT.name]
    assert APRICOT in at(plan(replace(settings, full=True), {}), "cover", 2000).peers


def test_a_peer_that_cannot_be_imported_is_skipped_with_what_pip_installs() -> None:
    missing = Peer(name="nobody", package="no-such-package", module="no_such_module", prepare=PUBLISHED_DPP.prepare)
    absent = load(missing)
    assert isinstance(absent, Absent)
    assert "pip install no-such-package" in absent.reason
    planned = plan(DiversifySettings.quick(), {PYVERSITY_MMR.name: Absent(PYVERSITY_MMR, "")})
    assert at(planned, "mmr_clipped", 100).peers == ()
    assert "pip install pyversity" in at(planned, "mmr_clipped", 100).skipped[PYVERSITY_MMR.name]


@pytest.mark.parametrize(
    "change", [{"num_candidates": ()}, {"lengths": (10, 5)}, {"diversity": 1.0}, {"repetitions": 4}, {"cap_s": 0}]
)
def test_settings_that_are_not_allowed(change: dict[str, object]) -> None:
    with pytest.raises(InputError):
        replace(DiversifySettings(), **change)


def test_candidates_are_unit_rows_and_the_same_for_the_same_seed() -> None:
    one, other = generate(120, 32, seed=3), generate(120, 32, seed=3)
    np.testing.assert_array_equal(one.vectors, other.vectors)
    np.testing.assert_allclose(np.linalg.norm(one.vectors, axis=1), 1.0, atol=1e-6)
    assert ((one.relevance > 0.0) & (one.relevance < 1.0)).all()
    np.testing.assert_allclose(one.cosine, one.vectors @ one.query, atol=1e-6)
    assert len(np.unique(one.groups)) <= 10


@pytest.mark.parametrize(
    ("match", "peer"),
    [pytest.param(match, peer, id=f"{match.strategy}-{peer.name}") for match, peer in PAIRS if peer.same_selection],
)
@pytest.mark.parametrize("diversity", [0.2, 0.5, 0.8])
def test_a_pair_chooses_the_same(match: bench.Match, peer: Peer, diversity: float) -> None:
    module = pytest.importorskip(peer.module) if peer.module else None
    candidates = generate(60, 48, seed=11)
    ours = [int(index) for index in match.ours(candidates, 12, diversity)()]
    assert ours == [int(index) for index in peer.prepare(module, candidates, 12, diversity)()]


def test_the_published_dpp_maximises_the_determinant_step_by_step() -> None:
    candidates = generate(15, 16, seed=5)
    vectors = candidates.vectors * (1.0 + candidates.relevance[:, None])
    kernel = vectors @ vectors.T
    chosen: list[int] = []
    for _ in range(5):
        left = [index for index in range(15) if index not in chosen]
        chosen.append(max(left, key=lambda index: float(np.linalg.det(kernel[np.ix_([*chosen, index], [*chosen, index])]))))
    assert fast_greedy_map(kernel, 5) == chosen


def test_contenders_take_turns_and_a_slow_one_ends_at_its_cap() -> None:
    order: list[str] = []

    def contender(name: str, chosen: list[int]) -> bench.Prepare:
        def call() -> list[int]:
            order.append(name)
            return chosen

        return lambda _: call

    contenders = {OURS: contender(OURS, [0, 1]), "same": contender("same", [0, 1]), "other": contender("other", [1, 0])}
    sets = [generate(10, 4, seed=0), generate(10, 4, seed=1)]
    timings = in_turns(contenders, sets, repetitions=6, cap_s=60.0)
    assert order[:6] == [OURS, "same", "other", "same", "other", OURS]  # whoever was first is last next time
    assert timings["same"].repetitions == 6
    assert timings["same"].agreement == Agreement(6, 6, 1.0)
    assert timings["other"].agreement == Agreement(6, 0, 1.0)
    assert timings[OURS].agreement is None
    assert in_turns(contenders, sets, repetitions=6, cap_s=60.0, not_compared={"other"})["other"].agreement is None
    assert in_turns(contenders, sets, repetitions=6, cap_s=1e-12)["other"].repetitions == 1


def test_an_expectation_is_judged_at_its_worst_dimension() -> None:
    cells = [cell(pyversity_ssd=6.0), cell(pyversity_ssd=4.0, dim=256)]
    expected = [Expected("ssd", "pyversity ssd", 1000, 10, factor) for factor in (4.0, 4.5)]
    expected.append(Expected("ssd", "pyversity ssd", 1000, 100, 4.0))
    assert [verdict.told for verdict in verdicts(cells, expected)] == ["met", "missed", "not measured"]


def test_expectations_name_pairs_that_exist_and_shapes_that_are_measured() -> None:
    pairs = {(match.strategy, peer.name) for match, peer in PAIRS}
    for settings in (DiversifySettings(), DiversifySettings.quick()):
        for one in EXPECTED:
            assert (one.strategy, one.peer) in pairs
            assert one.num_candidates in settings.num_candidates
            assert one.k in settings.lengths


def test_what_is_slower_than_a_peer_is_told_plainly() -> None:
    cells = [cell(pyversity_ssd=0.8, langchain=2.0), cell("cover", pyversity_cover=0.5)]
    assert [(one.cell.strategy, one.peer, one.ratio) for one in slower(cells)] == [
        ("cover", "pyversity cover", 0.5),
        ("ssd", "pyversity ssd", 0.8),
    ]
    text = told(result_of(*cells))
    assert "nothing slower than its peer: missed, in 2 of 3 comparisons" in text
    assert "cover against pyversity cover at N = 1000, k = 10, D = 384: 0.50x" in text
    assert "pip install apricot-select" in text
    assert "nothing slower than its peer: met" in told(result_of(cell(pyversity_ssd=3.0)))


def test_a_busy_machine_and_more_threads_are_told() -> None:
    calm = cell(pyversity_ssd=3.0)
    busy = replace(calm, ours=replace(calm.ours, cpu_ms=0.1), peers=[replace(calm.peers[0], cpu_ms=1.0)])
    parallel = replace(calm, peers=[replace(calm.peers[0], cpu_ms=6.0)])
    assert "careful" not in told(result_of(calm))
    assert "busy with other things" in told(result_of(busy))
    assert "more than one thread" in told(result_of(parallel))
    assert "not bound to one thread" in told(replace(result_of(calm), machine={"one_thread": False}))


def test_summary_and_table_hold_every_shape_skipped_peers_too() -> None:
    skipped = replace(cell("cover"), skipped={"apricot facility location": "slow"})
    result = result_of(cell(pyversity_ssd=4.2), skipped, cell("quota", ours=0.25))
    summary = json.loads(json.dumps(report.summary(result)))
    rows = list(csv.DictReader(io.StringIO(report.table(result))))
    assert [(row["strategy"], row["peer"], row["ratio"]) for row in rows] == [
        ("ssd", "pyversity ssd", "4.2"),
        ("cover", "apricot facility location", ""),
        ("quota", "", ""),
    ]
    assert summary["cells"][0]["identical_share"] == 0.8
    assert summary["cells"][1]["skipped"] == "slow"
    assert summary["cells"][2]["ours_ms"] == 0.25
    assert summary["expected"][4] == {
        "strategy": "ssd",
        "peer": "pyversity ssd",
        "num_candidates": 1000,
        "k": 10,
        "factor": 5.0,
        "ratio": 4.2,
        "verdict": "missed",
    }
    assert summary["machine"]["cpu_share"] == 1.0


def test_the_plot_is_drawn_with_any_number_of_panels(tmp_path: Path) -> None:
    for number, cells in enumerate(([cell("quota")], [cell(a=2.0), cell(a=3.0, k=100)], [cell(a=2.0, b=3.0, c=4.0, d=5.0)])):
        path = tmp_path / f"{number}.png"
        plot.draw(cells, path)
        assert path.read_bytes().startswith(b"\x89PNG")


def test_the_command_restarts_itself_unless_bound_to_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[dict[str, str]] = []
    monkeypatch.setattr("os.execve", lambda _program, _arguments, environment: started.append(environment))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    machine.restart_with_one_thread()
    assert started[0]["OMP_NUM_THREADS"] == started[0]["OPENBLAS_NUM_THREADS"] == "1"
    for name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        monkeypatch.setenv(f"{name}_NUM_THREADS", "1")
    machine.restart_with_one_thread()
    assert len(started) == 1


def test_a_tiny_run_leaves_summary_table_and_plot(tmp_path: Path) -> None:
    tiny = DiversifySettings(
        build=tmp_path, num_candidates=(50,), lengths=(5,), dims=(32,), num_sets=2, repetitions=5, cap_s=0.2
    )  # fmt: skip
    result = bench.run(tiny)
    folder = tmp_path / "diversify_bench"
    summary = json.loads((folder / bench.SUMMARY).read_text(encoding="utf-8"))
    measured = {(row["strategy"], row["peer"]) for row in summary["cells"]}
    assert {strategy for strategy, _ in measured} == set(STRATEGIES)
    assert ("dpp_published", PUBLISHED_DPP.name) in measured  # it needs no package
    assert all(row["ours_repetitions"] >= 1 and row["ours_ms"] > 0.0 for row in summary["cells"])
    compared = [row for row in summary["cells"] if row["identical_share"] is not None]
    assert compared
    assert all(row["identical_share"] == 1.0 for row in compared)
    assert {verdict["verdict"] for verdict in summary["expected"]} == {"not measured"}
    assert summary["machine"]["numpy"] == np.__version__
    assert (folder / bench.TABLE).stat().st_size
    assert (folder / bench.PLOT).stat().st_size
    assert "dpp_published against NumPy fast greedy MAP" in told(result)


def test_a_wrong_setting_is_an_error_and_not_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--repetitions", "1"]) == 1
    assert "repetitions" in capsys.readouterr().err
