"""A step that is one ONNX model: text_encoder, image_encoder, fusion, scorer and the product side's twins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment.contract import STEPS
from assortment.serving.onnx_session import OnnxSession
from assortment.serving.step import Outcome, Tensors

_ENCODERS: Final = ("text_encoder", "product_text_encoder")  # that have weights worth sharing


class OnnxStep:
    """Runs all requests of a batch as one batch of the graph, ragged inputs padded with 0 to the longest."""

    def __init__(self, model: str, path: Path, *, threads: int = 1) -> None:
        """Loads ``path`` as ``model``, a name in ``assortment.contract.STEPS``."""
        self._inputs = [tensor.name for tensor in STEPS[model].inputs]
        self._session = OnnxSession(path, threads=threads, share_weights=model in _ENCODERS)

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        return split(self._session.run(join(batch, self._inputs)), sizes(batch, self._inputs[0]))


class ImageEncoderStep:
    """``OnnxStep`` for ``image_encoder`` that spends nothing on requests without a picture: their vector is zero by contract."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        """Loads ``path``."""
        self._session = OnnxSession(path, threads=threads, share_weights=True)
        self._dim = STEPS["image_encoder"].outputs[0].dims[0]

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        joined = join(batch, ("PIXELS", "PRESENCE"))
        shown = joined["PRESENCE"][:, 1] > 0
        vectors = np.zeros((len(shown), self._dim), dtype=np.float32)
        if shown.any():
            vectors[shown] = self._session.run({name: values[shown] for name, values in joined.items()})["IMAGE_VECTOR"]
        return split({"IMAGE_VECTOR": vectors}, sizes(batch, "PIXELS"))


def sizes(batch: Sequence[Tensors], name: str) -> list[int]:
    """Rows that each request brings; 1 from our own client."""
    return [len(request[name]) for request in batch]


def join(batch: Sequence[Tensors], names: Sequence[str]) -> Tensors:
    """The named tensors of all requests as one batch."""
    if len(batch) == 1:
        return {name: batch[0][name] for name in names}
    joined = {name: [request[name] for request in batch] for name in names}
    if "ALLOW" in joined:
        joined["ALLOW"] = _bitmaps_of_one_length(joined["ALLOW"])
    return {name: _concatenate(parts) for name, parts in joined.items()}


def split(outputs: Tensors, rows: Sequence[int]) -> list[Outcome]:
    """One batch's outputs back into requests of ``rows`` rows, as views."""
    requests: list[Outcome] = []
    start = 0
    for count in rows:
        requests.append({name: values[start : start + count] for name, values in outputs.items()})
        start += count
    return requests


def _concatenate(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Stacks along the first dimension; (B_i, L_i) parts of different lengths are padded with 0 on the right."""
    if all(part.shape[1:] == parts[0].shape[1:] for part in parts):
        return np.concatenate(parts)
    longest = max(part.shape[1] for part in parts)
    joined = np.zeros((sum(len(part) for part in parts), longest), dtype=parts[0].dtype)
    start = 0
    for part in parts:
        joined[start : start + len(part), : part.shape[1]] = part
        start += len(part)
    return joined


def _bitmaps_of_one_length(parts: list[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """ALLOW of a batch; [NO_FILTER] has to allow every row beside a bitmap too, not those of its one byte only.

    A bitmap of another catalogue version, which may be longer or shorter, means nothing here: ALLOW_VERSION tells.
    """
    longest = max(part.shape[1] for part in parts)
    return [np.repeat(part, longest, axis=1) if part.shape[1] == 1 else part for part in parts]
