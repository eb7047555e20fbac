"""The one place that makes ONNX Runtime sessions.

Several processes share two cores here, and each model runs in at least two of them. So a session has one thread unless told
otherwise, and no thread spins while it waits. Large tables are external data of their graph: ONNX Runtime maps them, and
instances share the page cache. (Measured with 40,000 x 256 floats, twice: a second session adds 4 MB. Prepacking makes no
difference, because the tables stand on the left of their MatMul.) Of the weights of an encoder, ``shared_weights`` sees to that.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy.typing as npt
import onnxruntime as ort

from assortment.errors import StepError
from assortment.serving import shared_weights

_ERRORS_ONLY: Final = 3
SLOWER_FUSIONS: Final = ("SkipLayerNormFusion",)
"""What ONNX Runtime is told not to fuse: its SkipLayerNormalization (1.32) takes three times as long as the two operators that it
stands for, a tenth of an 8-bit text encoder."""
_LOGGER: Final = logging.getLogger(__name__)


class OnnxSession:
    """An ONNX model on the CPU: tensors by name in, tensors by name out."""

    def __init__(self, path: Path, *, threads: int = 1, share_weights: bool = False) -> None:
        """Loads ``path``.

        Args:
            path: an ``.onnx`` file, with its external data beside it.
            threads: threads of one call.
            share_weights: with all processes of a server, see ``shared_weights``; for graphs without subgraphs, because ONNX
                Runtime 1.32 cannot read again what it writes of the others.

        Raises:
            StepError: when the file is missing or damaged.
        """
        if not path.is_file():
            raise StepError(f"{path} is missing; assemble the model repository again: assortment assemble")
        try:
            self._session = _open(path, threads, share_weights=share_weights)
        except Exception as error:  # ONNX Runtime's own errors share no base class but this one
            raise StepError(
                f"{path} cannot be loaded ({error}); assemble the model repository again: assortment assemble"
            ) from error
        self.inputs: tuple[str, ...] = tuple(tensor.name for tensor in self._session.get_inputs())
        self.outputs: tuple[str, ...] = tuple(tensor.name for tensor in self._session.get_outputs())

    def run(self, inputs: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
        """All outputs for a batch; inputs that the graph does not have are left out."""
        fed = {name: inputs[name] for name in self.inputs}
        values: Sequence[Any] = self._session.run(None, fed)
        return dict(zip(self.outputs, values, strict=True))


def _open(path: Path, threads: int, *, share_weights: bool) -> ort.InferenceSession:
    try:
        prepared = shared_weights.shared(path, lambda folder: _prepare(path, folder)) if share_weights else None
    except Exception as error:  # a full disk must not keep a server from starting; a damaged model is told of below
        _LOGGER.warning("%s keeps its weights to itself: %s", path, error)
        prepared = None
    options = _options(threads)
    if prepared:
        path = prepared / shared_weights.MODEL
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL  # it has been optimised
    return _session(path, options)


def _session(path: Path, options: ort.SessionOptions) -> ort.InferenceSession:
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER_FUSIONS)


def _prepare(path: Path, folder: Path) -> None:
    """Writes the optimised graph, and beside it all weights as the kernels of this processor read them."""
    options = _options(threads=1)
    options.optimized_model_filepath = str(folder / shared_weights.MODEL)
    for entry, value in {
        "optimized_model_external_initializers_file_name": shared_weights.WEIGHTS,
        "optimized_model_external_initializers_min_size_in_bytes": "1024",
        "save_external_prepacked_constant_initializers": "1",
    }.items():
        options.add_session_config_entry(f"session.{entry}", value)
    _session(path, options)


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return options
