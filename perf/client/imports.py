"""How long our client takes to import, above what tritonclient takes by itself: fresh processes, in turns."""

from __future__ import annotations

import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Final

from assortment.catalogue.progress import progress

_CODE: Final = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
_IMPORTS: Final = {
    "tritonclient.grpc": "import tritonclient.grpc",
    "SearchClient": "from assortment_client import SearchClient",
    "tritonclient.grpc.aio": "import tritonclient.grpc.aio",
    "AsyncSearchClient": "from assortment_client import AsyncSearchClient",
}


@dataclass(frozen=True, slots=True)
class Imports:
    """Median seconds of each import."""

    seconds: dict[str, float]

    @property
    def sync_above_s(self) -> float:
        """Seconds that our sync client takes more than tritonclient's."""
        return self.seconds["SearchClient"] - self.seconds["tritonclient.grpc"]

    @property
    def async_above_s(self) -> float:
        """The same of the async ones."""
        return self.seconds["AsyncSearchClient"] - self.seconds["tritonclient.grpc.aio"]

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``."""
        return {
            "sync_above_s": round(self.sync_above_s, 4),
            "async_above_s": round(self.async_above_s, 4),
            "seconds": {name: round(seconds, 4) for name, seconds in self.seconds.items()},
        }


def measure(times: int) -> Imports:
    """Imports each of them ``times`` times, and once before to fill the caches."""
    found: dict[str, list[float]] = {name: [] for name in _IMPORTS}
    for number in progress(range(times + 1), doing="imports in fresh processes", total=times + 1):
        for name, statement in _IMPORTS.items():
            told = subprocess.run([sys.executable, "-c", _CODE.format(statement)], capture_output=True, text=True, check=True)
            if number:
                found[name].append(float(told.stdout))
    return Imports({name: statistics.median(seconds) for name, seconds in found.items()})
