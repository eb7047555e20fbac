"""What the fake server answers: products and vectors as the tensors of the contract, tensors as Triton's messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from tritonclient.grpc import service_pb2
from tritonclient.utils import np_to_triton_dtype, serialize_byte_tensor

from assortment_client import contract
from assortment_client.contract import Reason
from assortment_client.response import Result
from assortment_client.testing import failures

Tensors = dict[str, npt.NDArray[Any]]

MESSAGES: Final[Any] = service_pb2
"""Triton's messages, which are made when they are imported, and so have no types."""


def search_tensors(products: Sequence[str | Result], *, unmet: str, catalogue_version: int, understood: str = "") -> Tensors:
    """An answer of these products, in this order. Bare ids get relevance falling from 0.9 to 0.1."""
    given = np.linspace(0.9, 0.1, len(products), dtype=np.float32).tolist()
    results = [
        product if isinstance(product, Result) else _plain(product, rank, relevance)
        for rank, (product, relevance) in enumerate(zip(products, given, strict=True), start=1)
    ]
    return {
        contract.ID: _texts(result.product_id for result in results),
        contract.RELEVANCE: np.array([[result.relevance for result in results]], np.float32),
        contract.RANK: np.array([[result.rank for result in results]], np.int32),
        contract.REASON: np.array([[result.reason for result in results]], np.int32),
        contract.COLLAPSED: np.array([[result.num_collapsed for result in results]], np.int32),
        contract.OPENS: _texts(result.opens for result in results),
        contract.UNMET: _texts([unmet]),
        contract.UNDERSTOOD: _texts([understood]),
        contract.CATALOGUE_VERSION: np.array([[catalogue_version]], np.int64),
    }


def product_tensors(vector: npt.ArrayLike, *, unknown_labels: Sequence[str]) -> Tensors:
    """An answer of ``embed_product``; ``vector`` is (256,)."""
    row = np.asarray(vector, np.float32).reshape(1, contract.VECTOR_DIM)
    return {contract.PRODUCT_VECTOR: row, contract.UNKNOWN_LABEL: _texts(unknown_labels)}


def vector_of(text: str) -> npt.NDArray[np.float32]:
    """(256,) a unit vector that is always the same for one text, and another for another text."""
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
    vector = np.random.default_rng(seed).standard_normal(contract.VECTOR_DIM).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def message_of(request: Any, tensors: Mapping[str, npt.NDArray[Any]]) -> Any:
    """A ``ModelInferResponse`` to ``request``, as Triton writes it."""
    response = MESSAGES.ModelInferResponse(model_name=request.model_name, model_version="1", id=request.id)
    for name, tensor in tensors.items():
        response.outputs.add(name=name, datatype=np_to_triton_dtype(tensor.dtype), shape=tensor.shape)
        is_text = tensor.dtype == np.object_ and tensor.size
        response.raw_output_contents.append(serialize_byte_tensor(tensor).item() if is_text else tensor.tobytes())
    return response


def spoil(response: Any, how: failures.Spoilt) -> Any:
    """The same answer, with something wrong."""
    if how in ("empty", "other contract"):
        del response.outputs[:], response.raw_output_contents[:]
    if how == "other contract":
        response.outputs.add(name="scores", datatype="FP32", shape=(1, 2))
        response.raw_output_contents.append(np.array([0.9, 0.1], np.float32).tobytes())
    if how == "truncated":
        whole = response.raw_output_contents[-1]
        response.raw_output_contents[-1] = whole[: len(whole) // 2]
    return response


def _plain(product_id: str, rank: int, relevance: float) -> Result:
    return Result(product_id=product_id, relevance=relevance, rank=rank, reason=Reason.RELEVANCE, num_collapsed=0, opens="")


def _texts(texts: Iterable[str]) -> npt.NDArray[np.object_]:
    """(1, n) STRING tensor."""
    return np.array([[text.encode() for text in texts]], np.object_).reshape(1, -1)
