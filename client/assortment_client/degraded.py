"""An answer without a server: the caller's own candidates in the order given."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from assortment_client.contract import Reason
from assortment_client.request import SearchRequest
from assortment_client.response import SearchResponse

_Number = TypeVar("_Number", bound=np.generic)


def degraded(request: SearchRequest, *, request_id: str, attempts: int) -> SearchResponse:
    """Pinned products first, then candidates, ``k`` in all; none that is excluded or was shown before.

    Nothing was scored, so every relevance and rank is 0; the reason is PINNED or, the order being the caller's, SORTED. Caps,
    collapsing, near duplicates and sorting are the server's, and not kept; ``unmet`` says which of them the request had.
    """
    shown = set(request.shown)
    pinned = [product_id for product_id in request.pinned if product_id not in shown]
    left_out = {*shown, *pinned, *request.excluded}
    plain = [product_id for product_id in request.candidates or () if product_id not in left_out]
    ids = (*pinned, *plain)[: request.k]
    num_pinned = min(len(pinned), len(ids))
    reasons = np.full(len(ids), Reason.SORTED, dtype=np.int32)
    reasons[:num_pinned] = Reason.PINNED
    return SearchResponse(
        ids=ids,
        relevance=_frozen(np.zeros(len(ids), dtype=np.float32)),
        ranks=_frozen(np.zeros(len(ids), dtype=np.int32)),
        reasons=_frozen(reasons),
        num_collapsed=_frozen(np.zeros(len(ids), dtype=np.int32)),
        opens=("",) * len(ids),
        unmet=_unmet(request),
        shown=(*request.shown, *ids),
        catalogue_version=0,
        request_id=request_id,
        degraded=True,
        attempts=attempts,
    )


def _unmet(request: SearchRequest) -> str:
    asked = {
        "caps": request.caps,
        "collapse": request.collapse,
        "near_duplicate": request.near_duplicate is not None,
        "sort": request.sort not in (None, "relevance"),
    }
    names = [name for name, is_asked in asked.items() if is_asked]
    return f"degraded: {', '.join(names)} not kept" if names else ""


def _frozen(array: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    array.flags.writeable = False
    return array
