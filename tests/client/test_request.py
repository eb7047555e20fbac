"""A wrong request is refused before anything is sent, in the server's wording."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assortment_client import InvalidRequest, ProductRequest, SearchRequest, contract


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"query": ""}, "query: '' is not allowed; allowed: some text, or a picture in image"),
        ({"query": " \t"}, "query: ' \\t' is not allowed; allowed: some text, or a picture in image"),
        (
            {"query": "a" * 100_000},
            "query: 'aaaaaaaaaaaaaaaaaaaa... of 100000 characters' is not allowed; allowed: at most 1000 characters",
        ),
        ({"query": b"shoes"}, "query: b'shoes' is not allowed; allowed: a str"),
        (
            {"query": "a\ud800"},
            "query: 'a\\ud800' is not allowed; allowed: text that can be encoded as UTF-8 (it holds half a surrogate pair)",
        ),
        ({"query": "a\0b"}, "query: 'a\\x00b' is not allowed; allowed: text without NUL characters"),
        ({"image": b""}, "image: '0 bytes' is not allowed; allowed: 1 to 8388608 bytes"),
        ({"image": bytes(8 * 2**20 + 1)}, "image: '8388609 bytes' is not allowed; allowed: 1 to 8388608 bytes"),
        ({"image": 7}, "image: 'int' is not allowed; allowed: bytes of an encoded picture, or a path"),
        ({"k": 0}, "k: 0 is not allowed; allowed: a whole number from 1 to 100"),
        ({"k": 101}, "k: 101 is not allowed; allowed: a whole number from 1 to 100"),
        ({"k": True}, "k: True is not allowed; allowed: a whole number from 1 to 100"),
        ({"k": 2.5}, "k: 2.5 is not allowed; allowed: a whole number from 1 to 100"),
        ({"diversity": 1.5}, "diversity: 1.5 is not allowed; allowed: 0 (pure relevance) to 1 (pure diversity)"),
        ({"diversity": float("nan")}, "diversity: nan is not allowed; allowed: 0 (pure relevance) to 1 (pure diversity)"),
        ({"diversity": "0.5"}, "diversity: '0.5' is not allowed; allowed: 0 (pure relevance) to 1 (pure diversity)"),
        ({"strategy": "best"}, "strategy: 'best' is not allowed; allowed: mmr, dpp"),
        ({"candidates": []}, "candidates: '0 product ids' is not allowed; allowed: 1 to 1000 distinct product ids"),
        ({"candidates": ["p"] * 1001}, "candidates: '1001 product ids' is not allowed; allowed: 1 to 1000 distinct product ids"),
        ({"candidates": "p1"}, "candidates: 'p1' is not allowed; allowed: 1 to 1000 distinct product ids, as a sequence of str"),
        ({"candidates": ["p", 3]}, "candidates[1]: 3 is not allowed; allowed: a product id, a str that is not empty"),
        ({"candidates": ["p", ""]}, "candidates[1]: '' is not allowed; allowed: a product id, a str that is not empty"),
        (
            {"candidates": ["p", "q", "p"]},
            "candidates[2]: 'p' is not allowed; allowed: 1 to 1000 distinct product ids; it stands at position 0 too",
        ),
    ],
)
def test_a_wrong_search_names_field_value_and_what_is_allowed(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        SearchRequest(**{"query": "shoes", **fields})
    assert str(caught.value) == message
    assert caught.value.field == message.partition(":")[0]
    assert caught.value.retryable is False


def test_a_picture_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"^image: .*missing.jpg' is not allowed; the file cannot be read"):
        SearchRequest(image=tmp_path / "missing.jpg")
    empty = tmp_path / "empty.jpg"
    empty.touch()
    with pytest.raises(InvalidRequest, match=r"^image: '0 bytes'"):
        SearchRequest(image=str(empty))


def test_what_is_at_the_limits_passes() -> None:
    ids = [str(i) for i in range(contract.MAX_CANDIDATES)]
    request = SearchRequest(query="ü" * 1000, k=np.int32(100), diversity=np.float32(1.0), strategy="dpp", candidates=ids)
    assert request.candidates == tuple(ids)
    SearchRequest(image=b"x", diversity=0, k=1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "text: '' is not allowed; allowed: some text, a picture in image, or labels"),
        (
            {"text": "a" * 20_001},
            "text: 'aaaaaaaaaaaaaaaaaaaa... of 20001 characters' is not allowed; allowed: at most 20000 characters",
        ),
        (
            {"text": "a", "labels": "colour=blue"},
            "labels: 'colour=blue' is not allowed; allowed: a sequence of at most 16 labels",
        ),
        ({"text": "a", "labels": ["colour=blue", "blue"]}, "labels[1]: 'blue' is not allowed; allowed: \"facet=value\""),
    ],
)
def test_a_wrong_product_names_field_value_and_what_is_allowed(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ProductRequest(**fields)
    assert str(caught.value) == message


def test_too_many_labels() -> None:
    with pytest.raises(InvalidRequest, match=r"^labels: .* at most 16 labels"):
        ProductRequest(text="a", labels=[f"facet={i}" for i in range(17)])
