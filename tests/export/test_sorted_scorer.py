"""What the scorer hands over for a sort order: against a look at every row of the catalogue, and whoever shares the batch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assortment import artefacts
from assortment.contract import NO_FILTER, NUM_BY_WORDS, NUM_RETRIEVED, NUM_SCORED
from assortment.serving.sorting import LEAST_SHARE
from assortment_client.contract import SORTS
from export.onnx_export import SCORING, export
from export.scorer_graph import RowTables, build
from training.scorer import NUM_PRODUCT_FEATURES, LearnedScorer

NUM_ROWS = 4_000
TYPES = 6
Floats = npt.NDArray[np.float32]


def unit(rows: npt.NDArray[np.float64]) -> Floats:
    scaled: Floats = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


@pytest.fixture(scope="module")
def tables() -> RowTables:
    """Products of a few types, of very different numbers, each type around one direction; many are equal or cost the same."""
    rng = np.random.default_rng(5)
    types = unit(rng.normal(size=(TYPES, 256)))
    of_type = np.minimum(rng.geometric(0.5, NUM_ROWS) - 1, TYPES - 1)
    vectors = unit(types[of_type] + rng.normal(size=(NUM_ROWS, 256)) * rng.uniform(0.01, 0.06, (NUM_ROWS, 1)))
    vectors[1::7] = vectors[0::7][: len(vectors[1::7])]
    places = rng.integers(0, 300, (len(SORTS), NUM_ROWS)).astype(np.int32)
    places[0] = 0
    return RowTables(
        product_vectors=vectors,
        label_vectors=np.zeros((NUM_ROWS, 256), dtype=np.float32),
        categories=np.full(NUM_ROWS, -1),
        features=np.zeros((NUM_ROWS, NUM_PRODUCT_FEATURES), dtype=np.float32),
        places=places,
    )


@pytest.fixture(scope="module")
def scorers(tables: RowTables, tmp_path_factory: pytest.TempPathFactory) -> tuple[ort.InferenceSession, ort.InferenceSession]:
    """The scorer and the candidate scorer of an untrained scoring function: the nearer, the more relevant."""
    folder = tmp_path_factory.mktemp("sorted")
    columns = (tables.product_vectors, tables.label_vectors, tables.categories, tables.features)
    examples = tuple(torch.from_numpy(column[np.arange(6).reshape(2, 3)]) for column in columns)
    export(
        LearnedScorer().eval(), SCORING, folder / artefacts.SCORING, (torch.eye(256)[:2], torch.full((2, 3), 1 / 3), *examples)
    )
    build(folder, folder / artefacts.SCORING, tables, version=1)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    scorer, candidate_scorer = (
        ort.InferenceSession(str(folder / name), options) for name in (artefacts.SCORER, artefacts.CANDIDATE_SCORER)
    )
    return scorer, candidate_scorer


def ask(
    scorer: ort.InferenceSession, query: Floats, sorts: list[int], allowed: npt.NDArray[np.bool_] | None = None
) -> tuple[npt.NDArray[np.int32], Floats]:
    """(B, NUM_SCORED) rows and relevance."""
    allow = np.full((len(query), 1), NO_FILTER, dtype=np.uint8)
    if allowed is not None:
        allow = np.packbits(allowed, axis=1, bitorder="little")
    intent = np.full((len(query), 3), 1 / 3, dtype=np.float32)
    sort = np.array(sorts, dtype=np.int32)[:, np.newaxis]
    words = np.full((len(query), NUM_BY_WORDS), -1, dtype=np.int32)
    given = {"QUERY_VECTOR": query, "INTENT": intent, "ALLOW": allow, "SORT": sort, "WORD_ROW": words}
    rows, relevance, *_ = scorer.run(None, given)
    return rows, relevance


def look_at_all(candidate_scorer: ort.InferenceSession, query: Floats) -> Floats:
    """(B, NUM_ROWS) relevance of every row."""
    rows = np.arange(NUM_ROWS, dtype=np.int32)[np.newaxis].repeat(len(query), 0)
    intent = np.full((len(query), 3), 1 / 3, dtype=np.float32)
    relevance: Floats = candidate_scorer.run(None, {"QUERY_VECTOR": query, "INTENT": intent, "ROW": rows})[0]
    return relevance


def queries(seed: int, number: int, tables: RowTables) -> Floats:
    """Near a type, near a product, or near nothing."""
    rng = np.random.default_rng(seed)
    near = tables.product_vectors[rng.integers(0, NUM_ROWS, number)]
    return unit(near + rng.normal(size=(number, 256)) * rng.choice([0.0, 0.03, 0.5], (number, 1)))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), sort=st.integers(1, len(SORTS) - 1), share=st.sampled_from([0.001, 0.02, 0.3, 1.0]))
def test_it_is_what_sorting_every_relevant_row_gives(
    scorers: tuple[ort.InferenceSession, ort.InferenceSession], tables: RowTables, seed: int, sort: int, share: float
) -> None:
    query = queries(seed, 2, tables)
    allowed = np.random.default_rng(seed + 1).random((2, NUM_ROWS)) < share
    found_rows, found_relevance = ask(scorers[0], query, [sort, sort], allowed)
    every = look_at_all(scorers[1], query)
    for i in range(2):
        rows = np.flatnonzero(allowed[i])
        relevance, place = every[i, rows], tables.places[sort, rows]
        weak = relevance < LEAST_SHARE * relevance.max(initial=0.0)
        first = np.lexsort((-relevance, np.where(weak, 0, place), weak))[:NUM_SCORED]
        num = len(first)
        assert (found_rows[i, num:] == -1).all()
        found = found_rows[i, :num]
        assert len(set(found.tolist())) == num
        assert allowed[i, found].all()
        np.testing.assert_allclose(found_relevance[i, :num], np.sort(relevance[first])[::-1], atol=1e-5)
        np.testing.assert_allclose(every[i, found], found_relevance[i, :num], atol=1e-5)
        kept = found_relevance[i, :num] >= LEAST_SHARE * relevance.max(initial=0.0)
        assert sorted(tables.places[sort, found[kept]]) == sorted(place[first][~weak[first]])


def test_the_cheapest_of_more_than_a_thousand_relevant_rows_are_found(
    scorers: tuple[ort.InferenceSession, ort.InferenceSession], tables: RowTables
) -> None:
    query, place = tables.product_vectors[:1], tables.places[1]
    relevance = look_at_all(scorers[1], query)[0]
    relevant = relevance >= LEAST_SHARE * relevance.max()
    assert relevant.sum() > 2 * NUM_RETRIEVED
    rows, _ = ask(scorers[0], query, [1])
    assert place[rows[0]].max() <= np.sort(place[relevant])[NUM_SCORED - 1]
    best_matches, _ = ask(scorers[0], query, [0])
    assert np.median(place[best_matches[0]]) > 3 * np.median(place[rows[0]])


def test_an_answer_does_not_depend_on_its_batch_mates(
    scorers: tuple[ort.InferenceSession, ort.InferenceSession], tables: RowTables
) -> None:
    query, sorts = queries(11, 8, tables), [0, 1, 0, 2, 3, 4, 0, 1]
    together, relevance = ask(scorers[0], query, sorts)
    for i, sort in enumerate(sorts):
        rows, alone = ask(scorers[0], query[i : i + 1], [sort])
        np.testing.assert_allclose(alone[0], relevance[i], atol=1e-6)
        assert tables.places[sort, rows[0]].tolist() == tables.places[sort, together[i]].tolist()
