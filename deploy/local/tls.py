"""Certificates of the server: checked before it starts, because gRPC says of a bad one no more than "handshake failed".

A folder holds ``server.crt`` and ``server.key`` (PEM; a chain after the server's own certificate). For mutual TLS it holds
``client.crt`` and ``client.key`` too, which the canary shows, and a file of authorities says whose clients are let in.
"""

from __future__ import annotations

import datetime
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from assortment.errors import InputError, ServerError

SERVER: Final = "server"
CLIENT: Final = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What the server shows its clients, and whose clients it lets in."""

    folder: Path
    client_ca: Path | None = None
    """PEM file of the authorities whose clients are let in; None lets in everybody."""

    @classmethod
    def of(cls, folder: Path | None, client_ca: Path | None) -> Tls | None:
        """From the command line's two flags; None without either.

        Raises:
            InputError: when there are authorities and no folder.
        """
        if folder is None and client_ca is not None:
            raise InputError("--mutual-tls", str(client_ca), "it needs --tls FOLDER, the server's own certificate")
        return cls(folder=folder, client_ca=client_ca) if folder else None

    def check(self) -> None:
        """Looks at every file.

        Raises:
            ServerError: when one is missing, unreadable or expired, does not belong to its key, is not signed by the
                authorities, or is a key that others than its owner may read.
        """
        _check_pair(self.folder, SERVER)
        if self.client_ca:
            authorities = _certificates(self.client_ca)
            for authority in authorities:
                _check_dates(authority, self.client_ca)
            _check_issued(_check_pair(self.folder, CLIENT), authorities, self.client_ca)

    def flags(self) -> list[str]:
        """For tritonserver. Its HTTP endpoint has no TLS, so that is off."""
        flags = [f"--grpc-server-cert={self.folder / 'server.crt'}", f"--grpc-server-key={self.folder / 'server.key'}"]
        if self.client_ca:
            return ["--allow-http=false", "--grpc-use-ssl-mutual=true", f"--grpc-root-cert={self.client_ca}", *flags]
        return ["--allow-http=false", "--grpc-use-ssl=true", *flags]

    def client_arguments(self) -> dict[str, Any]:
        """For ``tritonclient.grpc.InferenceServerClient`` on this machine: it trusts this server's own certificate alone."""
        certificate = self.folder / "server.crt"
        shown = {"private_key": str(self.folder / "client.key"), "certificate_chain": str(self.folder / "client.crt")}
        return {
            "ssl": True,
            "root_certificates": str(certificate),
            # It is called by its address here, which its certificate need not name.
            "channel_args": [("grpc.ssl_target_name_override", _name(_certificates(certificate)[0]))],
            **(shown if self.client_ca else {}),
        }


def _check_pair(folder: Path, name: str) -> x509.Certificate:
    """A certificate that is valid today, of a key that nobody else may read."""
    certificate, *_ = _certificates(folder / f"{name}.crt")
    _check_dates(certificate, folder / f"{name}.crt")
    path = folder / f"{name}.key"
    text = _read(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ServerError(f"{path} has mode {mode:04o}, so others may read or replace the key; chmod 600 {path}")
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError):  # TypeError: it needs a password
        raise ServerError(f"{path} holds no private key in PEM form without a password") from None
    if _public(key.public_key()) != _public(certificate.public_key()):
        raise ServerError(f"{path} is not the key of {folder / f'{name}.crt'}")
    return certificate


def _check_dates(certificate: x509.Certificate, path: Path) -> None:
    now = datetime.datetime.now(datetime.timezone.utc)
    if now > certificate.not_valid_after_utc:
        raise ServerError(f"{path} expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC; get a new certificate")
    if now < certificate.not_valid_before_utc:
        raise ServerError(f"{path} is valid from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on; is the clock right?")


def _check_issued(certificate: x509.Certificate, authorities: list[x509.Certificate], path: Path) -> None:
    for authority in authorities:
        try:
            return certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature):
            continue
    raise ServerError(f"client.crt, which the canary shows, was not issued by an authority in {path}; the server would refuse it")


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path))
    except ValueError:
        raise ServerError(f"{path} holds no certificate in PEM form") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ServerError(f"{path} cannot be read ({error.strerror})") from None


def _public(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded


def _name(certificate: x509.Certificate) -> str:
    """A name that the certificate is for.

    Raises:
        ServerError: when it is for none; no client would accept it.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise ServerError("server.crt has no subject alternative name, so no client would accept it") from None
    told = [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
    if not told:
        raise ServerError("server.crt names no host in its subject alternative name, so no client would accept it")
    return told[0].replace("*", "any")
