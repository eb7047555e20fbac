"""How the query encoder learns: which of its weights, by which method. Before it is saved, what can be merged is.

    lora          low-rank adapters (Hu et al. 2021) on the linear maps of the upper layers
    dora          the same with a learned length for each output (Liu et al. 2024)
    adalora       low-rank adapters that give the rank to the maps which need it (Zhang et al. 2023)
    ia3           a learned factor for each key, value and feed-forward output (Liu et al. 2022)
    bottleneck    small layers behind the feed-forward parts of the upper layers, which stay there (see ``training.bottleneck``)
    last_layers   the weights of the upper layers themselves
    full          all weights
    frozen        none: only what stands on top of the encoder learns

All but bottleneck adapters come from the peft library.
"""

from __future__ import annotations

import re
import warnings
from typing import Any, Final, cast

import torch
from peft import AdaLoraConfig, IA3Config, LoraConfig, PeftConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.modeling_layers import GradientCheckpointingLayer

from assortment.errors import StepError
from training import bottleneck
from training.settings import QueryTuning, TrainingSettings
from training.text_encoder import TextEncoder
from training.upper_layers import beginnings, linear_maps

_SCALE: Final = 2  # alpha over rank
_FIRST_RANK: Final = 1.5  # of AdaLoRA, times the rank that it ends with
_FEED_FORWARD: Final = re.compile(r"(output\.dense|ffn\.lin2|ffn_output)$")
_KEY_OR_VALUE: Final = re.compile(r"(key|value|k_lin|v_lin)$")


def attach(encoder: TextEncoder, settings: TrainingSettings) -> None:
    """Freezes the backbone but for what ``settings.query_tuning`` says; layers below ``adapter_layers`` cost no backward pass.

    Raises:
        StepError: for ``gradient_checkpointing`` where transformers has none for the family.
    """
    backbone = encoder.backbone
    backbone.requires_grad_(settings.query_tuning == "full")
    if settings.query_tuning == "last_layers":
        upper = beginnings(backbone, settings.adapter_layers)
        for name, parameter in backbone.named_parameters():
            parameter.requires_grad_(name.startswith(upper))
    if settings.query_tuning == "bottleneck":
        for name, parameter in backbone.named_parameters():
            parameter.requires_grad_(is_adapter(name))
    config = _peft_config(settings, linear_maps(backbone, settings.adapter_layers))
    if config is not None:
        with warnings.catch_warnings():
            # peft asks transformers for an attribute that is going away
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
            encoder.backbone = get_peft_model(_own(backbone), config)
    if settings.gradient_checkpointing:  # after peft, which would make the input require gradients
        _keep_no_activations(backbone)


def penalty(encoder: TextEncoder) -> Tensor | float:
    """What AdaLoRA adds to the loss, a scalar; 0 of other methods.

    Its maps A and B stand for singular vectors, and only while these are orthonormal does importance tell what a rank is worth:
    the mean over all of them of ||A A^T - I||, times ``orth_reg_weight`` (Zhang et al. 2023). peft adds it only to outputs that
    have a loss, and this encoder's have none.
    """
    if not _has_ranks(encoder):
        return 0.0
    found: list[Tensor] = []
    for name, parameter in encoder.backbone.named_parameters():
        if "lora_A" in name or "lora_B" in name:
            rows = parameter if "lora_A" in name else parameter.T  # (rank, size)
            found.append(torch.linalg.matrix_norm(rows @ rows.T - torch.eye(len(rows), device=rows.device)))
    weight: float = cast(Any, encoder.backbone).active_peft_config.orth_reg_weight
    return weight * torch.stack(found).mean()


def after_step(encoder: TextEncoder, step: int) -> None:
    """What a method does between two optimiser steps, while the gradients are there: AdaLoRA moves rank about.

    Its running averages of importance are not saved: a run that goes on after a kill starts them anew.
    """
    if _has_ranks(encoder):
        cast(Any, encoder.backbone.base_model).update_and_allocate(step)


def ranks(encoder: TextEncoder) -> Any:
    """What AdaLoRA has given to each map, for ``set_ranks``; None of other methods, and as long as nothing is decided."""
    return cast(Any, encoder.backbone).active_peft_config.rank_pattern if _has_ranks(encoder) else None


def set_ranks(encoder: TextEncoder, told: Any) -> None:
    """Goes on with what ``ranks`` told: after the last division AdaLoRA only keeps to it."""
    if _has_ranks(encoder):
        cast(Any, encoder.backbone).active_peft_config.rank_pattern = told


def _has_ranks(encoder: TextEncoder) -> bool:
    return isinstance(encoder.backbone, PeftModel) and encoder.backbone.active_peft_config.peft_type == "ADALORA"


def merge(encoder: TextEncoder) -> None:
    """Adds adapters to the weights: the encoder is of its own class again."""
    if isinstance(encoder.backbone, PeftModel):
        encoder.backbone = cast(nn.Module, cast(Any, encoder.backbone).merge_and_unload())


def is_adapter(parameter: str) -> bool:
    """Whether a parameter of this name is added to the encoder's own."""
    return any(part in parameter for part in ("lora_", "ia3_", bottleneck.PART))


def _peft_config(settings: TrainingSettings, targets: list[str]) -> PeftConfig | None:
    method: QueryTuning = settings.query_tuning
    rank = settings.adapter_rank
    if method == "ia3":
        chosen = [name for name in targets if _KEY_OR_VALUE.search(name) or _FEED_FORWARD.search(name)]
        return IA3Config(target_modules=chosen, feedforward_modules=[name for name in chosen if _FEED_FORWARD.search(name)])
    if method in ("bottleneck", "last_layers", "full", "frozen") or not rank:
        return None
    shared: dict[str, Any] = {"lora_alpha": _SCALE * rank, "target_modules": targets, "lora_dropout": settings.adapter_dropout}
    if method == "adalora":
        steps = settings.epochs * settings.steps_per_epoch
        first = round(_FIRST_RANK * rank)
        return AdaLoraConfig(
            init_r=first, target_r=rank, tinit=steps // 10, tfinal=steps // 3, deltaT=5, total_step=steps, **shared
        )
    return LoraConfig(r=rank, use_dora=method == "dora", **shared)


def _keep_no_activations(backbone: Any) -> None:
    """A layer is left as it is unless it is in training mode, so the layers are told that they are; their dropout is not."""
    if not backbone.supports_gradient_checkpointing:
        kind = backbone.config.model_type
        raise StepError(f"gradient_checkpointing: text encoders of model_type {kind!r} cannot; allowed: false, or another family")
    kwargs = {"use_reentrant": False}  # the other kind loses gradients where nothing below is trained
    if hasattr(backbone, "activation_checkpointing_enable"):  # its name since transformers 5
        backbone.activation_checkpointing_enable(kwargs)
    else:
        backbone.gradient_checkpointing_enable(kwargs)
    backbone.disable_input_require_grads()  # which would keep the graph of layers below all adapters
    for module in backbone.modules():
        if isinstance(module, GradientCheckpointingLayer):
            module.training = True


def _own(backbone: nn.Module) -> PreTrainedModel:
    return cast(PreTrainedModel, backbone)
