"""``summary.json``: the figures of one run, plain enough for a script, and the only source of the page's figures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from platform import python_version
from typing import Any, Final

from assortment.metrics import Estimate
from demo import measure
from demo.page import SweepPoint
from demo.settings import DemoSettings, K
from perf.cores import processor
from perf.latency import Latency

ARMS: Final = ("zero_shot", "relevance", "diversified")
"""What is compared on the test queries."""
MEASURES: Final = tuple(measure.MEASURES)
"""ndcg@10, alpha_ndcg@10, subtopic_recall@10, ild@10."""
PAIRS: Final = (("relevance", "zero_shot"), ("diversified", "relevance"))
"""Differences that are measured query by query."""
JUDGMENTS: Final = "derived from product attributes, not given by people"
_TOLD_VERSIONS: Final = ("assortment", "numpy", "torch", "onnxruntime", "nvidia-pytriton")
_DIGITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a run found out."""

    server: Mapping[str, str]
    """Name and version as the server reports them."""
    num_products: int
    num_queries: Mapping[str, int]
    """``test``, ``ambiguous`` (among them) and ``dev``."""
    default: Mapping[str, Any]
    """Strategy and diversity that the server uses when a request names none."""
    arms: Mapping[str, Mapping[str, Estimate]]
    """Arm to measure to mean and interval."""
    paired: Mapping[tuple[str, str], Mapping[str, Estimate]]
    """Pair of arms to measure to the mean difference and its interval."""
    sweep: Sequence[SweepPoint]
    """The points of the relevance-diversity plot."""
    latency: Latency
    refused: int
    """Requests of the whole run that waited too long in a queue of the server and were sent again."""
    seconds: Mapping[str, float]
    """Of each step, in order."""
    skipped: Sequence[str]
    """Steps that were already there."""


def build(settings: DemoSettings, measured: Measured) -> dict[str, Any]:
    """The contents of ``summary.json``. Times in seconds unless the key says milliseconds."""
    return {
        "catalogue": settings.catalogue,
        "quick": settings.quick,
        "judgments": JUDGMENTS,
        "server": dict(measured.server),
        "products": measured.num_products,
        "queries": dict(measured.num_queries),
        "default": dict(measured.default),
        **{arm: {name: _rounded(found.mean) for name, found in measured.arms[arm].items()} for arm in ARMS},
        "intervals": {arm: {name: _interval(found) for name, found in measured.arms[arm].items()} for arm in ARMS},
        "paired": {
            f"{ours} - {theirs}": {name: _difference(found) for name, found in measured.paired[ours, theirs].items()}
            for ours, theirs in PAIRS
        },
        "sweep": [_point(point) for point in measured.sweep],
        "latency_ms": measured.latency.as_dict(),
        "refused_and_sent_again": measured.refused,
        "steps_s": dict(measured.seconds),
        "steps_skipped": list(measured.skipped),
        "machine": {"cores": len(os.sched_getaffinity(0)), "processor": processor()},
        "versions": {"python": python_version(), **{name: metadata.version(name) for name in _TOLD_VERSIONS}},
    }


def _point(point: SweepPoint) -> dict[str, Any]:
    return {
        "strategy": point.strategy,
        "diversity": point.diversity,
        f"ndcg@{K}": _rounded(point.ndcg),
        f"alpha_ndcg@{K}": _rounded(point.alpha_ndcg),
    }


def _interval(found: Estimate) -> list[float]:
    return [_rounded(found.low), _rounded(found.high)]


def _difference(found: Estimate) -> dict[str, float]:
    return {"mean": _rounded(found.mean), "low": _rounded(found.low), "high": _rounded(found.high)}


def _rounded(value: float) -> float:
    return round(value, _DIGITS)
