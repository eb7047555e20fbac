"""The one place that makes ONNX Runtime sessions.

Several processes share two cores here, and each model runs in at least two of them. So a session has one thread unless told
otherwise, and no thread spins while it waits. Large tables are external data of their graph: ONNX Runtime maps them, and
instances share the page cache. (Measured with 40,000 x 256 floats, twice: a second session adds 4 MB. Prepacking makes no
difference, because the tables stand on the left of their MatMul.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt
import onnxruntime as ort

from assortment.errors import StepError

_ERRORS_ONLY = 3


class OnnxSession:
    """An ONNX model on the CPU: tensors by name in, tensors by name out."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        """Loads ``path``.

        Args:
            path: an ``.onnx`` file, with its external data beside it.
            threads: threads of one call.

        Raises:
            StepError: when the file is missing or damaged.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        if not path.is_file():
            raise StepError(f"{path} is missing; assemble the model repository again: assortment assemble")
        try:
            self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
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
