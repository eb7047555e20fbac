"""Drawings of baby monitors, coffee machines and lamps."""

from __future__ import annotations

from assortment.catalogue.generated.drawing.canvas import Canvas, Look
from assortment.catalogue.generated.drawing.colours import RGB

_BLACK: RGB = (40, 41, 46)


def baby_monitor(canvas: Canvas, look: Look) -> None:
    """The parents' unit with its screen, and the camera beside the cot."""
    canvas.line(((20, 30), (17, 10)), look.dark, 2.6)
    canvas.box((10, 28, 56, 88), look.colour, radius=7)
    canvas.box((15, 34, 51, 58), (60, 76, 110), radius=2)
    canvas.ellipse((27, 39, 40, 53), (250, 220, 196))
    canvas.arc((30, 44, 37, 51), 20, 160, (150, 90, 80), 0.8)
    for x in (22, 33, 44):
        canvas.dot(x, 72, 3.4, look.accent)
    canvas.box((66, 80, 92, 88), look.dark, radius=3)
    canvas.ellipse((64, 50, 94, 82), look.colour)
    canvas.ellipse((71, 57, 87, 74), _BLACK)
    canvas.dot(77, 63, 2.2, (150, 180, 220))


def coffee_machine(canvas: Canvas, look: Look) -> None:
    """A C-shaped machine with a cup or a pot."""
    canvas.box((20, 10, 80, 30), look.colour, radius=4)
    canvas.box((20, 26, 42, 88), look.colour, radius=2)
    canvas.box((20, 80, 80, 90), look.dark, radius=3)
    canvas.box((52, 29, 68, 38), _BLACK, radius=1)
    for x in (50, 60, 70):
        canvas.dot(x, 20, 2.6, look.accent)
    if look.says("filter") or look.says("coffee maker"):
        canvas.blob(((50, 46), (72, 46), (78, 64), (72, 79), (50, 79), (45, 64)), (214, 226, 232))
        canvas.blob(((47, 63), (77, 63), (72, 78), (50, 78)), (92, 58, 40), outline=False)
        canvas.arc((70, 50, 88, 72), 270, 90, _BLACK, 2.4)
    else:
        canvas.line(((60, 38), (60, 62)), (92, 58, 40), 1.6)
        canvas.polygon(((51, 60), (70, 60), (67, 79), (54, 79)), (250, 250, 248))
        canvas.arc((64, 62, 77, 75), 270, 90, (214, 214, 210), 2)


def lamp(canvas: Canvas, look: Look) -> None:
    """A desk lamp on a jointed arm, or a shade on a foot."""
    if look.says("desk") or look.says("clip") or look.says("reading"):
        canvas.polygon(((44, 42), (20, 76), (70, 84), (60, 46)), (255, 244, 200), outline=False)
        canvas.box((62, 84, 92, 91), look.dark, radius=3)
        canvas.line(((78, 85), (84, 48), (58, 22)), look.dark, 3)
        canvas.dot(84, 48, 3, look.accent)
        canvas.polygon(((56, 16), (66, 28), (58, 50), (34, 34)), look.colour)
        return
    canvas.line(((50, 50), (50, 86)), (170, 140, 96), 4)
    canvas.ellipse((32, 80, 68, 92), look.dark)
    canvas.polygon(((36, 12), (64, 12), (78, 54), (22, 54)), look.colour)
    canvas.line(((24, 54), (76, 54)), (255, 240, 190), 2)
