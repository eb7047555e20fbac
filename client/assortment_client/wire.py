"""Calls and answers as the bytes of Triton's protobuf messages. No network in here.

A request is encoded once for all of its attempts: they differ in the timeout alone, and in protobuf bytes appended to a message
are merged into it.
"""

from __future__ import annotations

import math
import struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError
from tritonclient.grpc import service_pb2 as untyped

from assortment_client.codec import Call, Tensors
from assortment_client.errors import BadResponse
from assortment_client.response import ServerInfo

service_pb2: Final[Any] = untyped  # generated, without types

MODEL_INFER: Final = "/inference.GRPCInferenceService/ModelInfer"
SERVER_METADATA: Final = "/inference.GRPCInferenceService/ServerMetadata"
SERVER_METADATA_REQUEST: Final = b""  # a message without fields

# All that the contract needs, and what a wrong server is likely to answer with.
_DATATYPES: Final = {
    np.dtype(np.object_): "BYTES",
    np.dtype(np.float32): "FP32",
    np.dtype(np.float64): "FP64",
    np.dtype(np.int32): "INT32",
    np.dtype(np.int64): "INT64",
    np.dtype(np.uint8): "UINT8",
    np.dtype(np.bool_): "BOOL",
}
_DTYPES: Final = {name: dtype for dtype, name in _DATATYPES.items()}
_LENGTH: Final = struct.Struct("<I")


def encode(call: Call, *, request_id: str) -> bytes:
    """A ModelInferRequest without its timeout."""
    request = service_pb2.ModelInferRequest(model_name=call.model, id=request_id)
    for name, tensor in call.tensors.items():
        datatype = _DATATYPES[tensor.dtype]
        request.inputs.add(name=name, datatype=datatype, shape=tensor.shape)
        request.raw_input_contents.append(_packed(tensor) if datatype == "BYTES" else tensor.tobytes())
    encoded: bytes = request.SerializeToString()
    return encoded


def with_timeout(message: bytes, seconds: float) -> bytes:
    """The same, with the time that the server may take until it drops the request; whole microseconds, at least one."""
    parameters = service_pb2.ModelInferRequest()
    parameters.parameters["timeout"].int64_param = max(1, int(seconds * 1e6))
    suffix: bytes = parameters.SerializeToString()
    return message + suffix


def decode(message: bytes) -> Tensors:
    """The tensors of a ModelInferResponse by name; read-only views where numbers are.

    Raises:
        BadResponse: when the bytes are no such message, or a tensor's do not fill its shape.
    """
    response = _parsed(service_pb2.ModelInferResponse, message)
    raw = response.raw_output_contents
    if len(raw) != len(response.outputs):
        raise BadResponse(f"an answer that cannot be read ({len(response.outputs)} tensors with {len(raw)} contents)")
    return {
        output.name: _tensor(output.name, output.datatype, tuple(output.shape), content)
        for output, content in zip(response.outputs, raw, strict=True)
    }


def decode_server_metadata(message: bytes) -> ServerInfo:
    """The name and version of a ServerMetadataResponse.

    Raises:
        BadResponse: when the bytes are no such message.
    """
    response = _parsed(service_pb2.ServerMetadataResponse, message)
    return ServerInfo(name=response.name, version=response.version)


def _parsed(kind: Any, message: bytes) -> Any:
    try:
        return kind.FromString(message)
    except DecodeError as error:
        raise BadResponse(f"an answer that cannot be read ({error}): it is cut short, or another server's") from None


def _packed(tensor: npt.NDArray[Any]) -> bytes:
    """Triton's form of a STRING tensor: each value after its length."""
    return b"".join(part for value in tensor.flat for part in (_LENGTH.pack(len(value)), value))


def _tensor(name: str, datatype: str, shape: tuple[int, ...], content: bytes) -> npt.NDArray[Any]:
    dtype = _DTYPES.get(datatype)
    if dtype is None:
        raise BadResponse(f"{name}: datatype {datatype!r} is not in the contract: another server, or another version of it")
    size = math.prod(shape) if min(shape, default=0) >= 0 else -1
    if datatype == "BYTES":
        values = _unpacked(name, content)
        complete = len(values) == size
        flat: npt.NDArray[Any] = np.empty(len(values), dtype=np.object_)
        flat[:] = values
    else:
        complete = len(content) == size * dtype.itemsize
        flat = np.frombuffer(content, dtype=dtype) if complete else np.empty(0, dtype=dtype)
    if not complete:
        told = f"{name}: {len(content)} bytes of {datatype} do not fill the shape {list(shape)}"
        raise BadResponse(f"an answer that cannot be read ({told}): it is cut short, or another server's")
    return flat.reshape(shape)


def _unpacked(name: str, content: bytes) -> list[bytes]:
    values, at, end, length_at = [], 0, len(content), _LENGTH.unpack_from
    try:
        while at < end:
            start = at + _LENGTH.size
            at = start + length_at(content, at)[0]
            values.append(content[start:at])
    except struct.error:  # fewer bytes than a length has
        at = end + 1
    if at > end:
        raise BadResponse(f"an answer that cannot be read ({name} ends within a value): it is cut short")
    return values
