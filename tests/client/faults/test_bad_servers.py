"""Real servers that are not what a client takes them for: each is its own exception, which says what to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

from assortment.errors import ServerError
from assortment_client import AccessDenied, AsyncSearchClient, SearchClient, SearchError
from assortment_client.errors import TLSFailed
from assortment_client.options import TLS
from assortment_client.status import error_of
from deploy.local.server import LocalServer
from deploy.local.tls import Tls
from perf.faults.replicas import Replica

if TYPE_CHECKING:
    from conftest import Authority

pytestmark = [pytest.mark.slow, pytest.mark.triton]

NAME = "search.shop.example"
DEADLINE_S = 5.0
LATE_S = 3.0


def ends_with(kind: type[SearchError], address: str, **options: Any) -> SearchError:
    """The error of a search by either client: the same class, within the deadline."""

    async def awaited() -> None:
        async with AsyncSearchClient(address, **options) as client:
            await client.search("shoes", deadline_s=DEADLINE_S)

    start = time.monotonic()
    with SearchClient(address, **options) as client, pytest.raises(kind) as caught:
        client.search("shoes", deadline_s=DEADLINE_S)
    with pytest.raises(kind) as caught_async:
        asyncio.run(awaited())
    assert time.monotonic() - start < 2 * (DEADLINE_S + LATE_S)
    assert type(caught.value) is type(caught_async.value) is kind
    assert caught.value.endpoint == address
    assert not caught.value.retryable
    return caught.value


def serving(repository: Path, folder: Path, tls: Tls) -> LocalServer:
    def ready(address: str) -> None:
        client = triton.InferenceServerClient(address, **tls.client_arguments())
        try:
            query = triton.InferInput("QUERY", [1, 1], "BYTES")
            query.set_data_from_numpy(np.array([[b"canary"]], dtype=np.object_))
            client.infer("search", [query], client_timeout=5)
        except InferenceServerException as error:
            raise ServerError(str(error.message())) from error
        finally:
            client.close()

    return LocalServer(repository, tls=tls, log=folder / "log", admin_key_file=folder / "key", ready=ready)


@pytest.fixture
def behind_tls(text_repository: Path, authority: Authority, tmp_path: Path) -> Iterator[LocalServer]:
    with serving(text_repository, tmp_path, Tls(folder=authority.folder)) as server:
        yield server


@pytest.fixture
def behind_mutual_tls(text_repository: Path, authority: Authority, tmp_path: Path) -> Iterator[LocalServer]:
    with serving(text_repository, tmp_path, Tls(folder=authority.folder, client_ca=authority.certificate)) as server:
        yield server


def test_a_certificate_that_is_not_trusted(behind_tls: LocalServer, authority: Authority, stranger: Authority) -> None:
    trusted = TLS(ca=authority.certificate, server_name=NAME)
    with SearchClient(behind_tls.grpc_address, tls=trusted) as client:
        assert client.search("shoes", deadline_s=DEADLINE_S).ids
    told = ends_with(TLSFailed, behind_tls.grpc_address, tls=TLS(ca=stranger.certificate, server_name=NAME))
    assert "certificate" in told.message
    ends_with(TLSFailed, behind_tls.grpc_address, tls=TLS(ca=authority.certificate, server_name="other.shop.example"))
    ends_with(TLSFailed, behind_tls.grpc_address)  # plain text


def test_tls_to_a_server_that_speaks_plain_text(replicas: list[Replica], authority: Authority) -> None:
    ends_with(TLSFailed, replicas[0].address, tls=TLS(ca=authority.certificate, server_name=NAME))


def test_mutual_tls_without_a_certificate_or_with_a_strangers(
    behind_mutual_tls: LocalServer, authority: Authority, stranger: Authority
) -> None:
    def shown(by: Authority) -> TLS:
        return TLS(ca=authority.certificate, cert=by.folder / "client.crt", key=by.folder / "client.key", server_name=NAME)

    with SearchClient(behind_mutual_tls.grpc_address, tls=shown(authority)) as client:
        assert client.search("shoes", deadline_s=DEADLINE_S).ids
    ends_with(TLSFailed, behind_mutual_tls.grpc_address, tls=TLS(ca=authority.certificate, server_name=NAME))
    ends_with(TLSFailed, behind_mutual_tls.grpc_address, tls=shown(stranger))


def test_doors_that_speak_no_grpc(replicas: list[Replica]) -> None:
    """Triton's HTTP doors close the connection without a word, as one that wants TLS does; the message names both."""
    for address in (replicas[0].server.http_address, replicas[0].server.metrics_address):
        told = ends_with(TLSFailed, address)
        assert "TLS" in told.message
        assert "gRPC port" in told.message


def test_a_restricted_call_without_its_key(replicas: list[Replica]) -> None:
    """The client makes none; what the real server says to it means ``AccessDenied``."""
    address = replicas[0].address
    with grpc.insecure_channel(address) as channel:
        stub: Any = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.ModelStatistics(service_pb2.ModelStatisticsRequest(name="search"), timeout=DEADLINE_S)
    refused: Any = caught.value
    told = error_of(refused.code().name, refused.details(), endpoint=address, model="search")
    assert type(told) is AccessDenied
