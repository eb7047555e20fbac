"""Defaults of the steps, in a module of their own so that ``--help`` need not load ONNX Runtime and PyTorch."""

from __future__ import annotations

from typing import Final, Literal, get_args

MAX_INT8_LOSS: Final = 0.005  # of dev ndcg@10, absolute, above which the 8-bit text encoder does not ship
THREADS: Final = 2  # of ONNX Runtime
SHIPPING: Final = ("int8-everything", "int8-matrices", "int8-smooth", "int8-careful", "int8-static", "pruned-int8")
"""Recipes of ``export.recipes`` that may be the CPU's text encoder."""
Twin = Literal["float16", "static-int8"]
TWINS: Final[tuple[Twin, ...]] = get_args(Twin)
"""What GPU nodes may get beside float32; see ``export.gpu_twins``."""
