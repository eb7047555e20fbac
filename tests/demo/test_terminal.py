"""The verdict says plainly what failed."""

from __future__ import annotations

from typing import Any

from demo.terminal import verdict


def test_what_worked_and_what_failed(told: dict[str, Any]) -> None:
    assert "Training beats the untrained encoder" in "\n".join(verdict(told))
    told["paired"]["relevance - zero_shot"]["ndcg@10"] = {"mean": -0.1, "low": -0.2, "high": -0.05}
    told["paired"]["diversified - relevance"]["alpha_ndcg@10"] = {"mean": 0.01, "low": -0.01, "high": 0.03}
    said = "\n".join(verdict(told))
    assert "Training loses to the untrained encoder" in said
    assert "Diversifying cannot be told from relevance alone" in said


def test_a_reduced_run_says_so_first(told: dict[str, Any]) -> None:
    assert "figures mean nothing" in verdict({**told, "quick": True})[0]
