"""A small canvas in units of 0 to 100 on which the shapes are drawn, and the look a shape is drawn with."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from assortment.catalogue.generated.drawing.colours import RGB, contrasting, darker, lighter
from assortment.catalogue.generated.drawing.paints import SIZE, WIDE, paint

Point = tuple[float, float]
_UNIT: Final = WIDE / 100
_QUALITY: Final = 88
_BACKGROUNDS: Final[tuple[RGB, ...]] = ((250, 250, 250), (247, 249, 251), (251, 249, 246), (248, 250, 247))
_STEPS: Final = 6  # points of a curve between two given ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a shape shows of its product."""

    colour: RGB
    pattern: str
    attributes: Mapping[str, str]
    """For emblems: flavour, genre ..."""
    title: str
    """For details that only words tell: a bow tie, a spiral."""
    rng: Random
    """For proportions and details that no attribute tells."""

    def says(self, words: str) -> bool:
        """Whether the title has these words."""
        return words in self.title.lower()

    @property
    def flavour(self) -> str:
        """Empty when there is none."""
        return self.attributes.get("flavour", "")

    @property
    def genre(self) -> str:
        """Empty when there is none."""
        return self.attributes.get("genre", "")

    @property
    def accent(self) -> RGB:
        """A companion of the colour."""
        return contrasting(self.colour)

    @property
    def dark(self) -> RGB:
        """For seams and soles."""
        return darker(self.colour, 0.35)

    @property
    def light(self) -> RGB:
        """For highlights."""
        return lighter(self.colour, 0.35)


class Canvas:
    """A picture in the making. Coordinates run from 0 to 100, right and down."""

    def __init__(self, rng: Random) -> None:
        """A light background with a soft shadow on the ground."""
        self._image = _background(rng.randrange(len(_BACKGROUNDS))).copy()
        self._draw = ImageDraw.Draw(self._image)

    def polygon(self, points: Sequence[Point], colour: RGB, pattern: str = "Plain", *, outline: bool = True) -> None:
        """A shape with corners."""
        scaled = [(x * _UNIT, y * _UNIT) for x, y in points]
        if pattern == "Plain" and not outline:
            self._draw.polygon(scaled, fill=colour)
            return
        mask = Image.new("1", (WIDE, WIDE))
        ImageDraw.Draw(mask).polygon(scaled, fill=1)
        self._image.paste(paint(colour, pattern), mask=mask)
        if outline:
            self._draw.line([*scaled, scaled[0]], fill=darker(colour, 0.28), width=2, joint="curve")

    def blob(self, points: Sequence[Point], colour: RGB, pattern: str = "Plain", *, outline: bool = True) -> None:
        """A closed smooth curve through ``points``."""
        self.polygon(_curve(points), colour, pattern, outline=outline)

    def box(
        self,
        box: tuple[float, float, float, float],
        colour: RGB,
        pattern: str = "Plain",
        *,
        radius: float = 0,
        outline: bool = True,
    ) -> None:
        """A rectangle (left, top, right, bottom) with rounded corners."""
        scaled = tuple(value * _UNIT for value in box)
        mask = Image.new("1", (WIDE, WIDE))
        ImageDraw.Draw(mask).rounded_rectangle(scaled, radius=radius * _UNIT, fill=1)
        self._image.paste(paint(colour, pattern), mask=mask)
        if outline:
            self._draw.rounded_rectangle(scaled, radius=radius * _UNIT, outline=darker(colour, 0.28), width=2)

    def ellipse(
        self, box: tuple[float, float, float, float], colour: RGB, pattern: str = "Plain", *, outline: bool = True
    ) -> None:
        """An ellipse in a box (left, top, right, bottom)."""
        scaled = tuple(value * _UNIT for value in box)
        mask = Image.new("1", (WIDE, WIDE))
        ImageDraw.Draw(mask).ellipse(scaled, fill=1)
        self._image.paste(paint(colour, pattern), mask=mask)
        if outline:
            self._draw.ellipse(scaled, outline=darker(colour, 0.28), width=2)

    def line(self, points: Sequence[Point], colour: RGB, width: float = 1, *, smooth: bool = False) -> None:
        """A line with round joints; ``smooth`` makes it a curve through the points."""
        points = _curve(points, closed=False) if smooth else points
        scaled = [(x * _UNIT, y * _UNIT) for x, y in points]
        thick = max(1, round(width * _UNIT))
        self._draw.line(scaled, fill=colour, width=thick, joint="curve")
        if thick > 3:
            for x, y in (scaled[0], scaled[-1]):
                self._draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=colour)

    def dot(self, x: float, y: float, radius: float, colour: RGB) -> None:
        """A flat disc."""
        self._draw.ellipse(((x - radius) * _UNIT, (y - radius) * _UNIT, (x + radius) * _UNIT, (y + radius) * _UNIT), fill=colour)

    def arc(self, box: tuple[float, float, float, float], start: float, end: float, colour: RGB, width: float = 1) -> None:
        """Part of an ellipse's rim; degrees clockwise from three o'clock."""
        self._draw.arc(tuple(value * _UNIT for value in box), start, end, fill=colour, width=max(1, round(width * _UNIT)))

    def encode(self) -> bytes:
        """The finished picture: SIZE x SIZE, JPEG."""
        buffer = io.BytesIO()
        self._image.reduce(WIDE // SIZE).save(buffer, "JPEG", quality=_QUALITY)
        return buffer.getvalue()


def mirrored(left: Sequence[Point]) -> list[Point]:
    """An outline symmetric about x = 50: the left half, from top to bottom, and its mirror image back up."""
    return [*left, *((100 - x, y) for x, y in reversed(left))]


def _curve(points: Sequence[Point], *, closed: bool = True) -> list[Point]:
    """A uniform Catmull-Rom spline through ``points``."""
    count = len(points)
    curve: list[Point] = []
    for i in range(count if closed else count - 1):
        if closed:
            before, start, end, after = (points[(i + step) % count] for step in (-1, 0, 1, 2))
        else:
            before, start, end, after = points[max(0, i - 1)], points[i], points[i + 1], points[min(count - 1, i + 2)]
        for step in range(_STEPS):
            t = step / _STEPS
            curve.append((_blend(before[0], start[0], end[0], after[0], t), _blend(before[1], start[1], end[1], after[1], t)))
    return curve if closed else [*curve, points[-1]]


def _blend(before: float, start: float, end: float, after: float, t: float) -> float:
    linear, square, cube = end - before, 2 * before - 5 * start + 4 * end - after, 3 * (start - end) + after - before
    return start + 0.5 * t * (linear + t * (square + t * cube))


@lru_cache(maxsize=len(_BACKGROUNDS))
def _background(number: int) -> Image.Image:
    image = Image.new("RGB", (WIDE, WIDE), _BACKGROUNDS[number])
    shadow = Image.new("L", (WIDE, WIDE))
    ImageDraw.Draw(shadow).ellipse((18 * _UNIT, 86 * _UNIT, 82 * _UNIT, 95 * _UNIT), fill=70)
    image.paste((120, 124, 132), mask=shadow.filter(ImageFilter.GaussianBlur(3 * _UNIT)))
    return image
