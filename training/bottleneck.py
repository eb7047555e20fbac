"""Bottleneck adapters: a small layer behind the feed-forward part of each of an encoder's upper layers; the rest stays frozen.

    y + U gelu(D y)    with y the feed-forward output, inside the residual connection and before its normalisation

So Houlsby et al. 2019 (arXiv:1902.00751) put them; one in a layer, as Pfeiffer et al. 2020 (arXiv:2005.00247) found enough. U
starts at zero, and the encoder as it was. They are not linear, so there is nothing to merge them into: in checkpoints and
exported models they are layers like others.
"""

from __future__ import annotations

from typing import Final, cast

from torch import Tensor, nn
from torch.nn import functional as F

from training.settings import TrainingSettings
from training.text_encoder import TextEncoder
from training.upper_layers import feed_forward_outputs

PART: Final = "adapter."
"""In the names of all their parameters."""
DOWN: Final = f"{PART}down."
"""In the names of those of D."""


class Bottleneck(nn.Module):
    """One adapter."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(size, width), nn.Linear(width, size)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, states: Tensor) -> Tensor:
        """(B, L, H) to (B, L, H)."""
        adapted: Tensor = states + self.up(F.gelu(self.down(states)))
        return adapted


class AdaptedLinear(nn.Linear):
    """A linear map with an adapter behind it. The map's own weights keep their names."""

    def __init__(self, linear: nn.Linear, adapter: Bottleneck) -> None:
        """Takes the weights of ``linear``, no copy of them."""
        super().__init__(linear.in_features, linear.out_features, device="meta")
        self.weight, self.bias = linear.weight, linear.bias
        self.adapter = adapter

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - as torch calls it
        """(B, L, in) to (B, L, out)."""
        adapted: Tensor = self.adapter(super().forward(input))
        return adapted


def insert(encoder: TextEncoder, settings: TrainingSettings) -> None:
    """Puts adapters of width ``adapter_rank`` into the upper ``adapter_layers``, where ``query_tuning`` asks for them."""
    if settings.query_tuning != "bottleneck" or not settings.adapter_rank:
        return
    for name in feed_forward_outputs(encoder.backbone, settings.adapter_layers):
        part, _, child = name.rpartition(".")
        linear = cast(nn.Linear, encoder.backbone.get_submodule(name))
        adapter = Bottleneck(linear.out_features, settings.adapter_rank)
        setattr(encoder.backbone.get_submodule(part), child, AdaptedLinear(linear, adapter).eval())
