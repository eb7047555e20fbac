"""How engines are built, and what that means for the TensorRT of either major version.

Networks are strongly typed: every tensor has the type that the ONNX file gives it, so precision is a matter of the file and
of nothing else. TensorRT 10 can do so since its first release, and deprecated the weakly typed way, with its FP16 and INT8
flags, in 10.12; TensorRT 11 has no other (https://docs.nvidia.com/deeplearning/tensorrt/latest/api/migration/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from assortment.contract import MAX_BATCH_SIZE
from assortment.errors import InputError
from export.defaults import THREADS

Precision = Literal["fp32", "fp16", "int8"]
PRECISIONS: Final[tuple[Precision, ...]] = ("fp32", "fp16", "int8")
MAJORS: Final = (10, 11)
"""Versions of TensorRT that this package was written for."""
OLDEST: Final = (10, 12)
"""The first version in which nothing that is used here is missing or was deprecated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How engines are built.

    Raises:
        InputError: naming the setting, its value and what is allowed.
    """

    precision: Precision = "fp16"
    """What the ONNX files compute in. ``int8`` takes float16 for the models that have no 8-bit file."""
    best_batch: int = 8
    """The batch that kernels are chosen for; every one from 1 to ``max_batch_size`` is possible."""
    workspace_mib: int = 2048
    """The most memory a kernel may use for itself, MiB."""
    optimization_level: int = 3
    """0 (quick to build) to 5 (tries everything); 3 is TensorRT's own default."""
    version_compatible: bool = False
    """Runs on later versions of TensorRT too, somewhat slower."""
    hardware_compatible: bool = False
    """Runs on every GPU of compute capability 8.0 and above, somewhat slower."""
    refit: bool = False
    """Takes new weights later without being built anew, somewhat slower."""
    threads: int = THREADS
    """Of the builder."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise InputError("precision", self.precision, f"allowed: {', '.join(PRECISIONS)}")
        if not 1 <= self.best_batch <= MAX_BATCH_SIZE:
            raise InputError("best-batch", self.best_batch, f"allowed: 1 to {MAX_BATCH_SIZE}, the servers' max_batch_size")
        if self.workspace_mib < 1:
            raise InputError("workspace-mib", self.workspace_mib, "allowed: 1 and above")
        if not 0 <= self.optimization_level <= 5:
            raise InputError("optimization-level", self.optimization_level, "allowed: 0 to 5")
        if self.threads < 1:
            raise InputError("threads", self.threads, "allowed: 1 and above")


@dataclass(frozen=True, slots=True)
class Flags:
    """Names in TensorRT's enumerations."""

    network: tuple[str, ...]
    """Of ``NetworkDefinitionCreationFlag``."""
    set: tuple[str, ...]
    """Of ``BuilderFlag``, off by default."""
    cleared: tuple[str, ...]
    """Of ``BuilderFlag``, on by default."""
    hardware: str
    """Of ``HardwareCompatibilityLevel``."""


def flags(major: int, settings: Settings, precision: Precision) -> Flags:
    """The flags of one engine under TensorRT ``major``.

    Raises:
        InputError: when it is a version this was not written for.
    """
    if major not in MAJORS:
        raise InputError("tensorrt", major, f"allowed: {' and '.join(map(str, MAJORS))}, as major version")
    chosen = [("VERSION_COMPATIBLE", settings.version_compatible), ("REFIT", settings.refit)]
    return Flags(
        network=("STRONGLY_TYPED",) if major == 10 else (),  # 11 knows nothing else, and ignores the flag
        set=tuple(flag for flag, wanted in chosen if wanted),
        cleared=("TF32",) if precision == "fp32" else (),  # else products of float32 keep ten bits of their fractions
        hardware="AMPERE_PLUS" if settings.hardware_compatible else "NONE",
    )


def version_of(text: str) -> tuple[int, int]:
    """Major and minor of a TensorRT version such as "11.1.0.106"; a missing minor is 0."""
    major, _, rest = text.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)
