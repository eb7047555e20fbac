"""What tests of several rooms share: a small shop, trained and exported for real, the server serving it, and certificates."""

from __future__ import annotations

import datetime
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from filelock import FileLock

from assortment.paths import BuildPaths

if TYPE_CHECKING:
    from deploy.local.server import LocalServer

SMALL = 640  # products: every type of the built-in catalogue, a minute of training and exporting


class Served(NamedTuple):
    """A running server and what it serves."""

    url: str
    """host:port of its gRPC door."""
    paths: BuildPaths
    ids: list[str]
    """Every product id, in catalogue order."""
    server: LocalServer
    """The server itself, for its canary and its other doors."""


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real product data beside the checkout; the test is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real product data at {folder}")
    return folder


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> BuildPaths:
    """Every step of the pipeline on a few hundred products, trained just long enough to be better than chance.

    The first process that asks makes it, and each has it in a folder of its own, by hard links. With a folder in
    ASSORTMENT_TEST_BUILD, what an earlier run left there is used as far as it is current.
    """
    own = tmp_path_factory.mktemp("build") / "small"
    root = tmp_path_factory.getbasetemp()
    kept = os.environ.get("ASSORTMENT_TEST_BUILD")
    shared = Path(kept) if kept else (root if worker_id == "master" else root.parent) / "shared"
    shared.mkdir(parents=True, exist_ok=True)
    with FileLock(shared / "small.lock"):
        _build(BuildPaths(shared / "small"))
        shutil.copytree(shared / "small", own, copy_function=os.link)
    return BuildPaths(own)


def _build(paths: BuildPaths) -> None:
    """Steps whose results are there already are skipped."""
    from assortment.catalogue.steps import generate
    from assortment.protocol.steps import freeze
    from export.index_step import index
    from export.steps import assemble, export
    from training.settings import TrainingSettings
    from training.steps import train

    generate(paths, products=SMALL)
    freeze(paths)
    train(paths, TrainingSettings(epochs=1, steps_per_epoch=10, scorer_steps=50, scorer_queries=100, facet_queries=400))
    export(paths)
    index(paths)
    assemble(paths)


@pytest.fixture(scope="session")
def small_repository(small_build: BuildPaths) -> Path:
    """The assembled model repository of the small shop."""
    return small_build.model_repository


@pytest.fixture(scope="session")
def served(small_build: BuildPaths) -> Iterator[Served]:
    """The small shop on the real Triton server. Tests that end a process of the server start one of their own."""
    from assortment.catalogue.store import Catalogue
    from deploy.local.server import LocalServer

    ids = [product.id for product in Catalogue.open(small_build.catalogue).products]
    with LocalServer(small_build.model_repository) as server:
        yield Served(server.grpc_address, small_build, ids, server)


@pytest.fixture(autouse=True)
def _machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """With several processes, a test marked ``alone`` waits for those of the others, and they for it."""
    if worker_id == "master":
        yield
        return
    folder = tmp_path_factory.getbasetemp().parent
    alone = request.node.get_closest_marker("alone") is not None
    with (folder / "machine.lock").open("w") as machine:
        with FileLock(folder / "gate.lock"):  # who waits for the machine lets nobody in
            fcntl.flock(machine, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


_TOGETHER = ("tests/client/faults",)
"""Folders whose tests fill one table: one process runs them all."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several processes, a file's tests run in one of them, since they share fixtures."""
    for item in items:
        path = item.path.relative_to(config.rootpath).as_posix()
        group = next((folder for folder in _TOGETHER if path.startswith(f"{folder}/")), path)
        item.add_marker(pytest.mark.xdist_group(group))


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
