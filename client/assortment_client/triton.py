"""The one adapter around tritonclient, which has no types: everything from it ends here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy.typing as npt
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from assortment_client.codec import Call
from assortment_client.errors import BadResponse, ClientClosed, SearchError
from assortment_client.response import ServerInfo
from assortment_client.status import error_of

ChannelArgument = tuple[str, int | str]

# Passing channel arguments replaces all of tritonclient's own, so its message limits are repeated here: without them an
# answer above 4 MB fails. Pings only go out while a call waits: Triton cuts connections that ping when idle.
DEFAULT_CHANNEL_ARGUMENTS: Final[dict[str, int | str]] = {
    "grpc.max_send_message_length": triton.MAX_GRPC_MESSAGE_SIZE,
    "grpc.max_receive_message_length": triton.MAX_GRPC_MESSAGE_SIZE,
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,  # also the TCP user timeout, which notices a host that vanished
    "grpc.keepalive_permit_without_calls": 0,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2_000,  # gRPC's own two minutes would outlast a server's restart by far
    "grpc.service_config_disable_resolution": 1,  # no retries but this client's own
}


class Channel:
    """One gRPC channel to one endpoint. Safe to share between threads."""

    def __init__(self, endpoint: str, channel_arguments: Sequence[ChannelArgument] = ()) -> None:
        """Opens lazily: the first call connects. ``channel_arguments`` are added to, or override, the defaults."""
        self.endpoint = endpoint
        arguments = {**DEFAULT_CHANNEL_ARGUMENTS, **dict(channel_arguments)}
        self._client: Any = triton.InferenceServerClient(endpoint, channel_args=list(arguments.items()))
        self._closed = False

    def infer(self, call: Call, *, request_id: str, deadline_s: float) -> dict[str, npt.NDArray[Any]]:
        """One attempt at one inference: its output tensors by name.

        The deadline holds here, and goes along as Triton's queue timeout (whole microseconds), so that a server does not
        work for a caller who has given up.

        Raises:
            SearchError: see ``errors``.
        """
        self._check_open(call.model, request_id)
        inputs = []
        for name, tensor in call.tensors.items():
            tensor_input = triton.InferInput(name, tensor.shape, np_to_triton_dtype(tensor.dtype))
            inputs.append(tensor_input.set_data_from_numpy(tensor))
        try:
            result = self._client.infer(
                call.model,
                inputs,
                request_id=request_id,
                timeout=max(1, int(deadline_s * 1e6)),
                client_timeout=deadline_s,
            )
            return {output.name: result.as_numpy(output.name) for output in result.get_response().outputs}
        except InferenceServerException as error:
            raise self._error(error, call.model, request_id) from None
        except ValueError as error:  # gRPC's closed channel, or raw bytes that do not fill the stated shape
            self._check_open(call.model, request_id)
            raise BadResponse(f"an answer that cannot be read ({error})").located(
                endpoint=self.endpoint, model=call.model, request_id=request_id
            ) from None

    def server_info(self, *, deadline_s: float) -> ServerInfo:
        """Name and version as the server reports them.

        Raises:
            SearchError: see ``errors``.
        """
        self._check_open("server_info", "")
        try:
            metadata = self._client.get_server_metadata(client_timeout=deadline_s)
        except InferenceServerException as error:
            raise self._error(error, "server_info", "") from None
        return ServerInfo(name=metadata.name, version=metadata.version)

    def close(self) -> None:
        """Closes the connection; calls under way in other threads fail."""
        self._closed = True
        self._client.close()

    def _check_open(self, model: str, request_id: str) -> None:
        if self._closed:
            raise ClientClosed("this client was closed; make a new one").located(
                endpoint=self.endpoint, model=model, request_id=request_id
            )

    def _error(self, error: Any, model: str, request_id: str) -> SearchError:
        if self._closed:
            return ClientClosed("this client was closed while the call was under way").located(
                endpoint=self.endpoint, model=model, request_id=request_id
            )
        code = str(error.status() or "UNKNOWN").removeprefix("StatusCode.")
        return error_of(code, error.message() or "", endpoint=self.endpoint, model=model, request_id=request_id)
