"""A torch module to an ONNX file whose inputs and outputs are those of the tensor contract."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Final

import torch
from torch import nn

from assortment.contract import Model, Tensor
from assortment.errors import StepError
from assortment_client.contract import MAX_LABELS, VECTOR_DIM
from export.onnx_contract import check

OPSET: Final = 17
# Two that the index step runs and no server does by itself.
LABEL_TOWER: Final = Model(
    (Tensor("LABEL_ID", "INT64", (MAX_LABELS,)),),
    (Tensor("LABEL_VECTOR", "FP32", (VECTOR_DIM,)),),
)
# The scorer's function on rows that are already gathered; R rows a query; see scorer_graph.
SCORING: Final = Model(
    (
        Tensor("QUERY_VECTOR", "FP32", (VECTOR_DIM,)),
        Tensor("INTENT", "FP32", (-1,)),
        Tensor("PRODUCT_VECTOR", "FP32", (-1, VECTOR_DIM)),
        Tensor("LABEL_VECTOR", "FP32", (-1, VECTOR_DIM)),
        Tensor("CATEGORY", "INT64", (-1,)),  # index into INTENT, -1 for none
        Tensor("FEATURES", "FP32", (-1, -1)),  # standardised price, rating ...
    ),
    (Tensor("RELEVANCE", "FP32", (-1,)),),
)


def export(module: nn.Module, model: Model, path: Path, examples: tuple[torch.Tensor, ...]) -> None:
    """Writes ``module`` to ``path`` with the names of ``model``; the batch and every -1 of the contract stay open.

    ``examples`` are the inputs it is traced with, at least two rows so that no dimension looks like a constant.

    Raises:
        StepError: when what was written is not what the contract says.
    """
    if any(part.training for part in module.modules()):
        raise StepError(f"{path.name}: the module is in training mode, its dropout would be exported; call .eval() first")
    with warnings.catch_warnings(), torch.no_grad():
        # The tracing exporter is deprecated, but the one that replaces it fixes the sequence length of BERT's masks.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", message="Converting a tensor to a Python boolean")  # shapes that never change
        # Nothing is lost by either: the first is about speed of tracing, the second folds when the model is loaded.
        warnings.filterwarnings("ignore", message="Exporting aten::index", category=UserWarning)
        warnings.filterwarnings("ignore", message="Constant folding", category=UserWarning)
        torch.onnx.export(
            module,
            examples,
            str(path),
            input_names=[tensor.name for tensor in model.inputs],
            output_names=[tensor.name for tensor in model.outputs],
            dynamic_axes=_open_axes(model),
            opset_version=OPSET,
            dynamo=False,
        )
    check(path, model)


def _open_axes(model: Model) -> dict[str, dict[int, str]]:
    axes: dict[str, dict[int, str]] = {}
    for tensor in (*model.inputs, *model.outputs):
        lengths = {axis: f"{tensor.name}_{axis}" for axis, size in enumerate(tensor.dims, start=1) if size == -1}
        axes[tensor.name] = {0: "batch", **lengths}
    return axes
