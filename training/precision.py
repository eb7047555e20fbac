"""Arithmetic of the encoders: float32, or bfloat16 where the hardware multiplies it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from training.settings import Precision


def has_fast_bfloat16() -> bool:
    """Whether this CPU has matrix units for bfloat16 (Intel AMX); elsewhere bfloat16 is slower than float32."""
    probe = getattr(torch.cpu, "_is_amx_tile_supported", None)  # not public, so asked for with care
    return bool(probe()) if probe is not None else False


def autocast(precision: Precision, device_type: str = "cpu") -> AbstractContextManager[object]:
    """A context in which matrix products on a "cpu" or "cuda" device run in the precision; weights stay float32."""
    fast = torch.cuda.is_bf16_supported(including_emulation=False) if device_type == "cuda" else has_fast_bfloat16()
    if precision == "bfloat16" or (precision == "auto" and fast):
        return torch.autocast(device_type, torch.bfloat16)
    return nullcontext()
