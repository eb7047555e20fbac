"""What would be built, decided before TensorRT is touched: models, files, profiles and flags. Needs no GPU and no TensorRT."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment import artefacts
from assortment.errors import InputError, StepError
from export.tensorrt import sources
from export.tensorrt.profiles import Profile, profiles
from export.tensorrt.releases import Release, oldest_tensorrt
from export.tensorrt.settings import OLDEST, Flags, Settings, flags, version_of
from export.tensorrt.sources import Source

_OLDEST_GPU: Final = (7, 5)
_OLDEST_COMPATIBLE_GPU: Final = (8, 0)  # of AMPERE_PLUS


@dataclass(frozen=True, slots=True, kw_only=True)
class EnginePlan:
    """One engine that is to be built."""

    model: str
    capability: str
    """Of the GPU that it is built on, for instance "8.9"."""
    source: Source
    profiles: tuple[Profile, ...]
    flags: Flags

    @property
    def runs_everywhere(self) -> bool:
        """Whether GPUs of other kinds run it too."""
        return self.flags.hardware != "NONE"

    @property
    def filename(self) -> str:
        """In the folder of engines. One that runs everywhere does not name a GPU."""
        return f"{self.model}.plan" if self.runs_everywhere else f"{self.model}.sm{digits(self.capability)}.plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All engines of one container release."""

    release: Release
    settings: Settings
    engines: tuple[EnginePlan, ...]

    @property
    def files(self) -> tuple[EnginePlan, ...]:
        """One of each file: GPUs of several kinds may share an engine."""
        return tuple({engine.filename: engine for engine in reversed(self.engines)}.values())[::-1]

    @property
    def problems(self) -> list[str]:
        """Why some of them cannot be built."""
        return list(dict.fromkeys(f"{engine.model}: {engine.source.problem}" for engine in self.engines if engine.source.problem))


def plan(export: Path, release: Release, capabilities: Sequence[str], settings: Settings) -> Plan:
    """The engines of the models in ``export``, for GPUs of these compute capabilities.

    Raises:
        InputError: when a capability is none, or too old; when the release's TensorRT is.
        StepError: when there are no exported models.
    """
    _check_release(release)
    for capability in capabilities:
        _check_capability(capability, settings)
    facets = export / artefacts.FACETS
    if not facets.is_file():
        raise StepError(f"{facets} is not there; run `assortment export` first")
    num_facets = len(json.loads(facets.read_text(encoding="utf-8")))
    engines = []
    for model in sources.MODELS:
        source = sources.find(export, model, settings.precision)
        ranges = profiles(model, best_batch=settings.best_batch, num_facets=num_facets)
        chosen = flags(release.major, settings, source.precision)
        engines += [
            EnginePlan(model=model, capability=capability, source=source, profiles=ranges, flags=chosen)
            for capability in capabilities
        ]
    if settings.precision == "int8" and all(engine.source.precision != "int8" for engine in engines):
        raise StepError(f"{export} holds no model in static 8 bits; `{sources.MADE_BY['int8']}` makes one")
    return Plan(release=release, settings=settings, engines=tuple(engines))


def digits(capability: str) -> str:
    """A compute capability as file names have it: "89" for "8.9"."""
    return capability.replace(".", "")


def _check_release(release: Release) -> None:
    has = oldest_tensorrt(release)
    if version_of(has) < OLDEST:
        told = f"it has TensorRT {has}" if "." in has else f"of its TensorRT only the major version, {has}, is known"
        raise InputError("release", release.container, f"{told}; allowed: releases with {'.'.join(map(str, OLDEST))} and above")


def _check_capability(capability: str, settings: Settings) -> None:
    major, dot, minor = capability.partition(".")
    if not (dot and major.isdecimal() and len(minor) == 1 and minor.isdecimal()):
        raise InputError("compute-capability", capability, 'allowed: major and minor, for instance "8.9"')
    least = _OLDEST_COMPATIBLE_GPU if settings.hardware_compatible else _OLDEST_GPU
    if (int(major), int(minor)) < least:
        why = "with hardware compatibility" if settings.hardware_compatible else "TensorRT knows no older GPUs"
        raise InputError("compute-capability", capability, f"allowed: {'.'.join(map(str, least))} and above ({why})")
