import os
from pathlib import Path

import pytest

from assortment import manifest

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
