"""A model's configuration as a server of some variant reads it from a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from assortment.errors import StepError

_MESSAGES: Any = model_config_pb2  # protobuf makes its classes when it is imported


def read(repository: Path, model: str, variant: str = "") -> Any:
    """The ``ModelConfig`` of a model: of the variant where it has one, else its ``config.pbtxt``.

    Raises:
        StepError: when it is not there or cannot be parsed.
    """
    path = repository / model / "configs" / f"{variant}.pbtxt"
    if not variant or not path.is_file():
        path = repository / model / "config.pbtxt"
    try:
        return text_format.Parse(path.read_text(encoding="utf-8"), _MESSAGES.ModelConfig())
    except (OSError, text_format.ParseError) as error:
        raise StepError(f"{path} cannot be read ({error}); assemble the model repository again: assortment assemble") from error
