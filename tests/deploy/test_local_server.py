"""The real server: what it says when it cannot start, what it leaves behind, and how it notices a dead backend."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import tritonclient.grpc as triton

from assortment import manifest
from assortment.errors import ManifestError, ServerError
from deploy.local import server as server_module
from deploy.local.ports import Ports
from deploy.local.server import LocalServer

pytestmark = pytest.mark.triton

Ready = Callable[[str], None]
_ROOT = Path(__file__).parents[2]


def backends(server: LocalServer, model: str) -> list[psutil.Process]:
    """Processes of the Python backend that run ``model``."""
    family = psutil.Process(server.pid).children(recursive=True)
    return [process for process in family if any(f"/{model}/1/model.py" in word for word in process.cmdline())]


@pytest.fixture(autouse=True)
def temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's servers, and processes that it starts, keep theirs; other servers run on the same machine."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)  # what was found before; it is looked up anew
    return folder


def traces(temporary_files: Path, pid: int | None = None) -> set[str]:
    """Shared memory that process ``pid`` is behind, this one by default, and temporary folders."""
    shared_memory = Path("/dev/shm").glob(f"assortment-{pid or os.getpid()}-*")
    return {str(path) for path in (*shared_memory, *temporary_files.glob("assortment-serve-*"))}


def test_a_clean_stop_leaves_nothing(echo_repository: Path, echo_ready: Ready, temporary_files: Path) -> None:
    before = traces(temporary_files)
    with LocalServer(echo_repository, ready=echo_ready) as server:
        server.canary()
        family = psutil.Process(server.pid).children(recursive=True)
        assert len(backends(server, "echo")) == 2
        assert any("/dev/shm" in path for path in traces(temporary_files) - before)
        assert any("assortment-serve" in path for path in traces(temporary_files) - before)
    assert not any(process.is_running() for process in family)
    assert not traces(temporary_files) - before
    with pytest.raises(ServerError, match="not running"):
        server.canary()


def test_a_killed_backend_is_noticed_while_triton_calls_itself_ready(repository: Path, tmp_path: Path) -> None:
    with LocalServer(repository, log=tmp_path / "log") as server:
        server.canary()
        backends(server, "text_search")[0].kill()
        client = triton.InferenceServerClient(server.grpc_address)
        assert client.is_server_ready()
        assert client.is_model_ready("text_search")
        client.close()
        with pytest.raises(ServerError, match=r"search does not answer: .*Stub process 'text_search_0_\d' is not healthy"):
            server.canary()


def test_a_damaged_file_is_found_before_anything_starts(repository: Path, tmp_path: Path) -> None:
    damaged = _copy(repository, tmp_path)
    model = damaged / "fusion" / "1" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-100])
    with pytest.raises(ManifestError, match=r"fusion/1/model\.onnx does not match its SHA-256"):
        LocalServer(damaged).start()


def test_a_model_that_cannot_be_loaded_is_named_from_the_log(repository: Path, tmp_path: Path) -> None:
    damaged = _copy(repository, tmp_path)
    model = damaged / "fusion" / "1" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-100])
    manifest.write(damaged, step="assemble", inputs={}, settings={})
    server = LocalServer(damaged)
    with pytest.raises(ServerError) as caught:
        server.start()
    assert "tritonserver did not start" in str(caught.value)
    assert str(server.log) in str(caught.value)
    assert re.search(r"failed to load 'fusion' version 1: .*model\.onnx cannot be loaded", str(caught.value))
    with pytest.raises(ServerError, match="not running"):
        server.canary()


def test_a_repository_without_weights_is_refused(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"has no manifest\.json: it was never finished"):
        LocalServer(_ROOT / "model_repository").start()
    empty = _copy(repository, tmp_path)
    (empty / "fusion" / "1" / "model.onnx").unlink()
    with pytest.raises(ManifestError, match=r"fusion/1/model\.onnx is missing"):
        LocalServer(empty).start()


def test_a_server_that_does_not_answer_in_time_is_stopped(echo_repository: Path, temporary_files: Path) -> None:
    def never(address: str) -> None:
        raise ServerError("no answer yet")

    before = traces(temporary_files)
    with pytest.raises(ServerError, match=r"did not answer within 1 s \((no answer yet|it did not open its port)\)"):
        LocalServer(echo_repository, ready=never, start_timeout_s=1).start()
    assert not traces(temporary_files) - before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_server_goes_when_its_parent_is_killed(echo_repository: Path, temporary_files: Path, number: signal.Signals) -> None:
    script = f"""
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job, this test's perhaps, starts with it ignored
sys.path[:0] = [{str(_ROOT)!r}, {str(_ROOT / "tests" / "deploy")!r}]
from conftest import ready
from deploy.local import server as server_module
from deploy.local.server import LocalServer
with LocalServer(Path({str(echo_repository)!r}), ready=ready) as server:
    print("ready", flush=True)
    time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert parent.stdout
    assert parent.stdout.readline() == "ready\n"
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(family) == 4  # supervisor, server, two backends
    parent.send_signal(number)
    parent.wait(60)
    parent.stdout.close()
    assert not psutil.wait_procs(family, timeout=60)[1]
    assert not traces(temporary_files, parent.pid)


def test_serve_in_the_foreground_until_it_is_told_to_stop(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assortment.cli", "serve", "--repository", str(repository), "--log", str(tmp_path / "log")]
    free = ["--grpc-port=0", "--http-port=0", "--metrics-port=0"]
    serving = subprocess.Popen([*command, *free], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=_ROOT)
    assert serving.stdout
    told = ""
    while "stop it" not in told:
        line = serving.stdout.readline()
        assert line, told
        told += line
    assert "triton 2.51.0" in told
    assert re.search(r"gRPC +127\.0\.0\.1:\d+\n", told)
    assert "search_multimodal" in told
    family = psutil.Process(serving.pid).children(recursive=True)
    serving.send_signal(signal.SIGTERM)
    assert "stopped" in serving.stdout.read()
    assert serving.wait(20) == 0
    serving.stdout.close()
    assert not psutil.wait_procs(family, timeout=5)[1]


def test_a_taken_port_is_a_clear_message_and_an_exit_code(repository: Path) -> None:
    taken = Ports().resolved()
    with socket.create_server(("127.0.0.1", taken.grpc)):
        command = [sys.executable, "-m", "assortment.cli", "serve", "--repository", str(repository), f"--grpc-port={taken.grpc}"]
        refused = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_ROOT)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: gRPC port {taken.grpc} on 127.0.0.1 is taken")


def _copy(repository: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "model_repository"
    shutil.copytree(repository, copied)
    return copied


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (247, "killed by signal 9 (out of memory?)"),
        (-9, "killed by signal 9 (out of memory?)"),
        (245, "signal 11"),
        (1, "code 1;"),
    ],
)
def test_a_server_that_ended_tells_what_ended_it(tmp_path: Path, code: int, told: str) -> None:
    log = tmp_path / "server.log"
    log.write_text("W1123 15:39:23.081 12405 CudaDriverHelper.cc:1] nothing of ours\n", encoding="utf-8")
    message = server_module.ended(code, log)
    assert told in message
    assert ("CudaDriverHelper" in message) == ("out of memory" not in message)
