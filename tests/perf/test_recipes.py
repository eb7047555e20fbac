"""The recipes on a small shop: the whole run but for the server, which is away; and the served way on the real one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assortment.catalogue.store import Catalogue
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment_client import SearchClient
from assortment_client.contract import MAX_K
from perf.recipes import congruence, questions, ways
from perf.recipes.command import main
from perf.recipes.ranker import Ranker
from perf.recipes.settings import RecipesSettings
from perf.report.part import SUMMARY, Part
from training import checkpoint

if TYPE_CHECKING:
    from tests.conftest import Served


@pytest.mark.slow
def test_a_run_whose_server_is_away_keeps_what_was_measured(small_build: BuildPaths, tmp_path: Path, capsys) -> None:
    shutil.copytree(small_build.root, tmp_path / "small")
    assert main(["--quick", "--catalogue", "small", "--build", str(tmp_path), "--endpoint", "127.0.0.1:9"]) == 1
    assert "error: " in capsys.readouterr().err
    folder = tmp_path / "recipes"
    part = Part.read(folder)
    assert part.incomplete
    assert (folder / part.pictures[0].file).is_file()
    assert [table.title for table in part.tables][:2] == ["Query text encoder", "Image encoder"]
    told = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    texts = told["texts"]
    assert told["images"]["float16"]["size"] < 0.6 * told["images"]["float32"]["size"]
    assert texts["int8-smooth"]["size"] < texts["float32"]["size"]
    assert texts["pruned-int8"]["size"] < texts["int8-smooth"]["size"]
    assert texts["float32"]["loss"] == 0.0
    assert texts["float32"]["speeds"]["1"]["ratio"] == 1.0
    assert texts["fused"]["fused"]["SkipLayerNormalization"] == 12
    assert [one["way"] for one in told["congruence"]] == ["ONNX float32", "ONNX float16", "ONNX int8"]
    assert all(one["within"] for one in told["congruence"][:2]), told["congruence"]
    assert told["congruence"][0]["word_pages"]["overlap"] > 0.99
    assert told["congruence"][0]["rerank_pages"]["overlap"] > 0.99
    assert told["congruence"][0]["vectors"]["RELEVANCE"]["largest"] < 1e-4


@pytest.mark.triton
@pytest.mark.slow
def test_the_served_ensembles_answer_as_pytorch_does(served: Served) -> None:
    paths = served.paths
    catalogue, protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
    ranker = Ranker(paths.export, paths.index)
    texts = [query.query for query in protocol.queries("test")]
    asked = questions.prepare(texts, catalogue, ranker.pipeline, paths.export, number=5)
    assert [len(set(candidates)) for candidates in asked.candidates] == [MAX_K] * 5
    assert asked.candidates[0] != asked.candidates[1]
    expected = congruence.answers(ways.pytorch(checkpoint.load(paths.checkpoints)), asked, ranker)
    way = ways.served(served.url, paths.export)
    with SearchClient(served.url) as client:
        found = congruence.by_ensembles(congruence.answers(way, asked, ranker), client, asked)
    compared = congruence.compare(way, found, expected)
    assert set(compared.vectors) == set(congruence.VECTORS)
    assert compared.within, compared
    assert compared.word_pages.overlap > 0.6
    assert compared.picture_pages.overlap > 0.9
    assert compared.rerank_pages.overlap > 0.6


def test_a_shop_that_is_not_built_is_told_with_the_command_that_builds_it(tmp_path: Path, capsys) -> None:
    assert main(["--catalogue", "nothing", "--build", str(tmp_path)]) == 1
    assert "assortment demo --catalogue nothing" in capsys.readouterr().err
    assert not (tmp_path / "recipes").exists()


@pytest.mark.parametrize("recipes", [("float32",), ("float32", "fused", "int8-smooth", "bfloat16")])
def test_recipes_are_known_and_the_needed_ones_there(recipes: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="always float32, fused, int8-smooth"):
        RecipesSettings(recipes=recipes)
