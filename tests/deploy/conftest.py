import datetime
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tritonclient.grpc as triton
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tritonclient.utils import InferenceServerException

from assortment import manifest
from assortment.errors import ServerError

_CONFIG = """
name: "echo"
backend: "python"
max_batch_size: 16
input [ { name: "X" data_type: TYPE_FP32 dims: [ -1 ] } ]
output [ { name: "X" data_type: TYPE_FP32 dims: [ -1 ] } ]
instance_group [ { count: 2 kind: KIND_CPU } ]
"""
_MODEL = """
from assortment.serving.triton_backend import TritonModel


class Echo:
    def run(self, batch):
        return list(batch)


class TritonPythonModel(TritonModel):
    def open(self, model, version, parameters):
        return Echo()
"""


@pytest.fixture
def echo_repository(tmp_path: Path) -> Path:
    """A complete repository of one model that starts at once."""
    repository = tmp_path / "echo_repository"
    (repository / "echo" / "1").mkdir(parents=True)
    (repository / "echo" / "config.pbtxt").write_text(_CONFIG)
    (repository / "echo" / "1" / "model.py").write_text(_MODEL)
    manifest.write(repository, step="assemble", inputs={}, settings={})
    return repository


@pytest.fixture(scope="session")
def repository(request: pytest.FixtureRequest) -> Path:
    """An assembled model repository of a few hundred products."""
    given = os.environ.get("ASSORTMENT_TEST_REPOSITORY")
    path: Path = Path(given) if given else request.getfixturevalue("small_repository")
    return path


def ready(address: str) -> None:
    """The echo repository's canary."""
    client = triton.InferenceServerClient(address)
    try:
        tensor = triton.InferInput("X", [1, 3], "FP32")
        tensor.set_data_from_numpy(np.ones((1, 3), dtype=np.float32))
        assert client.infer("echo", [tensor], client_timeout=5).as_numpy("X").sum() == 3
    except InferenceServerException as error:
        raise ServerError(str(error.message())) from error
    finally:
        client.close()


@pytest.fixture(scope="session")
def echo_ready() -> Callable[[str], None]:
    return ready


class Authority:
    """A certificate authority in a folder: ``ca.crt``, and what it issues, each with a key of mode 0600."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self.folder = folder
        self.certificate = folder / f"{name}.crt"
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        ca = x509.BasicConstraints(ca=True, path_length=0)
        issued = self._builder(self._name, self._key.public_key(), days=(-1, 30)).add_extension(ca, critical=True)
        self.certificate.write_bytes(issued.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(self, name: str, *, host: str = "search.shop.example", days: tuple[int, int] = (-1, 30)) -> None:
        """Writes ``name``.crt, valid between these days from now, and ``name``.key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        issued = self._builder(subject, key.public_key(), days).add_extension(names, critical=False)
        (self.folder / f"{name}.crt").write_bytes(issued.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        path = self.folder / f"{name}.key"
        path.touch(0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: tuple[int, int]) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder()
            .issuer_name(self._name)
            .subject_name(subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """One that has issued server and client certificates, in a folder of its own."""
    folder = tmp_path / "tls"
    folder.mkdir()
    made = Authority(folder)
    made.issue("server")
    made.issue("client")
    return made


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    """Another authority, which nobody here trusts."""
    folder = tmp_path / "stranger"
    folder.mkdir()
    made = Authority(folder, "stranger")
    made.issue("client")
    return made
