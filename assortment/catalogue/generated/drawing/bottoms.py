"""Drawings of dresses, skirts, jeans, trousers and shorts."""

from __future__ import annotations

from assortment.catalogue.generated.drawing.canvas import Canvas, Look, mirrored


def dress(canvas: Canvas, look: Look) -> None:
    """Waisted, with straps or short sleeves."""
    hem, wide = look.rng.choice((80, 88, 93)), look.rng.uniform(20, 30)
    if look.rng.random() < 0.5:
        for side in (1, -1):
            canvas.polygon(
                [(50 + side * (x - 50), y) for x, y in ((37, 14), (26, 29), (33, 34), (39, 24))], look.colour, look.pattern
            )
    else:
        canvas.line(((40, 8), (40, 18)), look.dark, 1.8)
        canvas.line(((60, 8), (60, 18)), look.dark, 1.8)
    canvas.polygon(mirrored(((45, 18), (37, 13), (36, 28), (41, 44), (50 - wide, hem), (40, hem + 2))), look.colour, look.pattern)
    canvas.box((40.5, 43, 59.5, 47), look.dark, outline=False)
    for x in (-0.5, 0, 0.5):
        canvas.line(((50 + 12 * x, 50), (50 + wide * x * 1.2, hem - 2)), look.dark, 0.5)


def skirt(canvas: Canvas, look: Look) -> None:
    """A waistband and pleats."""
    hem, wide = look.rng.choice((70, 82, 90)), look.rng.uniform(18, 34)
    canvas.polygon(mirrored(((36, 24), (50 - wide, hem), (42, hem + 3))), look.colour, look.pattern)
    for step in (-0.66, -0.33, 0, 0.33, 0.66):
        canvas.line(((50 + 13 * step, 28), (50 + wide * step, hem)), look.dark, 0.6)
    canvas.box((35.5, 18, 64.5, 25), look.dark, radius=1)


def jeans(canvas: Canvas, look: Look) -> None:
    """Faded thighs, light turn-ups, seams, pockets and a fly."""
    _legs(canvas, look, hem=93)
    for side in (1, -1):
        x = 50 - side * 12
        canvas.ellipse((x - 4.5, 38, x + 4.5, 66), look.light, outline=False)
        canvas.box((x - 9, 87, x + 7, 94) if side == 1 else (x - 7, 87, x + 9, 94), look.light)
    thread = (214, 160, 90)
    canvas.arc((30, 12, 45, 32), 20, 100, thread, 0.8)
    canvas.arc((55, 12, 70, 32), 80, 160, thread, 0.8)
    canvas.line(((50, 19), (50, 36)), thread, 0.8)
    canvas.line(((33, 30), (31, 90)), thread, 0.5)
    canvas.line(((67, 30), (69, 90)), thread, 0.5)
    canvas.dot(50, 15.5, 1.6, thread)


def trousers(canvas: Canvas, look: Look) -> None:
    """Creases, slanted pockets and a belt."""
    _legs(canvas, look, hem=93)
    canvas.box((33, 12, 67, 18), (112, 78, 52), radius=1)
    canvas.box((46.5, 11.5, 53.5, 18.5), (214, 184, 104), radius=1)
    canvas.line(((41, 24), (38, 92)), look.dark, 0.6)
    canvas.line(((59, 24), (62, 92)), look.dark, 0.6)
    canvas.line(((34, 20), (36.5, 31)), look.dark, 0.9)
    canvas.line(((66, 20), (63.5, 31)), look.dark, 0.9)


def shorts(canvas: Canvas, look: Look) -> None:
    """Short legs and a drawstring."""
    _legs(canvas, look, hem=62)
    canvas.line(((48, 20), (46, 32)), look.accent, 0.9)
    canvas.line(((52, 20), (54, 31)), look.accent, 0.9)


def _legs(canvas: Canvas, look: Look, *, hem: float) -> None:
    ankle = look.rng.uniform(0, 5) if hem > 80 else -3
    left = ((34, 14), (31, 34), (28 + ankle, hem), (45 - ankle / 3, hem), (50, 40))
    canvas.polygon([*left, *((100 - x, y) for x, y in reversed(left[:-1]))], look.colour, look.pattern)
    canvas.box((33.5, 12, 66.5, 19), look.dark, radius=1)
