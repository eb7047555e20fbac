"""What the planner found: the summary, the part of the report's page, and the plot."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Final

from perf.planner.plan import Plan
from perf.planner.queueing import Simulated
from perf.planner.result import PlannerResult
from perf.planner.settings import TOOL
from perf.report import origin
from perf.report.part import SUMMARY, Part, Picture, Table

PLOT: Final = "plan.svg"


def write(result: PlannerResult, folder: Path) -> Part:
    """``summary.json``, ``part.json`` and the plot."""
    (folder / SUMMARY).write_text(json.dumps(result.summary(), indent=1) + "\n", encoding="utf-8")
    if result.curve:
        _draw(result, folder / PLOT)
    made = part(result)
    made.write(folder)
    return made


def part(result: PlannerResult) -> Part:
    """For the page."""
    pictures = [Picture(file=PLOT, alt="p99 over the rate of one replica: measured, simulated, and of two replicas")]
    return Part(
        tool=TOOL,
        title="Capacity: how many replicas a rate needs",
        command=origin.command("plan", result.settings.catalogue),
        finding=finding(result),
        made=origin.made(),
        machine=origin.machine(),
        incomplete=result.incomplete,
        tables=tables(result),
        pictures=pictures if result.curve else [],
        notes=_notes(result),
    )


def finding(result: PlannerResult) -> str:
    """The answer in a sentence or two."""
    plan = result.plan
    if plan is None:
        return "No plan was made."
    need = plan.need
    told = (
        f"{plan.replicas} replicas for {need.rate:.4g} requests a second within p99 {need.p99_ms:g} ms: one carries "
        f"{plan.carried.rate:.4g} a second, {need.headroom:.0%} of head-room, {need.failed} may fail."
    )
    if result.worst:
        verdict = "keeps" if result.holds else "does not keep"
        part_of = f" of {result.worst.replicas} of them" if result.worst.replicas < plan.carrying else ""
        told += f" The simulation{part_of} {verdict} the bounds then (p99 {_ms(result.worst.p99_ms)} ms)."
    elif result.not_simulated:
        told += " It was not simulated."
    if result.two:
        point, phase = result.two[-1]
        told += (
            f" Two replicas at {phase.phase.rate:.4g}/s were measured at p99 {_ms(phase.latency_ms['p99_ms'])} ms, "
            f"one at half of that at {_ms(point.p99_ms)} ms."
        )
    return told


def tables(result: PlannerResult) -> list[Table]:
    """The plan, the curve beside its simulation, and two replicas beside one."""
    found = [_plan(result.plan, result)] if result.plan else []
    found += [_simulation(result)] if result.simulated else []
    return found + ([_two(result)] if result.two else [])


def _simulation(result: PlannerResult) -> Table:
    rows = [
        (
            f"{point.rate:.4g}",
            f"{point.requests:,}",
            *_pair(point.p50_ms, one.p50_ms),
            *_pair(point.p95_ms, one.p95_ms),
            *_pair(point.p99_ms, one.p99_ms),
            f"{point.error_share:.2%}",
            f"{one.error_share:.2%}",
        )
        for point, one in result.simulated
    ]
    figures = [name for figure in ("p50", "p95", "p99", "not answered") for name in (figure, "simulated")]
    note = "Milliseconds. Each row is simulated with times that were fitted to the other rows, and no p99 was fitted."
    return Table(title="One replica, measured and simulated", columns=("requests/s", "requests", *figures), rows=rows, note=note)


def _two(result: PlannerResult) -> Table:
    rows = [
        (
            f"{phase.phase.rate:.4g}",
            f"{phase.answered_per_s:.4g}",
            *_pair(point.p50_ms, phase.latency_ms["p50_ms"]),
            *_pair(point.p99_ms, phase.latency_ms["p99_ms"]),
            f"{phase.error_share:.2%}",
        )
        for point, phase in result.two
    ]
    columns = ("requests/s of two", "answered/s", "p50 of one", "of two", "p99 of one", "of two", "not answered")
    return Table(title="Two replicas at twice the rate of one (ms)", columns=columns, rows=rows)


def _plan(plan: Plan, result: PlannerResult) -> Table:
    need = plan.need
    cases = (
        ("all up, target rate", plan.replicas, need.rate, plan.usual_p99_ms, result.usual),
        (f"{need.failed} failed, with head-room", plan.carrying, plan.worst_rate, plan.worst_p99_ms, result.worst),
    )
    rows = [
        (case, str(replicas), f"{rate:.4g}", f"{rate / replicas:.4g}", _ms(p99_ms), _simulated(one, replicas))
        for case, replicas, rate, p99_ms, one in cases
    ]
    columns = ("case", "replicas", "requests/s", "each", "p99 by the curve", "simulated")
    return Table(
        title="Plan", columns=columns, rows=rows, note=f"Bound: p99 {need.p99_ms:g} ms, {need.error_share:.2%} not answered."
    )


def _simulated(one: Simulated | None, replicas: int) -> str:
    if one is None:
        return ""
    part_of = f", {one.replicas} of {replicas}" if one.replicas < replicas else ""
    return f"{_ms(one.p99_ms)}, {one.error_share:.2%} not answered{part_of}"


def _notes(result: PlannerResult) -> list[str]:
    notes = [
        "A replica carries the highest measured rate at which the bounds held; nothing is read between two steps.",
        "Searches by words. Each replica is taken to get the same share of the requests"
        + (", from one caller who goes round them." if result.settings.one_caller else ", from many callers, independently."),
    ]
    if result.not_simulated:
        notes.append(f"Not simulated: {result.not_simulated}.")
    if result.plan and result.usual and result.usual.replicas < result.plan.replicas:
        notes.append(f"Of a fleet this large, {result.usual.replicas} replicas were simulated, at the same rate each.")
    if service := result.service:
        batching = service.batching
        shared = f"{batching.cores:g} shared cores" if batching.cores < batching.instances else "cores of their own"
        notes.append(
            f"Simulated: a batch of n takes {service.fixed_ms:.1f} + {service.each_ms:.1f} n ms, coefficient of variation "
            f"{service.scatter:.2f}, at {batching.instances} instances with {shared} and batches of up to {batching.batch}; "
            f"{service.way_ms:.1f} ms on the way; refused after {batching.wait_ms:g} ms in the queue, and sent again once."
        )
    if result.settings.curve is None:
        notes.append(
            "Measured with one core for a replica and the worker that loads it: a server that has its core alone does better."
        )
    return notes


def _draw(result: PlannerResult, path: Path) -> None:
    from matplotlib.figure import Figure

    assert result.curve
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    rates = [point.rate for point in result.curve.points]
    axes.plot(rates, [_finite(point.p99_ms) for point in result.curve.points], "o-", label="one replica, measured")
    axes.plot(rates[: len(result.simulated)], [_finite(one.p99_ms) for _, one in result.simulated], "s--", label="simulated")
    if result.two:
        halves = [phase.phase.rate / 2 for _, phase in result.two]
        axes.plot(halves, [_finite(phase.latency_ms["p99_ms"]) for _, phase in result.two], "^", label="two replicas, measured")
    axes.axhline(result.settings.p99_ms, linestyle="--", linewidth=1, color="black", label="bound")
    axes.set(xlabel="requests a second for each replica", ylabel="p99, milliseconds", xlim=(0, None), ylim=(0, None))
    axes.legend(frameon=False, fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def _pair(one: float, other: float) -> tuple[str, str]:
    return _ms(one), _ms(other)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan


def _ms(value: float) -> str:
    return "-" if not math.isfinite(value) else f"{value:.1f}" if value < 100 else f"{value:.0f}"
