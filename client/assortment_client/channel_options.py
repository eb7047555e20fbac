"""The gRPC channel arguments of this client, the same for both faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

ChannelArgument = tuple[str, int | str]
"""Name and value, as gRPC documents them."""

_LARGEST_MESSAGE: Final = 2**31 - 1
# gRPC's own receive limit is 4 MB. Pings only go out while a call waits: Triton cuts connections that ping when idle.
DEFAULTS: Final[dict[str, int | str]] = {
    "grpc.max_send_message_length": _LARGEST_MESSAGE,
    "grpc.max_receive_message_length": _LARGEST_MESSAGE,
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,  # also the TCP user timeout, which notices a host that vanished
    "grpc.keepalive_permit_without_calls": 0,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2_000,  # gRPC's own two minutes would outlast a server's restart by far
    "grpc.service_config_disable_resolution": 1,  # no retries but this client's own
    "grpc.enable_retries": 0,
    "grpc.use_local_subchannel_pool": 1,  # two clients of a process do not share connections, nor their back-off
}


def merged(arguments: Sequence[ChannelArgument], server_name: str | None) -> list[ChannelArgument]:
    """The defaults, overridden by a caller's ``arguments``; ``server_name`` is what the certificate has to be for."""
    named: dict[str, int | str] = {}
    if server_name:
        named = {"grpc.ssl_target_name_override": server_name, "grpc.default_authority": server_name}
    return list({**DEFAULTS, **named, **dict(arguments)}.items())
