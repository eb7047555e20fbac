"""Triton's model configurations as protobuf messages: the only module that knows ``tritonclient``'s, which have no types."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

_MESSAGES: Final[Any] = model_config_pb2


def parse(text: str) -> Any:
    """The ``ModelConfig`` in a ``config.pbtxt``.

    Raises:
        ValueError: naming line and column, when it is none.
    """
    try:
        return text_format.Parse(text, _MESSAGES.ModelConfig())
    except text_format.ParseError as error:
        raise ValueError(str(error)) from None


def dtype(tensor: Any) -> str:
    """The type of a tensor, as the contract names it: "FP32"."""
    return str(_MESSAGES.DataType.Name(tensor.data_type)).removeprefix("TYPE_")


def kind(group: Any) -> str:
    """What an instance group runs on: "KIND_GPU"."""
    return str(group.Kind.Name(group.kind))
