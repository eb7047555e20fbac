"""Drawings of fruit, bread and cheese, unpacked."""

from __future__ import annotations

from assortment.catalogue.generated.drawing.canvas import Canvas, Look, mirrored
from assortment.catalogue.generated.drawing.colours import FLAVOURS, darker, lighter, mix


def apple(canvas: Canvas, look: Look) -> None:
    """One apple with a leaf, often a second one behind."""
    if look.rng.random() < 0.6:
        _apple(canvas, look, 66, 58, 22)
    _apple(canvas, look, 42, 60, 29)


def orange(canvas: Canvas, look: Look) -> None:
    """A whole one and a half."""
    skin = mix(look.colour, (240, 138, 40), 0.55)
    canvas.ellipse((12, 26, 66, 80), skin)
    for x, y in ((28, 40), (40, 36), (24, 54), (36, 58), (48, 48), (50, 64)):
        canvas.dot(x, y, 0.8, darker(skin, 0.2))
    canvas.blob(((40, 28), (48, 18), (58, 20), (50, 28)), (86, 146, 66))
    canvas.ellipse((44, 44, 92, 90), skin)
    canvas.ellipse((47, 47, 89, 87), lighter(skin, 0.75))
    canvas.ellipse((49.5, 49.5, 86.5, 84.5), look.colour)
    for right, down in ((0, 1), (0.87, 0.5), (0.87, -0.5)):
        canvas.line(((68 - 18 * right, 67 - 17 * down), (68 + 18 * right, 67 + 17 * down)), lighter(skin, 0.75), 1)


def banana(canvas: Canvas, look: Look) -> None:
    """A bunch of three."""
    for shift in (16, 8, 0):
        rim = ((24, 16), (22, 44), (36, 70), (66, 80), (84, 72), (80, 66), (58, 64), (42, 50), (34, 18))
        canvas.blob([(x + shift * 0.7, y - shift * 0.55 + 4) for x, y in rim], look.colour)
    canvas.box((25, 6, 41, 19), (120, 98, 52), radius=2)
    canvas.blob(((82, 70), (88, 74), (84, 78), (79, 76)), (96, 76, 50))


def bread(canvas: Canvas, look: Look) -> None:
    """A loaf, cut open."""
    crust = darker(FLAVOURS.get(look.flavour, (190, 132, 72)), 0.12)
    canvas.blob(((30, 38), (60, 26), (90, 34), (94, 52), (90, 76), (60, 82), (30, 80)), crust)
    for x in (56, 68, 80):
        canvas.line(((x, 36), (x + 7, 52)), darker(crust, 0.3), 1.6)
    canvas.blob(mirrored_at(30, ((30, 34), (16, 37), (12, 50), (16, 58), (16, 80), (26, 82))), crust)
    canvas.blob(mirrored_at(30, ((30, 38), (19, 41), (16, 50), (19, 58), (19, 76), (26, 78))), lighter(crust, 0.6))
    for x, y in ((26, 52), (34, 60), (25, 68), (35, 46)):
        canvas.dot(x, y, 1.1, darker(crust, 0.1))


def cheese(canvas: Canvas, look: Look) -> None:
    """A wedge with holes."""
    paste = mix(FLAVOURS.get(look.flavour, (244, 206, 96)), (246, 208, 96), 0.6)
    canvas.polygon(((10, 58), (70, 26), (92, 44), (92, 52)), lighter(paste, 0.25))
    canvas.polygon(((10, 58), (92, 48), (92, 74), (10, 86)), paste)
    for x, y, radius in ((26, 70, 4), (44, 64, 3), (58, 72, 5), (76, 60, 3.4), (80, 70, 2)):
        canvas.ellipse((x - radius, y - radius, x + radius, y + radius), darker(paste, 0.18))
    canvas.polygon(((10, 82), (92, 70), (92, 74), (10, 86)), (190, 70, 52))


def mirrored_at(middle: float, left: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """A left half and its mirror image about x = ``middle``."""
    shift = middle - 50
    return [(x + shift, y) for x, y in mirrored([(x - shift, y) for x, y in left])]


def _apple(canvas: Canvas, look: Look, x: float, y: float, radius: float) -> None:
    rim = (
        (0, -0.75),
        (-0.5, -0.98),
        (-1, -0.4),
        (-0.85, 0.4),
        (-0.4, 0.95),
        (0, 0.85),
        (0.4, 0.95),
        (0.85, 0.4),
        (1, -0.4),
        (0.5, -0.98),
    )
    canvas.blob([(x + a * radius, y + b * radius) for a, b in rim], look.colour)
    canvas.arc((x - radius * 0.72, y - radius * 0.7, x + radius * 0.5, y + radius * 0.5), 180, 235, (255, 255, 255), 1.6)
    canvas.line(((x, y - radius * 0.75), (x + 2, y - radius * 1.25)), (104, 74, 46), 2)
    canvas.blob(
        ((x + 2, y - radius), (x + 9, y - radius * 1.35), (x + 16, y - radius * 1.1), (x + 9, y - radius * 0.9)), (86, 150, 70)
    )
