"""The key to a server's administrative calls: loading models, their configuration, statistics, shared memory, tracing, logging.

A server answers these calls only with a header that holds its key. The key lies in a file that nobody but its owner may read,
``build/<catalogue>/admin.key`` by default: made at the first start, kept until it is deleted.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assortment.errors import StepError

FILENAME: Final = "admin.key"
HEADER: Final = "assortment-admin"
"""The header's name over HTTP; Triton puts ``triton-grpc-protocol-`` before it over gRPC."""
CALLS: Final = "model-repository,model-config,shared-memory,statistics,trace,logging"
"""The calls that need the key, as tritonserver's flags name them; searching, health and metadata do not."""

_PATTERN: Final = re.compile(r"[A-Za-z0-9_-]{16,256}")  # no sign with a meaning in tritonserver's flags
_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class AdminKey:
    """A key. Its text appears in no ``repr`` and in no message."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        """Checks its form.

        Raises:
            StepError: without repeating the text.
        """
        if not _PATTERN.fullmatch(self.value):
            raise StepError("an admin key is 16 to 256 characters of A-Z, a-z, 0-9, _ and -")

    @classmethod
    def read(cls, path: Path) -> AdminKey:
        """The key in a file.

        Raises:
            StepError: when the file is missing, holds no key, or others than its owner may read or write it.
        """
        try:
            with path.open(encoding="ascii", errors="replace") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                text = file.read().strip()
        except FileNotFoundError:
            raise StepError(f"{path} is not there; `assortment serve` writes it, --admin-key-file names another one") from None
        except OSError as error:
            raise StepError(f"{path} cannot be read ({error.strerror}); only the user who serves may read it") from None
        if mode & 0o077:
            raise StepError(f"{path} has mode {mode:04o}, so others may have the key; delete it and serve again, or chmod 600 it")
        try:
            return cls(text)
        except StepError as error:
            raise StepError(f"{path} holds no admin key: {error}; delete the file to get a new one") from None

    @classmethod
    def read_or_create(cls, path: Path) -> AdminKey:
        """The key in a file; a new random one, written there with mode 0600, when there is no file.

        Raises:
            StepError: when it can be neither read nor written.
        """
        if not path.exists():
            _write_new(path, secrets.token_urlsafe(_RANDOM_BYTES))
        return cls.read(path)

    def headers(self) -> dict[str, str]:
        """What an administrative call over gRPC must carry as metadata."""
        return {f"triton-grpc-protocol-{HEADER}": self.value}

    def http_headers(self) -> dict[str, str]:
        """What an administrative call over HTTP must carry."""
        return {HEADER: self.value}


def _write_new(path: Path, text: str) -> None:
    """Puts a complete file in place, unless another process was first."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{text}\n")
        os.link(draft, path)  # unlike a rename, never over one that is there
    except FileExistsError:
        pass
    except OSError as error:
        raise StepError(f"{path} cannot be written ({error.strerror}); --admin-key-file names another place") from None
    finally:
        draft.unlink(missing_ok=True)
