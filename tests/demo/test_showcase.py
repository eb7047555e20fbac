"""Which queries are shown."""

from __future__ import annotations

from assortment.evaluation import Evaluation, QueryMeasures
from assortment.protocol.store import Query
from demo.showcase import NUM_AMBIGUOUS, in_turn, pick


def query(number: int, *open_facets: str) -> Query:
    return Query(
        id=f"test-{number:04d}",
        split="test",
        kind="ambiguous" if open_facets else "unambiguous",
        open=open_facets,
        query=f"query {number}",
        wish={"type": "Shirts"},
        seed_product="s1",
    )


def evaluation(queries: list[Query], ndcg: dict[str, float], alpha: dict[str, float]) -> Evaluation:
    """Measures by query id; 0.5 where none is given."""
    found = [
        QueryMeasures(
            id=q.id,
            text=q.query,
            kind=q.kind,
            num_results=10,
            ndcg=ndcg.get(q.id, 0.5),
            alpha_ndcg=alpha.get(q.id, 0.5) if q.open else None,
            subtopic_recall=0.5 if q.open else None,
            ild=None,
            ild_min=None,
        )
        for q in queries
    ]
    return Evaluation(k=10, seed=0, queries=tuple(found))


def test_no_facet_fills_the_page() -> None:
    queries = [*(query(n, "colour") for n in range(8)), query(8, "brand"), query(9, "gender")]
    assert [q.open[0] for q in in_turn(queries, 5)] == ["colour", "brand", "gender", "colour", "colour"]


def test_the_most_instructive_come_first_and_the_worst_case_is_shown() -> None:
    queries = [query(n, "colour") for n in range(10)] + [query(10), query(11)]
    before = evaluation(queries, {"test-0011": 0.9}, {})
    after = evaluation(queries, {"test-0011": 0.9, "test-0003": 0.1}, {"test-0007": 0.9, "test-0003": 0.95})
    picks = pick(queries, before, after)
    assert len(picks) == NUM_AMBIGUOUS + 2
    assert picks[0].query.id == "test-0007"  # test-0003 gained more, but lost too much relevance to be an example
    assert picks[NUM_AMBIGUOUS].query.id == "test-0011"
    assert (picks[-1].query.id, "0.50 becomes 0.10" in picks[-1].note) == ("test-0003", True)


def test_a_protocol_with_few_queries_shows_what_there_is() -> None:
    queries = [query(1, "colour", "brand")]
    (only,) = pick(queries, evaluation(queries, {}, {}), evaluation(queries, {}, {}))
    assert only.kind == "Ambiguous: leaves colour and brand open"
