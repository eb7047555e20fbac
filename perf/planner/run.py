"""One run of the planner: curve, plan, simulation, and two replicas; whatever ends it early, what was found is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.console import Console

from assortment.errors import AssortmentError
from perf.planner import report
from perf.planner.curve import Curve
from perf.planner.pair import Pair
from perf.planner.plan import Need, plan
from perf.planner.queueing import simulate
from perf.planner.result import PlannerResult
from perf.planner.service import Batching, Service, fit
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
            _simulated(found, given, Batching.read(settings.paths.model_repository))
        else:
            with tempfile.TemporaryDirectory(prefix="assortment-plan-") as scratch:
                _measured(found, Pair(settings, Path(scratch), console))
    except AssortmentError as error:
        found.incomplete = str(error)
    except KeyboardInterrupt:
        found.incomplete = "interrupted"
    report.write(found, folder)
    return found


def _measured(found: PlannerResult, pair: Pair) -> None:
    curve = Curve.of(pair.curve())
    _simulated(found, curve, Batching.read(pair.repository))
    assert found.plan
    carried = [point for point in curve.points if point.rate <= found.plan.carried.rate][-2:]
    phases = pair.two([2 * point.rate for point in carried])
    found.two = list(zip(carried, phases, strict=True))


def _simulated(found: PlannerResult, curve: Curve, batching: Batching) -> None:
    settings, found.curve = found.settings, curve
    bounds = {"p99_ms": settings.p99_ms, "error_share": settings.error_share}
    carried = curve.meets_up_to(**bounds)
    rate = settings.rate or _TIMES_ONE * (carried or curve.points[0]).rate
    found.plan = plan(Need(rate=rate, headroom=settings.headroom, failed=settings.failed, **bounds), curve)
    service = found.service = fit(curve, batching, _p99_ms)
    found.simulated = [(point, simulate(service, rate=point.rate)) for point in curve.points]
    found.usual = simulate(service, rate=rate, replicas=found.plan.replicas)
    found.worst = simulate(service, rate=found.plan.worst_rate, replicas=found.plan.carrying)


def _p99_ms(service: Service, rate: float) -> float:
    return simulate(service, rate=rate).p99_ms
