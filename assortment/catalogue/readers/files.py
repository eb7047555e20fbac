"""Raw files, compressed by gzip or not, line by line."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assortment.errors import DataError

_GZIP: Final = b"\x1f\x8b"
_BEGINNING: Final = 1 << 16  # bytes that are looked at for the kind of line ends
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file with their ends. UTF-16, which spreadsheets write as "Unicode text", comes as UTF-8.

    Raises:
        DataError: when the file cannot be read, or its compression is damaged.
    """
    try:
        with path.open("rb") as file:
            start = file.read(2)
        if start in _UTF16:
            with path.open(encoding="utf-16") as text:
                for line in text:
                    yield line.encode()
            return
        with gzip.open(path) if start == _GZIP else path.open("rb") as file:
            beginning = file.read(_BEGINNING)
            file.seek(0)
            if b"\r" in beginning and b"\n" not in beginning:  # line ends of the classic Mac
                with io.TextIOWrapper(file, encoding="latin-1") as text:
                    yield from (line.encode("latin-1") for line in text)
            else:
                yield from file
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); fetch or export it again") from None
