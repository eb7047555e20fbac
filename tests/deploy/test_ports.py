import socket

import pytest

from assortment.errors import ServerError
from deploy.local.ports import LOOPBACK, Ports, is_listening


def test_zeros_become_different_free_ports() -> None:
    ports = Ports().resolved()
    assert len({ports.grpc, ports.http, ports.metrics}) == 3
    assert not is_listening(ports.grpc)


def test_a_taken_port_is_named_before_anything_starts() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        assert is_listening(port)
        with pytest.raises(
            ServerError, match=rf"^HTTP port {port} on 127.0.0.1 is taken .*; choose another, or 0 for a free one"
        ):
            Ports(http=port).resolved()


def test_a_port_out_of_range_is_refused() -> None:
    with pytest.raises(ServerError, match="gRPC port 70000: allowed: 1 to 65535, or 0 for a free one"):
        Ports(grpc=70_000).resolved()
