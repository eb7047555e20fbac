"""Made-up figures of a run, and small lists to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assortment.metrics import Estimate
from demo import summary
from demo.page import Comparison, FacetChange, Shown, SweepPoint
from demo.settings import DemoSettings
from perf.latency import Latency

HOSTILE = "<script>alert('x')</script> & \"quotes\""


def estimates(mean: float) -> dict[str, Estimate]:
    return {measure: Estimate(mean, mean - 0.02, mean + 0.02, 300) for measure in summary.MEASURES}


@pytest.fixture
def made_up() -> summary.Measured:
    return summary.Measured(
        server={"name": "triton", "version": "2.51.0"},
        num_products=6_400,
        num_queries={"test": 300, "ambiguous": 150, "dev": 150},
        default={"strategy": "mmr", "diversity": 0.4},
        arms={"zero_shot": estimates(0.5), "relevance": estimates(0.7), "diversified": estimates(0.71)},
        paired={("relevance", "zero_shot"): estimates(0.2), ("diversified", "relevance"): estimates(0.01)},
        sweep=[SweepPoint(strategy="mmr", diversity=0.4, ndcg=0.71, alpha_ndcg=0.71)],
        latency=Latency(p50=7.123456, p95=9.0, p99=12.0, requests=2_000),
        refused=0,
        seconds={"catalogue": 12.0, "train": 252.4, "search": 9.0},
        skipped=["catalogue"],
    )


@pytest.fixture
def told(made_up: summary.Measured, tmp_path: Path) -> dict[str, Any]:
    return summary.build(DemoSettings(build=tmp_path), made_up)


def shown(place: int, *, title: str = "Blue shirt", picture: str = "data:image/webp;base64,AAAA", marked: bool = False) -> Shown:
    return Shown(place=place, title=title, detail="19.90 EUR", picture=picture, why="rank 34" if marked else "", marked=marked)


@pytest.fixture
def comparisons() -> list[Comparison]:
    facet = FacetChange(facet="colour", kept=("Blue",), opened=("Green", HOSTILE), closed=())
    return [
        Comparison(
            query=HOSTILE,
            picture="",
            kind="Ambiguous: leaves colour open",
            note="",
            relevance=(shown(1, title=HOSTILE), shown(2, picture="")),
            diversified=(shown(1), shown(2, title="Green shirt", marked=True)),
            facets=(facet,),
        ),
        Comparison(
            query="",
            picture="data:image/webp;base64,BBBB",
            kind="A picture",
            note="What it looks like",
            relevance=(shown(1),),
            diversified=(shown(1),),
            facets=(),
        ),
    ]


@pytest.fixture
def sweep() -> list[SweepPoint]:
    return [
        SweepPoint(strategy=strategy, diversity=step / 2, ndcg=0.7 - step * 0.01, alpha_ndcg=0.6 + step * 0.02)
        for strategy in ("mmr", "dpp")
        for step in range(3)
    ]
