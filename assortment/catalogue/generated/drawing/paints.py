"""Paints: a colour with a pattern, lit softly from the upper left, as an image of the canvas's size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops, ImageDraw

from assortment.catalogue.generated.drawing.colours import RGB, contrasting, mix

SIZE: Final = 128  # pixels of the finished picture, both sides
SCALE: Final = 2  # drawn larger by this, then averaged: smooth edges
WIDE: Final = SIZE * SCALE


def _plain(_draw: ImageDraw.ImageDraw, _colour: RGB, _other: RGB) -> None: ...


def _striped(draw: ImageDraw.ImageDraw, _colour: RGB, other: RGB) -> None:
    for top in range(4, WIDE, 24):
        draw.rectangle((0, top, WIDE, top + 10), fill=other)


def _checked(draw: ImageDraw.ImageDraw, colour: RGB, other: RGB) -> None:
    half = mix(colour, other, 0.5)
    for start in range(0, WIDE, 32):
        draw.rectangle((start, 0, start + 12, WIDE), fill=half)
    for top in range(0, WIDE, 32):
        draw.rectangle((0, top, WIDE, top + 12), fill=half)
        for left in range(0, WIDE, 32):
            draw.rectangle((left, top, left + 12, top + 12), fill=other)


def _polka_dot(draw: ImageDraw.ImageDraw, _colour: RGB, other: RGB) -> None:
    for row, y in enumerate(range(8, WIDE, 20)):
        for x in range(8 + 10 * (row % 2), WIDE, 20):
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=other)


def _floral(draw: ImageDraw.ImageDraw, colour: RGB, other: RGB) -> None:
    petal, leaf = mix(other, (232, 120, 150), 0.45), mix(colour, (70, 140, 80), 0.6)
    for row, y in enumerate(range(12, WIDE + 20, 34)):
        for x in range(10 + 17 * (row % 2), WIDE + 20, 34):
            draw.ellipse((x + 5, y + 6, x + 15, y + 12), fill=leaf)
            for right, down in ((0, -6), (6, -1), (4, 6), (-4, 6), (-6, -1)):
                draw.ellipse((x + right - 5, y + down - 5, x + right + 5, y + down + 5), fill=petal)
            draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=(246, 212, 90))


def _zigzag(draw: ImageDraw.ImageDraw, _colour: RGB, other: RGB) -> None:
    for top in range(0, WIDE + 24, 26):
        draw.line([(x, top + (10 if x // 12 % 2 else 0)) for x in range(0, WIDE + 12, 12)], fill=other, width=7)


PATTERNS: Final[Mapping[str, Callable[[ImageDraw.ImageDraw, RGB, RGB], None]]] = {
    "Plain": _plain,
    "Striped": _striped,
    "Checked": _checked,
    "Polka Dot": _polka_dot,
    "Floral": _floral,
    "Zigzag": _zigzag,
}


@lru_cache(maxsize=256)
def paint(colour: RGB, pattern: str = "Plain") -> Image.Image:
    """A canvas full of ``colour`` and ``pattern``, lighter at the upper left, RGB (WIDE, WIDE)."""
    image = Image.new("RGB", (WIDE, WIDE), colour)
    PATTERNS[pattern](ImageDraw.Draw(image), colour, contrasting(colour))
    return ImageChops.multiply(image, _light())


@lru_cache(maxsize=1)
def _light() -> Image.Image:
    """From 255 at the upper left to 205 at the lower right."""
    across = Image.linear_gradient("L").resize((WIDE, WIDE)).point([255 - value * 50 // 255 for value in range(256)])
    light = Image.blend(across, across.transpose(Image.Transpose.TRANSPOSE), 0.6)
    return Image.merge("RGB", (light, light, light))
