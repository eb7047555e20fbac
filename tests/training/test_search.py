from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assortment.errors import InputError
from assortment.paths import BuildPaths
from tests.training.test_steps import copied
from training.features import Features
from training.prepared import Prepared
from training.search import BEST, FOLDER, RANGES, search
from training.settings import TrainingSettings


@pytest.mark.slow
def test_a_search_goes_on_where_it_stopped(shop: BuildPaths, tiny_settings: TrainingSettings) -> None:
    first = search(shop, tiny_settings, trials=1)
    assert (first.trials, first.dev_ndcg) == (1, first.usual_dev_ndcg)
    assert first.settings == {name: getattr(tiny_settings, name) for name in RANGES}
    second = search(shop, tiny_settings, trials=2)
    assert second.trials == 2
    assert second.usual_dev_ndcg == first.usual_dev_ndcg
    assert second.dev_ndcg >= first.dev_ndcg
    assert set(second.settings) == set(RANGES)
    if second.settings != first.settings:
        assert all(allowed.low <= second.settings[name] <= allowed.high for name, allowed in RANGES.items())
    assert json.loads((shop.root / FOLDER / BEST).read_text(encoding="utf-8"))["trials"] == 2


def test_no_trials_are_refused(shop: BuildPaths, tiny_settings: TrainingSettings) -> None:
    with pytest.raises(InputError, match="--search"):
        search(shop, tiny_settings, trials=0)


def test_a_study_that_goes_on_draws_new_trials(
    shop: BuildPaths, cached: Features, tiny_settings: TrainingSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[dict[str, Any]] = []

    def fit(_: Prepared, settings: TrainingSettings, *__: object) -> tuple[SimpleNamespace, None]:
        tried.append({name: getattr(settings, name) for name in RANGES})
        return SimpleNamespace(metrics={"dev": {"ndcg@10": 0.5}}), None

    monkeypatch.setattr(Prepared, "fit", fit)  # what is looked at is which trials there are, not how they train
    for trials in (1, 2, 3, 4):
        search(
            copied(shop, tmp_path / "on") if trials == 1 else BuildPaths(tmp_path / "on" / "shop"), tiny_settings, trials=trials
        )
    assert len(tried) == 4
    assert all(one != other for number, one in enumerate(tried) for other in tried[:number])
    for folder in ("one", "other"):
        search(copied(shop, tmp_path / folder), tiny_settings, trials=4)
    assert tried[4:8] == tried[8:], "in one go the seed decides"
