"""A synchronous gRPC channel to one endpoint: bytes out, bytes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import grpc

from assortment_client.channel_options import ChannelArgument
from assortment_client.status import StatusError

_CLOSED: Final = "this channel was closed"


class Channel:
    """Opens lazily: the first call connects. Safe to share between threads."""

    def __init__(self, address: str, credentials: Any | None, arguments: Sequence[ChannelArgument]) -> None:
        """``credentials`` are gRPC's channel credentials; None is plain text."""
        options = list(arguments)
        self._channel: Any = (
            grpc.secure_channel(address, credentials, options=options)
            if credentials is not None
            else grpc.insecure_channel(address, options=options)
        )
        self._methods: dict[str, Any] = {}

    def call(self, method: str, message: bytes, timeout_s: float, metadata: Sequence[tuple[str, str]]) -> bytes:
        """One attempt.

        Raises:
            StatusError: when the status is not OK; code CANCELLED when the channel was closed.
        """
        invoke = self._methods.get(method)
        if invoke is None:
            try:
                invoke = self._methods[method] = self._channel.unary_unary(method)
            except ValueError:
                raise StatusError("CANCELLED", _CLOSED) from None
        try:
            answer: bytes = invoke(message, timeout_s, metadata or None)
        except grpc.RpcError as error:
            raise StatusError(error.code().name, error.details() or "") from None
        except ValueError:  # "Cannot invoke RPC on closed channel!"
            raise StatusError("CANCELLED", _CLOSED) from None
        return answer

    def close(self) -> None:
        """Calls under way in other threads fail with CANCELLED."""
        self._channel.close()
