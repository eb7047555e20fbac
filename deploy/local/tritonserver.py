"""The tritonserver binary of the ``nvidia-pytriton`` wheel, and everything it needs of this machine.

Checked before it is started, because what goes wrong later goes wrong silently or says "cannot open shared object file".
Only the binary, its Python backend and its libraries are used, not PyTriton's own interface.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment.errors import ServerError

_INSTALL: Final = "pip install 'assortment[serving]'"
_STUB: Final = "triton_python_backend_stub"
_APT_PACKAGES: Final = {
    "libz.so": "zlib1g",
    "libstdc++.so": "libstdc++6",
    "libgcc_s.so": "libgcc-s1",
    "libexpat.so": "libexpat1",
    "libresolv.so": "libc6",
    "libc.so": "libc6",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TritonServer:
    """An installed tritonserver that can run here."""

    binary: Path
    backend: Path
    """Folder of the Python backend's library and module."""
    stub: Path
    """The Python backend's process, built for the running Python's version."""
    library_path: str
    """LD_LIBRARY_PATH that it and its stub need."""
    interpreter_bin: Path
    """Folder that must come first in PATH: the stub takes its packages from the first ``python3`` there."""

    def install_backend(self, folder: Path) -> None:
        """Copies the Python backend and the stub of the running Python into ``folder``, where the server looks for backends."""
        python = folder / "python"
        shutil.copytree(self.backend, python, ignore=shutil.ignore_patterns("__pycache__"))
        stub = python / _STUB
        shutil.copyfile(self.stub, stub)
        stub.chmod(0o755)

    def environment(self) -> dict[str, str]:
        """Environment variables for the server, from our own."""
        return {
            **os.environ,
            "PATH": f"{self.interpreter_bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "LD_LIBRARY_PATH": self.library_path,
            "CUDA_VISIBLE_DEVICES": "",
            # Many processes share few cores: no library may start threads of its own.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
            "RAYON_NUM_THREADS": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }


def find(links: Path) -> TritonServer:
    """Finds the server and checks that it can run here.

    Args:
        links: an empty folder, where the running Python's own shared library is linked for the stub to find.

    Raises:
        ServerError: when a package, a version or a shared library does not fit: which, and what to install.
    """
    _check_numpy()
    package = _package()
    libraries = package.parent / "nvidia_pytriton.libs"
    library_path = [str(libraries), str(_link_libpython(links)), os.environ.get("LD_LIBRARY_PATH", "")]
    server = TritonServer(
        binary=package / "tritonserver" / "bin" / "tritonserver",
        backend=package / "tritonserver" / "backends" / "python",
        stub=_stub(package / "tritonserver" / "python_backend_stubs"),
        library_path=os.pathsep.join(filter(None, library_path)),
        interpreter_bin=_interpreter_bin(),
    )
    for file in (server.binary, server.backend / "libtriton_python.so", server.stub):
        check_libraries(file, server.library_path)
    if not os.access(server.binary, os.X_OK):
        raise ServerError(f"{server.binary} is not executable; reinstall it: {_INSTALL}")
    return server


def _check_numpy() -> None:
    version = importlib.metadata.version("numpy")
    if int(version.partition(".")[0]) >= 2:
        raise ServerError(
            f"numpy {version}: Triton 2.51's Python backend returns empty tensors with numpy 2; needed: numpy below 2; {_INSTALL}"
        )


def _package() -> Path:
    found = importlib.util.find_spec("pytriton")
    if found is None or not found.submodule_search_locations:
        raise ServerError(f"the package nvidia-pytriton, which carries tritonserver, is not installed: {_INSTALL}")
    package = Path(next(iter(found.submodule_search_locations)))
    if not (package / "tritonserver" / "bin" / "tritonserver").is_file():
        raise ServerError(f"{package} carries no tritonserver (it does on Linux x86-64 and aarch64): {_INSTALL}")
    return package


def _stub(stubs: Path) -> Path:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    stub = stubs / python / _STUB
    if not stub.is_file():
        known = ", ".join(sorted((p.name for p in stubs.iterdir()), key=lambda name: int(name.partition(".")[2])))
        raise ServerError(f"Python {python}: this tritonserver has a Python backend for {known} only; use one of those")
    return stub


def _interpreter_bin() -> Path:
    folder = Path(sys.prefix) / "bin"
    if not (folder / "python3").exists():
        raise ServerError(f"{folder / 'python3'} is missing; run from a virtual environment: python3 -m venv .venv")
    return folder


def _link_libpython(links: Path) -> Path:
    """Links the running Python's shared library in ``links``, when it has one of its own; else the system's is looked for."""
    name = str(sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY"))
    for folder in (sysconfig.get_config_var("LIBDIR"), Path(sys.base_prefix) / "lib"):
        library = Path(str(folder)) / name
        if ".so" in name and library.is_file():
            links.mkdir(parents=True, exist_ok=True)
            (links / name).symlink_to(library.resolve())
            break
    return links


def check_libraries(file: Path, library_path: str) -> None:
    """Lets the dynamic loader say what is missing."""
    told = subprocess.run(
        ["ldd", str(file)], capture_output=True, text=True, check=False, env={**os.environ, "LD_LIBRARY_PATH": library_path}
    )
    missing = [line.strip() for line in (told.stdout + told.stderr).splitlines() if "not found" in line]
    if missing:
        raise ServerError(f"{file.name} cannot run here: {'; '.join(missing)}. {remedy(missing)}")


def remedy(missing: list[str]) -> str:
    """Which Debian or Ubuntu packages have what is missing."""
    if any("GLIBC" in line for line in missing):
        return "Needed: glibc 2.35 or newer, as in Debian 12 or Ubuntu 22.04"
    packages = set()
    for line in missing:
        library = line.partition(" ")[0]
        if python := re.match(r"libpython(3\.\d+)\.so", library):
            packages.add(f"libpython{python[1]}")
        else:
            packages.update(package for prefix, package in _APT_PACKAGES.items() if library.startswith(prefix))
    return f"Install: apt-get install {' '.join(sorted(packages))}" if packages else "Install these libraries"
