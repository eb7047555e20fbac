"""What the server answers: the same as the same steps in one process, in every way of asking."""

import concurrent.futures
import re
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from assortment.catalogue.product import Product
from assortment.contract import VECTOR_DIM
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import Answer, SearchRequest
from assortment_client.contract import candidate_key
from deploy.local.server import LocalServer

pytestmark = pytest.mark.triton

Ask = Callable[..., Any]
QUERIES = ("blue shoes", "a red shirt for men", "x", "toaster " * 60, "étagère ☂", "1984")


def _answer(result: Any) -> Answer:
    names = ("ID", "RELEVANCE", "RANK", "REASON", "COLLAPSED", "OPENS", "UNMET", "UNDERSTOOD", "CATALOGUE_VERSION")
    return Answer.of({name: result.as_numpy(name) for name in names})


def _assert_same(served: Answer, expected: Answer) -> None:
    assert served.ids == expected.ids
    assert np.allclose(served.relevance, expected.relevance, atol=1e-5)
    assert served.rank.tolist() == expected.rank.tolist()
    assert served.reason.tolist() == expected.reason.tolist()
    assert served.collapsed.tolist() == expected.collapsed.tolist()
    assert (served.opens, served.unmet, served.understood) == (expected.opens, expected.unmet, expected.understood)
    assert served.catalogue_version == expected.catalogue_version


@pytest.mark.parametrize("query", QUERIES)
def test_a_text_search(ask: Ask, pipeline: Pipeline, query: str) -> None:
    request = SearchRequest(query=query)
    served = _answer(ask(request))
    assert len(served.ids) == 10
    _assert_same(served, *pipeline.search([request]))


@pytest.mark.parametrize(("strategy", "diversity", "k"), [("mmr", 0.0, 1), ("mmr", 0.7, 25), ("dpp", 0.5, 100), ("dpp", 1.0, 10)])
def test_options(ask: Ask, pipeline: Pipeline, strategy: str, diversity: float, k: int) -> None:
    request = SearchRequest(query="blue shoes", k=k, strategy=strategy, diversity=diversity)
    served = _answer(ask(request))
    assert len(served.ids) == len(set(served.ids)) == k
    if diversity == 0:
        assert served.rank.tolist() == list(range(1, k + 1))
    _assert_same(served, *pipeline.search([request]))


def test_a_picture_alone_and_a_picture_with_text(ask: Ask, pipeline: Pipeline, png: bytes) -> None:
    for request in (SearchRequest(picture=png), SearchRequest(query="shoes", picture=png)):
        _assert_same(_answer(ask(request)), *pipeline.search([request]))


def test_text_alone_is_answered_alike_by_both_search_ensembles(ask: Ask) -> None:
    request = SearchRequest(query="red shirt")
    one, other = (_answer(ask(request, ensemble=name)) for name in ("search", "search_multimodal"))
    _assert_same(one, other)


def test_reranking_its_own_results_keeps_their_relevance(ask: Ask, pipeline: Pipeline) -> None:
    found = _answer(ask(SearchRequest(query="blue shoes", k=20, diversity=0.0)))
    keys = np.array([candidate_key(product_id) for product_id in reversed(found.ids)], dtype=np.int64)
    request = SearchRequest(query="blue shoes", k=20, diversity=0.0, candidates=keys)
    reranked = _answer(ask(request))
    assert reranked.ids == found.ids
    assert np.allclose(reranked.relevance, found.relevance, atol=1e-4)
    _assert_same(reranked, *pipeline.search([request]))


def test_candidate_lists_of_different_lengths_at_once(ask: Ask) -> None:
    """Batch mates may move a score a little, see below, but never a candidate from one request to another."""
    ids = _answer(ask(SearchRequest(query="shirt", k=40, diversity=0.0))).ids
    keys = np.array([candidate_key(product_id) for product_id in ids], dtype=np.int64)
    requests = [SearchRequest(query="blue shoes", k=5, candidates=keys[: 1 + i]) for i in range(40)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        served = [_answer(result) for result in pool.map(ask, requests)]
    for num_candidates, answer in enumerate(served, start=1):
        assert len(set(answer.ids)) == min(5, num_candidates)
        assert set(answer.ids) <= set(ids[:num_candidates])


def test_the_server_batches_queries_of_different_lengths(ask: Ask, pipeline: Pipeline) -> None:
    """8-bit encoders quantise a batch as a whole, so a batch mate may move a score a little, but no answer to another request."""
    requests = [SearchRequest(query=" ".join(["blue", "red", "shirt", "shoes"][: 1 + i % 4]), diversity=0.0) for i in range(64)]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        served = [_answer(result) for result in pool.map(ask, requests)]
    for answer, request in zip(served, requests, strict=True):
        (expected,) = pipeline.search([request])
        assert len(set(answer.ids) & set(expected.ids)) >= 5


def test_a_product_gets_a_unit_vector_and_hears_of_unknown_labels(ask: Ask, png: bytes) -> None:
    labels = np.array([[b"colour=no such colour", b"nonsense"]], dtype=np.object_)
    text = np.array([[b"Blue running shoes"]], dtype=np.object_)
    result = ask(ensemble="embed_product", TEXT=text, PICTURE=np.array([[png]], dtype=np.object_), LABEL=labels)
    assert result.as_numpy("PRODUCT_VECTOR").shape == (1, VECTOR_DIM)
    assert np.isclose(np.linalg.norm(result.as_numpy("PRODUCT_VECTOR")), 1, atol=1e-4)
    assert result.as_numpy("UNKNOWN_LABEL").tolist() == labels.tolist()


def test_known_labels_without_a_category_are_told_to_be_left_out(ask: Ask, products: dict[str, Product]) -> None:
    product = next(one for one in products.values() if one.attributes.get("colour") and one.category)
    text, colour = np.array([[b"Shoes"]], dtype=np.object_), f"colour={product.attributes['colour']}".encode()
    without = ask(ensemble="embed_product", TEXT=text, LABEL=np.array([[colour]], dtype=np.object_))
    assert without.as_numpy("UNKNOWN_LABEL").tolist() == [[colour]]
    labels = [colour, f"category={product.category[0]}".encode()]
    read = ask(ensemble="embed_product", TEXT=text, LABEL=np.array([labels], dtype=np.object_))
    assert read.as_numpy("UNKNOWN_LABEL").size == 0
    assert not np.allclose(read.as_numpy("PRODUCT_VECTOR"), without.as_numpy("PRODUCT_VECTOR"))


def test_time_of_each_stage_inside_a_text_search_is_in_the_metrics(ask: Ask, server: LocalServer) -> None:
    ask(SearchRequest(query="blue shoes"))
    with urllib.request.urlopen(f"http://{server.metrics_address}/metrics") as page:
        told = page.read().decode()
    durations: defaultdict[str, float] = defaultdict(float)
    for stage, value in re.findall(r'^assortment_stage_duration_us\{.*stage="(\w+)".*\} (\S+)$', told, re.MULTILINE):
        durations[stage] += float(value)
    assert set(durations) == {"prepare", "text_encoder", "fusion", "scorer", "diversifier"}
    assert min(durations.values()) > 0
