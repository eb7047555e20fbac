"""How much of a long error reaches the caller: gRPC's metadata, in which errors travel, has little room."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from assortment import manifest
from assortment.errors import InputError
from assortment.serving.error_length import bounded
from deploy.local.server import LocalServer

pytestmark = pytest.mark.triton

_SAID: Final = ("few", "word " * 10_000, "50 % " * 10_000, "é" * 10_000, "€" * 10_000, "👟" * 10_000)
_MODEL = f"""
from assortment.errors import InputError
from assortment.serving.triton_backend import TritonModel

SAID = {_SAID!r}


class Refuse:
    def run(self, batch):
        return [self.one(tensors) for tensors in batch]

    def one(self, tensors):
        if tensors["X"].size > 1:  # the canary's
            return tensors
        number = int(tensors["X"][0, 0])
        return InputError("X", number, SAID[number])


class TritonPythonModel(TritonModel):
    def open(self, model, version, parameters):
        return Refuse()
"""


def test_an_error_in_any_script_reaches_the_caller_and_a_longer_one_is_cut(
    echo_repository: Path, echo_ready: Callable[[str], None]
) -> None:
    (echo_repository / "echo" / "1" / "model.py").write_text(_MODEL)
    manifest.write(echo_repository, step="assemble", inputs={}, settings={})
    with LocalServer(echo_repository, ready=echo_ready) as server, triton.InferenceServerClient(server.grpc_address) as client:
        for number, said in enumerate(_SAID):
            tensor = triton.InferInput("X", [1, 1], "FP32")
            tensor.set_data_from_numpy(np.array([[number]], dtype=np.float32))
            with pytest.raises(InferenceServerException) as caught:
                client.infer("echo", [tensor])
            assert caught.value.status() == "StatusCode.INVALID_ARGUMENT"
            assert caught.value.message() == bounded(str(InputError("X", number, said)))
