"""Pictures beside a table: in a folder or in zip files, found by the stem of their name or by the path a row gives."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from assortment.catalogue.readers.paths import relative_path
from assortment.catalogue.summary import BAD_PICTURE, NO_PICTURE, REFUSED_PATH, ReadSummary
from assortment.errors import DataError, InputError
from assortment.image import decode
from assortment_client.contract import MAX_PICTURE_BYTES

Found = tuple[str, Callable[[], bytes]]
SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")


class PictureSource:
    """Several places to look for a product's picture. Names are listed once, so a lookup never leaves these places."""

    def __init__(self, places: Iterable[Path]) -> None:
        """Lists every place with the folders in it: folders and zip files, the first one preferred.

        Raises:
            DataError: when a zip file cannot be read.
        """
        self._by_stem: dict[str, Found] = {}
        self._by_path: dict[str, Found] = {}
        self._by_name: dict[str, list[str]] = {}
        for place in places:
            for path, load in _folder(place) if place.is_dir() else _zip(place):
                self._by_stem.setdefault(PurePosixPath(path).stem, (PurePosixPath(path).name, load))
                if path not in self._by_path:
                    self._by_path[path] = (path, load)
                    self._by_name.setdefault(PurePosixPath(path).name, []).append(path)

    def __len__(self) -> int:
        return len(self._by_path)

    def by_stem(self, stem: str) -> Found | None:
        """The picture whose file name is ``stem`` and a suffix, in any folder."""
        return self._by_stem.get(stem)

    def by_path(self, path: PurePosixPath) -> Found | None:
        """The picture at this path; a bare file name may lie in any folder as long as only one has it."""
        if (found := self._by_path.get(str(path))) is not None or len(path.parts) > 1:
            return found
        named = self._by_name.get(path.name, [])
        return self._by_path[named[0]] if len(named) == 1 else None

    def written(self, path: str, *, line: int, summary: ReadSummary) -> tuple[str, bytes | None]:
        """Name and bytes of the picture whose path a row gives; ("", None) when there is none, and paths that lead out."""
        if (relative := relative_path(path)) is None:
            summary.report(REFUSED_PATH, line=line, value=path)
            return "", None
        return checked(self.by_path(relative), wanted=path, line=line, summary=summary)


def checked(found: Found | None, *, wanted: str, line: int, summary: ReadSummary) -> tuple[str, bytes | None]:
    """Name and bytes of a picture once it was decoded; ("", None) when there is none to show, which is reported."""
    if found is None:
        summary.report(NO_PICTURE, line=line, value=wanted)
        return "", None
    name, load = found
    try:
        data = load()
        decode(data, field=name)
    except (InputError, OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:  # encrypted: RuntimeError
        summary.report(BAD_PICTURE, line=line, value=f"{name}: {error}" if name not in str(error) else str(error))
        return "", None
    return name, data


def _folder(folder: Path) -> Iterator[Found]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                path = Path(parent, name)
                yield path.relative_to(folder).as_posix(), partial(_load_file, path)


def _zip(path: Path) -> list[Found]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read as a zip file ({error}); fetch it again") from None
    return [(name, partial(_load_member, archive, name)) for name in archive.namelist() if name.lower().endswith(SUFFIXES)]


def _load_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_PICTURE_BYTES + 1)  # one more than is allowed, for the check of the size to see


def _load_member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(MAX_PICTURE_BYTES + 1)
