"""Who this client is, and whom it trusts: TLS material, tokens, metadata. None of it is ever shown."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import grpc

from assortment_client.endpoints import Endpoints
from assortment_client.errors import AccessDenied, InvalidRequest, SearchError
from assortment_client.options import TLS

_RESERVED: Final = frozenset({"authorization", "te", "content-type", "user-agent", "host", "connection"})
_KEY: Final = re.compile(r"^[0-9a-z_.-]+$")
_BEARER: Final = "authorization"
_HIDDEN: Final = "(hidden)"
_NUM_RECENT: Final = 16  # tokens that a server's message may still repeat after they were replaced


def channel_credentials(tls: TLS | None) -> Any | None:
    """Channel credentials for gRPC; None for plain text.

    Raises:
        InvalidRequest: when a file cannot be read or holds no PEM.
    """
    if tls is None:
        return None
    return grpc.ssl_channel_credentials(
        root_certificates=_pem("ca", tls.ca, "CERTIFICATE"),
        private_key=_pem("key", tls.key, "PRIVATE KEY"),
        certificate_chain=_pem("cert", tls.cert, "CERTIFICATE"),
    )


def _pem(name: str, given: bytes | Path | None, kind: str) -> bytes | None:
    if given is None:
        return None
    where = str(given) if isinstance(given, Path) else "the bytes given"
    try:
        pem = given.read_bytes() if isinstance(given, Path) else given
    except OSError as error:
        told = f"tls.{name}: {where} cannot be read ({error.strerror}); allowed: a file of PEM"
        raise InvalidRequest(told, field=f"tls.{name}") from None
    if not re.search(rb"-----BEGIN [A-Z ]*" + kind.encode() + rb"-----", pem):
        raise InvalidRequest(f"tls.{name}: {where} hold no {kind}; allowed: PEM", field=f"tls.{name}")
    return pem


class Metadata:
    """What goes with every attempt: the caller's metadata, and a token."""

    def __init__(self, metadata: Mapping[str, str] | None, token: str | Callable[[], str] | None) -> None:
        """Checks the metadata, and the token when it is a text.

        Raises:
            InvalidRequest: when a key or value cannot be sent; values are never shown.
        """
        self._fixed = _checked(metadata)
        self._token = token
        self._recent: deque[str] = deque([token] if isinstance(token, str) else (), maxlen=_NUM_RECENT)
        if isinstance(token, str):
            _check_token(token)
        elif token is not None and not callable(token):
            raise InvalidRequest(
                f"token: a {type(token).__name__} is not allowed; allowed: a str, or what returns one", field="token"
            )

    @property
    def rotates(self) -> bool:
        """Whether the token comes from a provider, so that another one may follow."""
        return callable(self._token)

    def of_attempt(self) -> list[tuple[str, str]]:
        """Everything to send now; asks the provider.

        Raises:
            AccessDenied: when the provider fails.
        """
        if self._token is None:
            return self._fixed
        token = self._token if isinstance(self._token, str) else self._provided(self._token)
        if token not in self._recent:
            self._recent.append(token)
        return [*self._fixed, (_BEARER, f"Bearer {token}")]

    def redacted(self, text: str) -> str:
        """A server's text without the secrets that it may repeat."""
        for secret in (*tuple(self._recent), *(value for _, value in self._fixed)):
            if len(secret) > 3:
                text = text.replace(secret, _HIDDEN)
        return text

    def check_against(self, endpoints: Endpoints, *, is_secure: bool) -> None:
        """A token that anybody on the way could read is not sent.

        Raises:
            InvalidRequest: when there is a token, no TLS, and an endpoint on another machine.
        """
        if self._token is not None and not is_secure and not endpoints.all_loopback:
            told = f"token: it would travel to {endpoints} in plain text; allowed: with tls=TLS(...), or to this machine"
            raise InvalidRequest(told, field="token")

    def __repr__(self) -> str:
        return f"Metadata({[key for key, _ in self._fixed]}, token={_HIDDEN if self._token is not None else None})"

    @staticmethod
    def _provided(provider: Callable[[], str]) -> str:
        try:
            token = provider()
            _check_token(token)
        except InvalidRequest as error:
            raise _denied(f"the token provider gave no token ({error.message})") from None
        except Exception as error:  # the caller's own code: whatever it raises, there is no token
            raise _denied(f"the token provider failed ({type(error).__name__}); see the cause") from error
        return token


def is_sendable(key: object, value: object) -> bool:
    """Whether gRPC takes this as metadata from us; "-bin" keys hold bytes and are not."""
    return (
        isinstance(key, str)
        and isinstance(value, str)
        and _KEY.match(key) is not None
        and not key.endswith("-bin")
        and not key.startswith("grpc-")
        and key not in _RESERVED
        and _is_printable(value)
    )


def _checked(metadata: Mapping[str, str] | None) -> list[tuple[str, str]]:
    if metadata is None:
        return []
    if not isinstance(metadata, Mapping):
        raise InvalidRequest(
            f"metadata: a {type(metadata).__name__} is not allowed; allowed: a mapping of str to str", field="metadata"
        )
    for key, value in metadata.items():
        if is_sendable(key, value):
            continue
        if key == _BEARER:
            allowed = "it is reserved; allowed: the argument token"
        elif isinstance(key, str) and (key in _RESERVED or key.startswith("grpc-")):
            allowed = "it is reserved; allowed: keys of your own"
        else:
            allowed = "allowed: keys of 0-9 a-z _ - . that do not end in -bin, and values of printable ASCII"
        raise InvalidRequest.of("metadata", key, allowed)
    return list(metadata.items())


def _check_token(token: object) -> None:
    if not isinstance(token, str) or not token or not _is_printable(token) or " " in token:
        raise InvalidRequest("token: it is empty, or cannot be sent; allowed: printable ASCII without spaces", field="token")


def _is_printable(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def _denied(message: str) -> SearchError:
    error = AccessDenied(message)
    error.code = "UNAUTHENTICATED"
    return error
