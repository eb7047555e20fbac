from __future__ import annotations

import json

import pytest

from assortment.errors import InputError
from assortment.paths import BuildPaths
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
