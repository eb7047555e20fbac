"""Wrong requests over plain gRPC, past every check of the client: the server says what is wrong, and goes on."""

import concurrent.futures
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tritonclient.utils import InferenceServerException

from assortment.serving.request import SearchRequest
from assortment_client.contract import candidate_key
from deploy.local.server import LocalServer

pytestmark = pytest.mark.triton

Ask = Callable[..., Any]
_QUERY = np.array([[b"blue shoes"]], dtype=np.object_)

# What is sent -> what the message must say. Values that the server's core refuses by shape or type are worded by Triton.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "empty query": ({"QUERY": b""}, "QUERY: '' is not allowed; it has no words, and there is no PICTURE"),
    "blank query": ({"QUERY": b"  \t "}, "it has no words, and there is no PICTURE"),
    "100,000 characters": ({"QUERY": b"a" * 100_000}, "QUERY: '100000 characters' is not allowed; allowed: at most 1000"),
    "invalid UTF-8": ({"QUERY": b"blue \xff\xfe"}, "QUERY: b'blue \\xff\\xfe' is not allowed; it is no UTF-8 from position 5 on"),
    "NUL": ({"QUERY": b"blue\0shoes"}, "it has NUL at character 4"),
    "PDF": ({"PICTURE": b"%PDF-1.7\n1 0 obj\n"}, "PICTURE: '17 bytes' is not allowed; they cannot be decoded"),
    "k of 0": ({"K": 0}, "K: 0 is not allowed; allowed: 1 to 100"),
    "k above the limit": ({"K": 101}, "K: 101 is not allowed; allowed: 1 to 100"),
    "diversity of 1.5": ({"DIVERSITY": 1.5}, "DIVERSITY: 1.5 is not allowed; allowed: 0 (pure relevance) to 1 (pure diversity)"),
    "diversity of NaN": ({"DIVERSITY": float("nan")}, "DIVERSITY: nan is not allowed; allowed: 0"),
    "infinite diversity": ({"DIVERSITY": float("inf")}, "DIVERSITY: inf is not allowed; allowed: 0"),
    "unknown strategy": ({"STRATEGY": b"best"}, "STRATEGY: 'best' is not allowed; allowed: mmr, dpp, mmr_clipped"),
    "relevance loss above 1": ({"MAX_RELEVANCE_LOSS": 1.5}, "MAX_RELEVANCE_LOSS: 1.5 is not allowed; allowed: 0 to 1, a share"),
    "loss beside diversity": ({"MAX_RELEVANCE_LOSS": 0.1, "DIVERSITY": 0.5}, "0.1 is not allowed; DIVERSITY is given too"),
    "rules that are no JSON": ({"RULES": b"{"}, "RULES: '{' is not allowed; it is no JSON: "),
    "rules that are no UTF-8": ({"RULES": b"{\xff}"}, "RULES: b'{\\xff}' is not allowed; it is no UTF-8 from position 1 on"),
    "a list of rules": ({"RULES": b"[]"}, "RULES: 'a JSON list' is not allowed; allowed: a JSON object of page rules"),
    "too many brackets": ({"RULES": b"[" * 65_000}, "RULES: '[[[[["),
    "140,000 bytes of rules": ({"RULES": b" " * 140_000}, "RULES: '140000 bytes' is not allowed; allowed: at most 131072 bytes"),
    "unknown rule": ({"RULES": b'{"cap": 1}'}, "RULES.cap: 1 is not allowed; it is no page rule; allowed: collapse"),
    "cap of 0": ({"RULES": b'{"caps": {"brand": 0}}'}, "RULES.caps.brand: 0 is not allowed; allowed: a whole number"),
    "pinned number": ({"RULES": b'{"pinned": ["a", 3]}'}, "RULES.pinned[1]: 3 is not allowed; allowed: a product id, a string"),
    "pinned and excluded": ({"RULES": b'{"pinned": ["a"], "excluded": ["a"]}'}, "RULES.excluded[0]: 'a' is not allowed;"),
    "no candidates": ({"CANDIDATE_KEY": []}, "CANDIDATE_KEY: '0 candidates' is not allowed; allowed: 1 to 1000 candidates"),
    "unknown candidate": ({"CANDIDATE_KEY": [12345, 678]}, "CANDIDATE_KEY: 12345 is not allowed; it stands at position 0, and 2"),
    "duplicate candidate": ({"CANDIDATE_KEY": [5, 6, 5]}, "CANDIDATE_KEY: 5 is not allowed; it stands at positions 0 and 2"),
    "too many candidates": ({"CANDIDATE_KEY": range(1001)}, "CANDIDATE_KEY: '1001 candidates' is not allowed"),
    "two values of k": ({"K": [1, 2]}, "unexpected shape for input 'K'"),
    "k as text": ({"K": b"ten"}, "inference input 'K' data-type is 'BYTES', but model 'search' expects 'INT32'"),
}  # fmt: skip


def _tensors(fields: dict[str, Any]) -> dict[str, np.ndarray]:
    kinds = {"K": np.int32, "DIVERSITY": np.float32, "MAX_RELEVANCE_LOSS": np.float32, "CANDIDATE_KEY": np.int64}
    tensors = {"QUERY": _QUERY}
    for name, value in fields.items():
        kind = np.object_ if isinstance(value, bytes) else kinds[name]
        tensors[name] = np.atleast_2d(np.array(value if isinstance(value, bytes) else list(np.atleast_1d(value)), dtype=kind))
    return tensors


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_is_told_what_is_wrong(ask: Ask, case: str) -> None:
    fields, message = WRONG[case]
    with pytest.raises(InferenceServerException) as caught:
        ask(**_tensors(fields))
    assert caught.value.status() == "StatusCode.INVALID_ARGUMENT"
    assert message in caught.value.message()


def test_a_truncated_jpeg_and_a_picture_of_too_many_pixels(ask: Ask, damaged_pictures: dict[str, bytes]) -> None:
    for name, picture in damaged_pictures.items():
        with pytest.raises(InferenceServerException, match=r"PICTURE: .* is not allowed; .*allowed: a JPEG, PNG") as caught:
            ask(SearchRequest(query="blue shoes", picture=picture))
        assert caught.value.status() == "StatusCode.INVALID_ARGUMENT", name


def test_a_batch_of_two_is_refused(ask: Ask) -> None:
    with pytest.raises(InferenceServerException, match="batch: 2 is not allowed; allowed: 1; send one query a request") as caught:
        ask(QUERY=np.array([[b"blue"], [b"red"]], dtype=np.object_))
    assert caught.value.status() == "StatusCode.INVALID_ARGUMENT"


def test_good_requests_among_wrong_ones_are_unharmed(ask: Ask, server: LocalServer) -> None:
    good = SearchRequest(query="blue shoes", k=5)
    expected = ask(good).as_numpy("ID").tolist()
    wrong = [_tensors(fields) for fields, _ in WRONG.values()]

    def send(i: int) -> list[Any] | str:
        try:
            return list(ask(good).as_numpy("ID").tolist() if i % 2 else ask(**wrong[i // 2 % len(wrong)]).as_numpy("ID").tolist())
        except InferenceServerException as error:
            return str(error.status())

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(send, range(160)))
    assert outcomes[1::2] == [expected] * 80
    assert set(map(str, outcomes[::2])) == {"StatusCode.INVALID_ARGUMENT"}
    server.canary()


def test_only_the_unknown_candidates_are_counted(ask: Ask) -> None:
    known = ask(SearchRequest(query="blue shoes", k=3)).as_numpy("ID")[0]
    keys = [candidate_key(product_id.decode()) for product_id in known]
    with pytest.raises(InferenceServerException, match="99 is not allowed; it stands at position 3, and 1 of 4 candidates"):
        ask(SearchRequest(query="blue", candidates=np.array([*keys, 99], dtype=np.int64)))
