"""What a load test found: the summary, the plot, and the part of the report's page."""

from __future__ import annotations

import json
import math
from pathlib import Path

from perf.load_test import plot
from perf.load_test.phases import PERCENTILES, PhaseResult
from perf.load_test.result import LoadResult
from perf.load_test.settings import TOOL
from perf.report import origin
from perf.report.part import SUMMARY, Part, Picture, Table

_LATE_MS = 10.0  # a generator later than that is part of what was measured


def write(result: LoadResult, folder: Path) -> Part:
    """``summary.json``, ``part.json`` and the plot."""
    (folder / SUMMARY).write_text(json.dumps(result.summary(), indent=1) + "\n", encoding="utf-8")
    made = part(result)
    if result.phases:
        plot.draw(result, folder / plot.PLOT)
    made.write(folder)
    return made


def part(result: LoadResult) -> Part:
    """For the page."""
    pictures = [Picture(file=plot.PLOT, alt="Percentiles of latency, and rates due and answered, phase by phase")]
    return Part(
        tool=TOOL,
        title="Load: Locust users over the client, arrivals that do not wait",
        command=origin.command("load", result.settings.mix.catalogue),
        finding=finding(result),
        made=origin.made(),
        machine=origin.machine(),
        incomplete=result.incomplete,
        tables=tables(result),
        pictures=pictures if result.phases else [],
        notes=_notes(result),
    )


def finding(result: LoadResult) -> str:
    """The answer in a sentence or two."""
    if not result.phases:
        return "Nothing was measured."
    objectives = result.settings.objectives
    if not objectives:
        return " ".join(map(_told, [result.phases[0], *result.phases[1:][-1:]]))
    wanted = " and ".join(map(str, objectives))
    best = result.meets_up_to
    if not result.missed:
        return f"Every phase met {wanted}, up to {max(phase.phase.rate for phase in result.phases):.4g} requests a second."
    met = f"{wanted} was met up to {best.phase.rate:.4g} requests a second" if best else f"{wanted} was met by no rate"
    return f"{met}. Missed: {result.missed[0]}."


def tables(result: LoadResult) -> list[Table]:
    """Phases, and the server's stages in the phase with the highest rate."""
    columns = ("phase", "due/s", "answered/s", *(name.removesuffix("_ms") for name in PERCENTILES), "not answered", "behind p99")
    rows = [
        (
            phase.phase.name,
            f"{phase.phase.rate:.4g}",
            f"{phase.answered_per_s:.4g}",
            *(_ms(phase.latency_ms[name]) for name in PERCENTILES),
            _failures(phase),
            _ms(phase.behind_p99_ms),
        )
        for phase in result.phases
    ]
    note = "Milliseconds from when a request was due; an unanswered one counts as slower than all others."
    found = [Table(title="Phases", columns=columns, rows=rows, note=note)]
    kinds = [(phase, kind, times) for phase in result.phases for kind, times in phase.by_kind_ms.items()]
    if len({kind for _, kind, _ in kinds}) > 1:
        by_kind = [
            (phase.phase.name, kind, *(_ms(times[name]) for name in ("p50_ms", "p95_ms", "p99_ms")))
            for phase, kind, times in kinds
        ]
        found.append(Table(title="By kind of request (ms)", columns=("phase", "ensemble", "p50", "p95", "p99"), rows=by_kind))
    busiest = max(result.phases, key=lambda phase: phase.phase.rate, default=None)
    return [*found, *_stages(busiest)] if busiest else []


def _stages(phase: PhaseResult) -> list[Table]:
    if not phase.stages:
        return []
    rows = [
        (
            stage.model if stage.mean_batch else f"{stage.model} (ensemble)",
            f"{stage.requests:,}",
            f"{stage.queue_ms:.2f}" if stage.mean_batch else "",
            f"{stage.compute_ms:.2f}" if stage.mean_batch else "",
            f"{stage.total_ms:.2f}",
            f"{stage.mean_batch:.1f}" if stage.mean_batch else "",
        )
        for stage in phase.stages
    ]
    inside = ", ".join(f"{stage} {share:.0%}" for stage, share in phase.inner_shares.items())
    return [
        Table(
            title=f"The server's stages at {phase.phase.rate:.4g} requests a second (mean ms a request)",
            columns=("model", "requests", "queue", "compute", "total", "mean batch"),
            rows=rows,
            note=f"Inside text_search: {inside}." if inside else "",
        )
    ]


def _notes(result: LoadResult) -> list[str]:
    settings, mix = result.settings, result.settings.mix
    source = (
        f"the file {mix.queries.name}, in its order" if mix.queries else f"catalogue {mix.catalogue}, Zipf's law s = {mix.zipf:g}"
    )
    notes = [
        f"Asked: text {mix.text:g}, picture {mix.picture:g}, rerank {mix.rerank:g}; queries of {source}; seed {mix.seed}.",
        "Arrivals are a Poisson process; answers are those of our client, its retries included, within "
        f"{settings.deadline_ms:g} ms; generator and server share the machine.",
    ]
    if result.capacity_per_s:
        notes.append(
            f"Capacity, closed loop with eight users: {result.capacity_per_s:.4g} answers a second; rates are shares of it."
        )
    if result.generator_per_s:
        notes.append(
            f"The generator ({settings.workers} worker{'s' * (settings.workers > 1)}) alone manages at least "
            f"{result.generator_per_s:.4g} requests a second, against a server that replays answers."
        )
    if earlier := result.earlier_tests:
        folders = "test-1" if earlier == 1 else f"test-1 to test-{earlier}"
        notes.append(f"The last test of Locust's page; options and samples of {earlier} before it are in {folders}.")
    late = [phase.phase.name for phase in result.phases if phase.behind_p99_ms > _LATE_MS]
    notes += [f"Missed: {told}." for told in result.missed]
    if late:
        notes.append(
            f"In {', '.join(late)} one request in a hundred left more than {_LATE_MS:g} ms late: more workers, users or cores "
            "are wanted there. The latency counts it, as it counts from when a request was due."
        )
    return notes


def _told(phase: PhaseResult) -> str:
    share = f", {phase.error_share:.1%} not answered" if phase.error_share else ""
    found = {name: phase.latency_ms[f"{name}_ms"] for name in ("p50", "p99")}
    times = ", ".join(f"{name} {_ms(ms)} ms" if math.isfinite(ms) else f"no {name}" for name, ms in found.items())
    return f"{phase.phase.name} at {phase.phase.rate:.4g} requests a second: {times}{share}."


def _failures(phase: PhaseResult) -> str:
    if not phase.failed:
        return "0"
    return f"{phase.error_share:.1%}: " + ", ".join(f"{name} {count}" for name, count in phase.failed.items())


def _ms(value: float) -> str:
    return "-" if not math.isfinite(value) else f"{value:.1f}" if value < 100 else f"{value:.0f}"
