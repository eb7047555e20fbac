"""The whole demo: every step in order, the real server, the frozen test queries, a report."""

from __future__ import annotations

import json
import shutil
from typing import Any, Final

from rich.console import Console

from assortment_client import SearchClient
from demo import experiment, report, showcase, summary, terminal
from demo.settings import DemoSettings
from demo.steps import Clock, run_steps, steps
from deploy.local.server import LocalServer

REPORT: Final = "report.html"
SUMMARY: Final = "summary.json"


def run(settings: DemoSettings, console: Console) -> dict[str, Any]:
    """Runs the demo and returns what it wrote to ``summary.json``. However it ends, the server is stopped.

    Raises:
        StepError: naming the step that failed, and why.
        ServerError: when the server does not start, or fails a search.
    """
    clock = Clock(console)
    if settings.quick:
        console.print("A reduced run: its figures mean nothing.", style="yellow", soft_wrap=True)
    run_steps(steps(settings), clock)
    server = LocalServer(settings.paths.model_repository)
    try:
        with clock.part("serve", "start the real Triton server and wait for its first answer"):
            server.start()
        with SearchClient(server.grpc_address) as client:
            found = experiment.run(settings, client, clock)
    finally:
        server.stop()
    told = summary.build(settings, found.measured)
    page = report.render(told, found.comparisons, found.measured.sweep, picked=showcase.PICKED)
    write(settings, page, told)
    terminal.show_comparisons(console, found.comparisons)
    terminal.show_measures(console, told)
    terminal.show_end(console, told, settings.folder / REPORT)
    return told


def write(settings: DemoSettings, page: str, told: dict[str, Any]) -> None:
    """Beside the catalogue's other folders, where another catalogue's run leaves it alone, and as the latest run's."""
    settings.kept.mkdir(parents=True, exist_ok=True)
    (settings.kept / REPORT).write_text(page, encoding="utf-8")
    (settings.kept / SUMMARY).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    settings.folder.mkdir(parents=True, exist_ok=True)
    for name in (REPORT, SUMMARY):
        shutil.copyfile(settings.kept / name, settings.folder / name)
