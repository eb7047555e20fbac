"""SIGTERM to ``assortment serve`` while requests are under way: what a step has is answered, and only new requests are refused.

Triton 2.51 lets a step take nothing new from then on, not from an ensemble either: a request that has steps before it is refused
at the next one, at once and as UNAVAILABLE, which clients send elsewhere.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from assortment import manifest

pytestmark = pytest.mark.triton

_ROOT = Path(__file__).parents[2]
_REFUSED = {"StatusCode.UNAVAILABLE", "StatusCode.NOT_FOUND"}

_STEP = """
name: "slow"
backend: "python"
max_batch_size: 1
input [ { name: "BEGAN" data_type: TYPE_STRING dims: [ 1 ] } ]
output [ { name: "DONE" data_type: TYPE_STRING dims: [ 1 ] } ]
instance_group [ { count: 3 kind: KIND_CPU } ]
"""
_MODEL = """
import time
from pathlib import Path

from assortment.serving.triton_backend import TritonModel


class Slow:
    def run(self, batch):
        for tensors in batch:
            Path(tensors["BEGAN"][0, 0].decode()).touch()
        time.sleep(1.5)
        return [{"DONE": tensors["BEGAN"]} for tensors in batch]


class TritonPythonModel(TritonModel):
    def open(self, model, version, parameters):
        return Slow()
"""
_ENSEMBLE = """
name: "%s"
platform: "ensemble"
max_batch_size: 1
input [ { name: "BEGAN" data_type: TYPE_STRING dims: [ 1 ] } ]
output [ { name: "DONE" data_type: TYPE_STRING dims: [ 1 ] } ]
ensemble_scheduling { step [ %s ] }
"""
_CALL = """{
  model_name: "slow" model_version: -1
  input_map { key: "BEGAN" value: "%s" } output_map { key: "DONE" value: "%s" }
}"""
_ENSEMBLES = {
    "slow_once": _ENSEMBLE % ("slow_once", _CALL % ("BEGAN", "DONE")),  # as `search` is on a CPU
    "slow_twice": _ENSEMBLE % ("slow_twice", ", ".join((_CALL % ("BEGAN", "once"), _CALL % ("once", "DONE")))),
}


@pytest.fixture
def with_slow_ensembles(repository: Path, tmp_path: Path) -> Path:
    """The shop's repository with a step that takes its time, and says when it began."""
    copied = tmp_path / "shop" / "model_repository"
    shutil.copytree(repository, copied, copy_function=os.link, ignore=shutil.ignore_patterns(manifest.FILENAME))
    for model, config in {"slow": _STEP, **_ENSEMBLES}.items():
        (copied / model / "1").mkdir(parents=True)
        (copied / model / "config.pbtxt").write_text(config)
    (copied / "slow" / "1" / "model.py").write_text(_MODEL)
    for ensemble in _ENSEMBLES:
        (copied / ensemble / "1" / "README").write_text("An ensemble's version.\n")
    manifest.write(copied, step="assemble", inputs={}, settings={})
    return copied


def test_what_is_under_way_is_answered_and_what_is_new_is_refused(with_slow_ensembles: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assortment.cli", "serve", "--repository", str(with_slow_ensembles)]
    serving = subprocess.Popen(
        [*command, "--grpc-port=0", "--http-port=0", "--metrics-port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=_ROOT,
    )
    assert serving.stdout
    told = ""
    while "stop it" not in told:
        line = serving.stdout.readline()
        assert line, told
        told += line
    (address,) = re.findall(r"gRPC +(127\.0\.0\.1:\d+)\n", told)
    family = psutil.Process(serving.pid).children(recursive=True)
    began = {tmp_path / f"began-{number}": name for number, name in enumerate(("slow_once", "slow_once", "slow_twice"))}
    searches = Searches(address)
    with ThreadPoolExecutor(5) as pool:
        *once, twice = [pool.submit(ask, address, name, BEGAN=str(path)) for path, name in began.items()]
        searching = [pool.submit(searches.run) for _ in range(2)]
        try:
            wait_until(lambda: all(path.is_file() for path in began) and searches.num_answered > 0)
            serving.send_signal(signal.SIGTERM)
            wait_until(lambda: bool(searches.refused))
            assert not any(one.done() for one in once), "new requests are refused while old ones are answered"
            for one, path in zip(once, began, strict=False):
                assert one.result(30).as_numpy("DONE").tolist() == [[str(path).encode()]]
            with pytest.raises(InferenceServerException, match="stopped accepting new inference requests") as caught:
                twice.result(30)
            assert caught.value.status() == "StatusCode.UNAVAILABLE"
        finally:
            searches.stop.set()
        for each in searching:
            each.result(30)
    assert set(searches.refused) <= _REFUSED
    assert "stopped" in serving.stdout.read()
    assert serving.wait(20) == 0
    serving.stdout.close()
    assert not psutil.wait_procs(family, timeout=5)[1]


class Searches:
    """Searches one after the other, and what became of them."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.stop = threading.Event()
        self.num_answered = 0
        self.refused: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                assert ask(self._address, "search", QUERY="blue shoes").as_numpy("ID").size
                self.num_answered += 1
            except InferenceServerException as error:
                self.refused.append(str(error.status()))
                time.sleep(0.01)


def ask(address: str, model: str, **inputs: str) -> Any:
    """One answer of a model that takes strings."""
    client = triton.InferenceServerClient(address)
    tensors = []
    for name, value in inputs.items():
        tensor = triton.InferInput(name, [1, 1], "BYTES")
        tensor.set_data_from_numpy(np.array([[value.encode()]], dtype=np.object_))
        tensors.append(tensor)
    try:
        return client.infer(model, tensors, client_timeout=20)
    finally:
        client.close()


def wait_until(holds: Any) -> None:
    for _ in range(3_000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came true")
