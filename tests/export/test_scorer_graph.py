"""The scorer graphs against the same work in NumPy and PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
import torch

from assortment import artefacts
from assortment.contract import NO_FILTER, NUM_BY_WORDS, NUM_RETRIEVED, NUM_SCORED
from assortment.serving.onnx_session import OnnxSession
from assortment.serving.sorting import LEAST_SHARE
from assortment_client.contract import SORTS
from export.assemble import version_files
from export.onnx_export import SCORING, export
from export.scorer_graph import RowTables, build
from export.steps import TEMPLATES
from training.linear_scorer import LinearScorer
from training.scorer import NUM_PRODUCT_FEATURES, LearnedScorer, ScorerModule

C = 7
VERSION = 42
Floats = npt.NDArray[np.float32]
BOTH = pytest.mark.parametrize("file", [artefacts.SCORER, artefacts.SCORER_INT8])


def unit(rows: npt.NDArray[np.float64]) -> Floats:
    scaled: Floats = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


def make_tables(num_rows: int) -> RowTables:
    rng = np.random.default_rng(num_rows)
    return RowTables(
        product_vectors=unit(rng.normal(size=(num_rows, 256))),
        label_vectors=unit(rng.normal(size=(num_rows, 256))),
        categories=rng.integers(-1, C, num_rows),
        features=rng.normal(size=(num_rows, NUM_PRODUCT_FEATURES)).astype(np.float32),
        places=places(rng, num_rows),
    )


def places(rng: np.random.Generator, num_rows: int) -> npt.NDArray[np.int32]:
    """Places in each order, many of them shared; 0 by relevance."""
    drawn = rng.integers(0, max(1, num_rows // 3), (len(SORTS), num_rows)).astype(np.int32)
    drawn[0] = 0
    return drawn


def make_queries(batch: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(batch)
    return unit(rng.normal(size=(batch, 256))), rng.dirichlet(np.ones(C), batch).astype(np.float32)


@pytest.fixture(scope="module", params=["learned", "linear"])
def scorer(request: pytest.FixtureRequest) -> ScorerModule:
    torch.manual_seed(3)
    module: ScorerModule
    if request.param == "learned":
        module = LearnedScorer()
        torch.nn.init.normal_(module.correction.weight)
    else:
        module = LinearScorer()
        torch.nn.init.constant_(module.label_weight, 0.4)
    return module.eval()


@pytest.fixture(scope="module")
def scoring(scorer: ScorerModule, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scoring") / artefacts.SCORING
    query, intent = make_queries(2)
    tables, rows = make_tables(5), np.arange(5)[None].repeat(2, 0)
    export(scorer, SCORING, path, tensors(query, intent, tables, rows))
    return path


def tensors(query: Floats, intent: Floats, tables: RowTables, rows: npt.NDArray[np.int64]) -> tuple[torch.Tensor, ...]:
    columns = (tables.product_vectors, tables.label_vectors, tables.categories, tables.features)
    return tuple(torch.from_numpy(array) for array in (query, intent, *(column[rows] for column in columns)))


def inputs(
    query: Floats, intent: Floats, allow: npt.NDArray[np.uint8], sorts: Sequence[int] | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Of the scorer; every query by relevance when ``sorts`` is not given."""
    sort = np.zeros((len(query), 1), dtype=np.int32) if sorts is None else np.array(sorts, dtype=np.int32)[:, np.newaxis]
    none = np.full((len(query), NUM_BY_WORDS), -1, dtype=np.int32)
    return {"QUERY_VECTOR": query, "INTENT": intent, "ALLOW": allow, "SORT": sort, "WORD_ROW": none}


def session(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options)


def reference(
    scorer: ScorerModule,
    query: Floats,
    intent: Floats,
    tables: RowTables,
    allowed: npt.NDArray[np.bool_],
    sort: int = 0,
) -> tuple[npt.NDArray[np.int32], Floats]:
    """The scorer's answer for one query, spelled out: best first, and outward step by step when there is a sort order."""
    cosine = np.where(allowed, tables.product_vectors @ query, -np.inf)
    nearest = np.argsort(-cosine, kind="stable")[: int(allowed.sum())]
    near, scored = nearest[:0], np.empty(0, dtype=np.float32)
    for start in range(0, len(nearest), NUM_RETRIEVED):
        step = nearest[start : start + NUM_RETRIEVED]
        with torch.no_grad():
            of_step = scorer(*tensors(query[None], intent[None], tables, step[None])).numpy()[0]
        near, scored = np.concatenate([near, step]), np.concatenate([scored, of_step])
        if not sort or not (of_step >= LEAST_SHARE * scored.max()).any():
            break
    return chosen(near, scored, tables.places[sort][near])


def chosen(found: npt.NDArray[np.int64], scored: Floats, place: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], Floats]:
    """Of scored rows the relevant ones by place, then by relevance, then the others by relevance: NUM_SCORED, best first."""
    weak = scored < LEAST_SHARE * scored.max(initial=0.0)
    first = np.lexsort((-scored, np.where(weak, 0, place), weak))[:NUM_SCORED]
    best = first[np.argsort(-scored[first], kind="stable")]
    rows = np.full(NUM_SCORED, -1, dtype=np.int32)
    relevance = np.zeros(NUM_SCORED, dtype=np.float32)
    rows[: len(best)], relevance[: len(best)] = found[best], scored[best]
    return rows, relevance


@BOTH
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("num_rows", [1, 8, 9, NUM_SCORED - 1, 5 * NUM_SCORED])
def test_scorer_answers_as_the_reference(
    num_rows: int, batch: int, file: str, scorer: ScorerModule, scoring: Path, tmp_path: Path
) -> None:
    tables, (query, intent) = make_tables(num_rows), make_queries(batch)
    build(tmp_path, scoring, tables, version=VERSION, compact_from=0)
    run = session(tmp_path / file)
    rng = np.random.default_rng(1)
    no_filter = np.full((batch, 1), NO_FILTER, dtype=np.uint8), np.ones((batch, num_rows), dtype=bool)
    some = rng.random((batch, num_rows)) < 0.3
    none = np.zeros((batch, num_rows), dtype=bool)
    for allow, allowed in (no_filter, (bitmap(some), some), (bitmap(none), none)):
        rows, relevance, _, version = run.run(None, inputs(query, intent, allow))
        assert rows.shape == relevance.shape == (batch, NUM_SCORED)
        assert version.tolist() == [[VERSION]] * batch
        for i in range(batch):
            expected_rows, expected_relevance = reference(scorer, query[i], intent[i], tables, allowed[i])
            np.testing.assert_allclose(relevance[i], expected_relevance, atol=1e-5)
            assert sorted(rows[i]) == sorted(expected_rows)


@BOTH
def test_rows_found_by_words_get_the_score_of_given_candidates(
    file: str, scorer: ScorerModule, scoring: Path, tmp_path: Path
) -> None:
    num_rows = 3 * NUM_RETRIEVED
    build(tmp_path, scoring, make_tables(num_rows), version=VERSION, compact_from=0)
    query, intent = make_queries(2)
    words = np.full((2, NUM_BY_WORDS), -1, dtype=np.int32)
    words[0, :3] = [num_rows - 1, 0, num_rows]  # the last is of a larger version
    words[1] = np.arange(NUM_BY_WORDS)
    given = {**inputs(query, intent, np.full((2, 1), NO_FILTER, dtype=np.uint8)), "WORD_ROW": words}
    *_, by_words, _ = session(tmp_path / file).run(None, given)
    asked = {"QUERY_VECTOR": query, "INTENT": intent, "ROW": np.where(words < num_rows, words, -1)}
    (expected,) = session(tmp_path / artefacts.CANDIDATE_SCORER).run(None, asked)
    there = (words >= 0) & (words < num_rows)
    np.testing.assert_allclose(by_words[there], expected[there], atol=1e-6)
    assert (by_words[~there] == -1.0).all()


@BOTH
@pytest.mark.parametrize("num_rows", [1, 9, NUM_SCORED + 1, 5 * NUM_RETRIEVED])
def test_a_sorted_search_answers_as_the_reference(
    num_rows: int, file: str, scorer: ScorerModule, scoring: Path, tmp_path: Path
) -> None:
    tables, (query, intent) = make_tables(num_rows), make_queries(len(SORTS))
    build(tmp_path, scoring, tables, version=VERSION, compact_from=0)
    run = session(tmp_path / file)
    sorts = range(len(SORTS))  # one of each in a batch
    some = np.random.default_rng(1).random((len(SORTS), num_rows)) < 0.7
    for allowed in (np.ones_like(some), some):
        rows, relevance, *_ = run.run(None, inputs(query, intent, bitmap(allowed), sorts))
        for sort in sorts:
            expected_rows, expected_relevance = reference(scorer, query[sort], intent[sort], tables, allowed[sort], sort)
            np.testing.assert_allclose(relevance[sort], expected_relevance, atol=1e-5)
            assert sorted(rows[sort]) == sorted(expected_rows)


@BOTH
@pytest.mark.parametrize("num_rows", [8, 9, 500])
def test_a_bitmap_of_another_version_is_cut_or_padded(num_rows: int, file: str, scoring: Path, tmp_path: Path) -> None:
    tables, (query, intent) = make_tables(num_rows), make_queries(2)
    build(tmp_path, scoring, tables, version=VERSION, compact_from=0)
    run = session(tmp_path / file)
    allowed = np.random.default_rng(2).random((2, num_rows)) < 0.5
    for num_bytes in (2, 3, 62, 63, 64, 200):
        allow = np.zeros((2, num_bytes), dtype=np.uint8)
        exact = bitmap(allowed)[:, :num_bytes]
        allow[:, : exact.shape[1]] = exact
        rows, *_, version = run.run(None, inputs(query, intent, allow))
        assert version.tolist() == [[VERSION]] * 2
        for of_query, may in zip(rows, allowed, strict=True):
            kept = set(np.flatnonzero(may[: num_bytes * 8]).tolist())
            found = set(of_query[of_query >= 0].tolist())
            assert found <= kept
            assert len(found) == min(len(kept), NUM_SCORED)


def test_candidate_scorer_is_the_same_function(scorer: ScorerModule, scoring: Path, tmp_path: Path) -> None:
    tables, (query, intent) = make_tables(50), make_queries(2)
    build(tmp_path, scoring, tables, version=VERSION, compact_from=0)
    rows = np.array([[3, 49, -1, 0], [7, 7, 12, -1]], dtype=np.int32)
    (relevance,) = session(tmp_path / artefacts.CANDIDATE_SCORER).run(
        None, {"QUERY_VECTOR": query, "INTENT": intent, "ROW": rows}
    )
    with torch.no_grad():
        expected = scorer(*tensors(query, intent, tables, np.maximum(rows, 0).astype(np.int64))).numpy()
    np.testing.assert_allclose(relevance, np.where(rows >= 0, expected, 0), atol=1e-5)
    (nothing,) = session(tmp_path / artefacts.CANDIDATE_SCORER).run(
        None, {"QUERY_VECTOR": query, "INTENT": intent, "ROW": np.empty((2, 0), dtype=np.int32)}
    )
    assert nothing.shape == (2, 0)


def test_both_scorers_agree_on_the_rows_they_share(scoring: Path, tmp_path: Path) -> None:
    tables, (query, intent) = make_tables(1000), make_queries(3)
    build(tmp_path, scoring, tables, version=VERSION, compact_from=0)
    allow = np.full((3, 1), NO_FILTER, dtype=np.uint8)
    rows, relevance, *_ = session(tmp_path / artefacts.SCORER).run(None, inputs(query, intent, allow))
    (again,) = session(tmp_path / artefacts.CANDIDATE_SCORER).run(None, {"QUERY_VECTOR": query, "INTENT": intent, "ROW": rows})
    np.testing.assert_allclose(again, relevance, atol=1e-6)


def test_the_compact_scan_finds_the_rows_that_are_nearest(scoring: Path, tmp_path: Path) -> None:
    tables, (query, intent) = make_tables(20_000), make_queries(16)
    crowd = tables.product_vectors[:4_000]  # far more rows near one query than are compared
    crowd[:] = query[0] + np.linspace(0.3, 1.5, len(crowd), dtype=np.float32)[:, np.newaxis] * crowd
    crowd /= np.linalg.norm(crowd, axis=1, keepdims=True)
    build(tmp_path, scoring, tables, version=VERSION, compact_from=0)
    given = inputs(query, intent, np.full((16, 1), NO_FILTER, dtype=np.uint8))
    exact, compact = (session(tmp_path / file).run(None, given)[0] for file in (artefacts.SCORER, artefacts.SCORER_INT8))
    for expected, found in zip(exact, compact, strict=True):
        assert len(set(expected) & set(found)) >= 0.999 * NUM_SCORED


@pytest.mark.parametrize(("compact_from", "expected"), [(5, True), (6, False)])
def test_a_repository_gets_the_compact_scan_of_a_large_catalogue_only(
    scoring: Path, tmp_path: Path, compact_from: int, expected: bool
) -> None:
    build(tmp_path, scoring, make_tables(5), version=VERSION, compact_from=compact_from)
    files = version_files(VERSION, TEMPLATES, tmp_path, tmp_path)
    for name in (f"scorer/{VERSION}/{artefacts.MODEL_INT8}", f"text_search/{VERSION}/{artefacts.SCORER_INT8}"):
        assert (name in files) == expected
    assert (f"text_search/{VERSION}/{artefacts.COMPACT_VECTORS}" in files) == expected
    assert f"text_search/{VERSION}/{artefacts.SCORER}" in files
    assert (artefacts.cpu_model(tmp_path, artefacts.SCORER).name == artefacts.SCORER_INT8) == expected


def bitmap(allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    return np.packbits(allowed, axis=1, bitorder="little")


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="memory is read from /proc, which this system does not have")
def test_sessions_share_one_copy_of_the_vectors(scoring: Path, tmp_path: Path) -> None:
    tables, (query, intent) = make_tables(80_000), make_queries(1)  # 80 MB, for what else a session takes is up to 10 MB
    build(tmp_path, scoring, tables, version=VERSION, compact_from=0)
    given = inputs(query, intent, np.array([[NO_FILTER]], dtype=np.uint8), [1])
    sessions = [OnnxSession(tmp_path / artefacts.SCORER)]
    sessions[0].run(given)
    before = private_bytes()
    sessions += [OnnxSession(tmp_path / artefacts.SCORER) for _ in range(3)]
    for one in sessions:
        one.run(given)
    assert private_bytes() - before < tables.product_vectors.nbytes


def private_bytes() -> int:
    """Memory of this process that is no mapped file."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024
