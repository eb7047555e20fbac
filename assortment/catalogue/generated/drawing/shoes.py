"""Drawings of shoes and socks, seen from the side."""

from __future__ import annotations

from assortment.catalogue.generated.drawing.canvas import Canvas, Look


def trainer(canvas: Canvas, look: Look) -> None:
    """Laces, a stripe and a thick light sole; low or high."""
    collar = 26 if look.says("high top") else 40
    canvas.blob(
        (
            (14, 72),
            (13, 58),
            (14, collar + 4),
            (18, collar),
            (38, collar),
            (42, 48),
            (56, 57),
            (78, 61),
            (88, 70),
            (86, 76),
            (40, 77),
        ),
        look.colour,
    )
    canvas.box((11, 73, 90, 83), (244, 244, 242), radius=4)
    canvas.line(((12, 79), (89, 79)), look.colour, 1.4)
    for i in range(4):
        canvas.line(((41 + 4.5 * i, 47 + 3.6 * i), (36 + 4.5 * i, 53 + 3.6 * i)), look.accent, 1.8)
    canvas.line(((22, 72), (30, 58), (44, 72)), look.accent, 2.6)
    canvas.blob(((74, 73), (77, 64), (86, 68), (89, 74)), look.dark, outline=False)


def boot(canvas: Canvas, look: Look) -> None:
    """A shaft, a heel and a dark sole; laced or with elastic."""
    top = look.rng.choice((14, 24, 30))
    canvas.blob(
        (
            (28, 80),
            (28, 50),
            (27, top + 3),
            (31, top),
            (52, top),
            (55, top + 4),
            (55, 50),
            (64, 60),
            (82, 65),
            (88, 76),
            (86, 81),
            (60, 82),
        ),
        look.colour,
    )
    canvas.box((26, 79, 89, 84), look.dark, radius=1)
    canvas.box((26, 83, 42, 91), look.dark, radius=1)
    canvas.box((60, 83, 88, 87), look.dark, radius=1)
    if look.rng.random() < 0.5:
        for y in range(round(top) + 8, 58, 7):
            canvas.line(((46, y + 2), (56, y - 1)), look.accent, 1.4)
    else:
        canvas.polygon(((37, top + 6), (46, top + 6), (45, 50), (39, 50)), look.dark)


def sandal(canvas: Canvas, look: Look) -> None:
    """A footbed and straps."""
    canvas.blob(((10, 74), (24, 66), (50, 70), (74, 75), (90, 76), (89, 83), (50, 84), (12, 83)), (196, 160, 118))
    canvas.line(((11, 83), (88, 83.5)), look.dark, 2)
    canvas.line(((60, 76), (68, 58), (82, 77)), look.colour, 6)
    canvas.line(((18, 72), (24, 48), (40, 50), (48, 72)), look.colour, 5)
    if look.rng.random() < 0.6:
        canvas.line(((40, 50), (68, 60)), look.colour, 4)
    canvas.box((27, 45, 34, 52), (214, 190, 110), radius=1)


def sock(canvas: Canvas, look: Look) -> None:
    """A leg, a heel and a toe of another colour."""
    top = look.rng.choice((14, 14, 40))
    canvas.blob(
        ((34, top), (56, top), (56, 50), (58, 60), (76, 72), (80, 82), (70, 88), (52, 82), (36, 70), (33, 56)),
        look.colour,
        look.pattern,
    )
    canvas.blob(((66, 69), (77, 73), (81, 82), (72, 88), (64, 85)), look.accent)
    canvas.blob(((34, 58), (44, 62), (44, 72), (36, 69)), look.accent)
    canvas.box((32.5, top - 4, 57.5, top + 5), look.accent, radius=2)
