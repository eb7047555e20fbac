"""Figures that others measured, with where they stand; what our estimate is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from perf.roofline import bert
from perf.roofline.gpus import A100, L4, T4, Gpu
from perf.roofline.work import HALF, Work

TOKENS: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """BERT-base in TensorRT, float16, 128 tokens, mean latency in milliseconds by batch size, without copies to the GPU."""

    gpu: Gpu
    mean_ms: Mapping[int, float]
    source: str


BERT_BASE: Final = (
    Series(
        gpu=L4,
        mean_ms={1: 1.01, 2: 1.30, 4: 2.15, 8: 3.63, 16: 6.58, 32: 13.75},
        source="github.com/NVIDIA/TensorRT, demo/BERT/README.md of release 10 (Inference Performance NVIDIA L4)",
    ),
    Series(
        gpu=A100,
        mean_ms={1: 0.63, 2: 0.72, 4: 0.94, 8: 1.30, 16: 2.06, 32: 3.91},
        source="github.com/NVIDIA/TensorRT, demo/BERT/README.md of release 10 (Inference performance: NVIDIA A100 (40GB))",
    ),
    Series(
        gpu=T4,
        mean_ms={1: 1.95, 2: 2.71, 4: 4.53, 8: 9.09, 16: 17.90, 32: 36.63},
        source="github.com/NVIDIA/TensorRT, demo/BERT/README.md of release 8 (Inference performance: NVIDIA T4 (16GB))",
    ),
)

BESIDE: Final = (
    "MiniLM-L6 in TensorRT float16 behind Triton with its tokenizer, on a T4, as a client sees it: 1.53 ms with 16 tokens, "
    "1.96 ms with 128 (github.com/ELS-RD/transformer-deploy, demo/infinity/README.md).",
    "For A10 and H100 no published table of such an encoder at small batches was found: their column rests on the other GPUs'.",
)


def work(batch: int) -> Work:
    """BERT-base on so many texts."""
    operations = bert.operations(bert.BASE, batch=batch, tokens=TOKENS)
    return Work(stage="BERT-base", batch=batch, operations=operations, bytes_per_element=HALF)
