"""A model repository that servers read while catalogue versions come and go.

What it holds is what its folders say: the highest number in ``scorer/`` is served, the one below it waits for a rollback.
Every change ends with a new manifest; what is there without being in the manifest was left by a change that was cut short.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from assortment import artefacts, manifest
from assortment.errors import StepError
from assortment.paths import BuildPaths
from export.assemble import INDEXED, TABLES, link, triton_folders, version_folders

_HIDDEN: Final = "hidden-"  # in front: Triton takes every name that starts with digits for a version
_WITNESS: Final = "scorer"  # the model whose version folders tell which catalogue versions there are


class LiveRepository:
    """``build/<catalogue>/model_repository``."""

    def __init__(self, folder: Path) -> None:
        """Opens it.

        Raises:
            StepError: when it was never assembled.
        """
        if not (folder / manifest.FILENAME).is_file():
            raise StepError(f"{folder} is not assembled; run `assortment assemble --catalogue {folder.parent.name}` first")
        self.folder = folder

    @classmethod
    def of(cls, paths: BuildPaths) -> LiveRepository:
        """The repository of a catalogue."""
        return cls(paths.model_repository)

    @property
    def models(self) -> str:
        """Fingerprint of the export that its models come from."""
        return manifest.read(self.folder).inputs["export"]

    def versions(self) -> list[int]:
        """Those that Triton could load, ascending; the last one is served."""
        return _numbers(self.folder / _WITNESS)

    def add(self, version: int, files: Mapping[str, Path], sums: Mapping[str, str], inputs: Mapping[str, str]) -> None:
        """Puts a version into its place, for Triton to load.

        Args:
            version: higher than those that are there.
            files: see ``export.assemble.version_files``.
            sums: SHA-256 of each of ``files``, as the folders that they come from tell.
            inputs: of the repository's manifest from now on.
        """
        link(files, self.folder)
        told = manifest.read(self.folder)
        results = {**told.results, "served_version": version}
        manifest.save(self.folder, replace(told, files={**told.files, **sums}, inputs=dict(inputs), results=results))

    def remove(self, versions: Iterable[int]) -> None:
        """Removes all files of some versions."""
        for version in versions:
            self._remove(version_folders(version))

    def hide(self, version: int) -> None:
        """Takes a version from Triton; its tables stay for answers that are under way."""
        for name in triton_folders(version):
            (self.folder / name).rename(_hidden(self.folder / name))

    def show(self, version: int) -> None:
        """Takes ``hide`` back."""
        for name in triton_folders(version):
            _hidden(self.folder / name).rename(self.folder / name)

    def forget_hidden(self, version: int, inputs: Mapping[str, str]) -> None:
        """Removes what ``hide`` hid, for good."""
        for name in triton_folders(version):
            shutil.rmtree(_hidden(self.folder / name))
        told = manifest.read(self.folder)
        gone = tuple(f"{name}/" for name in triton_folders(version))
        files = {name: told_sum for name, told_sum in told.files.items() if not name.startswith(gone)}
        results = {**told.results, "served_version": self.versions()[-1]}
        manifest.save(self.folder, replace(told, files=files, inputs=dict(inputs), results=results))

    def table_versions(self) -> list[int]:
        """Versions that have tables, ascending: those that can be served, and those withdrawn of late."""
        return sorted({version for model in TABLES for version in _numbers(self.folder / model / artefacts.CATALOGUES)})

    def recover(self) -> list[int]:
        """Removes what a change that was cut short left; returns the versions that it concerned."""
        listed = {name.rpartition("/")[0] for name in manifest.read(self.folder).files}
        for model in INDEXED:
            for hidden in (self.folder / model).glob(f"{_HIDDEN}*"):
                hidden.rename(hidden.with_name(hidden.name.removeprefix(_HIDDEN)))
        found = {*self.versions(), *self.table_versions(), *(v for model in INDEXED for v in _numbers(self.folder / model))}
        broken = sorted(version for version in found if not listed.intersection(version_folders(version)))
        self.remove(broken)
        return broken

    def _remove(self, folders: Iterable[str]) -> None:
        gone = tuple(f"{name}/" for name in folders)
        for name in gone:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        told = manifest.read(self.folder)
        files = {name: told_sum for name, told_sum in told.files.items() if not name.startswith(gone)}
        if files != told.files:
            manifest.save(self.folder, replace(told, files=files))


def _hidden(folder: Path) -> Path:
    return folder.with_name(f"{_HIDDEN}{folder.name}")


def _numbers(folder: Path) -> list[int]:
    return sorted(int(path.name) for path in folder.glob("*") if path.name.isdecimal())
