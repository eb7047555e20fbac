"""Pictures beside a table: in a folder or in zip files, found by the stem of their name."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from assortment.errors import DataError

_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")


class PictureSource:
    """Several places to look for a product's picture. Names are listed once, so a lookup never leaves these places."""

    def __init__(self, places: Iterable[Path]) -> None:
        """Lists every place: folders and zip files, the first one preferred.

        Raises:
            DataError: when a zip file cannot be read.
        """
        self._found: dict[str, tuple[str, Callable[[], bytes]]] = {}
        for place in places:
            listed = _folder(place) if place.is_dir() else _zip(place)
            for name, load in listed:
                self._found.setdefault(PurePosixPath(name).stem, (PurePosixPath(name).name, load))

    def __len__(self) -> int:
        return len(self._found)

    def get(self, stem: str) -> tuple[str, bytes] | None:
        """File name and encoded bytes of a picture (empty bytes when it cannot even be read), None when there is none."""
        if (found := self._found.get(stem)) is None:
            return None
        name, load = found
        try:
            return name, load()
        except (OSError, zipfile.BadZipFile, EOFError):  # a damaged member: to be reported as a picture that cannot be decoded
            return name, b""


def _folder(folder: Path) -> list[tuple[str, Callable[[], bytes]]]:
    return [(path.name, path.read_bytes) for path in sorted(folder.iterdir()) if path.suffix.lower() in _SUFFIXES]


def _zip(path: Path) -> list[tuple[str, Callable[[], bytes]]]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read as a zip file ({error}); fetch it again") from None
    return [(name, partial(archive.read, name)) for name in archive.namelist() if PurePosixPath(name).suffix.lower() in _SUFFIXES]
