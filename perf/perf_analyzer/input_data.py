"""Real requests in the form that perf_analyzer reads: a JSON file, one entry a request, asked in turn.

Form: perf_analyzer's docs/input_data.md. Values have no batch dimension. Text is written as text; everything else, pictures and
NaN among them, as base64 of the raw little-endian bytes, strings each behind its length in four bytes.
"""

from __future__ import annotations

import base64
import itertools
import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.store import Catalogue
from assortment.protocol.store import Protocol
from assortment.serving.step import Tensors, strings
from assortment_client import contract

_NUM_CANDIDATES: Final = 200


def requests(catalogue: Catalogue, protocol: Protocol, *, count: int) -> dict[str, list[Tensors]]:
    """Requests of each ensemble, made of the first ``count`` test queries; every tensor is [1, n].

    ``search_multimodal`` adds the picture of the product that a query was drawn from; a query of a product without one is left
    out, and so may be all. ``rerank`` adds the keys of 200 products, or of all there are.
    """
    queries = protocol.queries("test")[:count]
    products = catalogue.products
    search, multimodal, rerank = [], [], []
    starts = itertools.count(step=len(products) // 7 + 1)  # other candidates for every query
    for query in queries:
        text = {contract.QUERY: strings([query.query.encode()])}
        search.append(text)
        picture = catalogue.picture(products[catalogue.row(query.seed_product)])
        if picture is not None:
            multimodal.append({**text, contract.PICTURE: strings([picture])})
        start = next(starts)
        ids = [products[(start + place) % len(products)].id for place in range(min(_NUM_CANDIDATES, len(products)))]
        keys = np.array([[contract.candidate_key(product_id) for product_id in ids]], dtype=np.int64)
        rerank.append({**text, contract.CANDIDATE_KEY: keys})
    return {contract.SEARCH: search, contract.SEARCH_MULTIMODAL: multimodal, contract.RERANK: rerank}


def write(entries: Sequence[Tensors], path: Path) -> None:
    """Writes the file for one model.

    Raises:
        ValueError: when the entries differ in their tensors, which perf_analyzer refuses.
    """
    names = {tuple(sorted(entry)) for entry in entries}
    if len(names) != 1:
        raise ValueError(f"every entry needs the same tensors, found {sorted(names)}")
    told = {"data": [{name: _tensor(values[0]) for name, values in entry.items()} for entry in entries]}
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _tensor(values: npt.NDArray[Any]) -> dict[str, Any]:
    shape = list(values.shape)
    if values.dtype != np.object_:
        return {"content": {"b64": base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()}, "shape": shape}
    raw: list[bytes] = values.ravel().tolist()
    try:
        return {"content": [text.decode() for text in raw], "shape": shape}
    except UnicodeDecodeError:
        packed = b"".join(struct.pack("<I", len(text)) + text for text in raw)
        return {"content": {"b64": base64.b64encode(packed).decode()}, "shape": shape}
