"""What a service would write over raw tritonclient: the same tensors, the same limits on time, and the ids out of the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from tritonclient.utils import InferenceServerException

from assortment_client import contract
from perf.patience import SHED

DEADLINE_S = 10.0


class RawClient:
    """``tritonclient.grpc``."""

    def __init__(self, address: str) -> None:
        self._client: Any = triton.InferenceServerClient(address)

    def ids(self, query: str, *, deadline_s: float = DEADLINE_S) -> list[str]:
        """Product ids of one search."""
        limits = {"timeout": int(deadline_s * 1e6), "client_timeout": deadline_s}
        return _ids(self._client.infer(contract.SEARCH, _inputs(query), **limits))

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()


class AsyncRawClient:
    """``tritonclient.grpc.aio``."""

    def __init__(self, address: str) -> None:
        self._client: Any = triton_aio.InferenceServerClient(address)

    async def ids(self, query: str, *, deadline_s: float = DEADLINE_S) -> list[str]:
        """Product ids of one search."""
        limits = {"timeout": int(deadline_s * 1e6), "client_timeout": deadline_s}
        return _ids(await self._client.infer(contract.SEARCH, _inputs(query), **limits))

    async def close(self) -> None:
        """Closes the connection."""
        await self._client.close()


def was_shed(error: InferenceServerException) -> bool:
    """Whether the server's queue policy refused the request."""
    return SHED in (error.message() or "")


def _inputs(query: str) -> list[Any]:
    text = triton.InferInput(contract.QUERY, [1, 1], "BYTES")
    text.set_data_from_numpy(np.array([[query.encode()]], dtype=np.object_))
    k = triton.InferInput(contract.K, [1, 1], "INT32")
    k.set_data_from_numpy(np.array([[contract.DEFAULT_K]], dtype=np.int32))
    return [text, k]


def _ids(result: Any) -> list[str]:
    return [product_id.decode() for product_id in result.as_numpy(contract.ID)[0]]
