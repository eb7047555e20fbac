"""An asynchronous gRPC channel to one endpoint: bytes out, bytes back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import grpc
import grpc.aio

from assortment_client.channel_options import ChannelArgument
from assortment_client.status import StatusError

_CLOSED: Final = "this channel was closed"


class AioChannel:
    """Made at the first call, in the event loop that it then belongs to."""

    def __init__(self, address: str, credentials: Any | None, arguments: Sequence[ChannelArgument]) -> None:
        """``credentials`` are gRPC's channel credentials; None is plain text."""
        self._address, self._credentials, self._options = address, credentials, list(arguments)
        self._channel: Any = None
        self._methods: dict[str, Any] = {}
        self._closed = False

    async def call(self, method: str, message: bytes, timeout_s: float, metadata: Sequence[tuple[str, str]]) -> bytes:
        """One attempt. Cancelling it cancels it at the server too.

        Raises:
            StatusError: when the status is not OK; code CANCELLED when the channel was closed.
        """
        if self._closed:
            raise StatusError("CANCELLED", _CLOSED)
        invoke = self._methods.get(method)
        if invoke is None:
            invoke = self._methods[method] = self._opened().unary_unary(method)
        under_way = invoke(message, timeout=timeout_s, metadata=metadata or None)
        try:
            answer: bytes = await under_way
        except grpc.RpcError as error:
            raise StatusError(error.code().name, error.details() or "") from None
        except asyncio.CancelledError:
            if self._closed and not _is_being_cancelled():  # by close(), not by whoever awaits this
                raise StatusError("CANCELLED", _CLOSED) from None
            raise
        return answer

    async def close(self) -> None:
        """Calls under way fail with CANCELLED."""
        self._closed = True
        if self._channel is not None:
            await self._channel.close()

    def _opened(self) -> Any:
        if self._channel is None:
            self._channel = (
                grpc.aio.secure_channel(self._address, self._credentials, options=self._options)
                if self._credentials is not None
                else grpc.aio.insecure_channel(self._address, options=self._options)
            )
        return self._channel


def _is_being_cancelled() -> bool:
    """Whether the task itself was cancelled; Python 3.10 cannot tell, and says no."""
    task = asyncio.current_task()
    cancelling = getattr(task, "cancelling", None)
    return bool(cancelling and cancelling())
