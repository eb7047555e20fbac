"""``python -m perf.client.memory ADDRESS sync|async CALLS QUERY``: whether a client's memory stays flat over very many calls.

It runs in a process of its own, so that what is measured is the client. Resident memory is read from ``/proc/self/statm`` at
equal distances; the slope is a least-squares line over the second half, when pools and caches have filled.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from assortment.catalogue.progress import progress
from assortment_client import AsyncSearchClient, SearchClient
from perf.client.replay import ReplayServer

FACES: Final = ("sync", "async")
_SAMPLES: Final = 40
_IN_FLIGHT: Final = 8  # of the async client: one at a time would be the loop's latency, not its throughput
_DEADLINE_S: Final = 10.0
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Resident memory over the calls of one client."""

    calls: Sequence[int]
    """How many had been made at each sample."""
    resident_mb: Sequence[float]
    """Mebibytes then."""
    seconds: float
    """Of all calls."""

    @property
    def kb_per_1000_calls(self) -> float:
        """Slope of the second half, kibibytes for a thousand calls."""
        half = len(self.calls) // 2
        slope, _ = np.polyfit(self.calls[half:], self.resident_mb[half:], 1)
        return float(slope) * 1024 * 1000

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``."""
        return {
            "calls": self.calls[-1],
            "per_s": round(self.calls[-1] / self.seconds, 1),
            "kb_per_1000_calls": round(self.kb_per_1000_calls, 3),
            "resident_mb": {
                "first": self.resident_mb[0],
                "half": self.resident_mb[len(self.resident_mb) // 2],
                "last": self.resident_mb[-1],
            },
        }


def measure_both(answers: Path, calls: int, query: str) -> dict[str, Memory]:
    """The sync client's memory and the async one's, each in a fresh process against a fresh server that replays ``answers``."""
    found = {}
    for face in progress(FACES, doing=f"memory over {calls:,} calls", total=len(FACES)):
        with ReplayServer(answers) as server:
            found[face] = measure(server.address, face, calls, query)
    return found


def measure(address: str, face: str, calls: int, query: str) -> Memory:
    """Lets a fresh process make the calls."""
    command = [sys.executable, "-m", "perf.client.memory", address, face, str(calls), query]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return Memory(calls=told["calls"], resident_mb=told["resident_mb"], seconds=told["seconds"])


def _resident_mb() -> float:
    gc.collect()
    return round(int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 2**20, 3)


def _sync(address: str, size: int, query: str) -> list[float]:
    found = []
    with SearchClient(address) as client:
        for _ in range(_SAMPLES):
            for _ in range(size):
                client.search(query, deadline_s=_DEADLINE_S)
            found.append(_resident_mb())
    return found


async def _async(address: str, size: int, query: str) -> list[float]:
    found = []
    async with AsyncSearchClient(address) as client:

        async def some() -> None:
            for _ in range(size // _IN_FLIGHT):
                await client.search(query, deadline_s=_DEADLINE_S)

        for _ in range(_SAMPLES):
            await asyncio.gather(*(some() for _ in range(_IN_FLIGHT)))
            found.append(_resident_mb())
    return found


def main() -> None:
    """The command: prints samples as JSON."""
    address, face, calls, query = sys.argv[1:]
    size = max(_IN_FLIGHT, int(calls) // _SAMPLES // _IN_FLIGHT * _IN_FLIGHT)
    start = time.perf_counter()
    found = _sync(address, size, query) if face == "sync" else asyncio.run(_async(address, size, query))
    seconds = time.perf_counter() - start
    print(json.dumps({"calls": [size * (n + 1) for n in range(_SAMPLES)], "resident_mb": found, "seconds": seconds}))


if __name__ == "__main__":
    main()
