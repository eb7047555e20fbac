"""Where a BERT keeps its linear maps, by the names of Hugging Face's modules: pruning cuts them, packing joins them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from torch import nn

from assortment.errors import StepError

FAMILIES: Final = ("bert", "roberta", "xlm-roberta", "camembert", "electra", "ernie")
"""Model types whose layers are built alike. DistilBERT names its parts otherwise, and ALBERT's layers are one and the same."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: attention, then feed-forward."""

    module: nn.Module

    @property
    def attention(self) -> Any:
        """With its maps ``query``, ``key`` and ``value``, each (heads x head size, H)."""
        return cast(Any, self.module).attention.self

    @property
    def attention_output(self) -> Any:
        """Its ``dense``, (H, heads x head size), mixes the heads."""
        return cast(Any, self.module).attention.output

    @property
    def intermediate(self) -> Any:
        """Its ``dense``, (width, H), feeds the neurons."""
        return cast(Any, self.module).intermediate

    @property
    def output(self) -> Any:
        """Its ``dense``, (H, width), reads them."""
        return cast(Any, self.module).output

    @property
    def head_size(self) -> int:
        """Dimensions of a head."""
        return int(self.attention.attention_head_size)

    @property
    def num_heads(self) -> int:
        """Heads that are left."""
        return int(self.attention.query.out_features) // self.head_size

    @property
    def width(self) -> int:
        """Neurons between the two maps of the feed-forward part."""
        return int(self.intermediate.dense.out_features)


def stack(backbone: nn.Module) -> nn.ModuleList:
    """The list of layers, which may be replaced.

    Raises:
        StepError: when the backbone is of another family.
    """
    family = str(cast(Any, backbone).config.model_type)
    if family not in FAMILIES:
        raise StepError(f"a text encoder of the family {family!r} cannot be pruned; allowed: {', '.join(FAMILIES)}")
    return cast(nn.ModuleList, cast(Any, backbone).encoder.layer)


def layers(backbone: nn.Module) -> list[Layer]:
    """The layers from the lowest to the highest.

    Raises:
        StepError: when the backbone is of another family.
    """
    return [Layer(module) for module in stack(backbone)]
