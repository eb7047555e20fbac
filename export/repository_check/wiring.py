"""Ensembles: every step exists, is fed, and hands on what the next one takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from export.repository_check.finding import Finding
from export.repository_check.model_config import dtype
from export.repository_check.repository import Repository, agree


@dataclass(frozen=True, slots=True)
class _Made:
    """A tensor on its way through an ensemble."""

    dtype: str
    dims: tuple[int, ...]
    optional: bool = False

    @classmethod
    def of(cls, tensor: Any) -> _Made:
        return cls(dtype(tensor), tuple(tensor.dims), bool(getattr(tensor, "optional", False)))

    def __str__(self) -> str:
        return f"{self.dtype} {list(self.dims)}"

    def fits(self, other: _Made) -> bool:
        """Triton compares types, and shapes wherever both are known."""
        return self.dtype == other.dtype and agree(self.dims, other.dims)


@dataclass(slots=True)
class _Wires:
    """What has been made so far in one ensemble, and what was used of it."""

    made: dict[str, _Made]
    used: set[str] = field(default_factory=set)


def ensembles_are_wired(repository: Repository) -> Iterator[Finding]:
    """Follows every ensemble from its inputs to its outputs, in an order in which its steps can run."""
    for model, config in repository.configs.items():
        if config.platform == "ensemble":
            for wrong in _wrongs(repository, config):
                yield Finding(repository.config_file(model), wrong, "mend the maps of the ensemble's steps in model_repository/")


def ensembles_have_no_queue(repository: Repository) -> Iterator[Finding]:
    """An ensemble has neither instances nor a batcher of its own; only its steps have."""
    for model, config in repository.configs.items():
        if config.platform == "ensemble" and (config.HasField("dynamic_batching") or config.instance_group):
            yield Finding(
                repository.config_file(model), "dynamic_batching or instance_group of an ensemble", "leave it to the steps"
            )


def _wrongs(repository: Repository, config: Any) -> Iterator[str]:
    wires = _Wires({tensor.name: _Made.of(tensor) for tensor in config.input})
    waiting = list(config.ensemble_scheduling.step)
    while waiting:
        ready = [step for step in waiting if set(step.input_map.values()) <= set(wires.made)]
        if not ready:
            for step in waiting:
                missing = sorted(set(step.input_map.values()) - set(wires.made))
                yield f"{step.model_name} waits for {', '.join(missing)}, which nothing makes before it"
            break
        for step in ready:
            waiting.remove(step)
            if step.model_name in repository.configs:
                yield from _step(wires, step, repository.configs[step.model_name])
            else:
                yield f"{step.model_name} is no model of the repository"
                wires.made.update((name, _Made("", ())) for name in step.output_map.values())
    yield from _outputs(wires, config)


def _step(wires: _Wires, step: Any, composing: Any) -> Iterator[str]:
    """One step's inputs, then its outputs, which the next ones find in ``wires``."""
    inputs = {tensor.name: _Made.of(tensor) for tensor in composing.input}
    outputs = {tensor.name: _Made.of(tensor) for tensor in composing.output}
    for name in sorted(name for name, tensor in inputs.items() if not tensor.optional and name not in step.input_map):
        yield f"{step.model_name}.{name} is not fed"
    for name, source in step.input_map.items():
        given = wires.made[source]
        wires.used.add(source)
        if name not in inputs:
            yield f"{step.model_name} has no input {name}"
        elif given.dtype and not inputs[name].fits(given):
            yield f"{step.model_name}.{name} is {inputs[name]}, it is fed {source}, {given}"
        elif given.optional and not inputs[name].optional:
            yield f"{step.model_name}.{name} must be fed, {source} may be left out"
    for name, target in step.output_map.items():
        if name not in outputs:
            yield f"{step.model_name} has no output {name}"
        elif target in wires.made:
            yield f"{target} is made twice, the second time by {step.model_name}.{name}"
        wires.made[target] = outputs.get(name, _Made("", ()))


def _outputs(wires: _Wires, config: Any) -> Iterator[str]:
    answers = {tensor.name: _Made.of(tensor) for tensor in config.output}
    for name, wanted in answers.items():
        if name not in wires.made:
            yield f"no step makes the output {name}"
        elif (given := wires.made[name]).dtype and not wanted.fits(given):
            yield f"the output {name} is {wanted}, what is made is {given}"
    for name in sorted(set(wires.made) - wires.used - set(answers)):
        yield f"{name} is made or asked for, and nothing uses it"


RULES: Final = (ensembles_are_wired, ensembles_have_no_queue)
