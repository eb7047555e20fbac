import socket

import pytest

from assortment.errors import InputError, ServerError
from deploy.local.ports import LOOPBACK, Hosts, Ports, is_listening, near


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


def test_nothing_listens_beyond_this_machine_unless_told() -> None:
    assert (Hosts().grpc, Hosts().http, Hosts().metrics) == (LOOPBACK, LOOPBACK, LOOPBACK)
    assert Hosts().warnings(tls=False) == []
    assert near("0.0.0.0") == LOOPBACK


def test_what_opens_the_server_without_protection_is_warned_of() -> None:
    (told,) = Hosts(grpc="0.0.0.0").warnings(tls=False)
    assert told.startswith("gRPC listens on 0.0.0.0 without TLS: queries, answers and the admin key can be read on the way")
    assert Hosts(grpc="0.0.0.0").warnings(tls=True) == []
    assert len(Hosts(grpc="0.0.0.0", http="0.0.0.0", metrics="0.0.0.0").warnings(tls=False)) == 3


def test_an_address_that_is_none_or_not_of_this_machine_is_refused() -> None:
    with pytest.raises(InputError, match=r"--host: .search\.shop\.example. is not allowed; allowed: an IPv4 address"):
        Hosts(grpc="search.shop.example")
    with pytest.raises(ServerError, match=r"gRPC on 192\.0\.2\.1: this machine has no such address"):
        Ports().resolved(Hosts(grpc="192.0.2.1"))
