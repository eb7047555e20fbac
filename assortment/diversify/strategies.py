"""The strategies by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from assortment.diversify import (
    calibration,
    cover,
    dpp,
    dpp_window,
    expected_alpha,
    max_sum,
    mmr,
    pm2,
    quota,
    round_robin,
    ssd,
    xquad,
)
from assortment.diversify.greedy import Chosen
from assortment.diversify.problem import Problem

Select = Callable[[Problem, int], Chosen]


@dataclass(frozen=True, slots=True)
class Strategy:
    """How to choose: problem and number (prefix included) to choices. A longer list extends a shorter one."""

    select: Select
    needs_groups: bool = False
    needs_intents: bool = False
    needs_facets: bool = False


STRATEGIES: Final[dict[str, Strategy]] = {
    "mmr": Strategy(mmr.select),
    "dpp": Strategy(dpp.select),
    "mmr_clipped": Strategy(mmr.select_clipped),
    "max_sum": Strategy(max_sum.select),
    "dpp_published": Strategy(dpp.select_published),
    "dpp_window": Strategy(dpp_window.select),
    "ssd": Strategy(ssd.select),
    "cover": Strategy(cover.select),
    "xquad": Strategy(xquad.select, needs_intents=True),
    "pm2": Strategy(pm2.select, needs_intents=True),
    "calibration": Strategy(calibration.select, needs_intents=True),
    "round_robin": Strategy(round_robin.select, needs_groups=True),
    "quota": Strategy(quota.select, needs_groups=True),
    "expected_alpha": Strategy(expected_alpha.select, needs_facets=True),
}
