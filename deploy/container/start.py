"""The image's entry point: puts the compiled code where it can be used, and becomes tritonserver.

It runs beside the installed packages, not from a source tree. What follows ``--`` goes to tritonserver as it is: TLS, tracing.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from assortment import admin
from assortment.errors import AssortmentError, StepError
from assortment_client import contract as public

VARIANTS: Final = ("default", "ort_tensorrt", "tensorrt", "cpu")
ENSEMBLES: Final = (public.SEARCH, public.SEARCH_MULTIMODAL, public.RERANK, public.EMBED_PRODUCT)
"""Triton loads their steps with them, and nothing else: ``text_search`` is for the embedded server alone."""
EXIT_TIMEOUT_S: Final = 30
COMPILED: Final = Path("/opt/assortment/compiled")
"""What the image was built with; Numba uses a cache only where it can also write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What a node serves, and how."""

    repository: Path
    variant: str
    """Which ``configs/<variant>.pbtxt`` of each model is used; "default" is ``config.pbtxt``."""
    key: admin.AdminKey
    """To administrative calls, for instance of `assortment catalogue publish`."""
    passed: Sequence[str] = ()
    """Further flags of tritonserver."""

    def flags(self) -> list[str]:
        """The flags of tritonserver, one string each."""
        restricted = f"{admin.CALLS}:{admin.HEADER}={self.key.value}"
        return [
            f"--model-repository={self.repository}",
            *([] if self.variant == "default" else [f"--model-config-name={self.variant}"]),
            "--model-control-mode=explicit",
            *(f"--load-model={ensemble}" for ensemble in ENSEMBLES),
            "--disable-auto-complete-config",
            f"--exit-timeout-secs={EXIT_TIMEOUT_S}",
            f"--grpc-restricted-protocol={restricted}",
            "--allow-http=false",
            *self.passed,
        ]


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Becomes tritonserver; exits with 1, and says why, when it cannot."""
    args = _parser().parse_args(argv)
    try:
        node = Node(repository=_repository(args.repository), variant=args.variant, key=_key(args.admin_key), passed=args.passed)
        compiled_code(COMPILED, os.environ.get("NUMBA_CACHE_DIR"))
    except AssortmentError as error:
        sys.exit(f"error: {error}")
    os.execvp("tritonserver", ["tritonserver", *node.flags()])


def compiled_code(built: Path, cache: str | None) -> None:
    """Copies the compiled code to where ``NUMBA_CACHE_DIR`` points, unless it is there already.

    Raises:
        StepError: when nothing can be written there.
    """
    if cache is None or not built.is_dir() or Path(cache).exists():
        return
    try:
        shutil.copytree(built, cache)
    except OSError as error:
        raise StepError(
            f"{cache} cannot be written ({error}); mount a tmpfs on {Path(cache).parent} that user 1000 owns"
        ) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--repository", type=Path, default=Path("/models"), help="an assembled model repository")
    parser.add_argument("--variant", choices=VARIANTS, default="default", help="what runs the encoders")
    parser.add_argument("--admin-key", type=Path, metavar="FILE", help="key to administrative calls; without one nobody has it")
    parser.add_argument("passed", nargs="*", metavar="-- FLAG", help="further flags of tritonserver")
    return parser


def _repository(folder: Path) -> Path:
    if not (folder / public.SEARCH / "config.pbtxt").is_file():
        raise StepError(f"{folder} is no model repository; mount build/<catalogue>/model_repository there, readable by user 1000")
    return folder


def _key(file: Path | None) -> admin.AdminKey:
    """The key in a file, whatever its mode: secrets are mounted as somebody else's."""
    if file is None:
        return admin.AdminKey(secrets.token_urlsafe(32))
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StepError(f"{file} cannot be read as an admin key ({error}); `assortment serve` writes one") from None
    try:
        return admin.AdminKey(text)
    except StepError as error:
        raise StepError(f"{file} holds no admin key: {error}; mount the one that `assortment serve` writes") from None


if __name__ == "__main__":
    main()
