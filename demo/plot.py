"""The relevance-diversity plot: one line a strategy, one point a value of ``diversity``; inline SVG, coloured by CSS.

Towards diversity 1 relevance falls steeply. The plot keeps to the part worth choosing from; what lies beyond is told in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from demo.page import SweepPoint

WIDTH: Final = 680
HEIGHT: Final = 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 20, 18, 50
_FLOOR: Final = HEIGHT - _BOTTOM
ALLOWED_LOSS: Final = 0.02
"""Share of ndcg@10 that diversification may cost; the band in the plot."""
KEPT: Final = 0.85
"""Share of the relevance-only ndcg@10 down to which points are drawn."""
_SMALLEST_SPAN: Final = 0.01  # of an axis: a sweep that changes nothing shall not look as if it did


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of ``value``."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Plane:
    """Both scales."""

    x: Scale
    y: Scale

    def at(self, point: SweepPoint) -> tuple[float, float]:
        """The pixels of a point."""
        return self.x(point.ndcg), self.y(point.alpha_ndcg)


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """About ``count`` round numbers (1, 2 or 5 times a power of ten apart) that cover ``low`` to ``high``."""
    span = max(high - low, _SMALLEST_SPAN)
    rough = span / max(count - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if rough <= power * factor * 1.0001)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return [round(index * step, 10) for index in range(first, last + 1)]


def split(points: Sequence[SweepPoint]) -> tuple[list[SweepPoint], list[SweepPoint]]:
    """The points that are drawn, and those beyond the plot."""
    least = KEPT * _baseline(points)
    return [point for point in points if point.ndcg >= least], [point for point in points if point.ndcg < least]


def relevance_diversity(points: Sequence[SweepPoint], chosen: tuple[str, float]) -> str:
    """The plot as an ``<svg>`` element.

    Args:
        points: the sweep, each strategy's points in order of diversity; at least one point.
        chosen: strategy and diversity that the server uses when a request names none; ringed.
    """
    drawn, _ = split(points)
    ticks_x = nice_ticks(min(p.ndcg for p in drawn), max(p.ndcg for p in drawn))
    ticks_y = nice_ticks(min(p.alpha_ndcg for p in drawn), max(p.alpha_ndcg for p in drawn))
    plane = Plane(
        x=Scale(ticks_x[0], ticks_x[-1], _LEFT, WIDTH - _RIGHT),
        y=Scale(ticks_y[0], ticks_y[-1], _FLOOR, _TOP),
    )
    strategies = list(dict.fromkeys(point.strategy for point in points))
    lines = [_line([p for p in points if p.strategy == name], index, plane) for index, name in enumerate(strategies)]
    marks = [_marks([p for p in drawn if p.strategy == name], index, plane) for index, name in enumerate(strategies)]
    title = "alpha_ndcg@10 against ndcg@10 for each strategy and each value of diversity"
    area = f'x="{_LEFT}" y="{_TOP}" width="{WIDTH - _RIGHT - _LEFT}" height="{_FLOOR - _TOP}"'
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">'
        f'<clipPath id="area"><rect {area}/></clipPath>'
        f'{_band(_baseline(points), plane.x)}{_axes(ticks_x, ticks_y, plane)}<g clip-path="url(#area)">{"".join(lines)}</g>'
        f"{''.join(marks)}{_chosen(drawn, chosen, plane)}{_legend(strategies)}</svg>"
    )


def _baseline(points: Sequence[SweepPoint]) -> float:
    """ndcg@10 of relevance alone."""
    least = min(point.diversity for point in points)
    return max(point.ndcg for point in points if point.diversity == least)


def _band(baseline: float, x: Scale) -> str:
    """The region that loses at most ALLOWED_LOSS of the relevance-only ndcg."""
    left, right = x(max(baseline * (1 - ALLOWED_LOSS), x.low)), x(x.high)
    return (
        f'<rect class="band" x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" height="{_FLOOR - _TOP}"/>'
        f'<text class="band-label" x="{right - 8:.1f}" y="{_FLOOR - 10}" text-anchor="end">'
        f"at most {ALLOWED_LOSS:.0%} of ndcg@10 lost</text>"
    )


def _axes(ticks_x: list[float], ticks_y: list[float], plane: Plane) -> str:
    parts = []
    for tick in ticks_x:
        parts.append(f'<text class="tick" x="{plane.x(tick):.1f}" y="{_FLOOR + 18}" text-anchor="middle">{tick:.4g}</text>')
    for tick in ticks_y:
        height = plane.y(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{height:.1f}" y2="{height:.1f}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{tick:.4g}</text>')
    middle_x, middle_y = (_LEFT + WIDTH - _RIGHT) / 2, (_TOP + _FLOOR) / 2
    parts.append(f'<text class="axis" x="{middle_x}" y="{HEIGHT - 8}" text-anchor="middle">ndcg@10 (relevance) →</text>')
    parts.append(
        f'<text class="axis" transform="translate(14 {middle_y}) rotate(-90)" text-anchor="middle">'
        "alpha_ndcg@10 (variety) →</text>"
    )
    return "".join(parts)


def _line(points: Sequence[SweepPoint], index: int, plane: Plane) -> str:
    """Through all points of a strategy; the page clips what lies beyond."""
    path = " ".join("{:.1f},{:.1f}".format(*plane.at(point)) for point in points)
    return f'<polyline class="line s{index}" points="{path}"/>'


def _marks(points: Sequence[SweepPoint], index: int, plane: Plane) -> str:
    """The points of a strategy, told on hover, the last one labelled with its diversity."""
    parts = []
    for point in points:
        left, top = plane.at(point)
        told = f"{point.strategy}, diversity {point.diversity:g}: ndcg {point.ndcg:.4f}, alpha_ndcg {point.alpha_ndcg:.4f}"
        circle = f'<circle class="point s{index}" cx="{left:.1f}" cy="{top:.1f}" r="4"><title>{escape(told)}</title></circle>'
        parts.append(circle)
    if points:
        parts.append(_label(points[-1], f"{points[-1].diversity:g}", plane, distance=9))
    return "".join(parts)


def _chosen(points: Sequence[SweepPoint], chosen: tuple[str, float], plane: Plane) -> str:
    """A ring and a word at the drawn point nearest to the server's default."""
    near = [point for point in points if point.strategy == chosen[0]]
    if not near:
        return ""
    point = min(near, key=lambda p: abs(p.diversity - chosen[1]))
    left, top = plane.at(point)
    ring = f'<circle class="chosen" cx="{left:.1f}" cy="{top:.1f}" r="9"/>'
    return ring + _label(point, f"the server's default, {chosen[1]:g}", plane, distance=15)


def _label(point: SweepPoint, text: str, plane: Plane, *, distance: int) -> str:
    """Words left of a point, or right of it where the left has no room."""
    left, top = plane.at(point)
    roomy = left - distance > _LEFT + 8.5 * len(text)
    place, anchor = (left - distance, "end") if roomy else (left + distance, "start")
    return f'<text class="mark" x="{place:.1f}" y="{top + 4:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _legend(strategies: Sequence[str]) -> str:
    parts = []
    for index, name in enumerate(strategies):
        top = _TOP + 16 + index * 20
        parts.append(f'<line class="line s{index}" x1="{_LEFT + 12}" x2="{_LEFT + 36}" y1="{top}" y2="{top}"/>')
        parts.append(f'<text class="legend" x="{_LEFT + 44}" y="{top + 4}">{escape(name.upper())}</text>')
    return "".join(parts)
