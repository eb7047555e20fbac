import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from assortment import manifest
from assortment.errors import ServerError

_CONFIG = """
name: "echo"
backend: "python"
max_batch_size: 16
input [ { name: "X" data_type: TYPE_FP32 dims: [ -1 ] } ]
output [ { name: "X" data_type: TYPE_FP32 dims: [ -1 ] } ]
instance_group [ { count: 2 kind: KIND_CPU } ]
"""
_MODEL = """
from assortment.serving.triton_backend import TritonModel


class Echo:
    def run(self, batch):
        return list(batch)


class TritonPythonModel(TritonModel):
    def open(self, model, version, parameters):
        return Echo()
"""


@pytest.fixture
def echo_repository(tmp_path: Path) -> Path:
    """A complete repository of one model that starts at once."""
    repository = tmp_path / "echo_repository"
    (repository / "echo" / "1").mkdir(parents=True)
    (repository / "echo" / "config.pbtxt").write_text(_CONFIG)
    (repository / "echo" / "1" / "model.py").write_text(_MODEL)
    manifest.write(repository, step="assemble", inputs={}, settings={})
    return repository


@pytest.fixture(scope="session")
def repository(request: pytest.FixtureRequest) -> Path:
    """An assembled model repository of a few hundred products."""
    given = os.environ.get("ASSORTMENT_TEST_REPOSITORY")
    path: Path = Path(given) if given else request.getfixturevalue("small_repository")
    return path


def ready(address: str) -> None:
    """The echo repository's canary."""
    client = triton.InferenceServerClient(address)
    try:
        tensor = triton.InferInput("X", [1, 3], "FP32")
        tensor.set_data_from_numpy(np.ones((1, 3), dtype=np.float32))
        assert client.infer("echo", [tensor], client_timeout=5).as_numpy("X").sum() == 3
    except InferenceServerException as error:
        raise ServerError(str(error.message())) from error
    finally:
        client.close()


@pytest.fixture(scope="session")
def echo_ready() -> Callable[[str], None]:
    return ready
