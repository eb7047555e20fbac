from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assortment import artefacts, manifest
from assortment.catalogue.product import Product
from assortment.catalogue.steps import generate
from assortment.catalogue.store import CatalogueWriter
from assortment.cli import main
from assortment.paths import BuildPaths
from assortment.protocol.steps import freeze
from assortment.protocol.store import Protocol

JUDGMENTS = "query,id,grade,subtopic\nred shoes,1,3,Men\nred shoes,2,3,Men\nred shoes,3,3,Women\nhats,4,2,\ngloves,5,3,\n"
RESULTS = '{"query": "red shoes", "ids": ["1", "3"]}\n{"query": "hats", "ids": ["4"]}\n{"query": "socks", "ids": ["5"]}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "judgments.csv").write_text(JUDGMENTS, encoding="utf-8")
    (tmp_path / "rank.jsonl").write_text(RESULTS, encoding="utf-8")
    index = tmp_path / "index"
    index.mkdir()
    np.save(index / artefacts.IDS, np.array([str(i).encode() for i in range(1, 6)], dtype="S"))
    np.eye(5, 256, dtype=np.float32).tofile(index / artefacts.PRODUCT_VECTORS)
    manifest.write(index, step="index", inputs={}, settings={})
    return tmp_path


def evaluated(folder: Path, *options: str) -> int:
    return main(["evaluate", "--results", str(folder / "rank.jsonl"), *options])


def test_a_table_notes_and_a_summary(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = folder / "out" / "summary.json"
    options = ["--judgments", str(folder / "judgments.csv"), "--index", str(folder / "index"), "--output", str(output)]
    assert evaluated(folder, *options) == 0
    shown = capsys.readouterr()
    assert "ndcg@10" in shown.out
    assert "subtopic_recall@10" in shown.out
    assert "1 judged queries have no result and count as 0: 'gloves'" in shown.err
    assert "1 results have no judgment and are left out: 'socks'" in shown.err
    summary = json.loads(output.read_text(encoding="utf-8"))
    assert summary["num_queries"] == 3
    assert summary["results"] == {"without_judgment": 1, "failed": 0, "repeated": 0}
    assert summary["ndcg@10"]["mean"] == pytest.approx((1 + (7 + 7 / np.log2(3)) / (7 + 7 / np.log2(3) + 3.5)) / 3)
    assert summary["subtopic_recall@10"]["mean"] == 1
    assert summary["ild@10"]["mean"] == pytest.approx(1 / 3)


def test_frozen_figures_of_models_that_know_the_words_are_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = BuildPaths(tmp_path / "served")
    generate(paths, products=640)
    freeze(paths)
    query = Protocol.open(paths.protocol).queries("test")[0]
    (tmp_path / "rank.jsonl").write_text(json.dumps({"query": query.query, "ids": [query.seed_product]}) + "\n", encoding="utf-8")
    for known in (False, True):
        paths.checkpoints.mkdir(exist_ok=True)
        manifest.write(paths.checkpoints, step="train", inputs={}, settings={}, results={"test_words_trained_on": known})
        assert evaluated(tmp_path, "--protocol", str(paths.protocol)) == 0
        assert ("served's models were trained on the words that dev and test keep" in capsys.readouterr().err) is known


def test_what_is_left_out_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "judgments.csv").write_text("query,id,grade\nhats,4,2\n", encoding="utf-8")
    assert evaluated(folder, "--judgments", str(folder / "judgments.csv")) == 0
    told = capsys.readouterr().err
    assert "no query has two or more subtopics" in told
    assert "--index" in told
    assert "--catalogue" in told


def test_titles_of_a_catalogue_show_repetitions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with CatalogueWriter(folder / "catalogue") as writer:
        for product, title in {"1": "Red Shoe", "3": "RED  SHOE", "4": "Hat", "9": "Red Shoe"}.items():
            writer.add(Product(id=product, title=title))
    output = folder / "summary.json"
    options = ["--judgments", str(folder / "judgments.csv"), "--catalogue", str(folder / "catalogue"), "--output", str(output)]
    assert evaluated(folder, *options) == 0
    shown = capsys.readouterr()
    assert "duplicate_titles@10" in shown.out
    assert "--catalogue" not in shown.err
    summary = json.loads(output.read_text(encoding="utf-8"))
    assert summary["duplicate_titles@10"]["mean"] == pytest.approx(0.5 / 3)
    assert summary["err_ia@10"]["num_queries"] == 1


def test_a_catalogue_must_be_there_and_hold_the_products(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--judgments", str(folder / "judgments.csv"), "--catalogue", str(folder / "catalogue")]
    assert evaluated(folder, *options) == 1
    assert "holds no catalogue" in capsys.readouterr().err
    with CatalogueWriter(folder / "catalogue") as writer:
        writer.add(Product(id="1", title="Red Shoe"))
    assert evaluated(folder, *options) == 1
    assert "product '3' is not in" in capsys.readouterr().err


def test_a_product_outside_the_index_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rank.jsonl").write_text('{"query": "hats", "ids": ["99"]}\n', encoding="utf-8")
    assert evaluated(folder, "--judgments", str(folder / "judgments.csv"), "--index", str(folder / "index")) == 1
    assert "product '99' is not in the index" in capsys.readouterr().err


def test_a_wrong_file_ends_with_its_line_and_field(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "judgments.csv").write_text("query,id,grade\nhats,4,9\n", encoding="utf-8")
    assert evaluated(folder, "--judgments", str(folder / "judgments.csv")) == 1
    assert "judgments.csv, line 2, field grade: '9'" in capsys.readouterr().err


def test_k_of_0_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluated(folder, "--judgments", str(folder / "judgments.csv"), "--k", "0") == 1
    assert "--k: 0 is not allowed" in capsys.readouterr().err
