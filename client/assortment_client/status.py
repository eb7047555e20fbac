"""What a gRPC status from Triton means, as one of this client's errors. Pure: no gRPC in here.

The texts are Triton's own (2.51); several conditions share a code and differ in nothing else.
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
    Overloaded,
    SearchError,
    ServerFailed,
    Unavailable,
)

_ENSEMBLE_PREFIX: Final = re.compile(r"^(?:in ensemble '[^']*', )+")
_FIELD: Final = re.compile(r"^([A-Za-z_]\w*)(?:\[\d+\])?: ")
# RULES.pinned[3], RULES.caps.brand: a page rule is an argument of its own name; RULES.filters.brand[0] is filters.brand.
_RULE: Final = re.compile(r"^RULES\.(filters\.\w+|\w+)")
_ARGUMENTS: Final = {contract.PICTURE: "image", contract.CANDIDATE_KEY: "candidates", contract.LABEL: "labels"}
_QUEUE_TEXTS: Final = ("Exceeds maximum queue size", "Request timeout expired")
_DEAD_PROCESS_TEXT: Final = "is not healthy"
_STOPPING_TEXT: Final = "has no available versions"
_MESSAGE_SIZE_TEXT: Final = "larger than max"


def error_of(code: str, text: str, *, endpoint: str, model: str, request_id: str = "") -> SearchError:
    """The error for a status.

    Args:
        code: name of the status code, for instance ``UNAVAILABLE``.
        text: the message that came with it.
        endpoint: ``host:port`` that was called.
        model: the model that was asked, or the call's name.
        request_id: the request's id.
    """
    text = _ENSEMBLE_PREFIX.sub("", text.strip()) or "no message"
    error = _error(code, text, endpoint)
    retryable = _STOPPING_TEXT in text if isinstance(error, ModelNotReady) else None
    return error.located(endpoint=endpoint, model=model, request_id=request_id, code=code, retryable=retryable)


def _error(code: str, text: str, endpoint: str) -> SearchError:
    if code == "INVALID_ARGUMENT":
        field = _RULE.match(text) or _FIELD.match(text)
        return InvalidRequest(text, field=_ARGUMENTS.get(field[1], field[1].lower()) if field else "")
    if code == "UNAVAILABLE" and any(known in text for known in _QUEUE_TEXTS):
        return Overloaded(f"the server is overloaded ({text}); send less, or try again after a pause")
    if code == "RESOURCE_EXHAUSTED" and _MESSAGE_SIZE_TEXT not in text:
        return Overloaded(f"the server is out of a resource ({text}); send less, or try again after a pause")
    if code == "UNAVAILABLE":
        return Unavailable(f"no answer from {endpoint} ({text}); check the address, and that the server is running")
    if code == "INTERNAL" and _DEAD_PROCESS_TEXT in text:
        return Unavailable(f"a process of the server has died ({text}); restart the server")
    if code == "NOT_FOUND":
        return ModelNotReady(f"the server does not serve this model ({text}); it may be stopping, or serve another repository")
    if code == "DEADLINE_EXCEEDED":
        return DeadlineExceeded("no answer within the deadline; raise deadline_s, or look at the server's queue times")
    if code in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
        return AccessDenied(f"the server refuses these credentials ({text})")
    if code in ("UNIMPLEMENTED", "RESOURCE_EXHAUSTED"):
        return BadResponse(f"{endpoint} does not talk as Triton does ({text}); check the address and the server's version")
    return ServerFailed(f"the server failed ({text}); its log tells more")
