"""What the bench found, as a summary for scripts and as tables for people."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from perf.agreement import Agreement
from perf.one_by_one import OneByOne
from perf.reading_words import ReadingWords
from perf.report import origin, part
from perf.report.part import Part
from perf.saturated import Saturated
from perf.stages import Stage

TOOL: Final = "bench"
TITLE: Final = "Served against in-process: the same work, models and cores"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """Everything one run of the bench found."""

    catalogue: str
    products: int
    queries: int
    cores: Sequence[int]
    processor: str
    server: dict[str, str]
    one_by_one: OneByOne
    reading: ReadingWords
    saturated: Saturated
    text_search_shares: dict[str, float]
    """Stage inside ``text_search`` to its share of that model's time, over the whole run."""


def summary(result: BenchResult) -> dict[str, Any]:
    """The contents of ``build/bench/summary.json``. Times in milliseconds, throughput in requests a second."""
    one, many, reading = result.one_by_one, result.saturated, result.reading
    return {
        "overhead_ms": round(one.overhead_ms, 3),
        "p50_ratio": round(one.p50_ratio, 3),
        "throughput_ratio": round(many.throughput_ratio, 3),
        "latency_ms": {"served": one.served.as_dict(), "in_process": one.in_process.as_dict()},
        "reading_words": {
            "cpu_ms": reading.cpu_ms.as_dict(),
            "share_of_a_search": round(reading.share, 4),
            "understood_queries": reading.understood,
        },
        "refused_and_sent_again": {"one_by_one": one.refused, "saturated": many.refused},
        "throughput_per_s": {
            "served": _rates(many.served),
            "in_process": _rates(many.in_process),
            "in_flight": many.in_flight,
            "in_process_batch": many.batch,
        },
        "cpu_ms_per_request": {
            "server": round(many.cpu_ms.server, 3),
            "load_generator": round(many.cpu_ms.client, 3),
            "in_process": round(many.cpu_ms.in_process, 3),
            "ratio": round(many.cpu_ms.ratio, 3),
        },
        "stages": {"one_by_one": _stages(one.stages), "saturated": _stages(many.stages)},
        "text_search_shares": {stage: round(share, 4) for stage, share in result.text_search_shares.items()},
        "same_answers": {"one_by_one": _agreement(one.agreement), "saturated": _agreement(many.agreement)},
        "catalogue": result.catalogue,
        "products": result.products,
        "queries": result.queries,
        "cores": len(result.cores),
        "processor": result.processor,
        "server": result.server,
    }


def _rates(blocks: Sequence[float]) -> dict[str, Any]:
    return {"median": round(statistics.median(blocks), 1), "blocks": [round(rate, 1) for rate in blocks]}


def _stages(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    return [
        {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(stage).items()}
        for stage in stages
    ]


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return {"answers": agreement.answers, "identical_share": round(agreement.share, 4), "overlap": round(agreement.overlap, 4)}


def show(result: BenchResult, console: Console) -> None:
    """Prints the two comparisons and the stages."""
    one, many = result.one_by_one, result.saturated
    console.print(
        f"\n{result.products:,} products, {result.queries} queries, {result.server['name']} {result.server['version']}, "
        f"everything on {len(result.cores)} cores",
        highlight=False,
    )
    table = Table(title="One request at a time (ms)", title_justify="left")
    for column in ("", "p50", "p95", "p99", "requests"):
        table.add_column(column, justify="right" if column else "left")
    for name, latency in (("served", one.served), ("in process", one.in_process)):
        table.add_row(name, f"{latency.p50:.2f}", f"{latency.p95:.2f}", f"{latency.p99:.2f}", f"{latency.requests:,}")
    console.print(table)
    console.print(
        f"  overhead {one.overhead_ms:.2f} ms, ratio {one.p50_ratio:.2f}; {_told(one.agreement)}", highlight=False, soft_wrap=True
    )
    console.print(f"  {_reading(result)}", highlight=False, soft_wrap=True)
    console.print(_stage_table("Stages, one request at a time (mean per request, from Triton's statistics)", one.stages))
    table = Table(title="Saturated (requests a second)", title_justify="left")
    for column in ("", "median", "blocks"):
        table.add_column(column, justify="right" if column == "median" else "left")
    for name, rates in (("served", many.served), ("in process", many.in_process)):
        table.add_row(name, f"{statistics.median(rates):.0f}", " ".join(f"{rate:.0f}" for rate in rates))
    console.print(table)
    console.print(
        f"  ratio {many.throughput_ratio:.2f}; {many.in_flight} in flight, {many.refused} refused and sent again; "
        f"{_told(many.agreement)}\n"
        f"  processor time of a request: server {many.cpu_ms.server:.2f} ms and load generator {many.cpu_ms.client:.2f} ms, "
        f"in process {many.cpu_ms.in_process:.2f} ms; ratio {many.cpu_ms.ratio:.2f}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(_stage_table("Stages, saturated (mean per request, from Triton's statistics)", many.stages))
    shares = ", ".join(f"{stage} {share:.0%}" for stage, share in result.text_search_shares.items())
    console.print(f"  inside text_search, over the whole run: {shares}", highlight=False, soft_wrap=True)


def part_of(result: BenchResult, command: str) -> Part:
    """For the report's page."""
    one, many = result.one_by_one, result.saturated
    sides = (("served", one.served, many.served), ("in process", one.in_process, many.in_process))
    rows = [
        (name, f"{ms.p50:.2f}", f"{ms.p95:.2f}", f"{ms.p99:.2f}", f"{statistics.median(rates):.0f}") for name, ms, rates in sides
    ]
    stages = [(stage.model, f"{stage.queue_ms:.3f}", f"{stage.compute_ms:.3f}", f"{stage.total_ms:.3f}") for stage in one.stages]
    return Part(
        tool=TOOL,
        title=TITLE,
        command=command,
        finding=f"Serving {result.products:,} products adds {one.overhead_ms:.2f} ms at the median to the same work in one "
        f"process, and reaches {many.throughput_ratio:.2f} times its throughput.",
        made=origin.made(),
        machine=origin.machine(),
        tables=[
            part.Table(
                title="Latency one request at a time (ms), and requests a second when saturated",
                columns=("", "p50", "p95", "p99", "requests/s"),
                rows=rows,
            ),
            part.Table(
                title="Stages, one request at a time (mean ms a request)",
                columns=("model", "queue", "compute", "total"),
                rows=stages,
                note="Inside text_search: "
                + ", ".join(f"{name} {share:.0%}" for name, share in result.text_search_shares.items()),
            ),
        ],
        notes=[
            f"{_reading(result)}.",
            f"Answers one at a time: {_told(one.agreement)}; saturated, where an 8-bit encoder scales a batch as a whole: "
            f"{_told(many.agreement)}.",
            f"Processor time of a request: server {many.cpu_ms.server:.2f} ms and load generator {many.cpu_ms.client:.2f} ms, in "
            f"process {many.cpu_ms.in_process:.2f} ms.",
        ],
    )


def _reading(result: BenchResult) -> str:
    reading = result.reading
    return (
        f"Reading slips, filters and orders in a query's words, within prepare: {reading.cpu_ms.p50:.3f} ms of the processor at "
        f"the median, {reading.cpu_ms.p95:.3f} at p95, {reading.share:.1%} of a search in process; "
        f"{reading.understood} of {result.queries} queries have any"
    )


def _told(agreement: Agreement) -> str:
    return f"{agreement.share:.1%} of {agreement.answers:,} answers identical"


def _stage_table(title: str, stages: Sequence[Stage]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("model", "queue ms", "compute ms", "total ms", "mean batch"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for stage in stages:
        if stage.mean_batch:
            own = (f"{stage.queue_ms:.3f}", f"{stage.compute_ms:.3f}", f"{stage.total_ms:.3f}", f"{stage.mean_batch:.1f}")
        else:
            own = ("", "", f"{stage.total_ms:.3f}", "ensemble")
        table.add_row(stage.model, *own)
    return table
