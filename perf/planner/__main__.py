"""``python -m perf.planner``, which ``make plan`` runs."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from rich.console import Console

from assortment.errors import InputError
from perf.commands import given, new_parser, settings_of, tells_failures
from perf.planner import report
from perf.planner.run import run
from perf.planner.settings import PlannerSettings
from perf.report.part import SUMMARY
from perf.report.terminal import show


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``PlannerSettings``."""
    default = PlannerSettings()
    add = parser.add_argument
    for flag, what in (
        ("--rate", "requests a second to plan for (default: ten times what one replica carries)"),
        ("--cores", "that the instances behind --curve shared (default: one for each instance)"),
    ):
        add(flag, type=float, default=argparse.SUPPRESS, help=what)
    curve = "summary.json of one replica's load test, --shape step, or of a plan (default: measured here)"
    add("--curve", type=Path, default=argparse.SUPPRESS, help=curve)
    add("--p99-ms", type=float, default=default.p99_ms, help="bound of the 99th percentile")
    add("--error-share", type=float, default=default.error_share, help="bound of the share that is not answered")
    add("--headroom", type=float, default=default.headroom, help="share of traffic on top")
    add("--failed", type=int, default=default.failed, help="replicas that may be down")
    add("--one-caller", action="store_true", help="one client goes round the replicas, instead of many that share them")
    add("--seconds", type=float, default=default.seconds, help="of each step that is measured here")
    add("--quick", action="store_true", help="a minute, for figures too rough to quote")


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code: 1 when it did not reach its end."""
    parser = new_parser("planner", "How many replicas a rate needs.")
    configure(parser)
    asked = given(parser, argv)
    if "curve" in asked and "seconds" in asked:
        raise InputError("seconds", asked["seconds"], "allowed: only without --curve, beside which nothing is measured")
    settings = settings_of(parser, argv, PlannerSettings)
    console = Console()
    result = run(settings, console)
    show(report.part(result), console)
    console.print(f"{settings.folder / SUMMARY}", highlight=False, soft_wrap=True)
    return 1 if result.incomplete else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was measured is kept
    sys.exit(main())
