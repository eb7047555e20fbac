"""``python -m perf.peers.pytriton_server SHOP PRECISION GRPC HTTP METRICS``: the same function behind PyTriton.

Two callables, as the served ensemble has two instances; PyTriton runs them as threads of this process. Batches of up to eight,
made by Triton's own dynamic batcher.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

from assortment.paths import BuildPaths
from assortment_client import contract
from deploy.local.ports import LOOPBACK
from perf.peers.function import PeerSearch, Precision
from perf.peers.material import Material

MODEL: Final = "search"
_INSTANCES: Final = 2
_BATCH: Final = 8


class Instance:
    """Queries (B, 1) and k (B, 1) to ids (B, k)."""

    def __init__(self, search: PeerSearch) -> None:
        self._search = search

    @batch  # type: ignore[untyped-decorator]
    def __call__(self, **tensors: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.bytes_]]:
        """One batch."""
        queries = [query.decode() for query in tensors[contract.QUERY][:, 0]]
        pages = self._search(queries, int(tensors[contract.K].max()))
        return {contract.ID: np.char.encode(np.array(pages), "utf-8")}


def main(shop: str, precision: str, grpc: str, http: str, metrics: str) -> None:
    """Serves until SIGTERM."""
    material = Material(BuildPaths(Path(shop)))
    searches = [PeerSearch(material, cast("Precision", precision)) for _ in range(_INSTANCES)]
    for search in searches:
        search(["warm up"], contract.DEFAULT_K)
    ports = {"grpc_port": int(grpc), "http_port": int(http), "metrics_port": int(metrics)}
    hosts = dict.fromkeys(("grpc_address", "http_address", "metrics_address"), LOOPBACK)
    config = TritonConfig(**ports, **hosts)
    with Triton(config=config) as triton:
        triton.bind(
            MODEL,
            [Instance(search) for search in searches],
            inputs=[
                Tensor(name=contract.QUERY, dtype=np.bytes_, shape=(1,)),
                Tensor(name=contract.K, dtype=np.int32, shape=(1,)),
            ],
            outputs=[Tensor(name=contract.ID, dtype=np.bytes_, shape=(-1,))],
            config=ModelConfig(max_batch_size=_BATCH, batcher=DynamicBatcher(max_queue_delay_microseconds=0)),
        )
        signal.signal(signal.SIGTERM, lambda *_: triton.stop())
        triton.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
