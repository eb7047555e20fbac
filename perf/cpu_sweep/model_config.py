"""``text_search``'s configuration, read from the repository and changed for one tuning.

The changed one is given to a running server with its load call, which the model's folder does not notice: nothing is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from google.protobuf import json_format
from tritonclient.grpc import model_config_pb2

from assortment.contract import MAX_BATCH_SIZE
from perf import model_configs
from perf.cpu_sweep.settings import Tuning

MODEL: Final = "text_search"
_THREADS: Final = "threads"
_MESSAGES: Any = model_config_pb2  # protobuf makes its classes when it is imported


def read(repository: Path) -> Any:
    """Its ``ModelConfig`` on the embedded CPU server.

    Raises:
        StepError: when it is not there or cannot be parsed.
    """
    return model_configs.read(repository, MODEL, "cpu")


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
