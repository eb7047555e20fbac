"""One load test, from the server's start to the files it leaves; whatever ends it early, what was measured is kept."""

from __future__ import annotations

from rich.console import Console

from assortment.errors import AssortmentError
from perf.load_test import measure, report
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
            incomplete = "" if self._settings.web else "interrupted"
        planned = self._settings.phases(self._rates) if self._rates else ()
        found = LoadResult(
            settings=self._settings,
            phases=measure.results(folder, planned, cut_short=bool(incomplete)),
            capacity_per_s=self._capacity_per_s,
            generator_per_s=self._generator_per_s,
            incomplete=incomplete,
        )
        report.write(found, folder)
        return found

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
