"""TensorRT profiles cover the limits: batches of 1 to ``max_batch_size``, at the configured shapes.

A shape outside of a plan's profile is refused; one outside of ONNX Runtime's makes it build an engine while a caller waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from export.repository_check.engines import plans_of
from export.repository_check.finding import Finding
from export.repository_check.repository import Repository

Shapes = Mapping[str, tuple[int, ...]]

_ENDS: Final = ("min", "opt", "max")
_SHAPE: Final = re.compile(r"([^:,]+):(-?\d+(?:x-?\d+)*)")
_EXPLICIT: Final = "give every input its number in the template, or let `assortment assemble` do so (export/gpu_configs.py)"


def onnxruntime_profiles_cover_the_limits(repository: Repository) -> Iterator[Finding]:
    """Profiles of models that ONNX Runtime runs with TensorRT."""
    for model, config, _ in repository.served("onnxruntime"):
        for parameters in accelerators(config, "tensorrt"):
            file = repository.config_file(model)
            missing = [end for end in _ENDS if f"trt_profile_{end}_shapes" not in parameters]
            if missing:
                wrong = f"no trt_profile_{missing[0]}_shapes: ONNX Runtime builds an engine anew for each larger shape"
                yield Finding(file, wrong, "name min, opt and max shapes of every input", source="onnxruntime#12120, #16889")
                continue
            profile = [_shapes(parameters[f"trt_profile_{end}_shapes"]) for end in _ENDS]
            for wrong in _uncovered(config, *profile):
                yield Finding(file, wrong, _EXPLICIT)


def plan_profiles_cover_the_limits(repository: Repository) -> Iterator[Finding]:
    """Profiles of plans, as their inspection after the build told."""
    for model, config, version in repository.served("tensorrt"):
        for plan in plans_of(repository, model):
            file = repository.relative(version / plan.filename)
            chosen = [int(number) for group in config.instance_group for number in group.profile] or [0]
            for number in chosen:
                if number >= len(plan.profiles):
                    yield Finding(
                        file, f"it has {len(plan.profiles)} profiles, the configuration asks for number {number}", _BUILD
                    )
                    continue
                for wrong in _uncovered(config, *plan.profiles[number]):
                    yield Finding(file, f"profile {number}: {wrong}", _BUILD)


def accelerators(config: Any, name: str) -> Iterator[Mapping[str, str]]:
    """Parameters of ONNX Runtime's execution accelerators of one name."""
    for accelerator in config.optimization.execution_accelerators.gpu_execution_accelerator:
        if accelerator.name == name:
            yield accelerator.parameters


def _shapes(text: str) -> Shapes:
    """As ONNX Runtime writes them: ``TOKEN_IDS:16x32,MASK:16x32``."""
    return {name: tuple(int(size) for size in shape.split("x")) for name, shape in _SHAPE.findall(text)}


def _uncovered(config: Any, least: Shapes, best: Shapes, most: Shapes) -> Iterator[str]:
    for tensor in config.input:
        name, dims = tensor.name, tuple(tensor.dims)
        if not all(name in shapes for shapes in (least, best, most)):
            yield f"the profile does not name the input {name}"
        elif any(size < 1 for size in (*dims, *least[name], *best[name], *most[name])):
            yield f"{name} is {list(dims)}, open where a profile needs a number"
        elif not _within(least[name], (1, *dims), most[name]):
            yield f"{name} may be {list(least[name])} to {list(most[name])}; requests bring {[1, *dims]}"
        elif not _within(least[name], (config.max_batch_size, *dims), most[name]):
            yield f"{name} may be {list(least[name])} to {list(most[name])}; requests bring {[config.max_batch_size, *dims]}"
        elif not _within(least[name], best[name], most[name]):
            yield f"{name} is best at {list(best[name])}, outside of {list(least[name])} to {list(most[name])}"
        elif best[name][1:] != dims:
            yield f"{name} is best at {list(best[name])}; requests bring {list(dims)}, and CUDA graphs are captured at the best"


def _within(least: tuple[int, ...], shape: tuple[int, ...], most: tuple[int, ...]) -> bool:
    return len(least) == len(shape) == len(most) and all(a <= b <= c for a, b, c in zip(least, shape, most, strict=True))


_BUILD: Final = "build it again from the limits of this source tree: `assortment export --tensorrt`"

RULES: Final = (onnxruntime_profiles_cover_the_limits, plan_profiles_cover_the_limits)
