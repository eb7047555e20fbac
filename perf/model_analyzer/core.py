"""A shorter ensemble: some neighbouring steps of a longer one, taking what flows into them and giving what flows out.

Model Analyzer's quick search takes an ensemble of at most four steps (model_analyzer: docs/config_search.md).
``search_multimodal`` has six, two of which are Python steps that never leave the CPU; the other four are what there is to search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tritonclient.grpc import model_config_pb2

from assortment.errors import StepError
from assortment.serving.step import Tensors

MOST_STEPS: Final = 4
CORE: Final = "search_core"
CORE_STEPS: Final = ("text_encoder", "image_encoder", "fusion", "scorer")
_MESSAGES: Any = model_config_pb2  # protobuf makes its classes when it is imported


def cut(ensemble: Any, steps: Mapping[str, Any], name: str = CORE) -> Any:
    """The ``ModelConfig`` of an ensemble of some of another one's steps.

    Its tensors keep the names they have between the steps of the longer one, and the types and dimensions of the steps' own.

    Args:
        ensemble: configuration of the longer one.
        steps: the steps to keep, by model, with their configurations.
        name: of the shorter one.

    Raises:
        StepError: when one of them is no step of ``ensemble``, or they are more than quick search takes.
    """
    kept = [step for step in ensemble.ensemble_scheduling.step if step.model_name in steps]
    if missing := set(steps) - {step.model_name for step in kept}:
        raise StepError(f"{ensemble.name} has no step {', '.join(sorted(missing))}")
    if len(kept) > MOST_STEPS:
        raise StepError(f"{len(kept)} steps: Model Analyzer's quick search takes at most {MOST_STEPS}; keep fewer")
    made = {tensor: (step, port) for step in kept for port, tensor in step.output_map.items()}
    taken = {tensor: (step, port) for step in kept for port, tensor in step.input_map.items() if tensor not in made}
    dropped = [step for step in ensemble.ensemble_scheduling.step if step.model_name not in steps]
    wanted = {tensor for step in dropped for tensor in step.input_map.values()} | {output.name for output in ensemble.output}
    config = _MESSAGES.ModelConfig(name=name, platform="ensemble", max_batch_size=ensemble.max_batch_size)
    for tensor, (step, port) in taken.items():
        told = _port(steps[step.model_name].input, port)
        config.input.add(name=tensor, data_type=told.data_type, dims=told.dims)
    for tensor, (step, port) in made.items():
        if tensor in wanted:
            told = _port(steps[step.model_name].output, port)
            config.output.add(name=tensor, data_type=told.data_type, dims=told.dims)
    config.ensemble_scheduling.step.extend(kept)
    return config


def entries(config: Any, recorded: Mapping[str, Sequence[Tensors]]) -> list[Tensors]:
    """Requests of the shorter ensemble, from what reached each of its steps inside the longer one.

    Args:
        config: what ``cut`` made.
        recorded: model to its inputs, request by request (``perf.perf_analyzer.recording``).
    """
    sources = {
        tensor: (step.model_name, port)
        for step in config.ensemble_scheduling.step
        for port, tensor in step.input_map.items()
        if tensor in {each.name for each in config.input}
    }
    count = len(next(iter(recorded.values())))
    return [{tensor: recorded[model][place][port] for tensor, (model, port) in sources.items()} for place in range(count)]


def _port(ports: Sequence[Any], name: str) -> Any:
    return next(port for port in ports if port.name == name)
