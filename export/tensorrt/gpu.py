"""The GPU of this machine, asked through the CUDA driver itself: it is there wherever a GPU can be used, PyTorch need not be."""

from __future__ import annotations

import ctypes
from typing import Final

from assortment.errors import StepError

_MAJOR: Final = 75  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR of cuda.h
_MINOR: Final = 76
_LIBRARY: Final = "libcuda.so.1"


def compute_capability() -> str:
    """Of the first GPU that CUDA_VISIBLE_DEVICES shows, for instance "8.9": the one that TensorRT builds on.

    Raises:
        StepError: when there is none, and why.
    """
    try:
        driver = ctypes.CDLL(_LIBRARY)
    except OSError:
        raise StepError(f"no NVIDIA driver: {_LIBRARY} is not there") from None
    _check(driver.cuInit(0), "cuInit")
    device, value = ctypes.c_int(), ctypes.c_int()
    _check(driver.cuDeviceGet(ctypes.byref(device), 0), "cuDeviceGet")
    numbers = []
    for attribute in (_MAJOR, _MINOR):
        _check(driver.cuDeviceGetAttribute(ctypes.byref(value), attribute, device), "cuDeviceGetAttribute")
        numbers.append(str(value.value))
    return ".".join(numbers)


def _check(status: int, call: str) -> None:
    if status:
        raise StepError(f"no usable GPU: {call} of {_LIBRARY} failed with CUDA error {status}")
