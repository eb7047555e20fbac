"""How the time inside ``text_search`` divides among its stages, from the server's metrics page.

On the embedded CPU server a text search is one model, so Triton's statistics tell one stage. The model counts the stages inside
itself in ``assortment_stage_duration_us{stage=...}``.
"""

from __future__ import annotations

import re
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

_TIMEOUT_S: Final = 5.0
_LINE: Final = re.compile(r'^assortment_stage_duration_us\{.*\bstage="(\w+)".*\} (\S+)$', re.MULTILINE)


def durations_us(metrics_address: str) -> dict[str, float]:
    """Microseconds of each stage since the server started, from ``host:port`` of its metrics door."""
    with urllib.request.urlopen(f"http://{metrics_address}/metrics", timeout=_TIMEOUT_S) as page:
        return parse(page.read().decode())


def parse(page: str) -> dict[str, float]:
    """Microseconds of each stage, of all processes and catalogue versions together, from the text of a metrics page."""
    durations: defaultdict[str, float] = defaultdict(float)
    for stage, value in _LINE.findall(page):
        durations[stage] += float(value)
    return dict(durations)


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Share of each stage, adding up to 1, in what passed between two readings; empty when nothing did."""
    spent = {stage: value - before.get(stage, 0.0) for stage, value in after.items()}
    total = sum(spent.values())
    return {stage: value / total for stage, value in spent.items()} if total > 0 else {}
