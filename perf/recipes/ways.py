"""The ways through the stack that have to agree: the same five models in PyTorch, in each precision of ONNX, and served.

A way is a table of models by name, each a function of named tensors, so that whoever compares need not know which it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
import tritonclient.grpc as triton
from torch import nn
from tritonclient.utils import InferenceServerException

from assortment import artefacts
from assortment.contract import STEPS
from assortment.errors import ServerError
from assortment.serving.onnx_session import OnnxSession
from export.gpu_twins import FLOAT16
from export.recipes import RECIPES
from training.checkpoint import TrainedModels
from training.query_side import FusedQuery, QueryText

Named = Mapping[str, npt.NDArray[Any]]
Model = Callable[[Named], Mapping[str, npt.NDArray[Any]]]

MODELS: Final = tuple(FLOAT16)
"""Encoders and fusion of both sides."""
_DEADLINE_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way."""

    name: str
    precision: str
    """Row of ``export.precision.tolerances`` that it is held to; that of its coarsest model."""
    models: Mapping[str, Model]
    """By name: MODELS."""


def pytorch(models: TrainedModels) -> Way:
    """The trained modules themselves: what the others are held against."""
    modules = {
        **{name: module for name, module in models.modules().items() if name in MODELS},
        "text_encoder": QueryText(models.text_encoder, models.named_facets).eval(),
        "fusion": FusedQuery(models.fusion, models.open_facets).eval(),
    }
    return Way(name="PyTorch", precision="float32", models={name: _of_module(name, module) for name, module in modules.items()})


def onnx(name: str, precision: str, files: Mapping[str, Path]) -> Way:
    """ONNX files in ONNX Runtime, one thread."""
    return Way(name=name, precision=precision, models={model: OnnxSession(path).run for model, path in files.items()})


def float32_files(export: Path) -> dict[str, Path]:
    """The exported models."""
    return {model: export / file for model, file in FLOAT16.items()}


def served(address: str, export: Path) -> Way:
    """The steps of a running server, asked one by one over gRPC.

    Args:
        address: host:port.
        export: folder of the models that it serves, which tells what its text encoder is.
    """
    client = triton.InferenceServerClient(address)
    shipped = str(json.loads((export / artefacts.QUANTISATION).read_text(encoding="utf-8"))["shipped"])
    pruned = shipped in RECIPES and RECIPES[shipped].size is not None
    precision = "pruned" if pruned else "int8" if shipped else "float32"
    return Way(name="served", precision=precision, models={name: _of_server(client, name) for name in MODELS})


def _of_module(name: str, module: nn.Module) -> Model:
    signature = STEPS[name]

    def run(tensors: Named) -> dict[str, npt.NDArray[Any]]:
        with torch.inference_mode():
            outputs = module(*(torch.from_numpy(np.ascontiguousarray(tensors[tensor.name])) for tensor in signature.inputs))
        every = outputs if isinstance(outputs, tuple) else (outputs,)
        return {tensor.name: value.numpy() for tensor, value in zip(signature.outputs, every, strict=True)}

    return run


def _of_server(client: Any, name: str) -> Model:
    signature = STEPS[name]

    def run(tensors: Named) -> dict[str, npt.NDArray[Any]]:
        inputs = []
        for tensor in signature.inputs:
            given = triton.InferInput(tensor.name, tensors[tensor.name].shape, tensor.dtype)
            given.set_data_from_numpy(np.ascontiguousarray(tensors[tensor.name]))
            inputs.append(given)
        try:
            answer = client.infer(name, inputs, client_timeout=_DEADLINE_S)
        except InferenceServerException as error:
            raise ServerError(f"the server did not answer as {name}: {error}") from error
        return {tensor.name: answer.as_numpy(tensor.name) for tensor in signature.outputs}

    return run
