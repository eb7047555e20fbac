"""Requests to tensors, tensors to answers. Pure: no gRPC in here, so that a sync and an async client share it.

Tensors are numpy arrays with a batch of 1 in front; a STRING tensor is an object array of UTF-8 ``bytes``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment_client import contract, rules
from assortment_client.errors import BadResponse
from assortment_client.request import ProductRequest, SearchRequest, picture_bytes
from assortment_client.response import ProductEmbedding, SearchResponse

Tensors = dict[str, npt.NDArray[Any]]

_REASONS = frozenset(map(int, contract.Reason))


@dataclass(frozen=True, slots=True)
class Call:
    """One inference to send."""

    model: str
    tensors: Tensors


def model_of(request: SearchRequest) -> str:
    """The ensemble that does no more than needed: ``rerank``, ``search_multimodal`` or ``search``."""
    if request.candidates is not None:
        return contract.RERANK
    return contract.SEARCH if request.image is None else contract.SEARCH_MULTIMODAL


def encode_search(request: SearchRequest) -> Call:
    """The tensors of a search."""
    tensors = {contract.QUERY: _strings(request.query), contract.K: np.full((1, 1), request.k, np.int32)}
    if request.image is not None:
        tensors[contract.PICTURE] = _strings(picture_bytes(request.image))
    if request.diversity is not None:
        tensors[contract.DIVERSITY] = np.full((1, 1), request.diversity, np.float32)
    if request.max_relevance_loss is not None:
        tensors[contract.MAX_RELEVANCE_LOSS] = np.full((1, 1), request.max_relevance_loss, np.float32)
    if request.strategy is not None:
        tensors[contract.STRATEGY] = _strings(request.strategy)
    if page_rules := rules.encode(request):
        tensors[contract.RULES] = _strings(page_rules)
    if request.candidates is not None:
        keys = [contract.candidate_key(product_id) for product_id in request.candidates]
        tensors[contract.CANDIDATE_KEY] = np.array([keys], dtype=np.int64)
    return Call(model_of(request), tensors)


def encode_product(request: ProductRequest) -> Call:
    """The tensors of ``embed_product``."""
    tensors = {contract.TEXT: _strings(request.text)}
    if request.image is not None:
        tensors[contract.PICTURE] = _strings(picture_bytes(request.image))
    if request.labels:
        tensors[contract.LABEL] = _strings(*request.labels)
    return Call(contract.EMBED_PRODUCT, tensors)


def decode_search(
    tensors: Mapping[str, npt.NDArray[Any]],
    *,
    k: int,
    request_id: str,
    shown: Sequence[str] = (),
    endpoint: str = "",
    attempts: int = 1,
) -> SearchResponse:
    """The answer to a search that had ``k`` and ``shown``.

    Raises:
        BadResponse: when a tensor is missing, or has another dtype, length or meaning than the contract says.
    """
    ids = _texts(_row(tensors, contract.ID, np.object_), contract.ID)
    relevance = _row(tensors, contract.RELEVANCE, np.float32)
    ranks = _row(tensors, contract.RANK, np.int32)
    reasons = _row(tensors, contract.REASON, np.int32)
    num_collapsed = _row(tensors, contract.COLLAPSED, np.int32)
    opens = _texts(_row(tensors, contract.OPENS, np.object_), contract.OPENS)
    unmet = _texts(_row(tensors, contract.UNMET, np.object_), contract.UNMET)
    understood = _texts(_row(tensors, contract.UNDERSTOOD, np.object_), contract.UNDERSTOOD)
    version = _row(tensors, contract.CATALOGUE_VERSION, np.int64)
    lengths = {len(ids), len(relevance), len(ranks), len(reasons), len(num_collapsed), len(opens)}
    if len(lengths) != 1 or len(ids) > k or (len(version), len(unmet), len(understood)) != (1, 1, 1):
        raise BadResponse(
            f"an answer of {len(ids)} ids, {len(relevance)} relevances, {len(ranks)} ranks, {len(reasons)} reasons, "
            f"{len(num_collapsed)} numbers of collapsed products, {len(opens)} opened values, {len(unmet)} unmet rules, "
            f"{len(understood)} understood filters and {len(version)} versions for k={k}"
        )
    if (num_collapsed < 0).any():
        raise BadResponse(f"{contract.COLLAPSED}: {num_collapsed.tolist()}; numbers of products are 0 or more")
    if not _REASONS.issuperset(reasons.tolist()):
        raise BadResponse(
            f"{contract.REASON}: {reasons.tolist()}; this client knows {sorted(_REASONS)}: the server is newer than the client"
        )
    return SearchResponse(
        ids=ids,
        relevance=relevance,
        ranks=ranks,
        reasons=reasons,
        num_collapsed=num_collapsed,
        opens=opens,
        unmet=unmet[0],
        understood=understood[0],
        shown=(*shown, *ids),
        catalogue_version=int(version[0]),
        request_id=request_id,
        endpoint=endpoint,
        attempts=attempts,
    )


def decode_product(tensors: Mapping[str, npt.NDArray[Any]], *, request_id: str) -> ProductEmbedding:
    """The answer of ``embed_product``.

    Raises:
        BadResponse: when a tensor is missing, or has another dtype or length than the contract says.
    """
    vector = _row(tensors, contract.PRODUCT_VECTOR, np.float32)
    if len(vector) != contract.VECTOR_DIM:
        raise BadResponse(f"{contract.PRODUCT_VECTOR}: {len(vector)} numbers instead of {contract.VECTOR_DIM}")
    unknown = _texts(_row(tensors, contract.UNKNOWN_LABEL, np.object_), contract.UNKNOWN_LABEL)
    return ProductEmbedding(vector=vector, unknown_labels=unknown, request_id=request_id)


def _strings(*values: str | bytes) -> npt.NDArray[np.object_]:
    """(1, n) STRING tensor."""
    tensor = np.empty((1, len(values)), dtype=np.object_)
    tensor[0, :] = [value.encode() if isinstance(value, str) else value for value in values]
    return tensor


def _row(tensors: Mapping[str, npt.NDArray[Any]], name: str, dtype: type[np.generic]) -> npt.NDArray[Any]:
    """The one row of an output of shape (1, n)."""
    tensor = tensors.get(name)
    if tensor is None:
        raise BadResponse(
            f"the answer holds no {name}, only {sorted(tensors) or 'nothing'}: another server, or another version of it"
        )
    if tensor.ndim != 2 or len(tensor) != 1 or tensor.dtype != dtype:
        raise BadResponse(f"{name}: shape {tensor.shape} and dtype {tensor.dtype} instead of (1, n) and {np.dtype(dtype)}")
    row: npt.NDArray[Any] = tensor[0]
    row.flags.writeable = False
    return row


def _texts(row: npt.NDArray[Any], name: str) -> tuple[str, ...]:
    try:
        return tuple(value.decode() for value in row.tolist())
    except UnicodeDecodeError:
        raise BadResponse(f"{name}: holds bytes that are not UTF-8") from None
