"""What can happen to a request at the fake server, in the codes and words of Triton 2.51 and of this project's models.

Each is given to ``FakeServer.then`` (the next request) or ``FakeServer.always`` (every request until ``recover``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

Spoilt = Literal["", "truncated", "other contract", "empty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a request meets. The functions of this module make the usual ones."""

    code: str = ""
    """Name of the gRPC status that is answered, for instance ``UNAVAILABLE``; empty when there is an answer all the same."""
    text: str = ""
    """The message that goes with the status; ``{model}`` stands for the model's name."""
    delay_s: float = 0.0
    """Seconds that pass first; infinite: until the caller gives up, or the server stops."""
    spoilt: Spoilt = ""
    """What is wrong with the answer."""
    whole_server: bool = False
    """Whether ``server_info`` and Triton's own readiness meet it too, when it stands under ``always``."""


_REFUSED: Final = "failed to connect to all addresses; last error: UNKNOWN: connect: Connection refused (111)"


def overloaded() -> Failure:
    """The request waited in a queue too long."""
    return Failure(code="UNAVAILABLE", text="in ensemble '{model}', Request timeout expired")


def draining() -> Failure:
    """The server got SIGTERM: it finishes what it has and takes nothing new."""
    return Failure(code="NOT_FOUND", text="Request for unknown model: '{model}' has no available versions", whole_server=True)


def exiting() -> Failure:
    """The server got SIGTERM a while ago."""
    return Failure(code="UNAVAILABLE", text="Server exiting", whole_server=True)


def dead_process() -> Failure:
    """A process of the server's Python backend has died. Triton goes on calling itself ready."""
    return Failure(code="INTERNAL", text="in ensemble '{model}', Stub process '{model}_0_0' is not healthy.")


def catalogue_changing() -> Failure:
    """The steps of the ensemble are not all at one catalogue version yet."""
    text = "in ensemble '{model}', catalogue changing: the answer was scored against version 2, tables here are of [1]; try again"
    return Failure(code="UNAVAILABLE", text=text)


def refused() -> Failure:
    """What gRPC says when nobody listens on the port. ``FakeServer.stop`` really closes it."""
    return Failure(code="UNAVAILABLE", text=_REFUSED, whole_server=True)


def reset() -> Failure:
    """What gRPC says when a connection breaks with the request under way."""
    return Failure(code="UNAVAILABLE", text="Socket closed", whole_server=True)


def slow(seconds: float) -> Failure:
    """The usual answer, after ``seconds``."""
    return Failure(delay_s=seconds)


def frozen() -> Failure:
    """No answer, as from a stopped process, until the caller gives up or the server stops."""
    return Failure(delay_s=math.inf, whole_server=True)


def truncated() -> Failure:
    """An answer whose last tensor lost its second half."""
    return Failure(spoilt="truncated")


def wrong_contract() -> Failure:
    """The answer of some other model: one tensor ``scores``."""
    return Failure(spoilt="other contract")


def empty() -> Failure:
    """OK, and not one tensor."""
    return Failure(spoilt="empty")


def unauthenticated() -> Failure:
    """The token is missing, wrong or too old. ``FakeServer(token=...)`` really looks at it."""
    return Failure(code="UNAUTHENTICATED", text="the token has expired", whole_server=True)


def denied() -> Failure:
    """The token is good, and its owner may not do this."""
    return Failure(code="PERMISSION_DENIED", text="not allowed", whole_server=True)


def unknown_model() -> Failure:
    """The server serves another repository."""
    return Failure(code="NOT_FOUND", text="Request for unknown model: '{model}' is not found")


def invalid(text: str) -> Failure:
    """The server finds a field wrong, in its own words, as in "K: 0 is not allowed; allowed: 1 to 100"."""
    return Failure(code="INVALID_ARGUMENT", text="in ensemble '{model}', " + text)


def broken() -> Failure:
    """The server broke down over this request."""
    return Failure(code="INTERNAL", text="in ensemble '{model}', Failed to process the request(s)")


def status(code: str, text: str = "") -> Failure:
    """Any other gRPC status, by its name."""
    return Failure(code=code, text=text)
