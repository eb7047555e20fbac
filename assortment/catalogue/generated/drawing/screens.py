"""Drawings of things with a screen: phones, tablets, e-readers, laptops, monitors, televisions, smart watches."""

from __future__ import annotations

import colorsys
from typing import Final

from assortment.catalogue.generated.drawing.canvas import Canvas, Look
from assortment.catalogue.generated.drawing.colours import RGB

_BEZEL: Final[RGB] = (34, 36, 42)
_STAND: Final[RGB] = (176, 180, 188)


def phone(canvas: Canvas, look: Look) -> None:
    """The back with its cameras, in the product's colour, and the screen in front of it."""
    canvas.box((18, 8, 56, 88), look.colour, radius=6)
    canvas.box((22, 13, 36, 34), look.dark, radius=4)
    for y in (19, 28):
        canvas.dot(29, y, 3.4, _BEZEL)
        canvas.dot(29, y, 1.5, (110, 130, 160))
    canvas.box((44, 12, 82, 92), look.colour, radius=6)
    _screen(canvas, look, (46.5, 14.5, 79.5, 89.5), radius=4)
    canvas.dot(63, 18, 1.2, _BEZEL)


def phone_case(canvas: Canvas, look: Look) -> None:
    """A phone's back in a patterned case, with the hole for the cameras."""
    canvas.box((28, 7, 72, 93), look.colour, look.pattern, radius=8)
    if look.says("clear back"):
        canvas.box((31, 10, 69, 90), (226, 232, 238), look.pattern, radius=6)
    canvas.box((33, 12, 49, 34), _BEZEL, radius=5)
    for x, y in ((38, 18), (44, 23), (38, 28)):
        canvas.dot(x, y, 2.4, (90, 104, 130))
    if look.says("card pocket"):
        canvas.box((36, 56, 64, 80), look.light, radius=2)
        canvas.line(((37, 63), (63, 63)), look.dark, 1)
    elif look.says("magnetic"):
        canvas.arc((38, 46, 62, 70), 0, 360, look.accent, 2)
    canvas.line(((73, 30), (73, 40)), look.dark, 1.6)


def tablet(canvas: Canvas, look: Look) -> None:
    """Larger than a phone, with a row of icons; sometimes with a pen."""
    canvas.box((16, 12, 78, 90), look.colour, radius=5)
    _screen(canvas, look, (20, 17, 74, 85), radius=1)
    for row in range(3):
        for column in range(3):
            icon = _hue(look.rng.random(), 0.45, 0.95)
            canvas.box((26 + 15 * column, 40 + 14 * row, 35 + 15 * column, 49 + 14 * row), icon, radius=2, outline=False)
    if look.says("pen"):
        canvas.line(((86, 22), (86, 78)), (236, 236, 238), 3)
        canvas.line(((86, 78), (86, 85)), _BEZEL, 1.6)
    elif look.says("children"):
        canvas.arc((30, 0, 64, 26), 180, 360, look.accent, 4)


def e_reader(canvas: Canvas, look: Look) -> None:
    """A page of text on grey."""
    canvas.box((24, 8, 76, 92), look.colour, radius=4)
    canvas.box((29, 14, 71, 80), (226, 226, 220), radius=1)
    canvas.line(((33, 22), (55, 22)), (70, 70, 74), 2)
    for i in range(9):
        canvas.line(((33, 29 + 5.3 * i), (67 if i % 4 < 3 else 52, 29 + 5.3 * i)), (120, 120, 122), 1)
    canvas.dot(50, 86, 2, look.accent)


def laptop(canvas: Canvas, look: Look) -> None:
    """Open, seen from the front."""
    canvas.box((16, 18, 84, 66), look.colour, radius=3)
    _screen(canvas, look, (19, 21, 81, 63), radius=1)
    canvas.polygon(((16, 67), (84, 67), (95, 82), (5, 82)), look.colour)
    canvas.polygon(((21, 69), (79, 69), (85, 76), (15, 76)), look.dark, outline=False)
    for i in range(9):
        canvas.line(((24 + 6.3 * i, 69.5), (21.5 + 7 * i, 75.5)), look.colour, 0.7)
    canvas.polygon(((42, 77), (58, 77), (60, 81), (40, 81)), look.light)
    canvas.box((5, 82, 95, 85), look.dark, radius=1)


def monitor(canvas: Canvas, look: Look) -> None:
    """On a foot; the wide ones wider."""
    wide = 45 if look.attributes.get("screen") in ("32 inch", "34 inch") or look.says("ultra-wide") else 38
    canvas.polygon(((45, 66), (55, 66), (57, 86), (43, 86)), _STAND)
    canvas.box((30, 85, 70, 90), _STAND, radius=2)
    canvas.box((50 - wide, 18, 50 + wide, 70), look.colour, radius=2)
    _screen(canvas, look, (53 - wide, 21, 47 + wide, 65), radius=0)
    for i, height in enumerate((12, 20, 9, 26, 17)):
        canvas.box((58 + 4.5 * i - wide, 60 - height, 61 + 4.5 * i - wide, 60), _hue(0.1 + 0.18 * i, 0.4, 0.95), outline=False)


def television(canvas: Canvas, look: Look) -> None:
    """Wide and flat on two feet, showing a landscape."""
    canvas.line(((24, 76), (20, 86)), look.dark, 2.4)
    canvas.line(((76, 76), (80, 86)), look.dark, 2.4)
    canvas.box((4, 22, 96, 78), look.colour, radius=1.5)
    canvas.box((6, 24, 94, 75), _hue(look.rng.uniform(0.5, 0.62), 0.35, 0.95), outline=False)
    canvas.dot(look.rng.uniform(20, 80), 38, 6, (252, 226, 140))
    canvas.polygon(
        ((6, 75), (6, 62), (28, 46), (50, 66), (70, 50), (94, 64), (94, 75)),
        _hue(look.rng.uniform(0.25, 0.45), 0.4, 0.55),
        outline=False,
    )


def smart_watch(canvas: Canvas, look: Look) -> None:
    """A square face with rings on a strap of the product's colour."""
    canvas.box((38, 4, 62, 96), look.colour, radius=5)
    for y in (76, 82, 88):
        canvas.dot(50, y, 1.3, look.dark)
    canvas.box((27, 26, 73, 74), (62, 66, 74), radius=11)
    canvas.box((31, 30, 69, 70), (18, 20, 26), radius=8)
    for inset, hue in ((0, 0.95), (5, 0.3), (10, 0.55)):
        canvas.arc((36 + inset, 35 + inset, 64 - inset, 65 - inset), -90, look.rng.uniform(60, 250), _hue(hue, 0.7, 0.95), 3)
    canvas.box((73, 44, 77, 54), (150, 154, 160), radius=1.5)


def _screen(canvas: Canvas, look: Look, box: tuple[float, float, float, float], *, radius: float) -> None:
    """A dark rim and a bright picture of two hills."""
    left, top, right, bottom = box
    hue = look.rng.random()
    canvas.box(box, _BEZEL, radius=radius)
    canvas.box((left + 1, top + 1, right - 1, bottom - 1), _hue(hue, 0.42, 0.92), radius=radius, outline=False)
    low = bottom - 1
    canvas.polygon(
        ((left + 1, low), (left + 1, low - (bottom - top) * 0.3), (right - 1, low - (bottom - top) * 0.1), (right - 1, low)),
        _hue(hue + 0.08, 0.5, 0.75),
        outline=False,
    )


def _hue(hue: float, saturation: float, value: float) -> RGB:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)
