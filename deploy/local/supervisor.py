"""The process between us and tritonserver: it ends the server and removes its traces, whatever becomes of us.

    python supervisor.py RUN_FOLDER SHM_PREFIX LOG STOP_TIMEOUT_S SECRET_FILE COMMAND ...

It starts COMMAND with its output in LOG and waits until its own standard input closes, which happens when the parent asks
it to stop and when the parent dies, however that comes about. Then it asks COMMAND to end, kills what is left of its
process group after STOP_TIMEOUT_S, and removes the shared memory that starts with SHM_PREFIX, and RUN_FOLDER. It imports
nothing of ours, so it starts at once.

``{secret}`` in COMMAND stands for the text in SECRET_FILE (an empty name: there is none). Every user of the machine may read a
process's command line, so the secret is overwritten there once COMMAND has read its arguments, which its first words in LOG tell.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

SECRET = "{secret}"
_POLL_S = 0.1
_SHARED_MEMORY = Path("/dev/shm")
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main(arguments: list[str]) -> int:
    """Supervises one server; returns its exit code."""
    run_folder, shm_prefix, log, stop_timeout_s, secret_file, *command = arguments
    secret = Path(secret_file).read_text(encoding="ascii").strip() if secret_file else ""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)  # processes that the server leaves behind become ours, and none a zombie
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    parent = os.getppid()
    server: subprocess.Popen[bytes] | None = None
    code = 1
    try:
        with Path(log).open("ab") as output:
            server = subprocess.Popen(
                [argument.replace(SECRET, secret) for argument in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGKILL),
            )
        while server.poll() is None and not _asked_to_stop(parent):
            if secret and Path(log).stat().st_size:
                _hide(secret, server.pid)
                secret = ""
        code = end(server, float(stop_timeout_s))  # also when it ended by itself: its Python backends may not have
    except KeyboardInterrupt:
        if server:
            code = end(server, float(stop_timeout_s))
    finally:
        remove_traces(Path(run_folder), shm_prefix)
    return code


def end(server: subprocess.Popen[bytes], timeout_s: float) -> int:
    """Asks the server to stop, waits, and kills whatever is left of its process group."""
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout_s)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)  # its own group: itself if it hangs, and Python backends that it left
    code = server.wait()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return code


def remove_traces(run_folder: Path, shm_prefix: str = "") -> None:
    """Removes the temporary folder and the shared memory of one server."""
    if shm_prefix:
        for region in _SHARED_MEMORY.glob(f"{shm_prefix}*"):
            region.unlink(missing_ok=True)
    shutil.rmtree(run_folder, ignore_errors=True)


def die_with_parent(number: signal.Signals) -> None:
    """Has the kernel send this process ``number`` when its parent ends, also when that is killed without a chance to act."""
    _prctl(_PR_SET_PDEATHSIG, number)


def _hide(secret: str, pid: int) -> None:
    """Overwrites a secret in a process's command line: fields 48 and 49 of /proc/<pid>/stat (proc(5)) say where it lies."""
    with contextlib.suppress(OSError):  # the process ended, or this kernel lets nobody write; docs/serving.md tells what then
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        start, stop = int(stat[45]), int(stat[46])
        with Path(f"/proc/{pid}/mem").open("r+b", buffering=0) as memory:
            memory.seek(start)
            arguments = memory.read(stop - start)
            memory.seek(start)
            memory.write(arguments.replace(secret.encode(), b"*" * len(secret)))


def _asked_to_stop(parent: int) -> bool:
    """Whether standard input closed or the parent is gone (a fork of it may hold the other end open)."""
    readable, _, _ = select.select([sys.stdin], [], [], _POLL_S)
    return (bool(readable) and not os.read(sys.stdin.fileno(), 64)) or os.getppid() != parent


def _stop(number: int, frame: FrameType | None) -> None:
    for again in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # a second one must not interrupt the end
        signal.signal(again, signal.SIG_IGN)
    raise KeyboardInterrupt


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
