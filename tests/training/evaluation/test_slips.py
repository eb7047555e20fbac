"""The report of what slips of the keyboard cost, of the small shop."""

import json

import pytest

from assortment.cli import main
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.request import SearchRequest
from training.evaluation import built_shop, slips


@pytest.mark.slow
def test_the_report_of_the_small_shop(shop: BuildPaths, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evaluate", "--slips", "--split", "dev", "--threads", "1", "--seed", "3", "--catalogue", str(shop.catalogue)]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("| | read | measure | mean, 95 % interval | queries |")
    summary = json.loads((shop.root / "evaluation" / "slips.json").read_text(encoding="utf-8"))
    assert (summary["split"], summary["seed"]) == ("dev", 3)
    mean = {(figure["question"], figure["shown"]): figure["value"]["mean"] for figure in summary["figures"]}
    assert mean["one slip", "as typed"] < mean["typed right", "as typed"]
    for typed in ("one slip", "two slips"):
        read, as_typed = mean[typed, "as the shop reads them"], mean[typed, "as typed"]
        assert read > as_typed
        assert mean[typed, "as the shop reads them, less as typed"] == pytest.approx(read - as_typed, abs=1e-9)


@pytest.mark.slow
def test_the_same_seed_makes_the_same_slips(shop: BuildPaths) -> None:
    pipeline = built_shop.open_shop(shop, threads=1)
    one, other, another = (slips.compared(shop, pipeline, "dev", seed=seed)[0] for seed in (1, 1, 2))
    assert one == other
    assert [figure.value for figure in one[:3]] == [figure.value for figure in another[:3]]  # typed right
    assert one != another


@pytest.mark.slow
def test_hardly_a_right_word_is_read_as_another(shop: BuildPaths) -> None:
    pipeline = built_shop.open_shop(shop, threads=1)
    texts = [query.query for split in ("dev", "test") for query in Protocol.open(shop.protocol).queries(split)]
    told = [pipeline.search([SearchRequest(query=text)])[0].understood for text in texts]
    assert len(texts) > 50
    assert sum("read as" in each for each in told) <= 1
