"""Drawings of keyboards, mice, printers and what carries power."""

from __future__ import annotations

from assortment.catalogue.generated.drawing.canvas import Canvas, Look
from assortment.catalogue.generated.drawing.colours import RGB

_METAL: RGB = (188, 192, 198)


def keyboard(canvas: Canvas, look: Look) -> None:
    """Rows of keys and a space bar."""
    columns = 9 if look.says("compact") else 13
    half = 3.4 * columns
    canvas.box((50 - half, 34, 50 + half, 72), look.colour, radius=3)
    for row in range(3):
        for column in range(columns):
            left = 52 - half + (2 * half - 4) / columns * column
            canvas.box((left + 0.5, 38 + 8 * row, left + (2 * half - 4) / columns - 0.5, 44 + 8 * row), look.light, radius=0.8)
    canvas.box((36, 62, 64, 68), look.accent, radius=0.8)
    if look.attributes.get("connection", "Wireless") != "Wireless":
        canvas.line(((50, 34), (48, 22), (58, 14), (56, 5)), look.dark, 1.6, smooth=True)


def mouse(canvas: Canvas, look: Look) -> None:
    """Seen from above, with a wheel and, unless wireless, a tail."""
    if look.attributes.get("connection", "Wireless") != "Wireless":
        canvas.line(((50, 24), (46, 14), (56, 8), (52, 1)), look.dark, 1.8, smooth=True)
    canvas.blob(((50, 20), (66, 26), (71, 48), (69, 74), (50, 88), (31, 74), (29, 48), (34, 26)), look.colour)
    canvas.line(((50, 20), (50, 47)), look.dark, 0.9)
    canvas.line(((30, 48), (50, 47), (70, 48)), look.dark, 0.9, smooth=True)
    canvas.box((47, 28, 53, 42), look.accent, radius=2.6)


def printer(canvas: Canvas, look: Look) -> None:
    """Paper goes in at the top and comes out in front."""
    canvas.polygon(((32, 12), (68, 12), (71, 42), (29, 42)), (252, 252, 252))
    canvas.box((14, 38, 86, 74), look.colour, radius=4)
    canvas.box((22, 56, 78, 64), look.dark, radius=1)
    canvas.polygon(((27, 61), (73, 61), (79, 88), (21, 88)), (252, 252, 252))
    for y in (68, 74, 80):
        canvas.line(((32, y), (62, y)), (170, 176, 186), 1.1)
    canvas.box((64, 43, 80, 50), (96, 150, 190), radius=1)
    canvas.dot(21, 46, 1.6, (110, 190, 120))


def charger(canvas: Canvas, look: Look) -> None:
    """A plug with pins, or a round pad without a wire to the phone."""
    if look.attributes.get("connection") == "Wireless":
        canvas.ellipse((18, 34, 82, 80), look.dark)
        canvas.ellipse((18, 30, 82, 76), look.colour)
        canvas.polygon(((53, 38), (41, 56), (49, 56), (46, 69), (59, 50), (51, 50)), look.accent, outline=False)
        canvas.line(((80, 58), (90, 62), (92, 78), (97, 84)), look.dark, 2, smooth=True)
        return
    canvas.line(((42, 30), (42, 12)), _METAL, 4)
    canvas.line(((58, 30), (58, 12)), _METAL, 4)
    canvas.box((27, 28, 73, 78), look.colour, radius=8)
    canvas.box((42, 64, 58, 69), look.dark, radius=2)
    canvas.polygon(((53, 36), (43, 50), (49, 50), (46, 60), (57, 46), (51, 46)), look.accent, outline=False)
    if look.says("two-port"):
        canvas.box((42, 71, 58, 75), look.dark, radius=2)


def cable(canvas: Canvas, look: Look) -> None:
    """Coiled, with a plug at each end."""
    for inset in (0, 6, 12):
        canvas.arc((20 + inset, 24 + inset, 80 - inset, 78 - inset / 2), 0, 360, look.dark, 3.6)
        canvas.arc((20 + inset, 24 + inset, 80 - inset, 78 - inset / 2), 0, 360, look.colour, 2.6)
    canvas.line(((26, 66), (16, 80), (22, 90)), look.colour, 3, smooth=True)
    canvas.line(((74, 38), (84, 24), (80, 14)), look.colour, 3, smooth=True)
    wide = 7 if look.attributes.get("connection") == "HDMI" else 4.5
    for x, y, end in ((23, 90, 1), (79, 12, -1)):
        canvas.box((x - wide, y - 5, x + wide, y + 5), look.dark, radius=1.5)
        canvas.box((x - wide + 2, y + 5 * end - 2.5, x + wide - 2, y + 5 * end + 2.5), _METAL, radius=0.5)


def power_bank(canvas: Canvas, look: Look) -> None:
    """A flat block with lights."""
    canvas.box((28, 12, 72, 90), look.colour, radius=7)
    for i in range(4):
        canvas.dot(39 + 7.3 * i, 22, 1.8, (120, 220, 130) if i < look.rng.choice((2, 3, 4)) else look.dark)
    canvas.polygon(((54, 38), (41, 58), (49, 58), (46, 74), (60, 52), (51, 52)), look.accent, outline=False)
    canvas.box((43, 86, 57, 90), look.dark, radius=1)
    if look.says("solar"):
        for i in range(3):
            canvas.line(((32, 34 + 14 * i), (68, 34 + 14 * i)), look.accent, 0.8)
