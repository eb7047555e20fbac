"""The Python API of a published TensorRT, without TensorRT: its bindings are a package of their own, a megabyte.

They link against libraries of gigabytes that want a GPU's driver. To import them, and to read classes, methods and arguments
out of them, a library with the names that they look for is enough; nothing in it can be called.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

_LIBRARIES: Final = ("nvinfer", "nvinfer_plugin", "nvonnxparser")
_READ: Final = """
import json, os, sys
sys.setdlopenflags(os.RTLD_LAZY)
import tensorrt_bindings.tensorrt as trt
from pybind11_stubgen import main
main(["tensorrt_bindings.tensorrt", "--output-dir", sys.argv[1], "--ignore-all-errors"])
enums = ("BuilderFlag", "NetworkDefinitionCreationFlag", "HardwareCompatibilityLevel", "DataType")
print(json.dumps({name: sorted(getattr(trt, name).__members__) for name in enums}))
"""


class NotToBeHadError(Exception):
    """The bindings cannot be had here: no package index, or no C compiler."""


def read(version: str, folder: Path) -> tuple[Path, dict[str, list[str]]]:
    """The type stubs of a TensorRT, for a type checker's path, and the members of the enumerations that flags come from.

    Args:
        version: for instance "11.4.0.106".
        folder: an empty one to work in.

    Raises:
        NotToBeHadError: when the bindings cannot be had.
    """
    bindings = folder / "bindings"
    _download(version, bindings)
    _stand_in(bindings / "tensorrt_bindings" / "tensorrt.so", folder / "lib", major=version.partition(".")[0])
    stubs = folder / "stubs"
    search = os.pathsep.join([str(bindings), *filter(None, sys.path)])
    env = {**os.environ, "PYTHONPATH": search, "LD_LIBRARY_PATH": str(folder / "lib")}
    done = subprocess.run([sys.executable, "-c", _READ, str(stubs)], env=env, capture_output=True, text=True, check=True)
    (stubs / "tensorrt_bindings" / "__init__.pyi").write_text("")
    (stubs / "tensorrt").mkdir()
    (stubs / "tensorrt" / "__init__.pyi").write_text("from tensorrt_bindings.tensorrt import *\n__version__: str\n")
    enums: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return stubs, enums


def _download(version: str, target: Path) -> None:
    wheels = target.with_name("wheels")
    package = f"tensorrt-cu12-bindings=={version}"
    options = ["--no-deps", "--only-binary=:all:", "--dest", str(wheels)]
    command = [sys.executable, "-m", "pip", "download", *options, package]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise NotToBeHadError(f"no package index has {package}")
    (wheel,) = wheels.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(target)


def _stand_in(bindings: Path, target: Path, *, major: str) -> None:
    """Makes libraries that have every name ``bindings`` looks for in TensorRT's."""
    compiler, names = shutil.which("cc"), shutil.which("nm")
    if not compiler or not names:
        raise NotToBeHadError("no C compiler")
    told = subprocess.run([names, "-D", "--undefined-only", str(bindings)], capture_output=True, text=True, check=True).stdout
    wanted = [words[1] for line in told.splitlines() if (words := line.split())[0] == "U"]
    wanted = [name for name in wanted if "@" not in name and not name.startswith(("Py", "_Py", "dl"))]
    target.mkdir()
    source, library = target / "names.c", target / "names.so"
    source.write_text("".join(f"void *{name}(void) {{ return 0; }}\n" for name in wanted))
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    for name in _LIBRARIES:
        (target / f"lib{name}.so.{major}").symlink_to(library)
