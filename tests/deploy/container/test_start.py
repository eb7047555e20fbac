"""The entry point: flags that the real server takes, compiled code where it can be used, and errors that say what to do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assortment import admin
from assortment.errors import StepError
from assortment_client import SearchClient
from deploy.container import start
from deploy.container.start import ENSEMBLES, Node, compiled_code, main
from deploy.local import tritonserver
from deploy.local.ports import Ports

KEY = admin.AdminKey("k" * 32)


def test_the_variant_names_the_configuration() -> None:
    assert "--model-config-name=tensorrt" in Node(repository=Path("/models"), variant="tensorrt", key=KEY).flags()
    assert not [flag for flag in Node(repository=Path("/models"), variant="default", key=KEY).flags() if "config-name" in flag]


def test_steps_come_with_their_ensembles_and_nothing_else_is_loaded() -> None:
    flags = Node(repository=Path("/models"), variant="default", key=KEY).flags()
    assert [flag for flag in flags if flag.startswith("--load-model=")] == [f"--load-model={name}" for name in ENSEMBLES]


def test_further_flags_come_last() -> None:
    node = Node(repository=Path("/models"), variant="default", key=KEY, passed=["--log-verbose=1"])
    assert node.flags()[-1] == "--log-verbose=1"


def test_compiled_code_is_copied_once(tmp_path: Path) -> None:
    (tmp_path / "built" / "diversify").mkdir(parents=True)
    (tmp_path / "built" / "diversify" / "mmr.nbc").write_bytes(b"code")
    cache = tmp_path / "run" / "compiled"
    compiled_code(tmp_path / "built", str(cache))
    assert (cache / "diversify" / "mmr.nbc").read_bytes() == b"code"
    (cache / "diversify" / "mmr.nbc").write_bytes(b"newer")
    compiled_code(tmp_path / "built", str(cache))
    assert (cache / "diversify" / "mmr.nbc").read_bytes() == b"newer"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "built").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(StepError, match="mount a tmpfs on"):
        compiled_code(tmp_path / "built", str(tmp_path / "file" / "compiled"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--repository", "/nowhere"], "error: /nowhere is no model repository; mount"),
        (["--repository", "{models}", "--admin-key", "/nowhere"], "cannot be read as an admin key"),
        (
            ["--repository", "{models}", "--admin-key", "{models}/search/config.pbtxt"],
            r"error: .*/search/config\.pbtxt holds no admin key: an admin key is 16 to 256 characters of A-Z, a-z, 0-9, _ and -; "
            r"mount the one that `assortment serve` writes$",
        ),
    ],
)
def test_what_is_wrong_is_said_before_the_server_starts(arguments: list[str], told: str, tmp_path: Path) -> None:
    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "config.pbtxt").write_text("no key")
    with pytest.raises(SystemExit, match=told):
        main([argument.format(models=tmp_path) for argument in arguments])


def test_it_becomes_tritonserver_with_what_was_passed_on(tmp_path: Path) -> None:
    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "config.pbtxt").touch()
    server = tmp_path / "tritonserver"
    server.write_text('#!/bin/sh\necho "$$ $@"\n')
    server.chmod(0o755)
    (tmp_path / "admin.key").write_text("k" * 32 + "\n")
    arguments = [
        "--repository",
        tmp_path,
        "--variant",
        "tensorrt",
        "--admin-key",
        tmp_path / "admin.key",
        "--",
        "--log-verbose=1",
    ]
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with subprocess.Popen([sys.executable, start.__file__, *arguments], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        pid, *flags = process.stdout.read().decode().split()
    assert int(pid) == process.pid
    assert flags == Node(repository=tmp_path, variant="tensorrt", key=KEY, passed=["--log-verbose=1"]).flags()


@pytest.mark.slow
@pytest.mark.triton
def test_the_real_server_takes_the_flags_and_answers(small_repository: Path, tmp_path: Path) -> None:
    server, ports = tritonserver.find(tmp_path / "lib"), Ports().resolved()
    server.install_backend(tmp_path / "backends")
    here = [f"--backend-directory={tmp_path / 'backends'}", f"--backend-config=python,shm-region-prefix-name={tmp_path.name}"]
    doors = [
        f"--grpc-port={ports.grpc}",
        f"--metrics-port={ports.metrics}",
        "--grpc-address=127.0.0.1",
        "--metrics-address=127.0.0.1",
    ]
    node = Node(repository=small_repository, variant="cpu", key=KEY, passed=[*here, *doors])
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([server.binary, *node.flags()], env=server.environment(), stdout=log, stderr=log)
    try:
        with SearchClient(f"127.0.0.1:{ports.grpc}") as client:
            for _ in range(1200):
                if process.poll() is not None or client.ready(deadline_s=1.0):
                    break
                time.sleep(0.1)
            assert client.search("blue shoes", k=3, deadline_s=5.0).results
    finally:
        process.terminate()
        process.wait(60)
