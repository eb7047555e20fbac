"""Requests as the fake server got them, decoded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from tritonclient.utils import deserialize_bytes_tensor

from assortment_client import contract
from assortment_client.filters import Filters

_DTYPES: Final[dict[str, type[np.generic]]] = {"INT32": np.int32, "INT64": np.int64, "FP32": np.float32}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One inference that was asked for.

    Fields are named as in ``SearchRequest`` and ``ProductRequest``; what was not sent is None or empty.
    """

    model: str
    """The ensemble: ``search``, ``search_multimodal``, ``rerank`` or ``embed_product``."""
    request_id: str
    metadata: Mapping[str, str]
    """What came with the call: tokens, traceparent, gRPC's own."""
    time_remaining_s: float | None
    """What was left of the call's deadline on arrival; None without one."""
    timeout_us: int | None
    """The queue timeout that Triton was told, in microseconds."""
    query: str = ""
    image: bytes | None = None
    candidate_keys: tuple[int, ...] | None = None
    """The ``candidate_key`` of each candidate: product ids do not travel."""
    k: int | None = None
    strategy: str | None = None
    diversity: float | None = None
    max_relevance_loss: float | None = None
    collapse: bool | None = None
    near_duplicate: float | None = None
    caps: Mapping[str, int] | None = None
    pinned: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    filters: Filters | None = None
    sort: str | None = None
    literal: bool = False
    text: str = ""
    labels: tuple[str, ...] = ()

    @property
    def is_canary(self) -> bool:
        """Whether a client only looked whether the server is well: ``ready``, ``health``, or on behalf of a circuit breaker."""
        return self.request_id == contract.CANARY_REQUEST_ID


def decode(message: Any, *, metadata: Mapping[str, str], time_remaining_s: float | None) -> ReceivedRequest:
    """From a ``ModelInferRequest``.

    Raises:
        ValueError: when a tensor is not what the contract says.
    """
    tensors = _tensors(message)
    fields: dict[str, Any] = {
        "query": _text(tensors, contract.QUERY) or "",
        "image": _one(tensors, contract.PICTURE),
        "k": _one(tensors, contract.K),
        "strategy": _text(tensors, contract.STRATEGY),
        "diversity": _one(tensors, contract.DIVERSITY),
        "max_relevance_loss": _one(tensors, contract.MAX_RELEVANCE_LOSS),
        "text": _text(tensors, contract.TEXT) or "",
        "labels": tuple(label.decode() for label in tensors.get(contract.LABEL, ())),
    }
    if contract.CANDIDATE_KEY in tensors:
        fields["candidate_keys"] = tuple(tensors[contract.CANDIDATE_KEY])
    rules = json.loads(_text(tensors, contract.RULES) or "{}")
    for name in ("collapse", "near_duplicate", "caps", "sort", "literal"):
        if name in rules:
            fields[name] = rules[name]
    for name in ("pinned", "excluded", "shown"):
        fields[name] = tuple(rules.get(name, ()))
    if "filters" in rules:
        fields["filters"] = Filters.of(rules["filters"])
    timeout = message.parameters["timeout"].int64_param if "timeout" in message.parameters else None
    return ReceivedRequest(
        model=message.model_name,
        request_id=message.id,
        metadata=metadata,
        time_remaining_s=time_remaining_s,
        timeout_us=timeout,
        **fields,
    )


def _tensors(message: Any) -> dict[str, list[Any]]:
    """The values of each input's one row."""
    if len(message.inputs) != len(message.raw_input_contents):
        raise ValueError(f"{len(message.inputs)} inputs with {len(message.raw_input_contents)} raw contents")
    return {
        tensor.name: _values(tensor.datatype, raw).reshape(tuple(tensor.shape))[0].tolist()
        for tensor, raw in zip(message.inputs, message.raw_input_contents, strict=True)
    }


def _values(datatype: str, raw: bytes) -> npt.NDArray[Any]:
    if datatype == "BYTES":
        values: npt.NDArray[Any] = deserialize_bytes_tensor(raw)
        return values
    if datatype not in _DTYPES:
        raise ValueError(f"a tensor of type {datatype}; the contract has BYTES, {', '.join(_DTYPES)}")
    return np.frombuffer(raw, _DTYPES[datatype])


def _one(tensors: Mapping[str, list[Any]], name: str) -> Any:
    values = tensors.get(name)
    return values[0] if values else None


def _text(tensors: Mapping[str, list[Any]], name: str) -> str | None:
    value = _one(tensors, name)
    return None if value is None else value.decode()
