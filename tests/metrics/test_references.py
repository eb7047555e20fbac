"""The same figures as TREC's programs: pyndeval wraps ndeval.c, ir-measures calls it and trec_eval."""

from __future__ import annotations

from collections.abc import Mapping

import ir_measures as ir
import pyndeval
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assortment.metrics import alpha_ndcg, err_ia, mrr, ndcg, nerr_ia, precision, r_precision, recall, subtopic_recall

EXACT = 1e-6

products = st.sampled_from([f"p{i:02d}" for i in range(30)])
rankings = st.lists(products, unique=True, min_size=1, max_size=30)
grades = st.dictionaries(products, st.integers(0, 3), min_size=1)
subtopics = st.dictionaries(products, st.frozensets(st.sampled_from("abcde"), max_size=3))
cutoffs = st.sampled_from([2, 3, 5, 10, 20])  # ndeval knows no more than 20; for 1 see below
alphas = st.sampled_from([0.5, 0.25, 0.75])  # with others, ties of the greedy ideal hang on how ndeval rounds


@given(rankings, subtopics, cutoffs, alphas)
def test_same_figures_as_ndeval(ranking: list[str], covered: dict[str, frozenset[str]], k: int, alpha: float) -> None:
    qrels = [pyndeval.SubtopicQrel("q", name, product, 1) for product, names in covered.items() for name in sorted(names)]
    assume(qrels)
    run = [pyndeval.ScoredDoc("q", product, -float(rank)) for rank, product in enumerate(ranking)]
    measures = [f"{name}@{k}" for name in ("alpha-nDCG", "ERR-IA", "nERR-IA", "strec")]
    found = pyndeval.ndeval(qrels, run, measures=measures, alpha=alpha)["q"]
    ours = [
        alpha_ndcg(ranking, covered, k, alpha=alpha),
        err_ia(ranking, covered, k, alpha=alpha),
        nerr_ia(ranking, covered, k, alpha=alpha),
        subtopic_recall(ranking, covered, k),
    ]
    assert ours == pytest.approx([found[measure] for measure in measures], abs=EXACT)


@given(rankings, subtopics)
def test_ndeval_forgets_to_divide_err_ia_at_1(ranking: list[str], covered: dict[str, frozenset[str]]) -> None:
    """The last loop of computeERR in ndeval.c starts at the second rank."""
    qrels = [pyndeval.SubtopicQrel("q", name, product, 1) for product, names in covered.items() for name in sorted(names)]
    assume(qrels)
    found = pyndeval.ndeval(qrels, [pyndeval.ScoredDoc("q", ranking[0], 0.0)], measures=["ERR-IA@1", "nERR-IA@1"])["q"]
    num_subtopics = len(frozenset().union(*covered.values()))
    assert err_ia(ranking, covered, 1) * num_subtopics == pytest.approx(found["ERR-IA@1"])
    assert nerr_ia(ranking, covered, 1) == pytest.approx(found["nERR-IA@1"])


@settings(deadline=None)  # the first example loads trec_eval
@given(rankings, grades, st.sampled_from([1, 3, 5, 10, 20, 30]), st.integers(1, 3))
def test_same_relevance_as_trec_eval(ranking: list[str], graded: Mapping[str, int], k: int, threshold: int) -> None:
    qrels = [ir.Qrel("q", product, grade) for product, grade in graded.items()]
    run = [ir.ScoredDoc("q", product, -float(rank)) for rank, product in enumerate(ranking)]
    ours = {
        ir.nDCG(gains={1: 1, 2: 3, 3: 7}) @ k: ndcg(ranking, graded, k),  # trec_eval's own gains are the grades
        ir.RR(rel=threshold): mrr(ranking, graded, threshold=threshold),
        ir.RR(rel=threshold) @ k: mrr(ranking, graded, k, threshold=threshold),
        ir.P(rel=threshold) @ k: precision(ranking, graded, k, threshold=threshold),
        ir.Rprec(rel=threshold): r_precision(ranking, graded, threshold=threshold),
        ir.R(rel=threshold) @ k: recall(ranking, graded, k, threshold=threshold),
    }
    theirs = ir.calc_aggregate(list(ours), qrels, run)
    assert ours == {measure: pytest.approx(theirs[measure], abs=EXACT) for measure in ours}


@settings(deadline=None)
@given(rankings, subtopics, cutoffs)
def test_same_diversity_as_ir_measures(ranking: list[str], covered: dict[str, frozenset[str]], k: int) -> None:
    qrels = [ir.Qrel("q", product, 1, name) for product, names in covered.items() for name in sorted(names)]
    assume(qrels)
    run = [ir.ScoredDoc("q", product, -float(rank)) for rank, product in enumerate(ranking)]
    ours = {
        ir.alpha_nDCG @ k: alpha_ndcg(ranking, covered, k),
        ir.ERR_IA @ k: err_ia(ranking, covered, k),
        ir.StRecall @ k: subtopic_recall(ranking, covered, k),
    }
    theirs = ir.calc_aggregate(list(ours), qrels, run)
    assert ours == {measure: pytest.approx(theirs[measure], abs=EXACT) for measure in ours}
