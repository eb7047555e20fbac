"""Drawings of hats, scarves, bags, watches, sunglasses and ties."""

from __future__ import annotations

from assortment.catalogue.generated.drawing.canvas import Canvas, Look, mirrored


def hat(canvas: Canvas, look: Look) -> None:
    """A knitted hat, often with a bobble."""
    if look.rng.random() < 0.6:
        canvas.ellipse((40, 12, 60, 32), look.accent)
    canvas.blob(mirrored(((50, 24), (34, 30), (23, 50), (22, 70), (36, 72))), look.colour, look.pattern)
    canvas.box((18, 64, 82, 80), look.dark, radius=5)
    for x in range(23, 80, 5):
        canvas.line(((x, 66), (x, 78)), look.colour, 0.9)


def scarf(canvas: Canvas, look: Look) -> None:
    """Hung over a hook: two long ends with fringes."""
    outer = ((20, 82), (23, 44), (33, 18), (50, 9), (67, 18), (77, 44), (79, 74))
    inner = ((61, 74), (60, 46), (56, 34), (50, 31), (44, 34), (40, 46), (39, 82))
    canvas.polygon((*outer, *inner), look.colour, look.pattern)
    canvas.line(((34, 24), (50, 18), (66, 24)), look.dark, 0.8, smooth=True)
    canvas.line(((40, 40), (50, 26), (60, 40)), look.dark, 0.8, smooth=True)
    for left, end in ((20, 82), (61, 74)):
        for step in range(7):
            canvas.line(((left + 3 * step + 0.4, end), (left + 3 * step, end + 7)), look.dark, 0.8)


def handbag(canvas: Canvas, look: Look) -> None:
    """A trapezium with handles and a clasp."""
    wide = look.rng.uniform(30, 38)
    canvas.arc((32, 10, 68, 74), 180, 360, look.dark, 3)
    canvas.polygon(((50 - wide * 0.8, 40), (50 + wide * 0.8, 40), (50 + wide, 86), (50 - wide, 86)), look.colour, look.pattern)
    canvas.polygon(((50 - wide * 0.8, 40), (50 + wide * 0.8, 40), (50 + wide * 0.6, 58), (50 - wide * 0.6, 58)), look.light)
    canvas.box((46, 54, 54, 63), (216, 184, 96), radius=1.5)


def backpack(canvas: Canvas, look: Look) -> None:
    """Seen from the front, with a pocket and a loop."""
    canvas.arc((42, 4, 58, 24), 180, 360, look.dark, 2.4)
    canvas.box((18, 48, 28, 80), look.dark, radius=4)
    canvas.box((72, 48, 82, 80), look.dark, radius=4)
    canvas.box((24, 12, 76, 90), look.colour, look.pattern, radius=14)
    canvas.arc((30, 18, 70, 60), 200, 340, look.dark, 1.2)
    canvas.box((31, 56, 69, 84), look.light, radius=5)
    canvas.line(((33, 63), (67, 63)), look.dark, 1.2)
    canvas.dot(62, 65, 1.6, look.accent)


def watch(canvas: Canvas, look: Look) -> None:
    """A round dial with hands on a strap of the product's colour."""
    strap = look.colour
    canvas.polygon(((41, 6), (59, 6), (62, 34), (38, 34)), strap)
    canvas.polygon(((41, 94), (59, 94), (62, 66), (38, 66)), strap)
    canvas.box((70, 47, 76, 53), (180, 184, 190), radius=1)
    canvas.ellipse((26, 26, 74, 74), (198, 202, 208) if strap[0] < 200 else look.dark)
    canvas.ellipse((31, 31, 69, 69), look.rng.choice(((250, 250, 248), look.dark, (40, 44, 56))))
    hand = look.rng.choice(((214, 84, 60), (210, 170, 80)))
    for right, down in ((0, -16), (16, 0), (0, 16), (-16, 0)):
        canvas.dot(50 + right, 50 + down, 1.4, hand)
    canvas.line(((50, 50), (50 + look.rng.uniform(-9, 9), 39)), hand, 1.6)
    canvas.line(((50, 50), (61, 50 + look.rng.uniform(-6, 8))), hand, 1.2)


def sunglasses(canvas: Canvas, look: Look) -> None:
    """Two dark lenses, round or with corners."""
    radius = look.rng.choice((4, 9, 15))
    canvas.line(((14, 44), (7, 36)), look.colour, 3)
    canvas.line(((86, 44), (93, 36)), look.colour, 3)
    canvas.line(((42, 46), (50, 43), (58, 46)), look.colour, 3, smooth=True)
    for left in (12, 55):
        canvas.box((left, 38, left + 33, 66), look.colour, radius=radius)
        canvas.box((left + 3, 41, left + 30, 63), (58, 60, 70), radius=max(1, radius - 3))
        canvas.line(((left + 8, 57), (left + 17, 45)), (128, 132, 146), 1.8)


def tie(canvas: Canvas, look: Look) -> None:
    """A long tie, or a bow."""
    if look.says("bow tie"):
        for side in (1, -1):
            canvas.blob(
                [(50 + side * (x - 50), y) for x, y in ((46, 48), (16, 34), (12, 50), (16, 68), (46, 55))],
                look.colour,
                look.pattern,
            )
        canvas.box((44, 44, 56, 59), look.dark, radius=3)
        return
    canvas.polygon(((45, 24), (55, 24), (64, 78), (50, 92), (36, 78)), look.colour, look.pattern)
    canvas.polygon(((41, 9), (59, 9), (55, 25), (45, 25)), look.dark)
