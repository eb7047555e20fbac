"""``python -m perf.planner``, which ``make plan`` runs."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from rich.console import Console

from perf.commands import tells_failures
from perf.planner import report
from perf.planner.run import run
from perf.planner.settings import PlannerSettings
from perf.report.part import SUMMARY
from perf.report.terminal import show


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``PlannerSettings``."""
    default = PlannerSettings()
    add = parser.add_argument
    add("--catalogue", help=f"an assembled catalogue (default: {default.catalogue})")
    add("--build", type=Path, help=f"folder of all outputs (default: {default.build})")
    add("--rate", type=float, help="requests a second to plan for (default: ten times what one replica carries)")
    add("--p99-ms", type=float, help=f"bound of the 99th percentile (default: {default.p99_ms:g})")
    add("--error-share", type=float, help=f"bound of the share that is not answered (default: {default.error_share:g})")
    add("--headroom", type=float, help=f"share of traffic on top (default: {default.headroom:g})")
    add("--failed", type=int, help=f"replicas that may be down (default: {default.failed})")
    add("--curve", type=Path, help="summary.json of one replica's load test, --shape step, or of a plan (default: measured here)")
    add("--cores", type=float, help="that the instances behind --curve shared (default: one for each instance)")
    add("--seconds", type=float, help=f"of each step that is measured here (default: {default.seconds:g})")
    add("--quick", action="store_true", help="a minute, for figures too rough to quote")


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code: 1 when it did not reach its end."""
    parser = argparse.ArgumentParser(prog="python -m perf.planner", description="How many replicas a rate needs.")
    configure(parser)
    given = {name: value for name, value in vars(parser.parse_args(argv)).items() if value is not None}
    make = PlannerSettings.quick if given.pop("quick") else PlannerSettings
    console = Console()
    settings = make(**given)
    result = run(settings, console)
    show(report.part(result), console)
    console.print(f"{settings.folder / SUMMARY}", highlight=False, soft_wrap=True)
    return 1 if result.incomplete else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was measured is kept
    sys.exit(main())
