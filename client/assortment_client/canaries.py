"""Canaries: small requests by which a server shows that it answers, whatever it says of itself.

Triton stays READY when a process behind a model has died. It gives requests to a model's instances in turn, so a few canaries in
a row reach them all: one of two would let a half-dead server pass. ``probe`` sends them for a client; ``everywhere`` sends them
through every ensemble for whoever runs a server, over NVIDIA's own client.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Collection
from typing import Any, Final

from tritonclient.grpc import InferInput
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from assortment_client import codec, contract
from assortment_client.codec import Call
from assortment_client.errors import InvalidRequest, Overloaded, SearchError, Unavailable
from assortment_client.request import ProductRequest, SearchRequest
from assortment_client.status import error_of

Ask = Callable[[Call], Any]
"""Sends one request and returns its ``InferResult``; raises what ``InferenceServerClient.infer`` raises."""

NUM_CANARIES: Final = 4  # in a row; models have two instances
ROUNDS: Final = 60  # a minute with their pauses: the time that a model of a new catalogue version may take to load
ENSEMBLES: Final = (contract.SEARCH, contract.SEARCH_MULTIMODAL, contract.RERANK, contract.EMBED_PRODUCT)
_PAUSE_S: Final = 0.1
_PAUSE_OF_ROUNDS_S: Final = 1.0
_TEXT: Final = "blue"
_PICTURE: Final = base64.b64decode(  # a PNG of 8 x 8 blue pixels
    b"iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEElEQVR42mNgYGjAgYaUBABhfCABHX6X3QAAAABJRU5ErkJggg=="
)


def page(ensemble: str, *, candidate: str, k: int = contract.DEFAULT_K) -> SearchRequest:
    """A search that passes through every step of an ensemble; ``candidate`` is what rerank is given."""
    return SearchRequest(
        query=_TEXT,
        k=k,
        image=_PICTURE if ensemble == contract.SEARCH_MULTIMODAL else None,
        candidates=[candidate] if ensemble == contract.RERANK else None,
    )


def product() -> ProductRequest:
    """A product that passes through every step of ``embed_product``."""
    return ProductRequest(text=_TEXT, image=_PICTURE)


def inputs(call: Call) -> list[Any]:
    """The tensors of a call, for NVIDIA's client."""
    made = []
    for name, values in call.tensors.items():
        tensor = InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
        tensor.set_data_from_numpy(values)
        made.append(tensor)
    return made


def everywhere(
    ask: Ask, *, endpoint: str, patience_s: float, ensembles: Collection[str] = ENSEMBLES, rounds: int = ROUNDS
) -> None:
    """Sends a few canaries to each ensemble; rerank is given a product that search found.

    While a catalogue is changed, models load one after the other, and rerank may not know what search finds: then all of them
    are sent again after a pause.

    Args:
        ask: sends one request. What it raises beside ``InferenceServerException`` ends this.
        endpoint: ``host:port``, for the errors.
        patience_s: as for ``answered``.
        ensembles: those that are sent to.
        rounds: how many times at most all of them are sent.

    Raises:
        SearchError: naming the ensemble that did not answer in ``model``.
    """
    for left in reversed(range(rounds)):
        product_id = answered(ask, search(), endpoint=endpoint, patience_s=patience_s).as_numpy(contract.ID)[0, 0].decode()
        try:
            for ensemble in ensembles:
                for _ in range(NUM_CANARIES):
                    answered(ask, _call(ensemble, product_id), endpoint=endpoint, patience_s=patience_s)
            return
        except InvalidRequest as error:
            if error.field != "candidates":
                raise
            if not left:
                raise _of_two_versions(product_id, rounds, error) from error
        time.sleep(_PAUSE_OF_ROUNDS_S)


def answered(ask: Ask, call: Call, *, endpoint: str, patience_s: float) -> Any:
    """One answer. A server that sheds load, or is changing its catalogue, is not broken: it is asked again for ``patience_s``.

    Raises:
        SearchError: for any other status, or still that one.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            return ask(call)
        except InferenceServerException as failed:
            code = (failed.status() or "").removeprefix("StatusCode.")
            error = error_of(code, failed.message(), endpoint=endpoint, model=call.model)
            if not _passes(error) or time.monotonic() > until:
                raise error from failed
        time.sleep(_PAUSE_S)


def search() -> Call:
    """The canary of ``search``."""
    return codec.encode_search(page(contract.SEARCH, candidate=""))


def _call(ensemble: str, product_id: str) -> Call:
    if ensemble == contract.EMBED_PRODUCT:
        return codec.encode_product(product())
    return codec.encode_search(page(ensemble, candidate=product_id))


def _passes(error: SearchError) -> bool:
    return isinstance(error, Overloaded) or (isinstance(error, Unavailable) and error.reason == "catalogue_changing")


def _of_two_versions(product_id: str, rounds: int, refused: InvalidRequest) -> SearchError:
    error = Unavailable(
        f"product {product_id!r}, which {contract.SEARCH} found, is unknown to it (rounds: {rounds}; {refused.message}): models "
        "of different catalogue versions are loaded; publish again, or start the server again",
        reason="catalogue_changing",
    )
    return error.located(endpoint=refused.endpoint, model=refused.model, request_id="")
