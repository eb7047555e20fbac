"""A model repository that servers read while catalogue versions come and go.

What it holds is what its folders say: the highest number in ``scorer/`` is served, the one below it waits for a rollback. A new
version gets its final names when it is whole; what goes leaves the manifest before it leaves the disk. So a change that was cut
short leaves hidden folders, or folders that the manifest does not list, and ``recover`` clears both away.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from assortment import artefacts, manifest
from assortment.errors import StepError
from assortment.paths import BuildPaths
from export.assemble import INDEXED, TABLES, link, triton_folders, version_folders
from export.index_versions import numbers

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
    def made_of(self) -> manifest.Manifest:
        """Its manifest."""
        return manifest.read(self.folder)

    def versions(self) -> list[int]:
        """Those that Triton could load, ascending; the last one is served."""
        return numbers(self.folder / _WITNESS)

    def table_versions(self) -> list[int]:
        """Versions that have tables, ascending: those that can be served, and those withdrawn of late."""
        return sorted({version for model in TABLES for version in numbers(self.folder / model / artefacts.CATALOGUES)})

    def add(self, version: int, files: Mapping[str, Path], sums: Mapping[str, str], inputs: Mapping[str, str]) -> None:
        """Puts a version into its place, for Triton to load.

        Args:
            version: higher than those that are there.
            files: see ``export.assemble.version_files``.
            sums: SHA-256 of each of ``files``, as the folders that they come from tell.
            inputs: of the repository's manifest from now on.
        """
        hidden = {name: _hidden(Path(name)).as_posix() for name in triton_folders(version)}
        link({_renamed(name, hidden): source for name, source in files.items()}, self.folder)
        self.show(version)
        told = self.made_of
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
        told = self.made_of
        results = {**told.results, "served_version": self.versions()[-1]}
        files = _without(told.files, triton_folders(version))
        manifest.save(self.folder, replace(told, files=files, inputs=dict(inputs), results=results))
        for name in triton_folders(version):
            shutil.rmtree(_hidden(self.folder / name))

    def recover(self, withdrawn: Collection[int]) -> list[int]:
        """Clears away what a change that was cut short left; returns the versions that it concerned.

        A version that a rollback hid and did not withdraw comes back, for that rollback did not take place.
        """
        listed = {name.rpartition("/")[0] for name in self.made_of.files}
        concerned = set()
        for model in INDEXED:
            for hidden in (self.folder / model).glob(f"{_HIDDEN}*"):
                name = hidden.name.removeprefix(_HIDDEN)
                concerned.add(int(name))
                if int(name) in withdrawn or f"{model}/{name}" not in listed:
                    shutil.rmtree(hidden)
                else:
                    hidden.rename(hidden.with_name(name))
        found = {*self.table_versions(), *(version for model in INDEXED for version in numbers(self.folder / model))}
        for version in found:
            gone = version in withdrawn and version in self.versions()
            unlisted = not listed.intersection(triton_folders(version)) and version not in withdrawn
            if gone or unlisted:
                concerned.add(version)
                self._remove(triton_folders(version) if gone else version_folders(version))
        return sorted(concerned)

    def _remove(self, folders: Iterable[str]) -> None:
        folders = list(folders)
        told = self.made_of
        files = _without(told.files, folders)
        if files != told.files:
            manifest.save(self.folder, replace(told, files=files))
        for name in folders:
            shutil.rmtree(self.folder / name, ignore_errors=True)


def _hidden(folder: Path) -> Path:
    return folder.with_name(f"{_HIDDEN}{folder.name}")


def _renamed(name: str, folders: Mapping[str, str]) -> str:
    folder, _, file = name.rpartition("/")
    return f"{folders.get(folder, folder)}/{file}"


def _without(files: Mapping[str, str], folders: Iterable[str]) -> dict[str, str]:
    gone = tuple(f"{folder}/" for folder in folders)
    return {name: told for name, told in files.items() if not name.startswith(gone)}
