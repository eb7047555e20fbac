"""Pooled CNN features of every product picture, written as they come so that a killed run goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from assortment import image
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue
from assortment.errors import InputError
from training.backbones import IMAGE_FEATURES
from training.image_encoder import ImageEncoder

_BATCH: Final = 64
_BATCHES_PER_SAVE: Final = 16
_memory_map: Any = np.lib.format.open_memmap  # untyped in numpy 1.26
_PROGRESS: Final = "image.progress.json"


@dataclass(frozen=True, slots=True)
class ImageFeatures:
    """Features by catalogue row; rows without a picture are zero."""

    vectors: npt.NDArray[np.float32]
    """(N, 1280) float32."""
    present: npt.NDArray[np.bool_]
    """(N,) whether the product has a picture that could be decoded."""
    num_unreadable: int
    """Pictures that are there and could not be decoded."""


def encode_pictures(encoder: ImageEncoder, catalogue: Catalogue, file: Path, *, key: str) -> ImageFeatures:
    """Encodes every picture into ``file`` (.npy, memory-mapped).

    Args:
        encoder: only its frozen CNN is used, where it is.
        catalogue: whose pictures.
        file: where the array lies; ``image.progress.json`` beside it says how far it is.
        key: what the features depend on; an unfinished file of another key is begun again.
    """
    progress_file = file.with_name(_PROGRESS)
    done, present_rows, num_unreadable = _resume(file, progress_file, key)
    shape = (len(catalogue), IMAGE_FEATURES)
    vectors = _memory_map(file, mode="r+" if done else "w+", dtype=np.float32, shape=None if done else shape)
    in_channels_last(encoder)
    device = encoder.projection.weight.device
    starts = range(done, len(catalogue), _BATCH)
    for count, start in enumerate(progress(starts, doing="features of pictures", total=len(starts)), start=1):
        rows = range(start, min(start + _BATCH, len(catalogue)))
        decoded, unreadable = _decode(catalogue, rows)
        num_unreadable += unreadable
        if decoded:
            pixels = torch.from_numpy(np.stack([pixels for _, pixels in decoded]))
            with torch.inference_mode():
                pooled = encoder.pool(pixels.to(device).contiguous(memory_format=torch.channels_last))
            vectors[[row for row, _ in decoded]] = pooled.cpu().numpy()
            present_rows += [row for row, _ in decoded]
        if count % _BATCHES_PER_SAVE == 0 or rows.stop == len(catalogue):
            vectors.flush()
            state = {"key": key, "done": rows.stop, "present": present_rows, "unreadable": num_unreadable}
            progress_file.write_text(json.dumps(state), encoding="utf-8")
    present = np.zeros(len(catalogue), dtype=np.bool_)
    present[present_rows] = True
    return ImageFeatures(vectors, present, num_unreadable)


def forget_progress(folder: Path) -> None:
    """Removes the progress file of finished work."""
    (folder / _PROGRESS).unlink(missing_ok=True)


def in_channels_last(encoder: ImageEncoder) -> None:
    """Several times faster for depth-wise convolutions on CPUs, the same numbers."""
    for parameter in encoder.backbone.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def _resume(file: Path, progress_file: Path, key: str) -> tuple[int, list[int], int]:
    if not (file.is_file() and progress_file.is_file()):
        return 0, [], 0
    try:
        state = json.loads(progress_file.read_text(encoding="utf-8"))
    except json.JSONDecodeError:  # killed while it was written
        return 0, [], 0
    if state["key"] != key:
        return 0, [], 0
    return int(state["done"]), list(state["present"]), int(state["unreadable"])


def _decode(catalogue: Catalogue, rows: range) -> tuple[list[tuple[int, npt.NDArray[np.float32]]], int]:
    """Rows with their pixels, and how many pictures could not be decoded."""
    decoded = []
    num_unreadable = 0
    for row, data in _encoded(catalogue, rows):
        try:
            decoded.append((row, image.pixels(image.decode(data))))
        except InputError:
            num_unreadable += 1
    return decoded, num_unreadable


def _encoded(catalogue: Catalogue, rows: range) -> Iterator[tuple[int, bytes]]:
    for row, data in zip(rows, catalogue.iter_pictures(rows), strict=True):
        if data is not None:
            yield row, data
