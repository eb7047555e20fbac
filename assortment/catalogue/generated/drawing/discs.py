"""Drawings of records, CDs, films, series and games."""

from __future__ import annotations

from assortment.catalogue.generated.drawing import emblems
from assortment.catalogue.generated.drawing.canvas import Canvas, Look
from assortment.catalogue.generated.drawing.colours import COVERS, RGB

_BLACK: RGB = (32, 32, 36)


def vinyl(canvas: Canvas, look: Look) -> None:
    """A record half out of its sleeve; the record has the product's colour."""
    sleeve = look.rng.choice(COVERS)
    canvas.ellipse((28, 16, 96, 84), look.colour)
    for inset in (6, 12, 18):
        canvas.arc((28 + inset, 16 + inset, 96 - inset, 84 - inset), 0, 360, look.light, 0.5)
    canvas.ellipse((54, 42, 70, 58), look.accent)
    canvas.box((5, 14, 68, 86), sleeve, look.pattern)
    emblems.genre(canvas, 36, 54, 16, look.genre, (252, 246, 230))
    canvas.line(((14, 24), (50, 24)), (252, 246, 230), 3)


def cd(canvas: Canvas, look: Look) -> None:
    """A case with a booklet, the disc behind."""
    canvas.ellipse((36, 20, 94, 78), (206, 212, 222))
    canvas.arc((42, 26, 88, 72), 200, 290, (236, 200, 226), 4)
    canvas.arc((42, 26, 88, 72), 20, 110, (190, 230, 226), 4)
    canvas.ellipse((59, 43, 71, 55), (248, 248, 250))
    canvas.box((8, 22, 66, 82), (70, 72, 80), radius=1)
    canvas.box((15, 23.5, 65, 80.5), look.colour, look.pattern)
    emblems.genre(canvas, 40, 56, 13, look.genre, look.accent)
    canvas.line(((21, 33), (50, 33)), look.accent, 2.6)


def film(canvas: Canvas, look: Look) -> None:
    """A disc case with a poster and a strip of film."""
    _case(canvas, look, thick=5)
    for y in range(14, 90, 8):
        canvas.box((27, y, 30, y + 4), (250, 250, 250), outline=False)
        canvas.box((68, y, 71, y + 4), (250, 250, 250), outline=False)
    emblems.genre(canvas, 49, 48, 13, look.genre, look.accent)
    canvas.line(((36, 74), (62, 74)), look.accent, 3.4)
    canvas.line(((40, 81), (58, 81)), look.accent, 1.6)


def series(canvas: Canvas, look: Look) -> None:
    """A box of several discs: the backs of four cases and a front."""
    for i in range(4):
        canvas.polygon(
            ((66 + 6 * i, 12 + i), (72 + 6 * i, 13 + i), (72 + 6 * i, 89 - i), (66 + 6 * i, 90 - i)),
            look.light if i % 2 else look.dark,
        )
    canvas.box((12, 12, 66, 90), look.colour, look.pattern)
    canvas.box((18, 18, 60, 30), look.accent, radius=1)
    canvas.line(((23, 24), (55, 24)), look.dark, 3)
    emblems.genre(canvas, 39, 56, 15, look.genre, look.accent)
    for i in range(4):
        canvas.dot(25 + 9 * i, 82, 2.4, look.accent)


def video_game(canvas: Canvas, look: Look) -> None:
    """A game case with a controller."""
    _case(canvas, look, thick=4)
    canvas.box((24, 8, 74, 18), (250, 250, 250), outline=False)
    canvas.line(((29, 13), (48, 13)), look.dark, 2.6)
    emblems.genre(canvas, 49, 34, 10, look.genre, look.accent)
    canvas.blob(
        ((34, 58), (44, 61), (54, 61), (64, 58), (70, 76), (64, 80), (57, 72), (41, 72), (34, 80), (28, 76)), (240, 240, 242)
    )
    canvas.line(((38, 63), (38, 70)), _BLACK, 1.6)
    canvas.line(((34.5, 66.5), (41.5, 66.5)), _BLACK, 1.6)
    for x, y, colour in ((58, 66, (220, 80, 70)), (62, 63, (90, 160, 90)), (62, 69, (80, 120, 210))):
        canvas.dot(x, y, 1.5, colour)


def board_game(canvas: Canvas, look: Look) -> None:
    """A flat box, a die and a pawn."""
    canvas.polygon(((8, 34), (22, 20), (90, 20), (80, 34)), look.light)
    canvas.polygon(((80, 34), (90, 20), (90, 66), (80, 82)), look.dark)
    canvas.polygon(((8, 34), (80, 34), (80, 82), (8, 82)), look.colour, look.pattern)
    canvas.box((16, 40, 56, 51), look.accent, radius=2)
    canvas.line(((21, 45.5), (50, 45.5)), look.dark, 2.6)
    emblems.genre(canvas, 32, 66, 10, look.genre, look.accent)
    canvas.box((54, 66, 74, 86), (252, 252, 250), radius=4)
    for x, y in ((59, 71), (64, 76), (69, 81)):
        canvas.dot(x, y, 1.8, _BLACK)
    canvas.polygon(((82, 92), (94, 92), (90, 76), (86, 76)), (206, 60, 56))
    canvas.ellipse((83, 66, 93, 77), (206, 60, 56))


def puzzle(canvas: Canvas, look: Look) -> None:
    """A picture cut into pieces, one of them lying apart."""
    canvas.box((12, 12, 80, 76), look.colour, look.pattern)
    canvas.polygon(((12, 76), (12, 60), (36, 42), (54, 58), (66, 48), (80, 60), (80, 76)), look.dark, outline=False)
    emblems.genre(canvas, 58, 32, 10, look.genre, look.accent)
    for cut in (29, 46, 63):
        canvas.line(((cut, 12), (cut + 2, 24), (cut - 2, 36), (cut + 2, 52), (cut, 76)), (255, 255, 255), 0.9, smooth=True)
    for cut in (33, 54):
        canvas.line(((12, cut), (28, cut + 2), (46, cut - 2), (62, cut + 2), (80, cut)), (255, 255, 255), 0.9, smooth=True)
    canvas.box((74, 72, 92, 90), look.colour, radius=1)
    canvas.ellipse((79, 66, 87, 75), look.colour)
    canvas.ellipse((69, 77, 77, 85), (250, 250, 250))


def _case(canvas: Canvas, look: Look, *, thick: float) -> None:
    canvas.polygon(((74, 8), (74 + thick, 11), (74 + thick, 90), (74, 92)), (60, 62, 70))
    canvas.box((24, 8, 74, 92), look.colour, look.pattern, radius=1)
