"""Colour names of the catalogue and what they look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RGB = tuple[int, int, int]

COLOURS: Final[Mapping[str, RGB]] = {
    "Black": (44, 44, 48), "White": (246, 245, 242), "Grey": (142, 146, 152), "Silver": (196, 201, 207), "Gold": (212, 175, 85),
    "Blue": (52, 110, 196), "Navy Blue": (36, 49, 94), "Sky Blue": (137, 190, 229), "Turquoise": (50, 178, 178),
    "Green": (66, 146, 84), "Olive Green": (116, 119, 62), "Mint Green": (158, 216, 187),
    "Yellow": (243, 207, 75), "Mustard": (206, 154, 44), "Orange": (236, 132, 48), "Red": (206, 52, 56),
               "Burgundy": (122, 34, 54),
    "Pink": (238, 150, 176), "Purple": (124, 84, 168), "Brown": (127, 88, 58), "Beige": (214, 192, 160), "Cream": (243, 232, 206),
}  # fmt: skip

FLAVOURS: Final[Mapping[str, RGB]] = {
    "Orange": (240, 138, 40), "Apple": (132, 178, 60), "Strawberry": (222, 60, 76), "Cherry": (164, 28, 52),
               "Lemon": (246, 214, 64),
    "Peach": (246, 170, 116), "Blackcurrant": (84, 50, 110), "Mango": (248, 176, 52), "Chocolate": (104, 66, 44),
              "Vanilla": (244, 226, 170),
    "Caramel": (198, 136, 66), "Hazelnut": (160, 114, 74), "Coconut": (238, 236, 228), "Mint": (124, 204, 170),
                "Peppermint": (96, 186, 150),
    "Milk": (112, 84, 160), "Dark": (66, 42, 34), "White": (244, 238, 224), "Salt": (70, 120, 190), "Paprika": (204, 70, 44),
    "Cheese": (244, 192, 66), "Onion": (150, 170, 90), "Vinegar": (104, 128, 150), "Chilli": (190, 40, 36),
               "Honey": (230, 168, 50),
    "Smoke": (110, 100, 96), "Blossom": (240, 190, 90), "Forest": (112, 74, 40), "Acacia": (244, 214, 120),
              "Heather": (188, 120, 90),
    "Tomato": (212, 60, 44), "Chicken": (236, 196, 110), "Mushroom": (168, 144, 120), "Pumpkin": (230, 128, 40),
               "Lentil": (176, 96, 56),
    "Pea": (120, 170, 80), "Mustard": (214, 170, 40), "Soy": (74, 44, 34), "Cola": (90, 48, 36), "Ginger": (218, 176, 100),
    "Black": (70, 58, 54), "Green": (104, 148, 84), "Camomile": (240, 216, 120), "Espresso": (60, 42, 36),
              "Mild": (192, 160, 112),
    "Dark Roast": (78, 50, 38), "Fruity": (150, 164, 60), "Wholemeal": (168, 120, 72), "Rye": (122, 84, 54),
                   "Wheat": (216, 172, 108),
    "Sunflower Seed": (180, 138, 84), "Olive": (120, 124, 66), "Mature": (236, 170, 60), "Pepper": (120, 110, 100),
                       "Herbs": (120, 160, 90),
    "Unscented": (150, 190, 220), "Plain": (220, 214, 200),
}  # fmt: skip

COVERS: Final[tuple[RGB, ...]] = (
    *((41, 64, 92), (176, 62, 54), (222, 178, 84), (84, 122, 96), (122, 84, 130), (214, 120, 84), (60, 60, 66), (108, 156, 184)),
    *((236, 222, 196), (150, 48, 76), (52, 116, 110), (232, 150, 160)),
)
"""Colours of packs and covers whose colour no attribute tells."""


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """``share`` of ``other`` in ``one``, 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def darker(colour: RGB, share: float = 0.3) -> RGB:
    """Towards black."""
    return mix(colour, (10, 10, 14), share)


def lighter(colour: RGB, share: float = 0.4) -> RGB:
    """Towards white."""
    return mix(colour, (255, 255, 255), share)


def brightness(colour: RGB) -> float:
    """Perceived brightness, 0 to 255 (ITU-R BT.601 luma)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def contrasting(colour: RGB) -> RGB:
    """A lighter or darker companion for stripes, dots and stitching."""
    return mix(colour, (40, 44, 60), 0.5) if brightness(colour) > 165 else lighter(colour, 0.72)
