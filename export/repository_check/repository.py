"""A model repository as one variant of node sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assortment.errors import InputError, StepError
from export.gpu_configs import ENGINES
from export.repository_check.model_config import parse
from export.tensorrt.releases import Release

DEFAULT: Final = "default"
"""The variant whose configuration is ``config.pbtxt``: GPU nodes with ONNX Runtime."""
VARIANTS: Final = (DEFAULT, "cpu", "ort_tensorrt", "tensorrt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What the rules look at."""

    folder: Path
    variant: str
    """One of ``VARIANTS``."""
    release: Release
    """The container release, or that of the embedded server, which will serve it."""
    configs: dict[str, Any]
    """Model to its ``ModelConfig``, of those that parse."""
    unparsed: dict[str, str]
    """Model to what is wrong with its configuration."""
    engines: dict[str, Any]
    """Contents of ``engines.json``; empty when there is none."""

    @classmethod
    def open(cls, folder: Path, variant: str, release: Release) -> Repository:
        """Reads every configuration; what does not parse is left to a rule.

        Raises:
            InputError: when there is no such variant.
            StepError: when the folder is no model repository, or its ``engines.json`` is no JSON object.
        """
        if variant not in VARIANTS:
            raise InputError("variant", variant, f"allowed: {', '.join(VARIANTS)}")
        models = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
        if not models:
            raise StepError(
                f"{folder} holds no models; run `assortment assemble` first, or name the folder of a model repository"
            )
        configs, unparsed = {}, {}
        for model in models:
            try:
                text = (folder / config_file(folder, model, variant)).read_text(encoding="utf-8")
                configs[model] = parse(text)
            except (ValueError, OSError) as error:
                unparsed[model] = str(error)
        return cls(
            folder=folder,
            variant=variant,
            release=release,
            configs=configs,
            unparsed=unparsed,
            engines=_engines(folder / ENGINES),
        )

    @property
    def container(self) -> tuple[int, int]:
        """The release as year and month, to compare."""
        return year_and_month(self.release.container)

    def config_file(self, model: str) -> str:
        """The file Triton reads under --model-config-name=<variant>, relative to the repository."""
        return config_file(self.folder, model, self.variant)

    def versions(self, model: str) -> list[Path]:
        """A model's version folders, the one that is served last."""
        found = [path for path in (self.folder / model).iterdir() if path.is_dir() and path.name.isdecimal()]
        return sorted(found, key=lambda path: int(path.name))

    def served(self, backend: str) -> Iterator[tuple[str, Any, Path]]:
        """Models of one backend that have a version: name, configuration and the folder of the version that is served."""
        for model, config in self.configs.items():
            versions = self.versions(model)
            if config.backend == backend and versions:
                yield model, config, versions[-1]

    def relative(self, path: Path) -> str:
        """A path as findings tell it."""
        return path.relative_to(self.folder).as_posix()


def config_file(folder: Path, model: str, variant: str) -> str:
    """``configs/<variant>.pbtxt`` where a model has it, ``config.pbtxt`` elsewhere; relative to the repository."""
    own = f"{model}/configs/{variant}.pbtxt"
    return own if (folder / own).is_file() else f"{model}/config.pbtxt"


def year_and_month(container: str) -> tuple[int, int]:
    """A container release, for instance "26.03", as numbers to compare."""
    year, _, month = container.partition(".")
    return int(year), int(month)


def agree(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Whether two shapes can be one: as long as each other, equal wherever neither is open (-1)."""
    return len(a) == len(b) and all(x == y or -1 in (x, y) for x, y in zip(a, b, strict=True))


def _engines(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise StepError(f"{path} is no JSON ({error}); assemble again from a whole folder of engines") from None
    if not isinstance(told, dict):
        raise StepError(f"{path} is no JSON object; assemble again from a whole folder of engines")
    return told
