"""The FastAPI peer: ``uvicorn perf.peers.web:app --factory --workers 2``, one process a core.

The endpoint is plain ``def`` as FastAPI's documentation has it for work that blocks: a thread pool answers, so that the event
loop stays free. Which shop and which encoder come from the environment, as services take their configuration.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final, cast

from fastapi import FastAPI, Query

from assortment.paths import BuildPaths
from perf.peers.function import PeerSearch, Precision
from perf.peers.material import Material

SHOP: Final = "PEER_SHOP"
PRECISION: Final = "PEER_PRECISION"


def app() -> FastAPI:
    """The application of one worker process, its models loaded and warm."""
    search = PeerSearch(Material(BuildPaths(Path(os.environ[SHOP]))), cast("Precision", os.environ[PRECISION]))
    search(["warm up"], 10)
    api = FastAPI(title="Search")

    @api.get("/search")
    def answer(q: Annotated[str, Query(min_length=1, max_length=200)], k: Annotated[int, Query(ge=1, le=100)] = 10) -> list[str]:
        return search([q], k)[0]

    return api
