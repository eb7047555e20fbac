"""Plans: built with the release's TensorRT, for GPUs that are named, from the ONNX file that lies beside them.

``engines.json`` tells of every plan what it was built with and what inspecting it found: see ``Engine``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assortment import artefacts, manifest
from export.gpu_configs import ENGINES
from export.repository_check.finding import Finding, Severity
from export.repository_check.repository import Repository

_BUILD: Final = "build them in nvcr.io/nvidia/tensorrt of the release that serves: `assortment export --tensorrt`"
_CAPABILITIES: Final = 75  # compute capability 7.5: TensorRT 10 and 11 need Turing or newer


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What ``engines.json`` tells of one plan."""

    model: str
    filename: str
    """In the model's version folder."""
    tensorrt: str
    """The version that built it, for instance "11.1.0.106"."""
    capability: str
    """Compute capability of the GPU that it was built on, for instance "8.9"."""
    precision: str
    version_compatible: bool
    """Whether it was built to run on newer versions of TensorRT."""
    onnx_sha256: str
    profiles: tuple[tuple[Mapping[str, tuple[int, ...]], ...], ...]
    """Of each profile: min, opt and max shape of each input, the batch first."""


def plans_of(repository: Repository, model: str) -> list[Engine]:
    """The plans of a model that ``engines.json`` tells of rightly; others are told by ``engines_are_described``."""
    return [engine for engine in _engines(repository)[0] if engine.model == model]


def engines_are_described(repository: Repository) -> Iterator[Finding]:
    """Every plan in the repository has its entry, whole, in ``engines.json``."""
    described, wrongs = _engines(repository)
    for wrong in wrongs:
        yield Finding(ENGINES, wrong, _BUILD)
    told = {(engine.model, engine.filename) for engine in described}
    for model, _, version in repository.served("tensorrt"):
        for path in sorted(version.glob("*.plan")):
            if (model, path.name) not in told and not wrongs:
                yield Finding(repository.relative(path), f"{ENGINES} does not tell what it was built with", _BUILD)


def engines_are_of_the_release(repository: Repository) -> Iterator[Finding]:
    """A plan runs on the TensorRT that built it; on a newer one too, when it was built to, and the server is told."""
    served = repository.release
    for model, _, version in repository.served("tensorrt"):
        for engine in plans_of(repository, model):
            if f"{engine.tensorrt}.".startswith(f"{served.tensorrt}."):
                continue
            wrong = f"it was built with TensorRT {engine.tensorrt}, the release {served.container} has {served.tensorrt}"
            file, remedy, severity = repository.relative(version / engine.filename), _BUILD, Severity.ERROR
            if engine.version_compatible and _numbers(engine.tensorrt) < _numbers(served.tensorrt):
                remedy, severity = "start tritonserver with --backend-config=tensorrt,version-compatible=true", Severity.WARNING
            elif served.inferred and _numbers(engine.tensorrt)[0] == served.major:
                severity = Severity.WARNING  # the table may be wrong
            yield Finding(file, wrong, remedy, severity, source=served.source)


def engines_are_of_the_container(repository: Repository) -> Iterator[Finding]:
    """Of some releases only the major version of TensorRT is known: then the same container has to have built the plans."""
    built, served = str(repository.engines.get("release", "")), repository.release
    if repository.variant == "tensorrt" and built and built != served.container and "." not in served.tensorrt:
        wrong = f"built in the container {built}; of {served.container} it is only known that its TensorRT is a {served.tensorrt}"
        yield Finding(ENGINES, wrong, "build them in the container that serves", Severity.WARNING, source=served.source)


def engines_came_from_these_models(repository: Repository) -> Iterator[Finding]:
    """The ONNX file that a plan was built from is the one beside it: an older one answers, with other vectors.

    8-bit plans come from a file that no server is given; for them, ``assemble`` compares engines and export.
    """
    for model, _, version in repository.served("tensorrt"):
        files = (version / name for name in (artefacts.MODEL, artefacts.MODEL_FP16))
        sums = {manifest.sha256(path): path.name for path in files if path.is_file()}
        for engine in plans_of(repository, model):
            if engine.precision != "int8" and engine.onnx_sha256 not in sums:
                wrong = f"it was built from another ONNX file than {' or '.join(sums.values()) or 'any that is there'}"
                yield Finding(repository.relative(version / engine.filename), wrong, _BUILD)


def engines_are_for_the_gpus_they_are_named_for(repository: Repository) -> Iterator[Finding]:
    """``cc_model_filenames`` hands each plan to the GPUs that it was built on."""
    for model, config, version in repository.served("tensorrt"):
        for engine in plans_of(repository, model):
            named = [capability for capability, file in config.cc_model_filenames.items() if file == engine.filename]
            file = repository.relative(version / engine.filename)
            if named and engine.capability not in named:
                yield Finding(
                    file, f"it was built on compute capability {engine.capability}, and is named for {named[0]}", _BUILD
                )
            digits = engine.capability.replace(".", "")
            if digits.isdecimal() and int(digits) < _CAPABILITIES:
                wrong = f"compute capability {engine.capability}; TensorRT {engine.tensorrt} needs 7.5 or higher"
                yield Finding(file, wrong, "serve this GPU with ONNX Runtime", source="TensorRT support matrix")


def _engines(repository: Repository) -> tuple[list[Engine], list[str]]:
    """What is told of plans, and what of it cannot be read."""
    found, wrongs = [], []
    told = repository.engines.get("plans", {})
    for name, about in sorted(told.items() if isinstance(told, dict) else ()):
        try:
            found.append(_engine(name, about))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            wrongs.append(f"its entry {name} cannot be read ({type(error).__name__}: {error})")
    return found, wrongs


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _engine(name: str, about: Mapping[str, Any]) -> Engine:
    model, _, rest = Path(name).stem.partition(".")
    return Engine(
        model=model,
        filename=f"{rest}.plan" if rest else "model.plan",
        tensorrt=str(about["tensorrt"]),
        capability=str(about["compute_capability"]),
        precision=str(about["precision"]),
        version_compatible=bool(about.get("settings", {}).get("version_compatible", False)),
        onnx_sha256=str(about["onnx_sha256"]),
        profiles=tuple(
            tuple({tensor: tuple(map(int, shapes[end])) for tensor, shapes in profile.items()} for end in ("min", "opt", "max"))
            for profile in about["profiles"]
        ),
    )


RULES: Final = (
    engines_are_described,
    engines_are_of_the_release,
    engines_are_of_the_container,
    engines_came_from_these_models,
    engines_are_for_the_gpus_they_are_named_for,
)
