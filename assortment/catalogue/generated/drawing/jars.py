"""Drawings of groceries in jars, bottles, tubs and tins."""

from __future__ import annotations

from assortment.catalogue.generated.drawing import emblems
from assortment.catalogue.generated.drawing.canvas import Canvas, Look, mirrored
from assortment.catalogue.generated.drawing.colours import FLAVOURS, RGB, darker

_PAPER: RGB = (250, 246, 236)


def jam_jar(canvas: Canvas, look: Look) -> None:
    """Glass full of jam under a checked cloth lid."""
    canvas.box((24, 26, 76, 90), darker(FLAVOURS.get(look.flavour, look.colour), 0.12), radius=9)
    canvas.line(((31, 36), (31, 80)), (255, 255, 255), 1.6)
    canvas.blob(mirrored(((50, 8), (32, 9), (26, 18), (20, 30), (36, 28))), look.colour, "Checked")
    canvas.box((34, 46, 72, 76), _PAPER, radius=3)
    emblems.fruit(canvas, 53, 62, 7.5, look.flavour)


def honey_jar(canvas: Canvas, look: Look) -> None:
    """A round pot with combs on its label."""
    canvas.blob(mirrored(((50, 24), (30, 27), (20, 46), (20, 74), (32, 91), (42, 92))), (226, 158, 44))
    canvas.box((30, 12, 70, 26), look.colour, radius=3)
    canvas.box((28, 44, 72, 80), _PAPER, radius=4)
    for x, y in ((42, 56), (50, 61), (58, 56), (50, 70), (42, 66), (58, 66)):
        canvas.polygon(
            [(x + a, y + b) for a, b in ((0, -4.6), (4, -2.3), (4, 2.3), (0, 4.6), (-4, 2.3), (-4, -2.3))], (240, 186, 66)
        )


def soup_can(canvas: Canvas, look: Look) -> None:
    """A tin with a paper band."""
    canvas.ellipse((26, 82, 74, 96), (170, 174, 180))
    canvas.polygon(((26, 20), (74, 20), (74, 88), (26, 88)), (204, 208, 214))
    canvas.polygon(((26, 28), (74, 28), (74, 82), (26, 82)), look.colour, look.pattern)
    canvas.ellipse((26, 12, 74, 28), (214, 218, 224))
    canvas.ellipse((31, 14, 69, 25), (182, 186, 194))
    canvas.ellipse((32, 40, 68, 74), _PAPER)
    emblems.fruit(canvas, 50, 58, 8, look.flavour)


def can(canvas: Canvas, look: Look) -> None:
    """A drink can with drops."""
    canvas.polygon(mirrored(((36, 10), (30, 18), (30, 84), (36, 93))), look.colour, look.pattern)
    canvas.polygon(mirrored(((36, 10), (32, 16))), (206, 210, 216))
    canvas.ellipse((35, 6, 65, 14), (222, 226, 230))
    canvas.polygon(((30, 66), (70, 44), (70, 60), (30, 82)), _PAPER, outline=False)
    emblems.fruit(canvas, 50, 40, 8, look.flavour)
    for x, y in ((36, 28), (63, 74), (40, 86), (64, 30)):
        canvas.dot(x, y, 1.2, (255, 255, 255))


def oil_bottle(canvas: Canvas, look: Look) -> None:
    """A slim green bottle with an olive."""
    canvas.blob(mirrored(((46, 10), (44, 30), (36, 40), (33, 52), (33, 84), (37, 92), (50, 93))), (98, 118, 50))
    canvas.box((43, 5, 57, 16), look.dark, radius=1)
    canvas.box((34, 52, 66, 80), _PAPER, radius=2)
    canvas.ellipse((42, 62, 56, 74), (120, 132, 60))
    canvas.line(((50, 62), (56, 56)), (96, 80, 50), 1)
    canvas.line(((38, 57), (62, 57)), look.colour, 2)


def sauce_bottle(canvas: Canvas, look: Look) -> None:
    """A squeezy bottle with a nozzle."""
    body = FLAVOURS.get(look.flavour, look.colour)
    canvas.polygon(mirrored(((47, 6), (44, 20))), look.dark)
    canvas.box((38, 18, 62, 28), look.dark, radius=2)
    canvas.blob(mirrored(((40, 28), (32, 36), (31, 58), (34, 70), (31, 90), (50, 92))), body)
    canvas.box((33, 44, 67, 76), _PAPER, radius=5)
    canvas.box((33, 44, 67, 53), look.colour, look.pattern, radius=3)
    emblems.fruit(canvas, 50, 66, 6.5, look.flavour)


def yogurt(canvas: Canvas, look: Look) -> None:
    """A pot with a foil lid and a spoon."""
    canvas.polygon(((24, 32), (76, 32), (69, 90), (31, 90)), (248, 248, 246))
    canvas.polygon(((26, 48), (74, 48), (70.5, 78), (29.5, 78)), look.colour, look.pattern)
    canvas.ellipse((20, 24, 80, 40), (220, 224, 230))
    canvas.ellipse((25, 26, 75, 37), look.light)
    emblems.fruit(canvas, 50, 65, 8, look.flavour)


def ice_cream(canvas: Canvas, look: Look) -> None:
    """A tub with scoops, or a stick."""
    scoop = FLAVOURS.get(look.flavour, look.colour)
    if look.says("stick"):
        canvas.box((45, 66, 55, 95), (222, 186, 132), radius=4)
        canvas.box((30, 8, 70, 74), scoop, radius=18)
        canvas.line(((38, 20), (38, 50)), (255, 255, 255), 2)
        return
    for x, y in ((37, 34), (63, 34), (50, 24)):
        canvas.ellipse((x - 15, y - 14, x + 15, y + 14), scoop)
    canvas.polygon(((22, 40), (78, 40), (70, 92), (30, 92)), look.colour, look.pattern)
    canvas.box((19, 36, 81, 44), _PAPER, radius=2)
    canvas.ellipse((36, 54, 64, 80), _PAPER)
    emblems.fruit(canvas, 50, 68, 7, look.flavour)
