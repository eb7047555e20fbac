"""Triton's Python backend around a ``Step``: the only module that knows ``triton_python_backend_utils``.

A ``model.py`` subclasses ``TritonModel`` and says how its step is opened. A request that fails does so alone, with
INVALID_ARGUMENT when it was wrong and UNAVAILABLE when it fell between two catalogue versions; its batch mates are answered.

``assortment`` itself is found because the environment whose ``bin`` comes first in PATH has it installed: the backend's stub
ignores PYTHONPATH and takes its packages from the first ``python3`` in PATH.
"""

from __future__ import annotations

import abc
import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import triton_python_backend_utils as pb_utils  # pyright: ignore[reportMissingImports]  # Triton's own process alone has it

from assortment.errors import AssortmentError, CatalogueChangingError, InputError
from assortment.serving.step import Outcome, Step, Tensors

# Read when their libraries start their first thread; whoever starts the server may know better.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

_TELL_EVERY_S: Final = 0.25
_CODES: Final = {InputError: "INVALID_ARG", CatalogueChangingError: "UNAVAILABLE"}  # attributes of TritonError


class TritonModel(abc.ABC):
    """One instance of a model, as Triton calls it."""

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
        self._step = self.open(folder, folder / args["model_version"], parameters)
        pb_utils.Logger.log_info(f"{args['model_instance_name']}: version {args['model_version']}, numpy {np.__version__}")

    def execute(self, requests: Sequence[Any]) -> list[Any]:
        """Called with each batch that the server made."""
        batch: list[Tensors] = [{tensor.name(): tensor.as_numpy() for tensor in request.inputs()} for request in requests]
        return [_response(request, outcome) for request, outcome in zip(requests, self._step.run(batch), strict=True)]


def _response(request: Any, outcome: Outcome) -> Any:
    """The requested outputs of one request, or its error."""
    if isinstance(outcome, AssortmentError):
        code = getattr(pb_utils.TritonError, _CODES.get(type(outcome), "INTERNAL"))
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(outcome), code))
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


class StageDurations:
    """Time of the stages inside one model, among the server's Prometheus metrics.

    Counter ``assortment_stage_duration_us`` with the label ``stage``, the sum over batches and instances. Telling the server
    costs 0.1 ms, so it is told a few times a second, with the next batch; what the last batches before a pause took is told
    after it.
    """

    def __init__(self, stages: Sequence[str]) -> None:
        """Makes one counter for each of ``stages``."""
        self._family = pb_utils.MetricFamily(  # Triton drops a family that nobody holds
            name="assortment_stage_duration_us", description="Time in a stage of a model", kind=pb_utils.MetricFamily.COUNTER
        )
        self._counters = [self._family.Metric(labels={"stage": stage}) for stage in stages]
        self._untold_us = [0.0] * len(stages)
        self._told_at = -math.inf

    def add(self, nanoseconds: Sequence[int]) -> None:
        """Counts one batch: the time of each stage."""
        self._untold_us = [sum_us + ns / 1_000 for sum_us, ns in zip(self._untold_us, nanoseconds, strict=True)]
        now = time.monotonic()
        if now - self._told_at < _TELL_EVERY_S:
            return
        for counter, duration_us in zip(self._counters, self._untold_us, strict=True):
            counter.increment(duration_us)
        self._untold_us = [0.0] * len(self._counters)
        self._told_at = now
