"""Container releases, and the versions of what is in them. The one table of these facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assortment.errors import InputError

_MATRIX: Final = "server:docs/introduction/compatibility.md and docs.nvidia.com release notes"
_BASE_IMAGE: Final = f"{_MATRIX}; TensorRT as in the PyTorch container of that month, which the trtllm images name as their base"
_RELEASE_NOTE: Final = f"{_MATRIX}; TensorRT as public repositories quote rel-26-05.html"
_IN_THE_IMAGE: Final = f"{_MATRIX}; TensorRT as users of the tensorrt image of that month report from inside of it"


@dataclass(frozen=True, slots=True)
class Release:
    """One release of NVIDIA's containers, ``nvcr.io/nvidia/tritonserver:<container>-py3`` and its siblings."""

    container: str
    """Year and month, for instance "26.07"."""
    triton: str
    cuda: str
    onnxruntime: str
    """Empty when it is not known."""
    tensorrt: str
    """As far as it is known: "11", or "11.1.0.106"."""
    inferred: bool
    """Whether the TensorRT version was concluded, not read."""
    source: str

    @property
    def major(self) -> int:
        """Of TensorRT."""
        return int(self.tensorrt.partition(".")[0])


RELEASES: Final = (
    Release("24.10", "2.51.0", "12.6.2", "1.19.2", "10.5", True, _IN_THE_IMAGE),  # that of the embedded server
    Release("25.10", "2.62.0", "13.0.2", "1.23.1", "10.13.3.9", True, _BASE_IMAGE),
    Release("25.12", "2.64.0", "13.1.0", "1.23.2", "10.14.1.48", True, _BASE_IMAGE),
    Release("26.01", "2.65.0", "13.1.1", "1.23.2", "10", True, _MATRIX),
    Release("26.02", "2.66.0", "13.1.1", "1.24.1", "10", True, _MATRIX),
    Release("26.03", "2.67.0", "13.2.0", "1.24.2", "10", True, _MATRIX),
    Release("26.04", "2.68.0", "13.2.1", "1.24.4", "10", True, _MATRIX),
    Release("26.05", "2.69.0", "13.2.1", "1.24.4", "10.16.1.11", False, _RELEASE_NOTE),
    Release("26.06", "2.70.0", "13.3.0", "1.24.4", "11.0.0.114", False, _IN_THE_IMAGE),
    Release("26.07", "2.71.0", "13.3.1", "1.27.0", "11.1.0.106", False, _IN_THE_IMAGE),
    Release("26.08", "2.72.0", "13.4.1", "1.28.0", "11", True, _MATRIX),
    Release("26.09", "2.73.0", "13.4.1", "", "11", True, _MATRIX),
)
DEFAULT: Final = "26.07"
"""The newest release whose versions are all known."""


def oldest_tensorrt(known: Release) -> str:
    """The TensorRT that a release has at least: its own, or, where only the major version is known, that of a release before it.

    Releases of one major version do not go back. "10" says that nothing of the minor version is known.
    """
    older = [one.tensorrt for one in RELEASES if one.major == known.major and one.container <= known.container]
    return next((version for version in reversed(older) if "." in version), known.tensorrt)


def release(container: str) -> Release:
    """The release of that name.

    Raises:
        InputError: when the table has none.
    """
    for known in RELEASES:
        if known.container == container:
            return known
    raise InputError("release", container, f"allowed: {', '.join(known.container for known in RELEASES)}")
