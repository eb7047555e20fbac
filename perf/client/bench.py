"""``python -m perf.client``: what our client costs over raw tritonclient, and what it keeps.

Fairness:

- The same server, the same tensors, the same limits on time; both sides build their tensors for each call and take the product
  ids out of the answer. Ours does so with everything it does by default: checks, attempts, breaker, typed answers.
- Pairs of blocks in turns (``pairs``). One at a time, answers have to be identical.
- Beside times stands the processor time of this process, which hardly depends on who else keeps the machine busy.

Where the real server would be the limit (threads, memory, deadlines), a server that replays its answers takes its place
(``replay``).
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from assortment.catalogue.progress import progress
from assortment.protocol.store import Protocol
from assortment_client import AsyncSearchClient, SearchClient
from deploy.local.server import LocalServer
from perf.assembled import repository_of
from perf.blocks import blocks
from perf.client import deadlines, imports, memory, report, shared
from perf.client.pairs import Pairs, in_turns
from perf.client.raw import DEADLINE_S, AsyncRawClient, RawClient
from perf.client.record import record
from perf.client.report import ClientBench
from perf.client.settings import ClientBenchSettings
from perf.client.sides import Tasks, Threads
from perf.commands import new_parser, settings_of, tells_failures
from perf.cores import processor
from perf.report import origin, results
from perf.report.part import SUMMARY

_RECORDED = 16  # queries whose answers are replayed


def run(settings: ClientBenchSettings) -> ClientBench:
    """Measures everything and writes summary, part, table and plot.

    Raises:
        InputError: when the results folder holds something else.
        StepError: when the catalogue is not assembled, or the two clients bring different answers.
        ServerError: when the server does not start or fails a search.
    """
    repository = repository_of(settings.paths)
    queries = [query.query for query in Protocol.open(settings.paths.protocol).queries("test")]
    command = origin.command("bench-client", settings.catalogue)
    with results.claimed(settings.folder, tool=report.TOOL, title=report.TITLE, command=command) as folder:
        result = _measure(settings, repository, queries)
        report.write(result, folder)
    return result


def _measure(settings: ClientBenchSettings, repository: Path, queries: Sequence[str]) -> ClientBench:
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.json"
        with LocalServer(repository) as server:
            record(server.grpc_address, queries[:_RECORDED], answers)
            sync = {n: _sync(server.grpc_address, queries, settings, n) for n in (1, settings.in_flight)}
            tasks = {n: _async(server.grpc_address, queries, settings, n) for n in (1, settings.in_flight)}
        return ClientBench(
            processor=processor(),
            settings=settings,
            sync_one=sync[1],
            sync_many=sync[settings.in_flight],
            async_one=tasks[1],
            async_many=tasks[settings.in_flight],
            imports=imports.measure(settings.imports),
            shared=shared.measure(answers, queries[:_RECORDED], threads=settings.threads, calls=settings.thread_calls),
            overshoot=deadlines.measure(answers, queries[0], deadline_s=settings.deadline_ms / 1e3, calls=settings.overdue_calls),
            memory=memory.measure_both(answers, settings.calls, queries[0]),
        )


def _sync(address: str, queries: Sequence[str], settings: ClientBenchSettings, in_flight: int) -> Pairs:
    raw = RawClient(address)
    with SearchClient(address) as client:
        ours = Threads(lambda query: client.search(query, deadline_s=DEADLINE_S).ids, in_flight=in_flight)
        theirs = Threads(raw.ids, in_flight=in_flight)
        try:
            return _in_turns("sync", ours, theirs, queries, settings, in_flight)
        finally:
            ours.close()
            theirs.close()
            raw.close()


def _async(address: str, queries: Sequence[str], settings: ClientBenchSettings, in_flight: int) -> Pairs:
    loop = asyncio.new_event_loop()
    try:
        client, raw = loop.run_until_complete(_async_clients(address))

        async def ids(query: str) -> Sequence[str]:
            return (await client.search(query, deadline_s=DEADLINE_S)).ids

        try:
            ours, theirs = Tasks(ids, loop, in_flight), Tasks(raw.ids, loop, in_flight)
            return _in_turns("async", ours, theirs, queries, settings, in_flight)
        finally:
            loop.run_until_complete(client.close())
            loop.run_until_complete(raw.close())
    finally:
        loop.close()


async def _async_clients(address: str) -> tuple[AsyncSearchClient, AsyncRawClient]:
    return AsyncSearchClient(address), AsyncRawClient(address)  # made on the loop that they are used on


def _in_turns(
    face: str, ours: Threads | Tasks, raw: Threads | Tasks, queries: Sequence[str], settings: ClientBenchSettings, in_flight: int
) -> Pairs:
    one = in_flight == 1
    count, size = (
        (settings.latency_blocks, settings.latency_requests)
        if one
        else (settings.throughput_blocks, settings.throughput_requests)
    )
    texts = [[queries[number] for number in block] for block in blocks(len(queries), count + 1, size)]
    shown = progress(texts, doing=f"{face}, {in_flight} in flight, ours and raw in turns", total=len(texts))
    return in_turns(ours, raw, shown, compare=one)


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``ClientBenchSettings``."""
    default = ClientBenchSettings()
    parser.add_argument("--quick", action="store_true", help="a minute, for figures too rough to quote")
    for field, what in (
        ("latency_blocks", "pairs of blocks, one request at a time"),
        ("throughput_blocks", "pairs of blocks with several requests in flight"),
        ("throughput_requests", "requests in such a block"),
        ("in_flight", "how many"),
        ("imports", "imports of each package"),
        ("threads", "that share one client"),
        ("thread_calls", "calls of these threads altogether"),
        ("calls", "calls of the memory run"),
        ("deadline_ms", "of calls that nobody answers"),
        ("overdue_calls", "such calls of each client to each server"),
    ):
        parser.add_argument(f"--{field.replace('_', '-')}", type=int, default=getattr(default, field), help=what)


@tells_failures("interrupted; no figures were written")
def main(argv: list[str] | None = None) -> int:
    """Runs the bench and returns the exit code, 0 whatever it finds."""
    parser = new_parser("client", "Our client against raw tritonclient.")
    configure(parser)
    settings = settings_of(parser, argv, ClientBenchSettings)
    console = Console()
    result = run(settings)
    report.show(result, console)
    for name in (SUMMARY, report.TABLE, report.PLOT):
        console.print(f"{settings.folder / name}", highlight=False, soft_wrap=True)
    return 0
