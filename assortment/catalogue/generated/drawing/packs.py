"""Drawings of groceries in cartons, boxes, bags and wrappers."""

from __future__ import annotations

from assortment.catalogue.generated.drawing import emblems
from assortment.catalogue.generated.drawing.canvas import Canvas, Look
from assortment.catalogue.generated.drawing.colours import RGB

_PAPER: RGB = (250, 246, 236)
_STRAW: RGB = (230, 190, 98)


def carton(canvas: Canvas, look: Look) -> None:
    """A juice carton with a gable top, a cap and the fruit."""
    canvas.polygon(((34, 26), (44, 10), (56, 10), (66, 26)), look.light)
    canvas.box((42, 6, 58, 12), look.dark)
    canvas.polygon(((34, 26), (66, 26), (66, 92), (34, 92)), look.colour, look.pattern)
    canvas.polygon(((66, 26), (74, 30), (74, 88), (66, 92)), look.dark)
    canvas.box((54, 16, 62, 22), (250, 250, 250), radius=1)
    canvas.ellipse((36, 42, 64, 74), _PAPER)
    emblems.fruit(canvas, 50, 60, 9, look.flavour)
    canvas.line(((40, 34), (60, 34)), _PAPER, 2.6)


def tea_box(canvas: Canvas, look: Look) -> None:
    """A flat box, and a tea bag in front of it."""
    _panel(canvas, look, (18, 26, 82, 84))
    canvas.ellipse((30, 44, 58, 72), _PAPER)
    canvas.blob(((44, 50), (53, 56), (52, 66), (40, 66), (36, 58)), (110, 150, 80))
    canvas.line(((70, 58), (74, 40)), (250, 250, 250), 0.8)
    canvas.polygon(((62, 62), (70, 56), (78, 62), (78, 90), (62, 90)), _PAPER)
    canvas.polygon(((65, 74), (75, 74), (75, 87), (65, 87)), look.dark, outline=False)
    canvas.box((70, 34, 80, 43), look.accent)


def cereal_box(canvas: Canvas, look: Look) -> None:
    """Tall, with a bowl."""
    _panel(canvas, look, (24, 8, 72, 92))
    canvas.ellipse((30, 50, 66, 62), _PAPER)
    for x, y in ((37, 55), (44, 53), (50, 57), (57, 54), (60, 57)):
        canvas.dot(x, y, 2.6, (206, 150, 74))
    canvas.polygon(((30, 57), (66, 57), (58, 76), (38, 76)), (96, 140, 190))
    emblems.fruit(canvas, 58, 42, 5.5, look.flavour)


def tablet_box(canvas: Canvas, look: Look) -> None:
    """A box of dishwasher tablets: square tabs with a ball in the middle, and bubbles."""
    _panel(canvas, look, (20, 18, 78, 90))
    for x, y, size in ((34, 50, 15), (52, 62, 15)):
        canvas.box((x - 8, y - 6, x + size - 4, y + 10), (244, 246, 250), radius=2)
        canvas.box((x - 8, y + 2, x + size - 4, y + 10), (90, 150, 220), radius=2)
        canvas.dot(x + 1.5, y + 2, 3.6, (226, 70, 70))
    for x, y, radius in ((66, 44, 3), (72, 52, 2), (64, 36, 1.8)):
        canvas.dot(x, y, radius, (255, 255, 255))


def biscuit_pack(canvas: Canvas, look: Look) -> None:
    """A lying roll with biscuits in front."""
    canvas.polygon(((6, 34), (14, 38), (14, 66), (6, 70)), look.dark)
    canvas.polygon(((94, 34), (86, 38), (86, 66), (94, 70)), look.dark)
    canvas.box((12, 32, 88, 70), look.colour, look.pattern, radius=4)
    canvas.box((24, 39, 60, 56), _PAPER, radius=3)
    canvas.line(((29, 45), (55, 45)), look.dark, 2)
    emblems.fruit(canvas, 74, 48, 6, look.flavour)
    for x in (34, 56):
        canvas.ellipse((x - 14, 62, x + 14, 90), (214, 164, 96))
        for right, down in ((-5, -3), (4, -5), (0, 3), (6, 4), (-4, 7)):
            canvas.dot(x + right, 76 + down, 1.7, (110, 70, 44))


def crisp_bag(canvas: Canvas, look: Look) -> None:
    """A puffed bag with jagged ends."""
    canvas.blob(((24, 16), (50, 14), (76, 16), (80, 50), (76, 86), (50, 88), (24, 86), (20, 50)), look.colour, look.pattern)
    for y in (11, 85):
        canvas.polygon(
            [(24 + 4 * i, y + (2.6 if i % 2 else 0)) for i in range(14)] + [(76, y + 6), (24, y + 6)], look.dark, outline=False
        )
    canvas.ellipse((30, 32, 70, 56), _PAPER)
    canvas.line(((38, 44), (62, 44)), look.dark, 3.4)
    for x, y in ((38, 68), (52, 64), (62, 72)):
        canvas.blob(((x - 9, y), (x, y - 6), (x + 9, y - 1), (x + 6, y + 6), (x - 6, y + 6)), (246, 208, 110))


def coffee_bag(canvas: Canvas, look: Look) -> None:
    """A folded bag with a label and three beans."""
    canvas.polygon(((28, 20), (72, 20), (78, 92), (22, 92)), look.colour, look.pattern)
    canvas.box((27, 10, 73, 22), look.dark, radius=1)
    canvas.box((32, 42, 68, 80), _PAPER, radius=2)
    canvas.line(((37, 49), (63, 49)), look.dark, 2)
    for x, y in ((42, 62), (55, 60), (49, 71)):
        canvas.ellipse((x - 6, y - 4.4, x + 6, y + 4.4), (92, 58, 38))
        canvas.line(((x - 4, y + 1.4), (x, y - 0.6), (x + 4, y - 1.6)), (190, 150, 110), 0.9, smooth=True)


def nut_bag(canvas: Canvas, look: Look) -> None:
    """A bag with a window full of nuts."""
    _pouch(canvas, look)
    canvas.box((30, 44, 70, 82), (240, 226, 196), radius=7)
    for row in range(4):
        for column in range(4):
            x, y = 36 + 9.3 * column + 2 * (row % 2), 50 + 8.6 * row
            canvas.ellipse(
                (x - 4.6, y - 3, x + 4.6, y + 3), ((190, 132, 76), (168, 112, 62), (214, 170, 110))[(row + column) % 3]
            )


def pasta_bag(canvas: Canvas, look: Look) -> None:
    """A window with the pasta that the title names."""
    _pouch(canvas, look)
    canvas.box((30, 42, 70, 84), (252, 248, 236), radius=3)
    if look.says("bow tie") or look.says("shell") or look.says("penne"):
        for row in range(4):
            for column in range(3):
                x, y = 37 + 13 * column, 48 + 10 * row
                if look.says("bow tie"):
                    canvas.polygon(
                        ((x - 5, y - 4), (x, y - 1), (x + 5, y - 4), (x + 5, y + 4), (x, y + 1), (x - 5, y + 4)), _STRAW
                    )
                elif look.says("shell"):
                    canvas.arc((x - 5, y - 4, x + 5, y + 6), 150, 390, _STRAW, 2.4)
                else:
                    canvas.line(((x - 4, y + 3), (x + 4, y - 3)), _STRAW, 3)
        return
    for x in range(33, 69, 3):
        canvas.line(((x, 44), (x + look.rng.uniform(-1, 1), 82)), _STRAW, 1.3)


def rice_bag(canvas: Canvas, look: Look) -> None:
    """A plump sack and a few grains."""
    canvas.blob(((30, 22), (50, 20), (70, 22), (80, 56), (76, 90), (50, 93), (24, 90), (20, 56)), look.colour, look.pattern)
    canvas.box((32, 12, 68, 24), look.dark, radius=3)
    canvas.ellipse((30, 42, 70, 78), _PAPER)
    for _ in range(16):
        x, y = look.rng.uniform(37, 63), look.rng.uniform(50, 70)
        canvas.line(((x - 1.6, y + 0.8), (x + 1.6, y - 0.8)), (214, 200, 160), 1.3)


def chocolate(canvas: Canvas, look: Look) -> None:
    """A bar, half out of its wrapper."""
    bar = (238, 224, 196) if look.flavour == "White" else (98, 58, 38)
    canvas.box((12, 30, 62, 74), bar, radius=2)
    for x in (28, 44):
        canvas.line(((x, 31), (x, 73)), (60, 36, 26), 1)
    canvas.line(((13, 52), (60, 52)), (60, 36, 26), 1)
    canvas.polygon(
        ((44, 27), (48, 33), (44, 39), (48, 46), (44, 52), (48, 59), (44, 65), (48, 71), (44, 77), (90, 77), (90, 27)),
        look.colour,
        look.pattern,
    )
    emblems.fruit(canvas, 70, 56, 8, look.flavour)
    canvas.line(((56, 36), (84, 36)), _PAPER, 2.6)


def _panel(canvas: Canvas, look: Look, box: tuple[float, float, float, float]) -> None:
    """A box seen a little from the right, with a bar for the name."""
    left, top, right, bottom = box
    canvas.polygon(((right, top), (right + 8, top - 5), (right + 8, bottom - 6), (right, bottom)), look.dark)
    canvas.polygon(((left, top), (left + 8, top - 5), (right + 8, top - 5), (right, top)), look.light)
    canvas.polygon(((left, top), (right, top), (right, bottom), (left, bottom)), look.colour, look.pattern)
    canvas.box((left + 6, top + 5, right - 6, top + 14), _PAPER, radius=2)
    canvas.line(((left + 10, top + 9.5), (right - 12, top + 9.5)), look.dark, 2)


def _pouch(canvas: Canvas, look: Look) -> None:
    canvas.polygon(((26, 16), (74, 16), (78, 92), (22, 92)), look.colour, look.pattern)
    canvas.box((26, 8, 74, 18), look.dark, radius=1)
    canvas.box((34, 24, 66, 36), _PAPER, radius=3)
    canvas.line(((39, 30), (61, 30)), look.dark, 2.2)
