"""TLS of the gRPC endpoint: what is wrong with a certificate is said before the start, and the server lets in whom it should."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from assortment.admin import AdminKey
from assortment.errors import InputError, ServerError
from deploy.local.ports import is_listening
from deploy.local.server import LocalServer
from deploy.local.tls import Tls

if TYPE_CHECKING:
    from conftest import Authority

_ROOT = Path(__file__).parents[2]


def _infer(address: str, **arguments: Any) -> float:
    """One inference by the echo model; ``arguments`` are for the client."""
    if arguments.get("ssl"):
        arguments["channel_args"] = [("grpc.ssl_target_name_override", "search.shop.example")]
    client = triton.InferenceServerClient(address, **arguments)
    try:
        tensor = triton.InferInput("X", [1, 3], "FP32")
        tensor.set_data_from_numpy(np.ones((1, 3), dtype=np.float32))
        return float(client.infer("echo", [tensor], client_timeout=5).as_numpy("X").sum())
    finally:
        client.close()


def _ready(tls: Tls) -> Callable[[str], None]:
    def ready(address: str) -> None:
        try:
            assert _infer(address, **tls.client_arguments()) == 3
        except InferenceServerException as error:
            raise ServerError(str(error.message())) from error

    return ready


@pytest.mark.triton
def test_tls_answers_those_who_trust_it_and_nobody_in_plaintext(
    echo_repository: Path, authority: Authority, stranger: Authority
) -> None:
    tls = Tls(folder=authority.folder)
    with LocalServer(echo_repository, tls=tls, ready=_ready(tls)) as server:
        assert _infer(server.grpc_address, ssl=True, root_certificates=str(authority.certificate)) == 3
        with pytest.raises(InferenceServerException, match="UNAVAILABLE"):
            _infer(server.grpc_address)
        with pytest.raises(InferenceServerException, match="UNAVAILABLE"):
            _infer(server.grpc_address, ssl=True, root_certificates=str(stranger.certificate))
        assert not is_listening(int(server.http_address.rpartition(":")[2]))
        assert is_listening(int(server.metrics_address.rpartition(":")[2]))


@pytest.mark.triton
def test_mutual_tls_lets_in_only_clients_of_its_authority(
    echo_repository: Path, authority: Authority, stranger: Authority
) -> None:
    tls = Tls(folder=authority.folder, client_ca=authority.certificate)

    def shown(by: Authority) -> dict[str, str]:
        return {"private_key": str(by.folder / "client.key"), "certificate_chain": str(by.folder / "client.crt")}

    with LocalServer(echo_repository, tls=tls, ready=_ready(tls)) as server:
        trusted = {"ssl": True, "root_certificates": str(authority.certificate)}
        assert _infer(server.grpc_address, **trusted, **shown(authority)) == 3
        for refused in ({}, trusted, {**trusted, **shown(stranger)}):
            with pytest.raises(InferenceServerException, match="UNAVAILABLE"):
                _infer(server.grpc_address, **refused)


@pytest.mark.triton
def test_serve_with_both_flags_passes_its_own_canary(repository: Path, authority: Authority, tmp_path: Path) -> None:
    told = ""
    command = [sys.executable, "-m", "assortment.cli", "serve", f"--repository={repository}", "--host=0.0.0.0"]
    flags = [f"--tls={authority.folder}", f"--mutual-tls={authority.certificate}", f"--admin-key-file={tmp_path / 'key'}"]
    free = ["--grpc-port=0", "--http-port=0", "--metrics-port=0", f"--log={tmp_path / 'log'}"]
    serving = subprocess.Popen([*command, *flags, *free], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=_ROOT)
    assert serving.stdout
    while "stop it" not in told:
        line = serving.stdout.readline()
        assert line, told
        told += line
    serving.send_signal(signal.SIGTERM)
    assert "stopped" in serving.stdout.read()
    serving.stdout.close()
    assert serving.wait(30) == 0
    assert re.search(r"gRPC +127\.0\.0\.1:\d+ \(mutual TLS\)\n +HTTP +off: it has no TLS\n", told)
    assert "warning" not in told
    assert AdminKey.read(tmp_path / "key").value not in told


def test_good_certificates_pass(authority: Authority) -> None:
    Tls(folder=authority.folder).check()
    Tls(folder=authority.folder, client_ca=authority.certificate).check()


def _expired(authority: Authority) -> None:
    authority.issue("server", days=(-30, -1))


def _early(authority: Authority) -> None:
    authority.issue("server", days=(1, 30))


def _another_key(authority: Authority) -> None:
    (authority.folder / "server.key").write_bytes((authority.folder / "client.key").read_bytes())


def _readable_key(authority: Authority) -> None:
    (authority.folder / "server.key").chmod(0o644)


def _no_key(authority: Authority) -> None:
    (authority.folder / "server.key").unlink()


def _no_pem(authority: Authority) -> None:
    (authority.folder / "server.crt").write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")


def _key_that_is_none(authority: Authority) -> None:
    (authority.folder / "server.key").write_text("nonsense")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_expired, r"server\.crt expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC; get a new certificate"),
        (_early, r"server\.crt is valid from .* UTC on; is the clock right\?"),
        (_another_key, r"server\.key is not the key of .*server\.crt"),
        (_readable_key, r"server\.key has mode 0644, so others may read or replace the key; chmod 600"),
        (_no_key, r"server\.key cannot be read \(No such file or directory\)"),
        (_no_pem, r"server\.crt holds no certificate in PEM form"),
        (_key_that_is_none, r"server\.key holds no private key in PEM form"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_wrong_is_said_before_anything_starts(
    echo_repository: Path, authority: Authority, spoil: Callable[[Authority], None], told: str
) -> None:
    spoil(authority)
    with pytest.raises(ServerError, match=told):
        LocalServer(echo_repository, tls=Tls(folder=authority.folder)).start()


def test_the_canary_needs_a_certificate_that_its_server_lets_in(authority: Authority, stranger: Authority) -> None:
    with pytest.raises(ServerError, match=r"client\.crt, .* was not issued by an authority in .*stranger\.crt"):
        Tls(folder=authority.folder, client_ca=stranger.certificate).check()
    (authority.folder / "client.crt").unlink()
    with pytest.raises(ServerError, match=r"client\.crt cannot be read"):
        Tls(folder=authority.folder, client_ca=authority.certificate).check()


def test_authorities_need_a_certificate_of_ones_own() -> None:
    with pytest.raises(InputError, match=r"--mutual-tls: 'ca\.crt' is not allowed; it needs --tls FOLDER"):
        Tls.of(None, Path("ca.crt"))
    assert Tls.of(None, None) is None
