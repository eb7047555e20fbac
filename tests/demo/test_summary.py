"""summary.json: what the issue names stands where a script looks for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.summary import ARMS, MEASURES


def test_every_figure_is_there(told: dict[str, Any]) -> None:
    read = json.loads(json.dumps(told))
    assert read["server"] == {"name": "triton", "version": "2.51.0"}
    assert (read["catalogue"], read["products"], read["queries"]["test"]) == ("generated", 6_400, 300)
    for arm in ARMS:
        assert set(read[arm]) == set(MEASURES)
        for measure in MEASURES:
            low, high = read["intervals"][arm][measure]
            assert low <= read[arm][measure] <= high
    assert read["latency_ms"] == {"p50": 7.123, "p95": 9.0, "p99": 12.0, "requests": 2_000}
    assert read["steps_s"]["train"] == pytest.approx(252.4)
    assert set(read["paired"]) == {"relevance - zero_shot", "diversified - relevance"}
    assert set(read["paired"]["relevance - zero_shot"]["ndcg@10"]) == {"mean", "low", "high"}


def test_judgments_are_called_derived(told: dict[str, Any]) -> None:
    assert told["judgments"].startswith("derived")
