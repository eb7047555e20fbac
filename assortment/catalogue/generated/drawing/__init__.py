"""Drawn product pictures: a shape for each type, in the product's colour and pattern, on light ground."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from assortment.catalogue.generated.drawing import (
    accessories,
    books,
    bottoms,
    computing,
    discs,
    fresh,
    home,
    jars,
    packs,
    screens,
    shoes,
    sound,
    tops,
)
from assortment.catalogue.generated.drawing.canvas import Canvas, Look
from assortment.catalogue.generated.drawing.colours import COLOURS, COVERS, FLAVOURS
from assortment.catalogue.generated.drawing.paints import PATTERNS

Shape = Callable[[Canvas, Look], None]

_DRAWN: Final[tuple[Shape, ...]] = (
    *(tops.t_shirt, tops.shirt, tops.jumper, tops.cardigan, tops.hoodie, tops.jacket, tops.coat),
    *(bottoms.dress, bottoms.skirt, bottoms.jeans, bottoms.trousers, bottoms.shorts),
    *(shoes.trainer, shoes.boot, shoes.sandal, shoes.sock),
    *(
        accessories.hat,
        accessories.scarf,
        accessories.handbag,
        accessories.backpack,
        accessories.watch,
        accessories.sunglasses,
        accessories.tie,
    ),
    *(
        screens.phone,
        screens.phone_case,
        screens.tablet,
        screens.e_reader,
        screens.laptop,
        screens.monitor,
        screens.television,
        screens.smart_watch,
    ),
    *(computing.keyboard, computing.mouse, computing.printer, computing.charger, computing.cable, computing.power_bank),
    *(sound.headphones, sound.earbuds, sound.speaker, sound.camera, sound.record_player),
    *(home.baby_monitor, home.coffee_machine, home.lamp),
    *(fresh.apple, fresh.orange, fresh.banana, fresh.bread, fresh.cheese),
    *(
        packs.carton,
        packs.tea_box,
        packs.cereal_box,
        packs.tablet_box,
        packs.biscuit_pack,
        packs.crisp_bag,
        packs.coffee_bag,
        packs.nut_bag,
    ),
    *(packs.pasta_bag, packs.rice_bag, packs.chocolate),
    *(jars.jam_jar, jars.honey_jar, jars.soup_can, jars.can, jars.oil_bottle, jars.sauce_bottle, jars.yogurt, jars.ice_cream),
    *(
        books.book,
        books.cookbook,
        books.picture_book,
        books.guide,
        books.comic,
        books.magazine,
        books.notebook,
        books.calendar,
        books.pencil_case,
    ),
    *(discs.vinyl, discs.cd, discs.film, discs.series, discs.video_game, discs.board_game, discs.puzzle),
)
SHAPES: Final[Mapping[str, Shape]] = {shape.__name__: shape for shape in _DRAWN}


def draw(shape: str, attributes: Mapping[str, str], *, title: str, article: str, seed: int) -> bytes:
    """A product's picture, 128 x 128, JPEG.

    Variants of an article that differ in nothing one could see (size, storage) get the same bytes.
    """
    rng = Random(f"{seed}/{article}/picture")
    fallback = rng.choice(COVERS)
    colour = (
        COLOURS.get(attributes.get("colour", ""))
        or FLAVOURS.get(attributes.get("flavour", attributes.get("fragrance", "")))
        or fallback
    )
    pattern = attributes.get("pattern", "Plain")
    look = Look(colour=colour, pattern=pattern if pattern in PATTERNS else "Plain", attributes=attributes, title=title, rng=rng)
    canvas = Canvas(rng)
    SHAPES[shape](canvas, look)
    return canvas.encode()
