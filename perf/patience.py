"""Searching with patience: a request that the server shed because it waited too long in a queue is sent again, and counted.

On a busy machine that happens to a single client too: the queue policy looks at the clock, not at the number of requests.
"""

from __future__ import annotations

import time
from typing import Final

from assortment.errors import ServerError
from assortment_client import Overloaded, SearchClient, SearchError, SearchResponse

SHED: Final = "Request timeout expired"
"""Triton's words for a request that waited too long in a queue."""
ATTEMPTS: Final = 5
PAUSE_S: Final = 0.2
_DEADLINE_S: Final = 10.0  # generous: callers measure time, not patience


class PatientSearch:
    """Calls ``SearchClient.search`` until it is answered."""

    def __init__(self, client: SearchClient) -> None:
        self._client = client
        self.refused = 0
        """Requests that the server shed so far."""

    def __call__(
        self,
        query: str,
        *,
        k: int,
        image: bytes | None = None,
        strategy: str | None = None,
        diversity: float | None = None,
    ) -> SearchResponse:
        """The answer; arguments as ``SearchClient.search`` takes them.

        Raises:
            ServerError: when the server fails the request, or sheds it ATTEMPTS times.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._client.search(
                    query, image=image, k=k, strategy=strategy, diversity=diversity, deadline_s=_DEADLINE_S
                )
            except Overloaded as error:
                self.refused += 1
                if attempt == ATTEMPTS:
                    raise ServerError(f"the server shed {query!r} {ATTEMPTS} times: the machine is too busy ({error})") from error
                time.sleep(PAUSE_S)
            except SearchError as error:
                raise ServerError(f"the search {query!r} failed: {error}") from error
        raise AssertionError("the loop returns or raises")
