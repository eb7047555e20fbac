"""Triton's Python backend around a ``Step``: with ``triton_metrics`` the only module that knows ``triton_python_backend_utils``.

A ``model.py`` subclasses ``TritonModel`` and says how its step is opened. A request that fails does so alone, with
INVALID_ARGUMENT when it was wrong and UNAVAILABLE when it fell between two catalogue versions; its batch mates are answered.
A step that fails in a way nobody foresaw fails its whole batch, INTERNAL, and the log has the traceback, masked: a shopper may
have typed what it repeats (``assortment.masking``).

``assortment`` itself is found because the environment whose ``bin`` comes first in PATH has it installed: the backend's stub
ignores PYTHONPATH and takes its packages from the first ``python3`` in PATH.
"""

from __future__ import annotations

import abc
import json
import os
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import triton_python_backend_utils as pb_utils  # pyright: ignore[reportMissingImports]  # Triton's own process alone has it

from assortment import artefacts
from assortment.contract import CATALOGUE_STEPS
from assortment.errors import AssortmentError, CatalogueChangingError, InputError
from assortment.masking import masked
from assortment.serving.catalogue_tables import newest
from assortment.serving.error_length import bounded
from assortment.serving.metrics import StepMetrics
from assortment.serving.step import Outcome, Step, Tensors
from assortment.serving.triton_metrics import Teller

# Read when their libraries start their first thread; whoever starts the server may know better.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

_CODES: Final = {InputError: "INVALID_ARG", CatalogueChangingError: "UNAVAILABLE"}  # attributes of TritonError


class TritonModel(abc.ABC):
    """One instance of a model, as Triton calls it."""

    metrics: StepMetrics
    """What it counts; there before ``open`` is called."""

    @abc.abstractmethod
    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Makes the step.

        Args:
            model: the model's folder.
            version: the folder of this version in it.
            parameters: the ``parameters`` of its ``config.pbtxt``.
        """

    def initialize(self, args: Mapping[str, str]) -> None:
        """Called once, before the model is ready."""
        _check_numpy()
        config = json.loads(args["model_config"])
        parameters = {name: value["string_value"] for name, value in config.get("parameters", {}).items()}
        folder = Path(args["model_repository"])
        catalogues = folder / artefacts.CATALOGUES
        self.metrics = StepMetrics(
            args["model_name"],
            version=_catalogue_version(args["model_name"], int(args["model_version"]), catalogues),
            catalogues=catalogues if catalogues.is_dir() else None,
        )
        self._step = self.open(folder, folder / args["model_version"], parameters)
        self._teller = Teller(self.metrics)
        pb_utils.Logger.log_info(f"{args['model_instance_name']}: version {args['model_version']}, numpy {np.__version__}")

    def execute(self, requests: Sequence[Any]) -> list[Any]:
        """Called with each batch that the server made."""
        batch: list[Tensors] = [{tensor.name(): tensor.as_numpy() for tensor in request.inputs()} for request in requests]
        outcomes = self._run(batch)
        for request, tensors, outcome in zip(requests, batch, outcomes, strict=True):
            self.metrics.count(tensors, outcome, request_id=request.request_id())
        self._teller.tell()
        return [_response(request, outcome) for request, outcome in zip(requests, outcomes, strict=True)]

    def finalize(self) -> None:
        """Called once, before the process ends."""
        self._teller.close()

    def _run(self, batch: list[Tensors]) -> list[Outcome]:
        try:
            return self._step.run(batch)
        except Exception as error:  # whatever a step trips over must not end up in a caller's hands, or the process
            pb_utils.Logger.log_error(masked("".join(traceback.format_exception(error))))
            told = AssortmentError(f"the step failed ({type(error).__name__}); the server's log has the traceback")
            return [told] * len(batch)


def _catalogue_version(model: str, version: int, catalogues: Path) -> int | None:
    """The catalogue version that an instance answers from at first: its own, or the newest it has tables of; None without any."""
    if model in CATALOGUE_STEPS:
        return version
    return int(newest(catalogues).name) if catalogues.is_dir() else None


def _response(request: Any, outcome: Outcome) -> Any:
    """The requested outputs of one request, or its error."""
    if isinstance(outcome, AssortmentError):
        code = getattr(pb_utils.TritonError, _CODES.get(type(outcome), "INTERNAL"))
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(bounded(str(outcome)), code))
    return pb_utils.InferenceResponse([pb_utils.Tensor(name, outcome[name]) for name in request.requested_output_names()])


def _check_numpy() -> None:
    """Refuses a NumPy that this server would silently answer wrongly with.

    The Python backend returns empty outputs with NumPy 2 before Triton 2.52 (python_backend#384). Triton's own images say
    their version in TRITON_SERVER_VERSION; the embedded server, 2.51, does not.
    """
    major = int(np.__version__.partition(".")[0])
    server = tuple(int(part) for part in os.environ.get("TRITON_SERVER_VERSION", "2.51.0").split(".")[:2])
    if major >= 2 and server < (2, 52):
        raise RuntimeError(
            f"numpy {np.__version__} at {np.__file__}: Triton {'.'.join(map(str, server))} returns empty outputs with numpy 2. "
            "Put the bin folder of an environment with numpy<2 first in PATH: pip install 'assortment[serving]'"
        )
