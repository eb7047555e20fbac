"""One run of the planner: curve, plan, simulation, and two replicas; whatever ends it early, what was found is kept."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from rich.console import Console

from assortment.errors import AssortmentError
from perf.planner import report
from perf.planner.curve import Curve
from perf.planner.fit import fit, foretold
from perf.planner.pair import Pair
from perf.planner.plan import plan
from perf.planner.queueing import simulate
from perf.planner.result import PlannerResult
from perf.planner.service import Batching
from perf.planner.settings import TOOL, PlannerSettings
from perf.report import results

_TIMES_ONE = 10.0  # the rate to plan for when none is given, in terms of what one replica carries


def run(settings: PlannerSettings, console: Console) -> PlannerResult:
    """Plans, checks, and writes what was found to ``build/plan/``.

    Raises:
        InputError: when the results folder holds something else, or the curve cannot be used.
    """
    given = Curve.read(settings.curve) if settings.curve else None
    folder = results.claim(settings.folder, TOOL)
    found = PlannerResult(settings=settings)
    try:
        if given:
            cores = math.inf if settings.cores is None else settings.cores
            _planned(found, given)
            _simulated(found, given, settings.paths.model_repository, cores, console)
        else:
            with tempfile.TemporaryDirectory(prefix="assortment-plan-") as scratch:
                _measured(found, Pair(settings, Path(scratch), console), console)
    except AssortmentError as error:
        found.incomplete = str(error)
    except KeyboardInterrupt:
        found.incomplete = "interrupted"
    report.write(found, folder)
    return found


def _measured(found: PlannerResult, pair: Pair, console: Console) -> None:
    curve = Curve.of(pair.curve())
    _planned(found, curve)
    _simulated(found, curve, pair.repository, 1, console)
    assert found.plan
    carried = [point for point in curve.points if point.rate <= found.plan.carried.rate][-2:]
    phases = pair.two([2 * point.rate for point in carried])
    found.two = list(zip(carried, phases, strict=True))


def _planned(found: PlannerResult, curve: Curve) -> None:
    settings, found.curve = found.settings, curve
    rate = settings.rate
    if rate is None:
        rate = _TIMES_ONE * (curve.meets_up_to(settings.p99_ms, settings.error_share) or curve.points[0]).rate
    found.plan = plan(settings.need(rate), curve)


def _simulated(found: PlannerResult, curve: Curve, repository: Path, cores: float, console: Console) -> None:
    """Only where one model does the work of a search: the simulation knows no stages that follow one another."""
    settings, made = found.settings, found.plan
    assert made
    if not curve.tells_batches:
        found.not_simulated = (
            "the curve has no times of text_search: only the CPU variant of a node runs that model, and a load test tells it "
            "only with the server's --admin-key-file. The plan is what the curve alone gives"
        )
        return
    batching = Batching.read(repository, cores=cores)
    with console.status("Fitting the simulation, and once more without each step"):
        service = found.service = fit(curve.points, batching, arrivals=settings.arrivals)
        without = foretold(curve.points, batching, arrivals=settings.arrivals)
        found.simulated = list(zip(curve.points, without, strict=True))
        one = settings.one_caller
        found.usual = simulate(service, rate=made.need.rate, replicas=made.replicas, one_caller=one)
        found.worst = simulate(service, rate=made.worst_rate, replicas=made.carrying, one_caller=one)
