"""Vectors of many texts from a frozen text encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from assortment.catalogue.progress import progress
from assortment.text import TextTokenizer, pad
from training.precision import autocast
from training.settings import Precision
from training.text_encoder import TextEncoder

_TOKENS_PER_BATCH = 4096


def encode_texts(
    encoder: TextEncoder,
    tokenizer: TextTokenizer,
    texts: Sequence[str],
    *,
    precision: Precision,
    doing: str = "",
) -> npt.NDArray[np.float32]:
    """Mean-pooled vectors before the projection, (N, H) float32 unit rows, computed where the encoder is.

    Equal texts are encoded once; texts of like length share a batch, so that little is spent on padding.
    ``doing`` names the work for the progress bar, which only long work shows.
    """
    unique, inverse = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
    rows = tokenizer.encode_batch([str(text) for text in unique])
    batches = list(_batches([len(row) for row in rows]))
    vectors: npt.NDArray[np.float32] | None = None
    shown = progress(batches, doing=f"{doing} ({len(unique):,} texts)", total=len(batches)) if doing else iter(batches)
    device = encoder.projection.weight.device
    with torch.inference_mode(), autocast(precision, device.type):
        for batch in shown:
            ids, mask = (torch.from_numpy(array).to(device) for array in pad([rows[i] for i in batch]))
            pooled = F.normalize(encoder.pool(ids, mask).float(), dim=-1).cpu().numpy()
            if vectors is None:
                vectors = np.empty((len(unique), pooled.shape[1]), dtype=np.float32)
            vectors[batch] = pooled
    assert vectors is not None, "there are no texts"
    expanded: npt.NDArray[np.float32] = vectors[inverse.reshape(-1)]
    return expanded


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices grouped so that a batch holds about _TOKENS_PER_BATCH tokens of about the same length, longest first."""
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    start = 0
    while start < len(order):
        size = max(1, _TOKENS_PER_BATCH // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size
