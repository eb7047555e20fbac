"""TLS, tokens and metadata: what is sent, what is refused, and that none of it is ever shown."""

from __future__ import annotations

import logging
import pickle
import socket
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from assortment_client import TLS, AccessDenied, BadResponse, InvalidRequest, NotTriton, SearchError, TLSFailed
from tests.client.conftest import serving

if TYPE_CHECKING:
    from conftest import Authority

NAME = "search.shop.example"
SECRET = "s3cret-token-0123456789"


def credentials(authority: Authority, *, mutual: bool = False) -> grpc.ServerCredentials:
    pair = [((authority.folder / "server.key").read_bytes(), (authority.folder / "server.crt").read_bytes())]
    return grpc.ssl_server_credentials(pair, authority.certificate.read_bytes(), mutual)


def test_tls_by_file_and_by_bytes(connect, authority: Authority) -> None:
    with serving(credentials(authority)) as server:
        for ca in (authority.certificate, authority.certificate.read_bytes()):
            assert len(connect(server.endpoint, tls=TLS(ca=ca, server_name=NAME)).search("shoes")) == 2


def test_mutual_tls(connect, authority: Authority, stranger: Authority) -> None:
    def shown(by: Authority) -> TLS:
        return TLS(ca=authority.certificate, cert=by.folder / "client.crt", key=by.folder / "client.key", server_name=NAME)

    with serving(credentials(authority, mutual=True)) as server:
        assert len(connect(server.endpoint, tls=shown(authority)).search("shoes")) == 2
        for refused in (shown(stranger), TLS(ca=authority.certificate, server_name=NAME)):
            with pytest.raises(TLSFailed, match="client certificate"):
                connect(server.endpoint, tls=refused).search("shoes")


@pytest.mark.parametrize(
    ("tls", "told"),
    [
        (lambda ours, other: TLS(ca=other.certificate, server_name=NAME), "TLS.ca has to hold the authority"),
        (lambda ours, other: TLS(ca=ours.certificate, server_name="other.example"), "give that as TLS.server_name"),
        (lambda ours, other: None, "it may want TLS: tls=TLS"),
    ],
)
def test_no_secure_connection_says_why(connect, authority: Authority, stranger: Authority, tls, told: str) -> None:
    with serving(credentials(authority)) as server, pytest.raises(TLSFailed, match=told) as caught:
        connect(server.endpoint, tls=tls(authority, stranger)).search("shoes")
    assert (caught.value.code, caught.value.retryable, caught.value.endpoint) == ("UNAVAILABLE", False, server.endpoint)


def test_an_expired_certificate(connect, authority: Authority) -> None:
    authority.issue("server", days=(-9, -1))
    with serving(credentials(authority)) as server, pytest.raises(TLSFailed, match="expired"):
        connect(server.endpoint, tls=TLS(ca=authority.certificate, server_name=NAME)).search("shoes")


def test_tls_to_plain_text(connect, scripted, authority: Authority) -> None:
    with pytest.raises(TLSFailed, match="the server speaks plain text there"):
        connect(scripted.endpoint, tls=TLS(ca=authority.certificate)).search("shoes")


def test_a_replica_with_a_bad_certificate_costs_no_call(connect, authority: Authority, stranger: Authority) -> None:
    stranger.issue("server")
    with serving(credentials(authority)) as well, serving(credentials(stranger)) as ill:
        client = connect([ill.endpoint, well.endpoint], tls=TLS(ca=authority.certificate, server_name=NAME))
        assert {client.search("shoes").endpoint for _ in range(6)} == {well.endpoint}


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example ESMTP ready and waiting\r\n"])
def test_another_server_on_the_port(connect, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(greeting)
                    connection.recv(4096)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        with pytest.raises(NotTriton, match="does not speak gRPC") as caught:
            connect(f"127.0.0.1:{listener.getsockname()[1]}").search("shoes")
        assert isinstance(caught.value, BadResponse)
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_grpc_server_that_is_no_triton(connect) -> None:
    from concurrent.futures import ThreadPoolExecutor

    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with pytest.raises(NotTriton, match="is not Triton"):
            connect(f"127.0.0.1:{port}").search("shoes")
    finally:
        server.stop(None).wait()


def test_another_models_contract(connect, scripted) -> None:
    import numpy as np

    scripted.answer_tensors({"logits": np.zeros((1, 3), np.float32)})
    with pytest.raises(BadResponse, match=r"the answer holds no ID, only \['logits'\]") as caught:
        connect(scripted.endpoint).search("shoes")
    assert type(caught.value) is BadResponse
    assert len(caught.value.attempts) == 1


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"ca": "ca.pem"}, "tls.ca"),
        ({"ca": Path("/no/such/file")}, "tls.ca"),
        ({"ca": b"junk"}, "tls.ca"),
        ({"cert": b"-----BEGIN CERTIFICATE-----"}, "tls.key"),
        ({"key": b"-----BEGIN PRIVATE KEY-----"}, "tls.cert"),
        ({"cert": b"-----BEGIN CERTIFICATE-----", "key": b"-----BEGIN CERTIFICATE-----"}, "tls.key"),
        ({"server_name": ""}, "tls.server_name"),
    ],
)
def test_certificates_are_checked_when_a_client_is_made(connect, options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        connect("127.0.0.1:1", tls=TLS(**options))
    assert caught.value.field == field
    assert "allowed" in caught.value.message


def wants(token: str, scripted: Any) -> None:
    """Makes a server refuse other tokens."""
    right = scripted.answer

    def answer(request: Any, context: Any) -> Any:
        given = dict(context.invocation_metadata()).get("authorization", "")
        if given != f"Bearer {token}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, f"{given} has expired")
        return right(request, context)

    scripted.answer = answer


def test_a_token_and_metadata_go_with_every_attempt(connect, scripted) -> None:
    wants(SECRET, scripted)
    client = connect(scripted.endpoint, token=SECRET, metadata={"tenant": "shop-7"})
    assert len(client.search("shoes")) == 2
    assert scripted.metadata[0]["tenant"] == "shop-7"


def test_a_provider_is_asked_for_every_attempt_and_once_more_when_refused(connect, scripted) -> None:
    wants("new", scripted)
    tokens = iter(["old", "new", "new", "old", "old"])
    client = connect(scripted.endpoint, token=lambda: next(tokens))
    assert client.search("shoes").attempts == 2
    assert client.search("shoes").attempts == 1
    with pytest.raises(AccessDenied) as caught:
        client.search("shoes")
    assert [one.kind for one in caught.value.attempts] == ["first", "retry"]
    assert next(tokens, None) is None


def test_a_refused_token_that_does_not_change_is_not_sent_again(connect, scripted) -> None:
    wants("new", scripted)
    with pytest.raises(AccessDenied):
        connect(scripted.endpoint, token=SECRET).search("shoes")
    assert len(scripted.requests) == 1


def test_a_slow_provider_takes_its_time_from_the_attempt(connect, scripted) -> None:
    def provider() -> str:
        time.sleep(0.2)
        return SECRET

    connect(scripted.endpoint, token=provider).search("shoes", deadline_s=5)
    assert 0 < scripted.requests[0].parameters["timeout"].int64_param <= 4_800_000


@pytest.mark.parametrize("provider", [lambda: 1 / 0, lambda: None, lambda: "", lambda: "two words", lambda: "line\nbreak"])
def test_a_provider_that_fails(connect, scripted, provider) -> None:
    with pytest.raises(AccessDenied, match="the token provider"):
        connect(scripted.endpoint, token=provider).search("shoes")
    assert not scripted.requests


def test_tokens_do_not_travel_in_plain_text() -> None:
    from assortment_client import SearchClient

    for endpoints in ("10.0.0.1:8001", ["127.0.0.1:1", "search.shop:8001"], "dns:///search.shop:8001"):
        for token in (SECRET, lambda: SECRET):
            with pytest.raises(InvalidRequest, match=r"^token: it would travel to .* in plain text") as caught:
                SearchClient(endpoints, token=token)
            assert SECRET not in str(caught.value)
    for endpoints in ("localhost:8001", "[::1]:8001"):
        SearchClient(endpoints, token=SECRET).close()


@pytest.mark.parametrize("key", ["authorization", "grpc-timeout", "te", "user-agent", "Upper", "with space", "data-bin", "", 7])
def test_reserved_and_impossible_metadata_is_refused_by_name(connect, key: Any) -> None:
    with pytest.raises(InvalidRequest, match=f"^metadata: {key!r} is not allowed") as caught:
        connect("127.0.0.1:1", metadata={key: SECRET})
    assert SECRET not in str(caught.value)
    with pytest.raises(InvalidRequest, match=r"^metadata: 'fine'") as caught:
        connect("127.0.0.1:1", metadata={"fine": SECRET + "\n"})
    assert SECRET not in str(caught.value)


def test_no_secret_is_shown(connect, scripted, caplog, authority: Authority) -> None:
    caplog.set_level(logging.DEBUG)
    wants("another", scripted)
    key = (authority.folder / "client.key").read_bytes()
    tls = TLS(ca=authority.certificate, cert=authority.folder / "client.crt", key=key)
    shown = [repr(tls), str(tls)]
    for token in (SECRET, lambda: SECRET):
        client = connect(scripted.endpoint, token=token, metadata={"api-key": SECRET + "-2"})
        shown += [repr(client), str(client), repr(client._calls.metadata)]
        with pytest.raises(AccessDenied) as caught:
            client.search("shoes")
        error: SearchError = caught.value
        shown += [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
        shown.append(str(pickle.loads(pickle.dumps(error))))
        assert client.ready() is False
    shown += [record.getMessage() for record in caplog.records]
    assert "(hidden) has expired" in error.message
    assert not [text for text in shown if SECRET in text or key.decode().splitlines()[1] in text]
