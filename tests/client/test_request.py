"""A wrong request is refused before anything is sent, in the server's wording."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assortment_client import InvalidRequest, ProductRequest, SearchRequest, contract
from assortment_client.request import search_at


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
        (
            {"strategy": "best"},
            "strategy: 'best' is not allowed; allowed: mmr, dpp, mmr_clipped, max_sum, dpp_published, dpp_window, ssd, cover, "
            "xquad, pm2, calibration, round_robin, quota, expected_alpha",
        ),
        ({"max_relevance_loss": -0.1}, "max_relevance_loss: -0.1 is not allowed; allowed: 0 to 1, a share of the relevance"),
        ({"max_relevance_loss": True}, "max_relevance_loss: True is not allowed; allowed: 0 to 1, a share of the relevance"),
        (
            {"max_relevance_loss": 0.1, "diversity": 0.5},
            "max_relevance_loss: 0.1 is not allowed; diversity is given too; allowed: one of the two",
        ),
        ({"collapse": 1}, "collapse: 1 is not allowed; allowed: True, False, or None for the catalogue's default"),
        ({"near_duplicate": 0}, "near_duplicate: 0 is not allowed; allowed: a cosine, above 0 and at most 1"),
        ({"near_duplicate": float("nan")}, "near_duplicate: nan is not allowed; allowed: a cosine, above 0 and at most 1"),
        (
            {"near_duplicate": 10**400},
            f"near_duplicate: 1{'0' * 59}... (401 characters) is not allowed; allowed: a cosine, above 0 and at most 1",
        ),
        ({"caps": ["brand"]}, "caps: ['brand'] is not allowed; allowed: a mapping from facet to number, as in {\"brand\": 2}"),
        ({"caps": {str(i): 1 for i in range(9)}}, "caps: '9 facets' is not allowed; allowed: at most 8 facets"),
        ({"caps": {"": 1}}, "caps: '' is not allowed; allowed: a facet's name of 1 to 64 characters"),
        ({"caps": {"brand": 0}}, "caps.brand: 0 is not allowed; allowed: a whole number from 1 to 100"),
        ({"caps": {"brand": 101}}, "caps.brand: 101 is not allowed; allowed: a whole number from 1 to 100"),
        ({"caps": {"brand": True}}, "caps.brand: True is not allowed; allowed: a whole number from 1 to 100"),
        ({"caps": {"brand": 2.0}}, "caps.brand: 2.0 is not allowed; allowed: a whole number from 1 to 100"),
        ({"pinned": "p1"}, "pinned: 'p1' is not allowed; allowed: at most 20 distinct product ids, as a sequence of str"),
        ({"pinned": ["p"] * 21}, "pinned: '21 product ids' is not allowed; allowed: at most 20 distinct product ids"),
        ({"pinned": ["p", 3]}, "pinned[1]: 3 is not allowed; allowed: a product id, a str that is not empty"),
        ({"pinned": ["\ud800"]}, "pinned[0]: '\\ud800' is not allowed; allowed: a product id, a str that is not empty"),
        (
            {"shown": ["é" * 257]},
            f"shown[0]: '{'é' * 59}... (259 characters) is not allowed; allowed: a product id of at most 256 characters",
        ),
        (
            {"excluded": ["a", "b", "a"]},
            "excluded[2]: 'a' is not allowed; allowed: at most 100 distinct product ids; it stands at position 0 too",
        ),
        (
            {"pinned": ["b"], "excluded": ["a", "b"]},
            "excluded[1]: 'b' is not allowed; it is pinned too; allowed: pinned or excluded, not both",
        ),
        (
            {"shown": [f"{i:03}{'☂' * 253}" for i in range(200)]},
            "rules: '153011 bytes' is not allowed; allowed: all page rules together at most 131072 bytes of JSON",
        ),
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


def test_a_picture_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidRequest, match=r"^image: 'missing.jpg' is not allowed; the file cannot be read"):
        SearchRequest(image=Path("missing.jpg"))
    empty = Path("empty.jpg")
    empty.touch()
    with pytest.raises(InvalidRequest, match=r"^image: '0 bytes'"):
        SearchRequest(image=str(empty))


def test_what_is_at_the_limits_passes() -> None:
    ids = [str(i) for i in range(contract.MAX_CANDIDATES)]
    request = SearchRequest(query="ü" * 1000, k=np.int32(100), diversity=np.float32(1.0), strategy="dpp", candidates=ids)
    assert request.candidates == tuple(ids)
    SearchRequest(image=b"x", diversity=0, k=1)


def test_page_rules_at_the_limits_pass_and_are_frozen_copies() -> None:
    caps, pinned, shown = {"f" * 64: 1, "brand": 100}, ["é" * 256, "p"], [str(i) for i in range(100)]
    request = SearchRequest(
        query="shoes", max_relevance_loss=0, near_duplicate=1, caps=caps, pinned=pinned, shown=["p", *shown[:99]]
    )
    pinned.append("q")
    caps["brand"] = 3
    assert request.pinned == ("é" * 256, "p")
    assert request.shown == ("p", *shown[:99])
    assert request.excluded == ()
    assert dict(request.caps) == {"f" * 64: 1, "brand": 100}
    with pytest.raises(TypeError):
        request.caps["brand"] = 4
    again = dataclasses.replace(request, k=20)
    assert (again.caps, again.pinned, again.shown) == (request.caps, request.pinned, request.shown)
    assert hash(request) == hash(dataclasses.replace(request))
    SearchRequest(query="shoes", pinned=[str(i) for i in range(20)], excluded=[f"x{i}" for i in range(100)], caps={})


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
            "labels: 'colour=blue' is not allowed; allowed: at most 16 labels, as a sequence of str",
        ),
        ({"text": "a", "labels": None}, "labels: None is not allowed; allowed: at most 16 labels, as a sequence of str"),
        ({"text": "a", "labels": 3}, "labels: 3 is not allowed; allowed: at most 16 labels, as a sequence of str"),
        ({"text": "a", "labels": ["colour=blue", "blue"]}, "labels[1]: 'blue' is not allowed; allowed: \"facet=value\""),
    ],
)
def test_a_wrong_product_names_field_value_and_what_is_allowed(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ProductRequest(**fields)
    assert str(caught.value) == message


def test_too_many_labels() -> None:
    with pytest.raises(InvalidRequest, match=r"^labels: '17 labels' is not allowed; allowed: at most 16 labels"):
        ProductRequest(text="a", labels=[f"facet={i}" for i in range(17)])


def test_labels_can_be_counted() -> None:
    with pytest.raises(InvalidRequest, match=r"^labels: <generator .* allowed: at most 16 labels, as a sequence of str"):
        ProductRequest(text="a", labels=(f"facet={i}" for i in range(2)))  # type: ignore[arg-type]


def test_one_of_many_searches_that_is_none_is_told_by_its_place() -> None:
    assert search_at(0, "red") == SearchRequest(query="red")
    with pytest.raises(InvalidRequest, match=r"requests\[1\]: None is not allowed; allowed: a SearchRequest or a str"):
        search_at(1, None)
