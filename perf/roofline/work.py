"""How much one operation of a graph computes and moves, from the shapes of its tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Shape = tuple[int, ...]
HALF: Final = 2  # bytes of a float16
FULL: Final = 4  # bytes of a float32

KERNELS: Final = frozenset(
    {"MatMul", "Gemm", "FusedMatMul", "Conv", "LayerNormalization", "Softmax", "ReduceMean", "ReduceSum", "Gather", "TopK"}
)
"""Operations that stay kernels of their own. All others, element by element or mere changes of shape, are taken to be fused into
them, as TensorRT and ONNX Runtime's CUDA graphs mostly do, and to move nothing."""

_FEWEST_GATHERED: Final = 256  # elements; smaller ones work on shapes, which an engine knows when it is built
_FLOPS_PER_ELEMENT: Final = {"LayerNormalization": 8, "Softmax": 5, "Erf": 8}  # additions, divisions, exponentials each as one


def with_rows(shape: Shape, rows: int, wanted: int) -> Shape:
    """A shape with ``wanted`` products where it had ``rows`` of them."""
    return tuple(wanted if dim == rows else dim for dim in shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One node of a graph, with the shapes it had when it ran."""

    kind: str
    inputs: Sequence[Shape]
    outputs: Sequence[Shape]

    @property
    def is_kernel(self) -> bool:
        """Whether it counts as a kernel of its own."""
        return self.kind in KERNELS and not (self.kind == "Gather" and self.elements < _FEWEST_GATHERED)

    @property
    def flops(self) -> int:
        """Floating-point operations; a multiply-add is two."""
        out = math.prod(self.outputs[0]) if self.outputs else 0
        if self.kind in ("MatMul", "Gemm", "FusedMatMul"):
            return 2 * out * self._shared_dim()
        if self.kind == "Conv":
            return 2 * out * math.prod(self.inputs[1][1:])  # weights: output channels, input channels of a group, height, width
        if self.kind in ("Gather", "GatherElements"):
            return 0
        if self.kind in ("TopK", "ReduceMean", "ReduceSum"):
            return math.prod(self.inputs[0])
        return out * _FLOPS_PER_ELEMENT.get(self.kind, 1)

    @property
    def elements(self) -> int:
        """Elements read and written, weights among them; of a Gather only what it picks."""
        written = sum(math.prod(shape) for shape in self.outputs)
        if self.kind == "Gather":
            return 2 * written
        return written + sum(math.prod(shape) for shape in self.inputs)

    def with_rows(self, rows: int, wanted: int) -> Operation:
        """The same over ``wanted`` products where it ran over ``rows`` of them."""
        return Operation(
            kind=self.kind,
            inputs=[with_rows(shape, rows, wanted) for shape in self.inputs],
            outputs=[with_rows(shape, rows, wanted) for shape in self.outputs],
        )

    def _shared_dim(self) -> int:
        """The dimension that is summed over: what the factors have together beyond the product.

        (.., m, d) x (.., d, n) has batch * m * n outputs; d follows from the sizes whichever factor is transposed.
        """
        left, right = self.inputs[0], self.inputs[1]
        return left[-1] if left[-1] in right[-2:] or len(right) == 1 else left[-2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a stage does for one batch."""

    stage: str
    batch: int
    operations: Sequence[Operation]
    bytes_per_element: int
    """``HALF`` or ``FULL``."""
    once: Sequence[Shape] = ()
    """Tensors that no program can do without reading or writing them once: inputs, weights and outputs; none when not known."""

    @property
    def flops(self) -> int:
        """Of all operations."""
        return sum(operation.flops for operation in self.operations)

    @property
    def bytes_moved(self) -> int:
        """Between memory and kernels, when nothing stays in a cache from one kernel to the next."""
        return sum(moved for _, moved in self.kernels)

    @property
    def bytes_once(self) -> int:
        """Of inputs, weights and outputs, when what lies between two operations never goes through memory."""
        return sum(map(math.prod, self.once)) * self.bytes_per_element

    @property
    def kernels(self) -> list[tuple[int, int]]:
        """Operations and bytes of each kernel that is started."""
        return [(each.flops, each.elements * self.bytes_per_element) for each in self.operations if each.is_kernel]
