"""The harness of `evaluate --report` on a generated shop with a tiny encoder: real training, and every file that it writes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from assortment.catalogue.store import Catalogue
from assortment.cli import main
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from training import depends_on
from training.ablation import report, runs, subset
from training.ablation.runs import DEV, TEST, UNSEEN, Bench, Run, Scores
from training.ablation.variants import DEFAULT, VARIANTS
from training.objective import all_product_vectors

BY_NAME = {variant.name: variant for variant in VARIANTS}
GIVEN = [replace(each, changes={**each.changes, "writer": "any"}) if each.needs == "writer" else each for each in VARIANTS]


def test_a_part_holds_whole_groups_and_is_the_same_again(whole: BuildPaths, part: BuildPaths) -> None:
    chosen, everything = Catalogue.open(part.catalogue).products, Catalogue.open(whole.catalogue).products
    assert 800 <= len(chosen) < len(everything)
    ids, groups = {product.id for product in chosen}, {product.variant_group for product in chosen if product.variant_group}
    assert ids == {product.id for product in everything if product.id in ids or product.variant_group in groups}
    before = (part.catalogue / "products.parquet").stat().st_mtime_ns
    subset.cut(whole.catalogue, part, products=800)
    assert (part.catalogue / "products.parquet").stat().st_mtime_ns == before


def test_a_part_too_small_to_ask_about_is_refused(whole: BuildPaths, tmp_path) -> None:
    with pytest.raises(InputError, match="--products"):
        subset.cut(whole.catalogue, BuildPaths(tmp_path), products=10)


@pytest.mark.slow
def test_runs_are_kept_and_baselines_beat_chance(part: BuildPaths, tiny_settings) -> None:
    bench = Bench(part, tiny_settings)
    done = bench.run(BY_NAME["text only"], seed=1)
    assert Run.read(bench.file(BY_NAME["text only"], 1)) == done
    assert not bench.file(BY_NAME["text only"], 2).exists()
    assert list(done.scores) == [DEV, UNSEEN, TEST]
    assert all(len(scores.ndcg) == len(bench.queries[name].queries) for name, scores in done.scores.items())
    baselines = {run.name: float(np.mean(list(run.scores[TEST].ndcg.values()))) for run in bench.baselines()}
    assert baselines["random"] < baselines["BM25, title"]
    assert set(baselines) > {"BM25, the same fields", "untrained encoder, title", "untrained encoder, the same fields"}


def test_what_a_variant_hides_is_gone(cached) -> None:
    pictures, text = BY_NAME["text only"].features(cached), BY_NAME["picture only"].features(cached)
    assert not pictures.has_image.any()
    assert not pictures.image.any()
    assert pictures.product_text.any()
    assert text.has_image.any()
    assert not text.product_text.any()


@pytest.mark.parametrize("name", ["picture only", "text and labels"])
def test_models_start_from_what_is_hidden_and_training_does_not_see_it(
    name: str, part: BuildPaths, tiny_settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = {}

    def stop(models, corpus, *_: object) -> None:
        started.update(models=models, corpus=corpus)
        raise KeyboardInterrupt

    monkeypatch.setattr("training.fit._fit_encoders", stop)
    bench, variant = Bench(part, tiny_settings), BY_NAME[name]
    with pytest.raises(KeyboardInterrupt):
        bench.run(variant, seed=1)
    models, corpus = started["models"], started["corpus"]
    assert models.image_encoder.projection.weight.any()
    assert models.text_encoder.projection.weight.any()
    assert models.fusion.intent.classes.weight.any()
    vectors = all_product_vectors(models, corpus)
    assert torch.allclose(vectors.norm(dim=1)[corpus.presence.any(1)], torch.ones(()), atol=1e-4)
    assert bool(corpus.text.any()) == ("text" not in variant.hides)
    assert bool(corpus.presence[:, 1].any()) == bool(corpus.image.any()) == ("picture" not in variant.hides)


def test_runs_of_variants_that_hide_nothing_keep_their_keys(part: BuildPaths, tiny_settings) -> None:
    bench = Bench(part, tiny_settings)
    for variant in GIVEN:
        settings = depends_on.chosen(variant.settings(tiny_settings, 1))
        before = depends_on.key(part, runs._LAYOUT, settings, sorted(variant.hides))[:16]
        assert (before in bench.file(variant, 1).name) == (not variant.hides), variant.name


def test_each_variant_differs_from_the_default(tiny_settings) -> None:
    base = tiny_settings.as_dict()
    for variant in GIVEN:
        changed = {name for name, value in variant.settings(tiny_settings, base["seed"]).as_dict().items() if value != base[name]}
        assert bool(changed) == (variant.name != DEFAULT)


def test_the_table_pairs_variants_with_the_default(tmp_path, part: BuildPaths) -> None:
    queries = Protocol.open(part.protocol).queries("test")
    ids = [query.id for query in queries]
    ambiguous = [query.id for query in queries if query.kind == "ambiguous"]

    def made(name: str, seed: int, value: float) -> Run:
        scores = Scores(ndcg=dict.fromkeys(ids, value), alpha_ndcg=dict.fromkeys(ambiguous, value))
        unseen = Scores(ndcg={"unseen-000": value / 2}, alpha_ndcg={})
        return Run(name=name, seed=seed, seconds=1.0, scores={DEV: scores, UNSEEN: unseen, TEST: scores})

    told = [made("random", 0, 0.1), made(DEFAULT, 1, 0.5), made(DEFAULT, 2, 0.7), made("fusion mean", 1, 0.4)]
    told += [made("fusion gated", 1, 0.4), made("fusion gated", 2, 0.9), made("all weights", 3, 0.4)]
    table = {row.name: row for row in report.rows(told, queries)}
    assert (table[DEFAULT].ndcg, table[DEFAULT].seeds, table[DEFAULT].spread) == (0.6, 2, 0.1414), "of a sample"
    assert (table[DEFAULT].dev, table[DEFAULT].unseen) == (0.6, 0.3)
    assert table[DEFAULT].difference is None
    assert table["fusion mean"].difference.mean == pytest.approx(-0.1), "of the seed that both have"
    assert table["fusion mean"].spread == 0
    assert table["all weights"].difference is None, "no seed that both have"
    assert table["random"].difference.mean == pytest.approx(-0.5)
    gated = table["fusion gated"].difference
    assert (gated.mean, gated.low, gated.high) == pytest.approx((0.05, -0.1, 0.2)), "the luck of a training is in the interval"
    assert {"ambiguous", "unambiguous"} < set(table["random"].by_kind)
    left_out = {"with magic": "it needs a wand"}
    names = [DEFAULT, "fusion mean", "fusion gated", "linear formula, graded loss", "all weights"]
    about = report.About(products=800, queries=len(queries), command="make it", names=names, seeds=2, left_out=left_out)
    text = report.write(tmp_path, list(table.values()), about)
    assert "fusion mean" in (tmp_path / report.TABLE).read_text(encoding="utf-8")
    assert "Only 1 of 2 seeds: fusion mean; all weights.\n" in text
    assert "Without a run so far: linear formula, graded loss.\n" in text
    assert "Not run: with magic: it needs a wand.\n" in text
    assert json.loads((tmp_path / report.SUMMARY).read_text(encoding="utf-8"))["rows"][0]["name"] == "random"
    assert (tmp_path / report.PLOT).read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--report"], "--report"),
        (["--report", "--catalogue", "nowhere", "--seeds", "0"], "--seeds"),
        (["--report", "--catalogue", "nowhere", "--only", "magic"], "--only"),
        (["--report", "--catalogue", "nowhere", "--writer", "nowhere"], "--writer"),
        (["--report", "--catalogue", "nowhere", "--translators", "nowhere"], "--translators"),
        (["--report", "--catalogue", "nowhere"], "nowhere has no manifest.json"),
        ([], "--results"),
    ],
)
def test_a_wrong_call_names_the_flag(arguments: list[str], field: str, capsys) -> None:
    assert main(["evaluate", *arguments]) == 1
    assert field in capsys.readouterr().err
