"""``python -m perf.overload``: what the server does with more than it can answer.

Capacity is measured closed-loop, with a fixed number of requests in flight. Then requests arrive open-loop, as a Poisson
process, at shares and multiples of it; an answer counts as good when it comes within the deadline. A server that sheds load well
keeps its goodput near capacity and its tail below the deadline whatever arrives. The load generator shares the cores with the
server, so that at five times capacity it takes a good part of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from assortment.errors import AssortmentError, InputError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from deploy.local.server import LocalServer
from perf import overload_report
from perf.assembled import repository_of
from perf.commands import given, new_parser, tells_failures
from perf.cores import processor
from perf.load import SearchLoad
from perf.open_loop import OpenLoop
from perf.overload_report import Overload
from perf.report import origin, results


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadSettings:
    """What one run is asked to do."""

    catalogue: str = "generated"
    build: Path = Path("build")
    deadline_ms: int = 200
    """After which an answer is of no use."""
    seconds: float = 20.0
    """Of each open-loop run."""
    in_flight: int = 8
    """Requests kept at the server while its capacity is measured: two instances with half a batch each."""
    capacity_requests: int = 1_500
    """Of each block that measures capacity."""
    times: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0)
    """Loads, as multiples of capacity."""

    def __post_init__(self) -> None:
        for field in ("deadline_ms", "seconds", "in_flight", "capacity_requests"):
            if getattr(self, field) <= 0:
                raise InputError(field, getattr(self, field), "allowed: above 0")
        if not self.times or min(self.times) <= 0:
            raise InputError("times", self.times, "allowed: one or more numbers above 0")


def run(settings: OverloadSettings, console: Console) -> Overload:
    """Starts the server, measures, and writes summary, part and plot to ``build/overload/``.

    Loads that were measured before the server died or Ctrl-C was pressed are kept.

    Raises:
        InputError: when the results folder holds something else.
        StepError: when the catalogue is not assembled.
        ServerError: when the server does not start.
    """
    paths = BuildPaths(settings.build / settings.catalogue)
    repository = repository_of(paths)
    queries = [query.query for query in Protocol.open(paths.protocol).queries("test")]
    result = Overload(catalogue=settings.catalogue, processor=processor(), deadline_s=settings.deadline_ms / 1e3)
    with results.claimed(
        settings.build / overload_report.TOOL,
        tool=overload_report.TOOL,
        title=overload_report.TITLE,
        command=origin.command("overload", settings.catalogue),
    ) as folder:
        with LocalServer(repository) as server:
            try:
                measure(server.grpc_address, queries, settings, console, result)
                server.canary()
            except (AssortmentError, KeyboardInterrupt) as error:
                result.incomplete = str(error) or "interrupted"
        overload_report.write(result, folder)
    return result


def measure(address: str, queries: Sequence[str], settings: OverloadSettings, console: Console, result: Overload) -> None:
    """Capacity before each load and after the last one, because a shared machine changes under one's hands.

    Raises:
        ServerError: when the server fails a request while its capacity is measured; ``result`` has what was found before.
    """
    closed = SearchLoad(address, queries)
    opened = OpenLoop(address, queries, deadline_s=result.deadline_s)
    order = [number % len(queries) for number in range(settings.capacity_requests)]
    closed.run(order[: 4 * settings.in_flight], in_flight=settings.in_flight)  # warms up
    for times in settings.times:
        found = closed.run(order, in_flight=settings.in_flight)
        result.capacity.append(len(order) / found.seconds)
        console.print(
            f"{result.capacity[-1]:.0f} answers/s closed-loop; now {times:g} times that for {settings.seconds:g} s",
            highlight=False,
        )
        result.loads.append((times, opened.run(times * result.capacity[-1], settings.seconds)))
    found = closed.run(order, in_flight=settings.in_flight)
    result.capacity.append(len(order) / found.seconds)


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``OverloadSettings``."""
    default = OverloadSettings()
    parser.add_argument("--deadline-ms", type=int, default=default.deadline_ms, help="after which an answer is of no use")
    parser.add_argument("--seconds", type=float, default=default.seconds, help="length of each open-loop run")
    parser.add_argument(
        "--in-flight", type=int, default=default.in_flight, help="requests kept at the server to measure capacity"
    )
    parser.add_argument("--times", type=float, nargs="+", default=default.times, help="loads, as multiples of capacity")


@tells_failures("interrupted; the server was stopped")
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code."""
    parser = new_parser("overload", "Goodput and tail of the server at shares and multiples of its capacity, open loop.")
    configure(parser)
    settings = OverloadSettings(**given(parser, argv))
    console = Console()
    result = run(settings, console)
    overload_report.show(result, console)
    console.print(f"{settings.build / overload_report.TOOL / overload_report.PLOT}", highlight=False, soft_wrap=True)
    if result.incomplete:
        print(f"incomplete: {result.incomplete}", file=sys.stderr)
    return 1 if result.incomplete else 0


if __name__ == "__main__":
    sys.exit(main())
