"""Models against the untrained encoder on judged products of the small shop."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assortment.catalogue.store import Catalogue
from assortment.cli import main
from assortment.judgments import JudgedQuery
from assortment.paths import BuildPaths
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest
from assortment_client.contract import candidate_key
from export.judged.gate import Bar, Judged


def judged(**grades: int) -> JudgedQuery:
    return JudgedQuery(id="q", text="q", kind="unambiguous", grades=grades, subtopics={})


def test_what_cannot_be_used_is_left_out_and_told() -> None:
    nothing = JudgedQuery(id="none", text="none", kind="unambiguous", grades={"a": 0, "z": 3}, subtopics={})
    kept = Judged.of([judged(a=3, b=0, y=1), nothing], {"a": 0, "b": 1})
    assert kept.products == ("a", "b")
    assert kept.not_in_catalogue == ("y", "z")
    assert kept.nothing_to_find == ("none",)
    assert kept.queries[0].grades == {"a": 3, "b": 0}


def test_the_best_mix_is_the_bar_and_a_hundredth_is_allowed() -> None:
    kept = Judged.of([judged(a=3, b=0)], {"a": 0, "b": 1})
    good, bad = np.array([[0.9, 0.1]], np.float32), np.array([[0.1, 0.9]], np.float32)
    bar = Bar.of(kept, {"title": bad, "title + attributes": good})
    assert bar.mix == "title + attributes"
    assert bar.verdict("x", kept.ndcg(good)).passed
    assert bar.verdict("x", [bar.values[0] - 0.009]).passed
    assert not bar.verdict("x", [bar.values[0] - 0.011]).passed
    assert bar.verdict("x", kept.ndcg(bad)).difference.mean == pytest.approx(1 / np.log2(3) - 1)


@pytest.mark.slow
def test_the_small_shop_is_judged_as_it_is_served(
    small_build: BuildPaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from export.judged import reranking

    catalogue = Catalogue.open(small_build.catalogue)
    rows = list(range(0, 60, 3))
    ids = [catalogue.products[row].id for row in rows]
    relevance = reranking.of_models(small_build.export, catalogue, rows, ["blue shirt"], threads=1)[0]
    keys = np.array([candidate_key(id_) for id_ in ids], dtype=np.int64)
    pipeline = Pipeline.from_artefacts(small_build.export, small_build.index)
    rules = b'{"collapse": false}'
    (served,) = pipeline.search([SearchRequest(query="blue shirt", candidates=keys, k=len(ids), diversity=0.0, rules=rules)])
    of_product = dict(zip(served.ids, served.relevance, strict=True))
    assert relevance == pytest.approx([of_product[id_] for id_ in ids], abs=1e-3)

    lines = ["query,docid,rating", *(f"blue shirt,{id_},{number % 4}" for number, id_ in enumerate(ids)), "blue shirt,gone,3"]
    (tmp_path / "judged.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ["--judged", str(tmp_path / "judged.csv"), "--map", "id=docid", "--map", "grade=rating"]
    output = tmp_path / "out" / "judged.json"
    code = main(["evaluate", *options, "--catalogue", str(small_build.catalogue), "--output", str(output)])
    told, summary = capsys.readouterr(), json.loads(output.read_text(encoding="utf-8"))
    assert "1 judged products are not in the catalogue: 'gone'" in told.err
    assert "models of small" in told.out
    assert summary["passed"] == (code == 0)
    assert summary["products"] == len(ids)
