"""Optimisation profiles: which shapes an engine takes, and which one its kernels are chosen for. From the limits alone.

Only the batch is open. Texts come padded to one length (``pad_tokens_to`` of the step before), because TensorRT has no ragged
batches, and because a fixed length lets one CUDA graph for each size of batch (``graph_spec`` in ``configs/tensorrt.pbtxt``) do
for all requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assortment.contract import MAX_BATCH_SIZE, MAX_PRODUCT_TOKENS, MAX_QUERY_TOKENS, STEPS

_OPEN: Final[dict[str, dict[str, int]]] = {
    "text_encoder": {"TOKEN_IDS": MAX_QUERY_TOKENS, "MASK": MAX_QUERY_TOKENS},
    "product_text_encoder": {"TOKEN_IDS": MAX_PRODUCT_TOKENS, "MASK": MAX_PRODUCT_TOKENS},
}
"""Lengths of inputs whose last dimension the contract leaves open."""


@dataclass(frozen=True, slots=True)
class Range:
    """The shapes of one input, batch first."""

    min: tuple[int, ...]
    opt: tuple[int, ...]
    """What kernels are chosen for. CUDA graphs are captured at its lengths, with each its own batch."""
    max: tuple[int, ...]


Profile = Mapping[str, Range]
"""Of every input of a model, by name."""


def profiles(model: str, *, best_batch: int, num_facets: int) -> tuple[Profile, ...]:
    """The profiles of a model: one, over all batches that a server can make.

    Args:
        model: one of the steps of the contract.
        best_batch: 1 to ``MAX_BATCH_SIZE``.
        num_facets: length of NAMED, which the trained models decide.
    """
    lengths = {"NAMED": num_facets, **_OPEN.get(model, {})}
    profile = {}
    for tensor in STEPS[model].inputs:
        dims = tuple(lengths[tensor.name] if size == -1 else size for size in tensor.dims)
        profile[tensor.name] = Range((1, *dims), (best_batch, *dims), (MAX_BATCH_SIZE, *dims))
    return (profile,)
