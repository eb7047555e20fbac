"""``text_search``'s configuration, read from the repository and changed for one tuning.

The changed one is given to a running server with its load call, which the model's folder does not notice: nothing is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from google.protobuf import json_format, text_format
from tritonclient.grpc import model_config_pb2

from assortment.contract import MAX_BATCH_SIZE
from assortment.errors import StepError
from perf.cpu_sweep.settings import Tuning

MODEL: Final = "text_search"
_THREADS: Final = "threads"
_MESSAGES: Any = model_config_pb2  # protobuf makes its classes when it is imported


def read(repository: Path, variant: str = "cpu") -> Any:
    """The ``ModelConfig`` that a server of this variant uses.

    Raises:
        StepError: when it is not there or cannot be parsed.
    """
    path = repository / MODEL / "configs" / f"{variant}.pbtxt"
    if not path.is_file():
        path = repository / MODEL / "config.pbtxt"
    try:
        return text_format.Parse(path.read_text(encoding="utf-8"), _MESSAGES.ModelConfig())
    except (OSError, text_format.ParseError) as error:
        raise StepError(f"{path} cannot be read ({error}); assemble the model repository again: assortment assemble") from error


def tuning(config: Any) -> Tuning:
    """The tuning that a configuration has."""
    batching = config.dynamic_batching
    return Tuning(
        instances=config.instance_group[0].count,
        threads=int(config.parameters[_THREADS].string_value),
        batch=max(batching.preferred_batch_size, default=MAX_BATCH_SIZE),
        delay_us=batching.max_queue_delay_microseconds,
    )


def tuned(config: Any, wanted: Tuning) -> str:
    """The configuration with another tuning, as the JSON that the load call takes."""
    changed = _MESSAGES.ModelConfig()
    changed.CopyFrom(config)
    changed.instance_group[0].count = wanted.instances
    changed.parameters[_THREADS].string_value = str(wanted.threads)
    batching = changed.dynamic_batching
    del batching.preferred_batch_size[:]
    if wanted.batch < MAX_BATCH_SIZE:
        batching.preferred_batch_size.append(wanted.batch)
    batching.max_queue_delay_microseconds = wanted.delay_us
    return json_format.MessageToJson(changed, preserving_proto_field_name=True)
