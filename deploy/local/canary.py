"""Whether a server really answers: a few requests through every ensemble.

Triton calls itself and a model READY when a process of the Python backend has died, so its own word is not enough. The requests
have an id of their own, by which the server's metrics leave them out of what they tell of pages, and tell when a canary last
passed.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import tritonclient.grpc as triton

from assortment.errors import ServerError
from assortment.serving import metrics
from assortment_client import canaries
from assortment_client import contract as public
from assortment_client.codec import Call
from assortment_client.errors import SearchError
from deploy.local.tls import Tls

DEADLINE_S: Final = 5.0


def canary(address: str, *, tls: Tls | None = None, deadline_s: float = DEADLINE_S, rounds: int = canaries.ROUNDS) -> None:
    """Sends a few requests to every public ensemble.

    Args:
        address: host:port of the server's gRPC endpoint.
        tls: the server's certificates.
        deadline_s: time for each request, and for a server that is busy or changes its catalogue to answer it after all.
        rounds: how many times at most all are sent, while models of different catalogue versions are loaded.

    Raises:
        ServerError: naming the ensemble that did not answer, or answered nothing.
    """
    client = connect(address, tls)

    def ask(call: Call, request_id: str = metrics.CANARY) -> Any:
        result = client.infer(call.model, canaries.inputs(call), request_id=request_id, client_timeout=deadline_s)
        answer = result.as_numpy(public.PRODUCT_VECTOR if call.model == public.EMBED_PRODUCT else public.ID)
        if answer is None or not answer.size:
            raise ServerError(f"{call.model} answered with nothing")
        return result

    try:
        canaries.everywhere(ask, endpoint=address, patience_s=deadline_s, rounds=rounds)
        passed = partial(ask, request_id=metrics.CANARY_PASSED)
        canaries.answered(passed, canaries.search(), endpoint=address, patience_s=deadline_s)
    except SearchError as error:
        raise ServerError(f"{error.model} does not answer: {error.message}") from error
    finally:
        client.close()


def connect(address: str, tls: Tls | None) -> Any:
    """A raw client of a server on this machine."""
    return triton.InferenceServerClient(address, **(tls.client_arguments() if tls else {}))
