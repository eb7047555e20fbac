"""Defaults of the steps, in a module of their own so that ``--help`` need not load ONNX Runtime and PyTorch."""

from __future__ import annotations

from typing import Final

MAX_INT8_LOSS: Final = 0.005  # of dev ndcg@10, absolute, above which the 8-bit text encoder does not ship
THREADS: Final = 2  # of ONNX Runtime
