"""The supervisor with a stand-in for the server, because it does not care what it supervises."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import supervisor

# It starts a child, as Triton starts its Python backends, and both ignore what they are told.
_STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


class Supervised:
    def __init__(self, tmp_path: Path, *command: str, secret_file: Path | None = None) -> None:
        self.run_folder = tmp_path / "run"
        self.run_folder.mkdir()
        self.region = Path("/dev/shm") / f"assortment-test-{os.getpid()}-region"
        self.region.write_bytes(b"shared")
        self.log = tmp_path / "log"
        arguments = [str(self.run_folder), self.region.name.removesuffix("region"), str(self.log), "1"]
        arguments += [str(secret_file or ""), *command]
        self.process = subprocess.Popen([sys.executable, "-I", supervisor.__file__, *arguments], stdin=subprocess.PIPE)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def assert_nothing_is_left(self, family: list[psutil.Process]) -> None:
        assert not psutil.wait_procs(family, timeout=5)[1]
        assert not self.region.exists()
        assert not self.run_folder.exists()


@pytest.fixture
def stubborn(tmp_path: Path) -> Iterator[Supervised]:
    supervised = Supervised(tmp_path, sys.executable, "-c", _STUBBORN)
    deadline = time.monotonic() + 10
    while len(supervised.family()) < 2 or not supervised.log.exists() or not supervised.log.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield supervised
    with contextlib.suppress(ProcessLookupError):
        supervised.process.kill()
    assert supervised.process.stdin
    supervised.process.stdin.close()
    supervised.process.wait()


@pytest.mark.parametrize("how", ["closed input", "SIGTERM"])
def test_even_a_stubborn_family_is_ended(stubborn: Supervised, how: str) -> None:
    family = stubborn.family()
    if how == "SIGTERM":
        stubborn.process.send_signal(signal.SIGTERM)
    else:
        assert stubborn.process.stdin
        stubborn.process.stdin.close()
    assert stubborn.process.wait(10) == 256 - signal.SIGKILL
    stubborn.assert_nothing_is_left(family)


def test_a_killed_supervisor_takes_the_server_with_it(stubborn: Supervised) -> None:
    server, *_ = stubborn.family()
    stubborn.process.kill()
    assert not psutil.wait_procs([server], timeout=5)[1]
    os.kill(int(stubborn.log.read_text()), signal.SIGKILL)  # its child is beyond the supervisor's reach now
    stubborn.region.unlink()


def test_a_server_that_ends_by_itself_passes_its_code_on(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path, sys.executable, "-c", "print('told'); raise SystemExit(3)")
    assert supervised.process.wait(10) == 3
    assert supervised.log.read_text() == "told\n"
    supervised.assert_nothing_is_left([])
    assert supervised.process.stdin
    supervised.process.stdin.close()


def test_a_secret_reaches_the_server_and_is_seen_in_no_command_line(tmp_path: Path) -> None:
    secret_file = tmp_path / "secret"
    secret_file.write_text("open-sesame\n")
    script = "import sys, time; print(sys.argv[1][::-1], flush=True); time.sleep(600)"
    supervised = Supervised(tmp_path, sys.executable, "-c", script, f"--key={supervisor.SECRET}", secret_file=secret_file)
    assert supervised.process.stdin
    deadline = time.monotonic() + 10
    while not supervised.family() or not any("*" * 11 in word for word in supervised.family()[0].cmdline()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert supervised.log.read_text() == "emases-nepo=yek--\n"
    family = [psutil.Process(supervised.process.pid), *supervised.family()]
    assert "open-sesame" not in str([process.cmdline() for process in family])
    supervised.process.stdin.close()
    supervised.process.wait(10)
    supervised.assert_nothing_is_left(family[1:])
