"""One load test, from the server's start to the files it leaves; whatever ends it early, what was measured is kept."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from assortment.errors import AssortmentError
from perf.load_test import begun, measure, report
from perf.load_test.result import LoadResult
from perf.load_test.settings import TOOL, LoadSettings
from perf.load_test.shapes import OF_CAPACITY
from perf.load_test.target import Target, target
from perf.report import results


class LoadTest:
    """What is known of a run so far."""

    def __init__(self, settings: LoadSettings, console: Console) -> None:
        self._settings = settings
        self._console = console
        self._rates = settings.rates
        self._capacity_per_s: float | None = None
        self._generator_per_s: float | None = None

    def run(self) -> LoadResult:
        """Measures, and writes what was found to ``build/load/``.

        Raises:
            InputError: when the results folder holds something else.
        """
        folder = results.claim(self._settings.folder, TOOL)
        incomplete = ""
        try:
            with target(self._settings) as server:
                self._measure(server)
        except AssortmentError as error:
            incomplete = str(error)
        except KeyboardInterrupt:
            incomplete = "" if self._settings.web and begun.has_ended(folder) else "interrupted"
        found = self._found(folder, incomplete)
        report.write(found, folder)
        return found

    def _found(self, folder: Path, incomplete: str) -> LoadResult:
        """What is in the folder: with a web page, of the last test that was begun there."""
        settings, rates, capacity_per_s = self._settings, self._rates, self._capacity_per_s
        if settings.web and (last := begun.settings_of(folder, settings)) is not None:
            settings = last
            if measure.told(last.rates) != measure.told(rates):
                rates, capacity_per_s = last.rates, None  # no longer shares of it
            if not rates:
                incomplete = incomplete and f"{incomplete}: a closed loop, whose figures are in locust.html alone"
        return LoadResult(
            settings=settings,
            phases=measure.results(folder, settings.phases(rates) if rates else (), cut_short=bool(incomplete)),
            capacity_per_s=capacity_per_s,
            generator_per_s=self._generator_per_s,
            incomplete=incomplete,
            earlier_tests=len(begun.earlier(folder)),
        )

    def _measure(self, server: Target) -> None:
        settings, folder, say = self._settings, self._settings.folder, self._console.print
        say(f"What the generator itself manages ({settings.closed_s:g} s)", highlight=False)
        self._generator_per_s = measure.generator_limit(server, folder / "generator", settings)
        if not self._rates:
            say(f"Capacity, closed loop ({settings.closed_s:g} s)", highlight=False)
            self._capacity_per_s = measure.capacity(server, folder / "capacity", settings)
            self._rates = tuple(max(0.1, share * self._capacity_per_s) for share in OF_CAPACITY[settings.shape])
        phases = settings.phases(self._rates)
        told = ", ".join(f"{phase.rate:.4g}/s" for phase in phases)
        say(f"{settings.shape}: {told}; {sum(phase.seconds for phase in phases):.0f} s", highlight=False)
        measure.schedule(server, folder, settings, self._rates)
        server.check()
