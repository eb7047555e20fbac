"""Low-rank adapters on the query encoder (LoRA, Hu et al. 2021), merged into its weights before it is saved."""

from __future__ import annotations

import re
import warnings
from typing import Final, cast

from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from transformers import PreTrainedModel

from training.text_encoder import TextEncoder

_SCALE: Final = 2  # alpha over rank
_LAYER: Final = re.compile(r"\.(\d+)\.")


def attach(encoder: TextEncoder, *, rank: int, layers: int) -> None:
    """Freezes the backbone and adds adapters to all linear maps of its upper ``layers``; rank 0 only freezes.

    The layers below stay frozen without adapters, so nothing is propagated back through them.
    """
    encoder.backbone.requires_grad_(False)
    if rank:
        targets = _linear_maps(encoder.backbone, layers)
        config = LoraConfig(r=rank, lora_alpha=_SCALE * rank, target_modules=targets, lora_dropout=0.0)
        with warnings.catch_warnings():
            # peft asks transformers for an attribute that is going away
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
            encoder.backbone = get_peft_model(cast(PreTrainedModel, encoder.backbone), config)


def merge(encoder: TextEncoder) -> None:
    """Adds the adapters to the weights: the encoder is of its own class again."""
    if isinstance(encoder.backbone, PeftModel):
        encoder.backbone = cast(nn.Module, encoder.backbone.merge_and_unload())


def _linear_maps(backbone: nn.Module, layers: int) -> list[str]:
    """Full names of the linear maps in the upper ``layers``; a layer's number is the first number in its name."""
    found = {name: _LAYER.search(name) for name, module in backbone.named_modules() if isinstance(module, nn.Linear)}
    numbers = {name: int(match.group(1)) for name, match in found.items() if match}
    lowest = max(numbers.values(), default=-1) - layers
    return sorted(name for name, number in numbers.items() if number > lowest)
