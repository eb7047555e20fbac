"""What a tool measures has to be made first: the step that is missing, and the command that makes it."""

from __future__ import annotations

from pathlib import Path

from assortment import manifest
from assortment.errors import StepError
from assortment.paths import BuildPaths


def repository_of(paths: BuildPaths) -> Path:
    """The catalogue's model repository.

    Raises:
        StepError: when it is not assembled.
    """
    return finished(paths.model_repository, paths)


def finished(folder: Path, paths: BuildPaths) -> Path:
    """The folder of one of the catalogue's steps.

    Raises:
        StepError: when that step has not been run.
    """
    if not (folder / manifest.FILENAME).is_file():
        raise StepError(f"{folder} is not there; make it with: assortment demo --catalogue {paths.root.name}")
    return folder
