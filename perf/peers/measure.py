"""One cell of the table: all sides with the same queries, one block each in turn, for one shop and one number of clients."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from perf import agreement, cpu_time
from perf.agreement import Agreement
from perf.blocks import blocks
from perf.latency import Latency
from perf.peers import memory
from perf.peers.closed_loop import Block
from perf.peers.memory import Memory
from perf.peers.settings import PeersSettings
from perf.peers.sides import IN_PROCESS, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One side of a cell."""

    latency: Latency
    per_s: float
    """Median of the blocks' requests a second."""
    blocks_per_s: list[float]
    cpu_ms: float
    """Processor time of a request, the load generator's left out."""
    generator_cpu_ms: float
    memory: Memory
    """After the last block."""
    agreement: Agreement
    """Its answers against those in process."""
    stages_ms: dict[str, float]
    """Milliseconds of a request in each of its stages, that of a batch divided among its requests; empty where not counted."""


def cell(
    sides: Sequence[Side], queries: Sequence[str], clients: int, settings: PeersSettings, console: Console
) -> dict[str, Measured]:
    """Measures all sides; what they gave in a first round of their own, a fifth as long, warms them up.

    Raises:
        ServerError: when a server fails a request.
        StepError: when an in-process worker ends.
    """
    size = -(-settings.requests // settings.rounds)
    found: dict[str, list[Block]] = {side.name: [] for side in sides}
    cpu_s = dict.fromkeys(found, 0.0)
    for side in sides:
        side.run(queries[: max(2 * clients, size // 5)], clients)
    stages_before = {side.name: side.stages_us() for side in sides}
    began = time.monotonic()
    for number, order in enumerate(blocks(len(queries), settings.rounds, size), start=1):
        texts = [queries[place] for place in order]
        turn = number % len(sides)
        for side in (*sides[turn:], *sides[:turn]):  # nobody is always behind the same neighbour
            before = cpu_time.spent_s(side.pids())
            found[side.name].append(side.run(texts, clients))
            cpu_s[side.name] += cpu_time.spent_s(side.pids()) - before
        rates = ", ".join(f"{side.name} {size / found[side.name][-1].seconds:.0f}/s" for side in sides)
        told = f"  {clients} clients, round {number} of {settings.rounds}: {rates}"
        console.print(told, style="dim", highlight=False, soft_wrap=True)
        if settings.cell_s and time.monotonic() - began > settings.cell_s:
            break
    expected = [ids for block in found[IN_PROCESS] for ids in block.ids]
    return {side.name: _measured(side, found[side.name], cpu_s[side.name], expected, stages_before[side.name]) for side in sides}


def _measured(
    side: Side,
    found: Sequence[Block],
    cpu_s: float,
    expected: Sequence[Sequence[str]],
    stages_before: dict[str, float],
) -> Measured:
    times_s = [seconds for block in found for seconds in block.times_s]
    rates = sorted(len(block.times_s) / block.seconds for block in found)
    return Measured(
        latency=Latency.of(times_s),
        per_s=rates[len(rates) // 2],
        blocks_per_s=[round(len(block.times_s) / block.seconds, 1) for block in found],
        cpu_ms=cpu_s / len(times_s) * 1_000,
        generator_cpu_ms=sum(block.client_cpu_s for block in found) / len(times_s) * 1_000,
        memory=memory.of(side.pids()),
        agreement=agreement.compare([ids for block in found for ids in block.ids], expected),
        stages_ms={
            stage: round((spent - stages_before.get(stage, 0.0)) / len(times_s) / 1_000, 4)
            for stage, spent in side.stages_us().items()
        },
    )
