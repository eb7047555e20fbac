"""Drawings of tops, knitwear and outerwear: one body, many collars, sleeves and fronts."""

from __future__ import annotations

from assortment.catalogue.generated.drawing.canvas import Canvas, Look, mirrored


def t_shirt(canvas: Canvas, look: Look) -> None:
    """Short sleeves and a round or V-shaped neck."""
    _body(canvas, look, sleeve=42, hem=86)
    if look.rng.random() < 0.35:
        canvas.polygon(((41, 17), (50, 31), (59, 17), (50, 20)), look.dark, outline=False)
    else:
        _round_neck(canvas, look)
    if look.rng.random() < 0.3:
        canvas.box((55, 36, 65, 48), look.light, outline=True)


def shirt(canvas: Canvas, look: Look) -> None:
    """Long sleeves, collar and buttons."""
    _body(canvas, look, sleeve=74, hem=88)
    canvas.line(((50, 22), (50, 87)), look.dark, 0.8)
    for y in range(32, 86, 11):
        canvas.dot(50, y, 1.4, look.accent)
    canvas.polygon(((40, 15), (50, 24), (44, 31), (36, 19)), look.light)
    canvas.polygon(((60, 15), (50, 24), (56, 31), (64, 19)), look.light)
    canvas.box((56, 38, 66, 50), look.light)


def jumper(canvas: Canvas, look: Look) -> None:
    """Long sleeves, ribbed hem and cuffs; a round or a rolled neck."""
    _body(canvas, look, sleeve=76, hem=82)
    _ribs(canvas, look)
    if look.rng.random() < 0.35:
        canvas.box((40, 9, 60, 21), look.light, radius=3)
        for x in range(43, 60, 4):
            canvas.line(((x, 10), (x, 20)), look.dark, 0.5)
    else:
        _round_neck(canvas, look)
    if look.pattern == "Plain":
        for x in (42, 50, 58):  # cables
            canvas.line([(x + (1.8 if i % 2 else -1.8), 27 + 4 * i) for i in range(13)], look.dark, 0.8, smooth=True)


def cardigan(canvas: Canvas, look: Look) -> None:
    """As a jumper, open down to the buttons."""
    _body(canvas, look, sleeve=76, hem=84)
    _ribs(canvas, look)
    canvas.polygon(((39, 16), (50, 46), (61, 16), (50, 19)), look.accent)
    canvas.line(((39, 16), (50, 46), (50, 88)), look.dark, 1.6)
    canvas.line(((61, 16), (50, 46)), look.dark, 1.6)
    for y in (54, 64, 74, 83):
        canvas.dot(53.5, y, 1.7, look.accent)


def hoodie(canvas: Canvas, look: Look) -> None:
    """Hood, cords and a pocket in front."""
    _body(canvas, look, sleeve=76, hem=82)
    _ribs(canvas, look)
    canvas.blob(((33, 24), (36, 9), (50, 5), (64, 9), (67, 24), (50, 31)), look.colour, look.pattern)
    canvas.ellipse((41, 11, 59, 29), look.dark)
    canvas.polygon(((37, 60), (63, 60), (70, 76), (30, 76)), look.light)
    canvas.line(((46, 28), (45, 43)), look.accent, 0.9)
    canvas.line(((54, 28), (55, 43)), look.accent, 0.9)


def jacket(canvas: Canvas, look: Look) -> None:
    """Zip, collar, pockets; quilted or smooth."""
    _body(canvas, look, sleeve=76, hem=82)
    if look.rng.random() < 0.5 and look.pattern == "Plain":
        for y in range(32, 82, 10):
            canvas.line(((30, y), (70, y)), look.dark, 0.6)
    _ribs(canvas, look)
    canvas.polygon(mirrored(((41, 13), (30, 17), (30, 33), (50, 37))), look.dark)
    canvas.line(((50, 18), (50, 88)), look.accent, 1.3)
    canvas.polygon(mirrored(((40, 12), (36, 21), (50, 27))), look.dark)
    for x, side in ((36, 1), (64, -1)):
        canvas.line(((x, 58), (x + 6 * side, 70)), look.accent, 1.2)


def coat(canvas: Canvas, look: Look) -> None:
    """Down to the knees, with lapels and two rows of buttons."""
    _body(canvas, look, sleeve=72, hem=94, flare=5)
    canvas.line(((50, 40), (50, 93)), look.dark, 0.9)
    canvas.polygon(((39, 13), (50, 42), (37, 32), (33, 20)), look.light)
    canvas.polygon(((61, 13), (50, 42), (63, 32), (67, 20)), look.light)
    for y in (50, 62, 74):
        canvas.dot(45, y, 1.7, look.accent)
        canvas.dot(55, y, 1.7, look.accent)
    if look.rng.random() < 0.5:
        canvas.box((29.5, 55, 70.5, 59), look.dark)


def _body(canvas: Canvas, look: Look, *, sleeve: float, hem: float, flare: float = 0) -> None:
    """Sleeves down to ``sleeve``, body down to ``hem``."""
    width = look.rng.uniform(-1.5, 1.5)
    reach = 22 - (sleeve - 42) * 0.28
    for side in (1, -1):
        arm = ((30, 17), (reach - 6, sleeve - 4), (reach + 5, sleeve + 2), (36, 40))
        canvas.polygon([(50 + side * (x - 50), y) for x, y in arm], look.colour, look.pattern)
    outline = ((41, 13), (30, 17), (30 - width, 42), (29 - width - flare, hem), (40, hem + 1.5))
    canvas.polygon(mirrored(outline), look.colour, look.pattern)


def _round_neck(canvas: Canvas, look: Look) -> None:
    canvas.ellipse((40, 9.5, 60, 21.5), look.dark)
    canvas.arc((39, 7, 61, 23), 15, 165, look.light, 1.5)


def _ribs(canvas: Canvas, look: Look) -> None:
    canvas.box((29, 81, 71, 88), look.dark, radius=1)
    for x in range(32, 70, 4):
        canvas.line(((x, 82), (x, 87)), look.colour, 0.7)
