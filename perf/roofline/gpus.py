"""What NVIDIA's data sheets say of the GPUs. Dense figures: those with 2:4 sparsity are twice as high and are not for us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """Peaks of one GPU."""

    name: str
    fp16_tflops: float
    """Tensor cores, float16 in, dense, 10^12 operations a second; a multiply-add is two."""
    fp32_tflops: float
    """Without tensor cores."""
    bandwidth_gb_s: float
    """Of its memory, 10^9 bytes a second."""
    source: str


L4: Final = Gpu(
    name="L4", fp16_tflops=121, fp32_tflops=30.3, bandwidth_gb_s=300, source="https://www.nvidia.com/en-us/data-center/l4/"
)
A10: Final = Gpu(
    name="A10",
    fp16_tflops=125,
    fp32_tflops=31.2,
    bandwidth_gb_s=600,
    source="https://www.nvidia.com/en-us/data-center/products/a10-gpu/",
)
H100: Final = Gpu(
    name="H100 SXM",
    fp16_tflops=989,
    fp32_tflops=67,
    bandwidth_gb_s=3_350,
    source="https://www.nvidia.com/en-us/data-center/h100/",
)
A100: Final = Gpu(
    name="A100 40GB",
    fp16_tflops=312,
    fp32_tflops=19.5,
    bandwidth_gb_s=1_555,
    source="https://www.nvidia.com/en-us/data-center/a100/",
)
T4: Final = Gpu(
    name="T4", fp16_tflops=65, fp32_tflops=8.1, bandwidth_gb_s=320, source="https://www.nvidia.com/en-us/data-center/tesla-t4/"
)

ESTIMATED: Final = (L4, A10, H100)
"""Those that the page is about; the others are there because published figures exist for them."""
