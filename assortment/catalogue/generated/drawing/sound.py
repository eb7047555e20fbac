"""Drawings of headphones, earbuds, speakers, cameras and record players."""

from __future__ import annotations

from assortment.catalogue.generated.drawing.canvas import Canvas, Look
from assortment.catalogue.generated.drawing.colours import RGB

_BLACK: RGB = (34, 35, 40)


def headphones(canvas: Canvas, look: Look) -> None:
    """A band and two cushions."""
    canvas.arc((18, 12, 82, 92), 180, 360, look.dark, 6.5)
    canvas.arc((19, 13, 81, 92), 180, 360, look.colour, 4.6)
    size = 1.0 if not look.says("on-ear") else 0.8
    for side in (1, -1):
        x = 50 - side * 30
        canvas.box((x - 9 * size, 66 - 19 * size, x + 9 * size, 66 + 19 * size), look.colour, radius=8 * size)
        inner = x + side * 9
        canvas.box((inner - 5, 66 - 16 * size, inner + 5, 66 + 16 * size), look.dark, radius=4.5)
    if look.attributes.get("connection") == "Wired":
        canvas.line(((20, 84), (24, 93), (44, 92), (60, 96)), look.dark, 1.4, smooth=True)


def earbuds(canvas: Canvas, look: Look) -> None:
    """A pair, with their case or their wires."""
    wired = look.attributes.get("connection", "Wireless") != "Wireless"
    for side in (1, -1):
        x = 50 - side * 17
        if wired:
            canvas.line(((x, 38), (x - side * 3, 66), (50, 80), (50, 96)), look.dark, 1.8, smooth=True)
        canvas.ellipse((x - 11, 14, x + 11, 36), look.colour)
        canvas.box((x - 4, 28, x + 4, 54), look.colour, radius=3.5)
        canvas.ellipse((x + side * 4 - 4.5, 19, x + side * 4 + 4.5, 31), look.dark)
    if not wired:
        canvas.box((26, 60, 74, 90), look.colour, radius=11)
        canvas.line(((27, 70), (73, 70)), look.dark, 0.9)
        canvas.dot(50, 77, 1.6, (120, 220, 130))


def speaker(canvas: Canvas, look: Look) -> None:
    """A cabinet with two cones, or a portable cylinder."""
    if look.says("portable") or look.says("waterproof"):
        canvas.box((12, 36, 88, 76), look.colour, radius=18)
        canvas.box((24, 40, 76, 72), look.dark, radius=4)
        for row in range(4):
            for column in range(9):
                canvas.dot(29 + 5.2 * column, 45 + 7.3 * row, 1.2, look.light)
        canvas.arc((36, 24, 64, 50), 180, 360, look.accent, 2)
        return
    canvas.box((28, 8, 72, 92), look.colour, radius=3)
    for y, radius in ((28, 10), (63, 17)):
        canvas.ellipse((50 - radius, y - radius, 50 + radius, y + radius), _BLACK)
        canvas.ellipse((50 - radius * 0.7, y - radius * 0.7, 50 + radius * 0.7, y + radius * 0.7), (78, 80, 88))
        canvas.dot(50, y, radius * 0.3, _BLACK)
    if look.says("radio"):
        canvas.box((36, 84, 64, 89), (216, 190, 120), radius=1)


def camera(canvas: Canvas, look: Look) -> None:
    """A body with a lens and a flash."""
    canvas.box((36, 20, 64, 36), look.dark, radius=3)
    canvas.box((10, 30, 90, 80), look.colour, radius=6)
    canvas.box((10, 42, 90, 66), look.dark)
    canvas.ellipse((31, 33, 69, 77), (190, 194, 200))
    canvas.ellipse((35, 37.5, 65, 72.5), _BLACK)
    canvas.ellipse((41, 44, 59, 66), (62, 84, 128))
    canvas.dot(46, 50, 2.6, (186, 206, 236))
    canvas.box((72, 34, 83, 40), (250, 240, 200), radius=1)
    canvas.box((18, 25, 28, 31), look.accent, radius=1)


def record_player(canvas: Canvas, look: Look) -> None:
    """Seen from above: a record under the arm."""
    canvas.box((8, 14, 92, 86), look.colour, radius=5)
    canvas.ellipse((14, 20, 70, 80), _BLACK)
    for inset in (5, 10, 15):
        canvas.arc((14 + inset, 20 + inset, 70 - inset, 80 - inset), 0, 360, (74, 74, 80), 0.6)
    canvas.ellipse((34, 42, 50, 58), look.rng.choice(((214, 92, 60), (232, 190, 84), (84, 150, 170))))
    canvas.dot(42, 50, 1.4, (240, 240, 240))
    canvas.dot(80, 28, 5, look.dark)
    canvas.line(((80, 28), (79, 58), (62, 68)), (206, 208, 214), 2)
    canvas.dot(80, 76, 3, look.accent)
