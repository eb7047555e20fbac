"""Queries of words of titles: what is drawn, what answers it, and the report of the small shop."""

from __future__ import annotations

import json
import math
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assortment import artefacts, manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.cli import main
from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import StepError
from assortment.metrics import ndcg
from assortment.paths import BuildPaths
from assortment.serving.catalogue_tables import newest
from assortment.serving.product_words import words_in, words_said
from assortment.serving.request import SearchRequest
from assortment.text import TextTokenizer
from training.evaluation import built_shop, title_rankings
from training.evaluation.title_words import FEWEST, draw, measurable

NUMBERS = tuple(f"mk{number:03}" for number in range(40))


@pytest.fixture(scope="module")
def products() -> list[Product]:
    """Forty cameras: one in two says its model number, which is no value, and all are called alike otherwise."""
    return [
        Product(
            id=name,
            title=f"The Acme's Camera {name.upper() if number % 2 else 'Cameras'} a X",
            category=("Cameras",),
            brand="Acme",
        )
        for number, name in enumerate(NUMBERS)
    ]


def test_all_titles_that_say_the_words_answer(products: list[Product]) -> None:
    kinds = draw(products, number=300, seed=1)
    assert all(drawn.queries for drawn in kinds)
    for drawn in kinds:
        for query in drawn.queries:
            said = set(words_said(query.text))
            assert query.answers == tuple(row for row, each in enumerate(products) if said <= set(words_in(each.title)))
            assert query.row in query.answers


def test_words_of_one_letter_and_a_sign_are_asked_as_they_are_compared() -> None:
    titles = [f"V-neck T-shirt mk{number:03}" for number in range(20)]
    for drawn in draw([Product(id=title, title=title) for title in titles], number=20, seed=1):
        assert drawn.queries
        assert all(query.row in query.answers for query in drawn.queries)


def test_words_stand_in_the_order_of_the_title_and_are_written_so(products: list[Product]) -> None:
    drawn, _ = draw(products, number=300)
    assert len(drawn.queries) > 10
    assert {query.text for query in drawn.queries} <= {
        "Acme's Camera",
        *(f"{before}{name.upper()}" for name in NUMBERS for before in ("Acme's ", "Camera ", "Acme's Camera ")),
    }


def test_words_of_values_are_in_the_first_kind_alone(products: list[Product]) -> None:
    _, no_value = draw(products, number=300)
    assert sorted(query.text for query in no_value.queries) == [name.upper() for name in NUMBERS[1::2]]
    assert no_value.summary() == {"drawn": 20, "asked": 40, "short": 20, "common": 0, "repeated": 0}
    assert no_value.told() == (
        "Words that are no value: 20 queries of 40 products drawn (20 with too few such words, 0 whose words more than 50 titles "
        "say, 0 asked before); median of answers 1."
    )


def test_words_that_more_than_fifty_titles_say_are_left_out_and_counted() -> None:
    first, _ = draw([Product(id=f"{number}", title="red shoes") for number in range(51)], number=300)
    assert (first.summary()["drawn"], first.summary()["common"], first.asked) == (0, 51, 51)
    first, _ = draw([Product(id=f"{number}", title="red shoes") for number in range(50)], number=300)
    assert (first.summary()["drawn"], first.summary()["repeated"]) == (1, 49)
    assert first.queries[0].answers == tuple(range(50))


def test_a_seed_draws_the_same_again(products: list[Product]) -> None:
    texts = [[query.text for query in drawn.queries] for seed in (3, 3, 4) for drawn in draw(products, number=12, seed=seed)]
    assert texts[:2] == texts[2:4] != texts[4:]
    assert all(len(of_kind) <= 12 for of_kind in texts)


def test_kinds_of_too_few_queries_are_left_out_or_refused(products: list[Product], tmp_path: Path) -> None:
    drawn = draw([Product(id=each.id, title=each.title, attributes={"model": each.title}) for each in products], number=300)
    assert [each.kind.name for each in measurable(drawn, tmp_path)] == ["words of a title"]
    assert f"at least {FEWEST} are needed, so they are left out" in drawn[1].told()
    with pytest.raises(StepError, match="has too few words in its titles to ask with"):
        measurable(draw([Product(id=f"{number}", title="X") for number in range(9)], number=300), tmp_path)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (["--num-queries", "9"], "--num-queries: 9 is not allowed; allowed: 10 and above"),
        (["--threads", "0"], "--threads: 0 is not allowed; allowed: 1 and above"),
        (["--seed", "-1"], "--seed: -1 is not allowed; allowed: 0 and above"),
    ],
)
def test_wrong_options_are_refused(option: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--title-words", *option, "--catalogue", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"error: {told}\n"


def test_a_catalogue_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--title-words", "--catalogue", str(tmp_path / "catalogue")]) == 1
    assert "holds no catalogue" in capsys.readouterr().err


@pytest.mark.slow
def test_the_report_of_the_small_shop(shop: BuildPaths, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evaluate", "--title-words", "--num-queries", "40", "--threads", "1", "--catalogue", str(shop.catalogue)]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert told.startswith("| | ranked by | measure | mean, 95 % interval | queries |")
    assert "Words of a title: 40 queries of " in told
    assert (shop.root / "evaluation" / "title_words.md").read_text(encoding="utf-8") == told
    summary = json.loads((shop.root / "evaluation" / "title_words.json").read_text(encoding="utf-8"))
    assert summary["seed"] == 0
    assert set(summary["queries"]) == {"words of a title", "words that are no value"}
    mean = {(figure["question"], figure["shown"]): figure["value"]["mean"] for figure in summary["figures"]}
    for question in summary["queries"]:
        models, served = mean[question, "models alone"], mean[question, "served, by relevance"]
        assert math.isclose(mean[question, "served, by relevance, less models alone"], served - models, abs_tol=1e-9)
        assert {"BM25, title", "untrained encoder, title", "served, diversified"} <= {by for of, by in mean if of == question}
        assert mean[question, "BM25, title"] > 0.5
        assert served > models


@pytest.mark.slow
def test_what_is_measured_is_what_a_search_answers(shop: BuildPaths) -> None:
    pipeline = built_shop.open_shop(shop, threads=1)
    ids = [product.id for product in Catalogue.open(shop.catalogue).products]
    tokenizer = TextTokenizer(shop.features, max_tokens=MAX_QUERY_TOKENS)
    queries = title_rankings.query_set(draw(Catalogue.open(shop.catalogue).products, number=12)[0], ids, tokenizer)
    values, num_filtered = title_rankings.served(pipeline, queries)
    first = queries.queries[0]
    assert ids.index(first.seed_product) in [ids.index(product) for product in queries.judgments[first.id]]
    for by, diversity in (("served, by relevance", 0.0), ("served, diversified", None)):
        answers = [
            pipeline.search([SearchRequest(query=query.query, k=10, diversity=diversity, rules=b'{"collapse": false}')])[0]
            for query in queries.queries
        ]
        ranked = zip(queries.queries, answers, strict=True)
        assert values[by] == pytest.approx([ndcg(answer.ids, queries.judgments[query.id], 10) for query, answer in ranked])
    assert num_filtered == sum(bool(answer.understood) for answer in answers)
    assert len(values["models alone"]) == 12


@pytest.mark.slow
def test_a_shop_that_is_not_indexed_as_it_stands_is_refused(shop: BuildPaths, small_build: BuildPaths, tmp_path: Path) -> None:
    paths = BuildPaths(tmp_path / "small")
    paths.root.mkdir()
    for name in ("catalogue", "export"):
        shutil.copytree(small_build.root / name, paths.root / name, copy_function=os.link)
    with pytest.raises(StepError, match="index holds no index; run `assortment index --catalogue small` first"):
        built_shop.open_shop(paths, threads=1)
    shutil.copytree(small_build.index, paths.index)
    index = newest(paths.index)
    before = manifest.read(index)
    manifest.save(index, replace(before, inputs={**before.inputs, "catalogue": "other"}))
    with pytest.raises(StepError, match=r"was made from other files than .*catalogue holds now; run `assortment index"):
        built_shop.open_shop(paths, threads=1)
    (index / artefacts.WORD_ROWS).unlink()
    manifest.write(index, step=before.step, inputs=before.inputs, settings=before.settings)
    with pytest.raises(StepError, match="an earlier version made it; run `assortment index"):
        built_shop.open_shop(paths, threads=1)


@pytest.mark.slow
def test_judgments_of_other_products_are_refused(shop: BuildPaths, tmp_path: Path) -> None:
    paths = BuildPaths(tmp_path / "small")
    shutil.copytree(shop.protocol, paths.protocol)
    for name in ("catalogue", "features", "export", "index"):
        (paths.root / name).symlink_to(shop.root / name)
    path = paths.protocol / manifest.FILENAME
    told = json.loads(path.read_text(encoding="utf-8"))
    told["inputs"]["catalogue"] = "another"
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(StepError, match=r"protocol is of other products than .* run `assortment protocol --catalogue small`"):
        title_rankings.compared(paths, built_shop.open_shop(paths, threads=1), [])
