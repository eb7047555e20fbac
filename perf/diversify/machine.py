"""One thread for everybody, and what the times were taken on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from perf.cores import processor
from perf.diversify.peers import Peer, version

_ONE_THREAD: Final = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)  # fmt: skip


def bound_to_one_thread() -> bool:
    """Whether this process was told to, before it loaded anything."""
    return all(os.environ.get(name) == value for name, value in _ONE_THREAD.items())


def restart_with_one_thread() -> None:
    """Starts this very command again when it is not: the libraries read these variables once, when they load."""
    if not bound_to_one_thread():
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | _ONE_THREAD)


def facts(peers: Iterable[Peer]) -> dict[str, Any]:
    """Processor, libraries and versions, for the summary."""
    show_config: Any = np.show_config  # older stubs do not know its mode
    blas = show_config(mode="dicts")["Build Dependencies"]["blas"]
    packages = sorted({peer.package for peer in peers if peer.package})
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas.get('name', '')} {blas.get('version', '')}".strip(),
        "numba": version("numba"),
        "one_thread": bound_to_one_thread(),
        "peers": {package: version(package) or None for package in packages},
    }
