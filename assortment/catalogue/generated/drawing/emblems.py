"""Emblems: a small sign on packs and covers that tells flavour or genre at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from assortment.catalogue.generated.drawing.canvas import Canvas
from assortment.catalogue.generated.drawing.colours import FLAVOURS, RGB, darker

_PAPER: Final[RGB] = (250, 246, 236)
Emblem = Callable[[Canvas, float, float, float, RGB], None]
"""Draws on a canvas around (x, y) with a radius in a colour."""


def fruit(canvas: Canvas, x: float, y: float, radius: float, flavour: str) -> None:
    """A ripe disc in the colour of a flavour, with a leaf, on paper."""
    canvas.dot(x, y, radius * 1.6, _PAPER)
    colour = FLAVOURS.get(flavour, (190, 170, 130))
    canvas.ellipse((x - radius, y - radius, x + radius, y + radius), colour)
    canvas.arc(
        (x - radius * 0.65, y - radius * 0.65, x + radius * 0.65, y + radius * 0.65), 190, 250, (255, 255, 255), radius * 0.16
    )
    canvas.blob(((x, y - radius), (x + radius * 0.5, y - radius * 1.5), (x + radius, y - radius * 1.25)), (92, 150, 70))


def heart(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Romance."""
    outline = ((0, -0.4), (0.5, -0.9), (1, -0.4), (0.7, 0.3), (0, 1), (-0.7, 0.3), (-1, -0.4), (-0.5, -0.9))
    canvas.blob([(x + a * r, y + b * r) for a, b in outline], colour)


def lens(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Crime."""
    canvas.line(((x + r * 0.4, y + r * 0.4), (x + r, y + r)), colour, r * 0.35)
    canvas.arc((x - r, y - r, x + r * 0.6, y + r * 0.6), 0, 360, colour, r * 0.25)


def rocket(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Science fiction."""
    canvas.polygon([(x + a * r, y + b * r) for a, b in ((-0.4, 0.3), (-0.8, 0.9), (0.8, 0.9), (0.4, 0.3))], darker(colour))
    canvas.blob([(x + a * r, y + b * r) for a, b in ((0, -1.1), (0.45, -0.2), (0.4, 0.7), (-0.4, 0.7), (-0.45, -0.2))], colour)
    canvas.dot(x, y - r * 0.2, r * 0.2, darker(colour, 0.5))


def castle(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Fantasy and history."""
    teeth = ((-1, 0.9), (-1, -0.7), (-0.6, -0.7), (-0.6, -0.3), (-0.2, -0.3), (-0.2, -0.7), (0.2, -0.7), (0.2, -0.3))
    outline = (*teeth, (0.6, -0.3), (0.6, -0.7), (1, -0.7), (1, 0.9))
    canvas.polygon([(x + a * r, y + b * r) for a, b in outline], colour)
    canvas.box((x - r * 0.25, y + r * 0.25, x + r * 0.25, y + r * 0.9), darker(colour, 0.5), radius=r * 0.2, outline=False)


def smile(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Humour."""
    canvas.ellipse((x - r, y - r, x + r, y + r), colour)
    canvas.dot(x - r * 0.35, y - r * 0.25, r * 0.13, (50, 46, 50))
    canvas.dot(x + r * 0.35, y - r * 0.25, r * 0.13, (50, 46, 50))
    canvas.arc((x - r * 0.55, y - r * 0.5, x + r * 0.55, y + r * 0.6), 20, 160, (50, 46, 50), r * 0.14)


def note(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Music."""
    canvas.line(
        ((x - r * 0.2, y + r * 0.6), (x - r * 0.2, y - r), (x + r * 0.7, y - r * 0.75), (x + r * 0.7, y + r * 0.4)),
        colour,
        r * 0.2,
    )
    canvas.dot(x - r * 0.45, y + r * 0.65, r * 0.34, colour)
    canvas.dot(x + r * 0.45, y + r * 0.45, r * 0.34, colour)


def paw(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Animals."""
    canvas.blob(
        [(x + a * r, y + b * r) for a, b in ((0, -0.1), (0.6, 0.4), (0.4, 0.9), (0, 0.7), (-0.4, 0.9), (-0.6, 0.4))], colour
    )
    for a, b in ((-0.75, -0.1), (-0.3, -0.65), (0.3, -0.65), (0.75, -0.1)):
        canvas.dot(x + a * r, y + b * r, r * 0.24, colour)


def hills(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Travel, adventure."""
    canvas.dot(x + r * 0.55, y - r * 0.6, r * 0.3, (250, 222, 130))
    canvas.polygon([(x + a * r, y + b * r) for a, b in ((-1.1, 0.8), (-0.3, -0.7), (0.3, 0.2), (0.6, -0.1), (1.1, 0.8))], colour)


def spoon(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Cooking."""
    canvas.line(((x - r * 0.4, y - r), (x - r * 0.4, y + r)), colour, r * 0.2)
    for shift in (-0.65, -0.4, -0.15):
        canvas.line(((x + shift * r, y - r), (x + shift * r, y - r * 0.4)), colour, r * 0.12)
    canvas.line(((x + r * 0.45, y), (x + r * 0.45, y + r)), colour, r * 0.2)
    canvas.ellipse((x + r * 0.15, y - r * 1.05, x + r * 0.75, y), colour)


def moon(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Bedtime."""
    rim = ((0.3, -1), (-0.6, -0.75), (-0.95, 0), (-0.6, 0.75), (0.3, 1), (-0.2, 0.5), (-0.35, 0), (-0.2, -0.5))
    canvas.blob([(x + a * r, y + b * r) for a, b in rim], colour)
    canvas.dot(x + r * 0.5, y - r * 0.2, r * 0.14, colour)


def star(canvas: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    """Everything else."""
    rim = ((0, -1), (0.24, -0.32), (0.95, -0.31), (0.38, 0.12), (0.59, 0.81), (0, 0.4))
    canvas.polygon([(x + a * r, y + b * r) for a, b in (*rim, *((-a, b) for a, b in reversed(rim[1:-1])))], colour)


GENRES: Final[Mapping[str, Emblem]] = {
    **dict.fromkeys(("Romance", "Family"), heart), **dict.fromkeys(("Crime", "Puzzle", "Documentary"), lens),
    **dict.fromkeys(("Science Fiction", "Science", "Computers"), rocket),
    **dict.fromkeys(("Fantasy", "History", "War", "Strategy"), castle),
    **dict.fromkeys(("Humour", "Comedy", "Party"), smile), **dict.fromkeys(("Rock", "Jazz", "Soul", "Blues", "Country",
    "Classical", "Pop", "Music"), note),
    **dict.fromkeys(("Animals",), paw), **dict.fromkeys(("Cities", "Islands", "Hiking", "Travel", "Adventure", "Maps", "Trade"),
    hills),
    **dict.fromkeys(("Baking", "Vegetarian", "Italian", "Quick Meals", "Soups", "Food", "Cooking"), spoon), "Bedtime": moon,
}  # fmt: skip


def genre(canvas: Canvas, x: float, y: float, radius: float, name: str, colour: RGB) -> None:
    """The emblem of a genre; a star for one without."""
    GENRES.get(name, star)(canvas, x, y, radius, colour)
