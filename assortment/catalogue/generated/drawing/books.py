"""Drawings of books, magazines and paper goods; the cover tells the genre."""

from __future__ import annotations

from assortment.catalogue.generated.drawing import emblems
from assortment.catalogue.generated.drawing.canvas import Canvas, Look
from assortment.catalogue.generated.drawing.colours import RGB

_PAGES: RGB = (248, 244, 232)


def book(canvas: Canvas, look: Look) -> None:
    """A thick book, standing."""
    _volume(canvas, (24, 8, 70, 92), look, thick=8)
    canvas.box((30, 16, 66, 36), look.accent, radius=1)
    canvas.line(((35, 23), (61, 23)), look.dark, 2.4)
    canvas.line(((40, 30), (56, 30)), look.dark, 1.4)
    emblems.genre(canvas, 48, 58, 12, look.genre, look.accent)
    canvas.line(((38, 84), (58, 84)), look.accent, 1.4)


def cookbook(canvas: Canvas, look: Look) -> None:
    """Wide, with fork and spoon on a plate."""
    _volume(canvas, (16, 14, 78, 90), look, thick=6)
    canvas.line(((28, 24), (68, 24)), look.accent, 4)
    canvas.ellipse((26, 34, 70, 78), (250, 250, 248))
    canvas.ellipse((31, 39, 65, 73), (232, 234, 234))
    emblems.spoon(canvas, 48, 56, 14, look.dark)
    canvas.line(((36, 84), (60, 84)), look.accent, 1.6)


def picture_book(canvas: Canvas, look: Look) -> None:
    """Square, cheerful, with a large figure."""
    _volume(canvas, (12, 16, 82, 88), look, thick=4)
    canvas.blob(((13, 88), (13, 74), (34, 66), (58, 74), (81, 64), (81, 88)), (128, 184, 96), outline=False)
    canvas.dot(70, 28, 7, (252, 220, 110))
    canvas.line(((20, 25), (52, 25)), (255, 255, 255), 4)
    emblems.genre(canvas, 44, 56, 16, look.genre, look.accent)


def guide(canvas: Canvas, look: Look) -> None:
    """Slim, with a map and a pin."""
    _volume(canvas, (28, 8, 70, 92), look, thick=4)
    canvas.box((28, 8, 70, 26), (250, 214, 80))
    canvas.line(((34, 17), (62, 17)), (50, 50, 56), 3)
    canvas.box((31, 32, 67, 84), (214, 228, 206))
    canvas.line(((32, 74), (44, 60), (52, 66), (66, 46)), (120, 170, 210), 2.4, smooth=True)
    canvas.line(((38, 34), (46, 82)), (250, 250, 246), 1.4)
    canvas.polygon(((45, 52), (57, 52), (51, 66)), (210, 60, 56))
    canvas.ellipse((44, 42, 58, 56), (210, 60, 56))
    canvas.dot(51, 49, 2.6, (255, 255, 255))


def comic(canvas: Canvas, look: Look) -> None:
    """Panels, a burst and a speech bubble."""
    canvas.box((22, 8, 78, 92), (252, 252, 250))
    canvas.box((25, 11, 75, 26), look.colour)
    canvas.line(((30, 18.5), (66, 18.5)), look.accent, 4)
    canvas.box((25, 29, 52, 58), look.light, "Polka Dot")
    canvas.box((54, 29, 75, 58), look.accent)
    canvas.box((25, 61, 75, 89), look.colour, look.pattern)
    emblems.star(canvas, 38, 44, 12, (246, 206, 70))
    canvas.ellipse((44, 63, 72, 77), (255, 255, 255))
    canvas.polygon(((50, 75), (57, 75), (46, 83)), (255, 255, 255), outline=False)
    emblems.genre(canvas, 64, 44, 8, look.genre, look.dark)


def magazine(canvas: Canvas, look: Look) -> None:
    """A name across the top and headlines."""
    canvas.polygon(((74, 11), (78, 14), (78, 93), (74, 91)), _PAGES)
    canvas.box((22, 8, 74, 91), look.colour, look.pattern)
    canvas.box((22, 8, 74, 26), (252, 252, 250), outline=False)
    canvas.line(((28, 17), (68, 17)), look.dark, 5)
    emblems.genre(canvas, 53, 55, 15, look.genre, look.accent)
    for y, end in ((38, 38), (44, 34), (66, 37), (72, 33), (78, 36)):
        canvas.line(((26, y), (end, y)), (255, 255, 255), 1.8)


def notebook(canvas: Canvas, look: Look) -> None:
    """A patterned cover with a spiral or an elastic band."""
    canvas.box((28, 11, 76, 92), _PAGES, radius=3)
    canvas.box((24, 8, 73, 90), look.colour, look.pattern, radius=4)
    canvas.box((36, 22, 62, 40), (252, 250, 244), radius=2)
    canvas.line(((40, 28), (58, 28)), (150, 150, 156), 1.2)
    canvas.line(((40, 33), (54, 33)), (150, 150, 156), 1.2)
    if look.says("spiral"):
        for y in range(14, 90, 7):
            canvas.arc((19, y - 2, 29, y + 3), 90, 330, (120, 124, 132), 1.3)
    else:
        canvas.line(((66, 8), (66, 90)), look.dark, 2)


def calendar(canvas: Canvas, look: Look) -> None:
    """A picture above a month of days."""
    canvas.box((20, 10, 80, 92), (252, 252, 250), radius=2)
    canvas.box((20, 10, 80, 48), look.colour)
    emblems.genre(canvas, 50, 30, 12, look.genre, look.accent)
    for x in range(26, 80, 6):
        canvas.arc((x - 2, 6, x + 2, 13), 120, 60, (110, 114, 122), 1)
    for row in range(5):
        for column in range(7):
            canvas.box(
                (25 + 7.3 * column, 53 + 7.4 * row, 30 + 7.3 * column, 58 + 7.4 * row),
                look.light if column > 4 else (226, 228, 232),
                outline=False,
            )


def pencil_case(canvas: Canvas, look: Look) -> None:
    """A long pouch with a zip, and pencils looking out."""
    for x, colour in ((66, (236, 190, 70)), (73, (90, 150, 210)), (80, (220, 90, 80))):
        canvas.polygon(((x, 40), (x + 5, 40), (x + 5, 18), (x + 2.5, 10), (x, 18)), colour)
        canvas.polygon(((x + 1.2, 14), (x + 2.5, 10), (x + 3.8, 14)), (60, 60, 64), outline=False)
    canvas.box((8, 36, 92, 80), look.colour, look.pattern, radius=12)
    canvas.line(((14, 46), (86, 46)), look.dark, 2.4)
    for x in range(16, 86, 3):
        canvas.line(((x, 45), (x, 47.4)), (220, 222, 226), 0.7)
    canvas.box((16, 44, 22, 56), (206, 208, 214), radius=1)


def _volume(canvas: Canvas, box: tuple[float, float, float, float], look: Look, *, thick: float) -> None:
    """A closed book seen a little from the right: cover, spine and pages."""
    left, top, right, bottom = box
    canvas.polygon(((right, top), (right + thick, top + 3), (right + thick, bottom - 1), (right, bottom)), _PAGES)
    for step in (0.3, 0.6):
        canvas.line(((right + thick * step, top + 2), (right + thick * step, bottom - 1)), (214, 208, 192), 0.6)
    canvas.polygon(((left, top), (right, top), (right, bottom), (left, bottom)), look.colour, look.pattern)
    canvas.line(((left + 3, top), (left + 3, bottom)), look.dark, 1)
