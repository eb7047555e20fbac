"""What a gRPC status from Triton, or from whatever listens there, means, as one of this client's errors. Pure: no gRPC in here.

The texts are Triton's own (2.51) and gRPC's (1.85, checked by running it); several conditions share a code and differ in nothing
else.
"""

from __future__ import annotations

import re
from typing import Final

from assortment_client import contract
from assortment_client.errors import (
    AccessDenied,
    BadResponse,
    DeadlineExceeded,
    InvalidRequest,
    ModelNotReady,
    NotTriton,
    Overloaded,
    SearchError,
    ServerFailed,
    TLSFailed,
    Unavailable,
)

_ENSEMBLE_PREFIX: Final = re.compile(r"^(?:in ensemble '[^']*', )+")
_FIELD: Final = re.compile(r"^([A-Za-z_]\w*)(?:\[\d+\])?: ")
# RULES.pinned[3], RULES.caps.brand: a page rule is an argument of its own name; RULES.filters.brand[0] is filters.brand.
_RULE: Final = re.compile(r"^RULES\.(filters\.\w+|\w+)")
_ARGUMENTS: Final = {contract.PICTURE: "image", contract.CANDIDATE_KEY: "candidates", contract.LABEL: "labels"}
_QUEUE_TEXTS: Final = ("Exceeds maximum queue size", "Request timeout expired")
_DEAD_PROCESS_TEXT: Final = "is not healthy"
_STOPPING_TEXTS: Final = ("has no available versions", "Server exiting")
_CHANGING_TEXT: Final = "catalogue changing"
_RESTRICTED_TEXT: Final = "protocol is restricted"  # Triton refuses a call without its key with UNAVAILABLE
_MESSAGE_SIZE_TEXT: Final = "larger than max"
_NOT_CONNECTED_TEXT: Final = "failed to connect to all addresses"
_CLOSED_TEXTS: Final = ("Socket closed", "reset by peer", "Broken pipe")
_TLS_TEXTS: Final = (
    "handshake failed",  # another authority; plain text on the server's side
    "Custom verification check failed",  # another name
    "Cannot check peer",  # TLS, but no HTTP/2 behind it
    "Failed to create security handshaker",  # certificates or keys that cannot be used
)
_OTHER_SERVER_TEXTS: Final = ("Failed parsing HTTP/2", "http1.x server")
_OTHER_SERVICE_TEXTS: Final = ("Method not found", "Received http2 header with status")


class StatusError(Exception):
    """A status that is not OK, as a channel met it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


def error_of(
    code: str,
    text: str,
    *,
    endpoint: str,
    model: str,
    request_id: str = "",
    secure: bool = False,
    answered_before: bool = True,
) -> SearchError:
    """The error for a status.

    Args:
        code: name of the status code, for instance ``UNAVAILABLE``.
        text: the message that came with it.
        endpoint: ``host:port`` that was called.
        model: the model that was asked, or the call's name.
        request_id: the request's id.
        secure: whether the connection has TLS.
        answered_before: whether the endpoint has ever answered this client.
    """
    text = _ENSEMBLE_PREFIX.sub("", text.strip()) or "no message"
    if code == "UNAVAILABLE":
        error = _connection_error(text, endpoint, secure, answered_before) or _unavailable(text, endpoint)
    else:
        error = _error(code, text, endpoint)
    retryable = _is_stopping(text) if isinstance(error, ModelNotReady) else None
    return error.located(endpoint=endpoint, model=model, request_id=request_id, code=code, retryable=retryable)


def _connection_error(text: str, endpoint: str, secure: bool, answered_before: bool) -> SearchError | None:
    """The error when there is no connection, or none that could be used."""
    if any(known in text for known in _TLS_TEXTS):
        return TLSFailed(f"no secure connection to {endpoint} ({text}); {_tls_advice(text)}")
    if any(known in text for known in _OTHER_SERVER_TEXTS):
        return NotTriton(f"what listens on {endpoint} does not speak gRPC ({text}); give Triton's gRPC port, 8001 by default")
    if _NOT_CONNECTED_TEXT in text:
        if not answered_before and any(known in text for known in _CLOSED_TEXTS):
            wanted = "a client certificate: TLS(cert=..., key=...)" if secure else "TLS: tls=TLS(...)"
            advice = f"it may want {wanted}; or it is not Triton's gRPC port, 8001 by default"
            return TLSFailed(f"{endpoint} closes connections at once ({text}); {advice}")
        return Unavailable(_unanswered(endpoint, text), reason="refused")
    if "errors resolving" in text or "DNS resolution failed" in text:
        return Unavailable(_unanswered(endpoint, text), reason="unresolved")
    return None


def _unavailable(text: str, endpoint: str) -> SearchError:
    """The error when a server says that it cannot answer now."""
    if any(known in text for known in _QUEUE_TEXTS):
        return Overloaded(f"the server is overloaded ({text}); send less, or try again after a pause")
    if _RESTRICTED_TEXT in text:
        return AccessDenied(f"the server restricts this call ({text}); give the key in metadata")
    reason = "stopping" if _is_stopping(text) else "catalogue_changing" if _CHANGING_TEXT in text else "other"
    return Unavailable(_unanswered(endpoint, text), reason=reason)


def _error(code: str, text: str, endpoint: str) -> SearchError:
    if code == "INVALID_ARGUMENT":
        field = _RULE.match(text) or _FIELD.match(text)
        return InvalidRequest(text, field=_ARGUMENTS.get(field[1], field[1].lower()) if field else "")
    if code == "RESOURCE_EXHAUSTED" and _MESSAGE_SIZE_TEXT not in text:
        return Overloaded(f"the server is out of a resource ({text}); send less, or try again after a pause")
    if code == "CANCELLED":
        return Unavailable(f"the call was broken off between here and {endpoint} ({text}); try again")
    if code == "INTERNAL" and _DEAD_PROCESS_TEXT in text:
        return Unavailable(f"a process of the server has died ({text}); restart the server", reason="dead_process")
    if code == "NOT_FOUND":
        return ModelNotReady(f"the server does not serve this model ({text}); it may be stopping, or serve another repository")
    if code == "DEADLINE_EXCEEDED":
        return DeadlineExceeded("no answer within the deadline; raise deadline_s, or look at the server's queue times")
    if code in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
        return AccessDenied(
            f"the server refuses these credentials ({text}); look at token, tls and metadata, and when they expire"
        )
    if any(known in text for known in _OTHER_SERVICE_TEXTS):
        return NotTriton(f"what listens on {endpoint} is not Triton ({text}); give Triton's gRPC port, 8001 by default")
    if code in ("UNIMPLEMENTED", "RESOURCE_EXHAUSTED"):
        return BadResponse(f"{endpoint} does not talk as Triton does ({text}); check the address and the server's version")
    return ServerFailed(f"the server failed ({text}); its log tells more")


def _is_stopping(text: str) -> bool:
    return any(known in text for known in _STOPPING_TEXTS)


def _unanswered(endpoint: str, text: str) -> str:
    return f"no answer from {endpoint} ({text}); check the address, and that the server is running"


def _tls_advice(text: str) -> str:
    if "WRONG_VERSION_NUMBER" in text:
        return "the server speaks plain text there: give its TLS port, or leave tls out"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "TLS.ca has to hold the authority that signed the server's certificate, which may have expired"
    if "Hostname Verification" in text:
        return "the certificate is for another name: give that as TLS.server_name, if you trust it"
    return "check TLS.ca, TLS.cert and TLS.key, and that this is Triton's gRPC port"
