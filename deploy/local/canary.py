"""Whether a server really answers: a few requests through every ensemble.

Triton calls itself and a model READY when a process of the Python backend has died, so its own word is not enough. It gives
requests to a model's instances in turn, so a few in a row reach them all. Its requests have an id of their own, by which the
server's metrics leave them out of what they tell of pages, and tell when a canary last passed.
"""

from __future__ import annotations

import io
import time
from typing import Any, Final

import numpy as np
import tritonclient.grpc as triton
from PIL import Image
from tritonclient.utils import InferenceServerException

from assortment.errors import ServerError
from assortment.serving import metrics
from assortment_client import contract as public
from deploy.local.tls import Tls

DEADLINE_S: Final = 5.0
_SHED: Final = "Request timeout expired"  # Triton's words for a request that waited too long in a queue
_PAUSE_S: Final = 0.1
_IN_A_ROW: Final = 4  # per ensemble; models have two instances


def canary(address: str, *, tls: Tls | None = None, deadline_s: float = DEADLINE_S) -> None:
    """Sends a few requests to every public ensemble.

    Args:
        address: host:port of the server's gRPC endpoint.
        tls: the server's certificates.
        deadline_s: time for each request.

    Raises:
        ServerError: naming the ensemble that did not answer, or answered nothing.
    """
    client = connect(address, tls)
    try:
        found = _infer(client, public.SEARCH, _text("canary"), deadline_s)
        for ensemble, inputs in _requests(found.as_numpy(public.ID)[0, 0].decode()).items():
            for _ in range(_IN_A_ROW):
                _infer(client, ensemble, inputs, deadline_s)
        _infer(client, public.SEARCH, _text("canary"), deadline_s, request_id=metrics.CANARY_PASSED)
    finally:
        client.close()


def connect(address: str, tls: Tls | None) -> Any:
    """A raw client of a server on this machine."""
    return triton.InferenceServerClient(address, **(tls.client_arguments() if tls else {}))


def _requests(product_id: str) -> dict[str, list[Any]]:
    """Inputs for each ensemble; together they pass through every model of the repository."""
    drawn = io.BytesIO()
    Image.new("RGB", (32, 32), "navy").save(drawn, "PNG")
    key = np.array([[public.candidate_key(product_id)]], dtype=np.int64)
    picture = _input(public.PICTURE, "BYTES", np.array([[drawn.getvalue()]], dtype=np.object_))
    text = _input(public.TEXT, "BYTES", np.array([[b"canary"]], dtype=np.object_))
    return {
        public.SEARCH: _text("canary"),
        public.SEARCH_MULTIMODAL: [*_text("canary"), picture],
        public.RERANK: [*_text("canary"), picture, _input(public.CANDIDATE_KEY, "INT64", key)],
        public.EMBED_PRODUCT: [text, picture],
    }


def _text(query: str) -> list[Any]:
    return [_input(public.QUERY, "BYTES", np.array([[query.encode()]], dtype=np.object_))]


def _input(name: str, datatype: str, values: Any) -> Any:
    tensor = triton.InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values)
    return tensor


def _infer(client: Any, ensemble: str, inputs: list[Any], deadline_s: float, *, request_id: str = metrics.CANARY) -> Any:
    """One answer; a server that sheds load is asked again until the deadline, for it is busy and not broken."""
    until = time.monotonic() + deadline_s
    while True:
        try:
            result = client.infer(ensemble, inputs, request_id=request_id, client_timeout=deadline_s)
            break
        except InferenceServerException as error:
            if _SHED not in error.message() or time.monotonic() > until:
                raise ServerError(f"{ensemble} does not answer: {error.message()}") from error
        time.sleep(_PAUSE_S)
    answer = result.as_numpy(public.PRODUCT_VECTOR if ensemble == public.EMBED_PRODUCT else public.ID)
    if answer is None or not answer.size:
        raise ServerError(f"{ensemble} answered with nothing")
    return result
