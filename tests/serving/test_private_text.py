"""What a shopper may have pasted reaches neither the server's log nor an error, whether the request is right or wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from assortment.serving.request import SearchRequest
from deploy.local.server import LocalServer

pytestmark = pytest.mark.triton

_PRIVATE = ("jo.doe@mail.example", "0171 2345678", "+49 171 2345678", "4111 1111 1111 1111")
_PARTS = ("jo.doe", "mail.example", "2345678", "1111 1111")


def _requests(private: str) -> list[SearchRequest]:
    """Right ones, and wrong ones that repeat what was sent."""
    return [
        SearchRequest(query=f"shoes {private}"),
        SearchRequest(query=f"{private}\0"),
        SearchRequest(query=private.encode() + b"\xff"),
        SearchRequest(query="shoes", strategy=private),
        SearchRequest(query="shoes", strategy=f"{'x' * 50}{private}"),
        SearchRequest(query="shoes", rules=private),
        SearchRequest(query="shoes", rules=f'{{"{private}": 1}}'),
        SearchRequest(query="shoes", rules=f'{{"caps": {{"{private}": 3}}}}'),
        SearchRequest(query="shoes", rules=f'{{"caps": {{"{private}": 0}}}}'),
        SearchRequest(query="shoes", rules=f'{{"pinned": ["{private}"]}}'),
        SearchRequest(query="shoes", picture=private.encode()),
    ]


def test_neither_the_log_nor_an_error_repeats_it(ask: Callable[..., Any], server: LocalServer) -> None:
    key = server.admin_key.headers()
    client = triton.InferenceServerClient(server.grpc_address)
    client.update_log_settings({"log_verbose_level": 2}, headers=key)  # even when somebody with the key turns this up
    told = []
    try:
        for private in _PRIVATE:
            for request in _requests(private):
                try:
                    ask(request)
                except InferenceServerException as error:
                    told.append(str(error))
            product = {"TEXT": np.array([[f"{private}\0".encode()]], dtype=np.object_)}
            with pytest.raises(InferenceServerException) as caught:
                ask(ensemble="embed_product", **product)
            told.append(str(caught.value))
    finally:
        client.update_log_settings({"log_verbose_level": 0}, headers=key)
        client.close()
    assert len(told) == 11 * len(_PRIVATE)
    everything = "\n".join(told) + server.log.read_text(errors="replace")
    assert "ModelInferHandler" in everything  # it was turned up
    for part in (*_PARTS, server.admin_key.value):
        assert part not in everything


def test_what_looks_like_a_path_is_never_opened(ask: Callable[..., Any], server: LocalServer) -> None:
    secret = server.admin_key_file
    for path in (str(secret), f"../{secret.name}", f"file://{secret}", "../../../../etc/passwd"):
        for request in (
            SearchRequest(query="shoes", strategy=path),
            SearchRequest(query="shoes", picture=path.encode()),
            SearchRequest(query="shoes", rules=f'{{"pinned": ["{path}"]}}'),
            SearchRequest(query="shoes", rules=f'{{"caps": {{"{path}": 1}}}}'),
        ):
            with pytest.raises(InferenceServerException, match="is not allowed") as caught:
                ask(request)
            assert caught.value.status() == "StatusCode.INVALID_ARGUMENT"
        assert ask(SearchRequest(query=path, k=3)).as_numpy("ID").shape == (1, 3)  # words like any others
        client = triton.InferenceServerClient(server.grpc_address)
        with pytest.raises(InferenceServerException, match="unknown model"):
            client.infer(path, [])
        with pytest.raises(InferenceServerException, match="failed to poll from model repository"):
            client.load_model(path, headers=server.admin_key.headers())
        client.close()
