"""Drawn pictures show type, colour and pattern."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from assortment.catalogue.generated.departments import DEPARTMENTS
from assortment.catalogue.generated.drawing import SHAPES, draw
from assortment.catalogue.generated.drawing.colours import COLOURS, FLAVOURS
from assortment.catalogue.generated.drawing.paints import PATTERNS

TYPES = [kind for department in DEPARTMENTS for kind in department.types]


def pixels(shape: str, **attributes: str) -> npt.NDArray[np.float64]:
    data = draw(shape, attributes, title="A thing", article="a", seed=1)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=np.float64)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_drawn_in_the_middle_of_a_light_ground(shape: str) -> None:
    picture = pixels(shape, colour="Red")
    assert picture[:6, :6].min() > 235
    middle = picture[24:104, 24:104].mean(axis=2)
    assert (middle < 225).mean() > 0.1


def test_every_shape_is_used_and_every_type_has_one() -> None:
    assert {kind.shape for kind in TYPES} == set(SHAPES)


def test_every_colour_pattern_and_flavour_of_the_data_can_be_drawn() -> None:
    for kind in TYPES:
        assert set(kind.attributes.get("colour", ())) <= set(COLOURS)
        assert set(kind.attributes.get("pattern", ())) <= set(PATTERNS)
        assert set(kind.attributes.get("flavour", ())) <= set(FLAVOURS)


@pytest.mark.parametrize("shape", ["t_shirt", "phone_case", "notebook", "handbag"])
def test_colour_and_pattern_show(shape: str) -> None:
    red, blue, dotted = (
        pixels(shape, colour="Red"),
        pixels(shape, colour="Blue"),
        pixels(shape, colour="Red", pattern="Polka Dot"),
    )
    middle = (slice(40, 100), slice(40, 88))
    assert red[middle][..., 0].mean() > red[middle][..., 2].mean() + 40
    assert blue[middle][..., 2].mean() > blue[middle][..., 0].mean() + 40
    assert np.abs(dotted - red)[middle].mean() > 5


def test_different_shapes_look_different() -> None:
    pictures = np.stack([pixels(shape, colour="Red").mean(axis=2) for shape in sorted(SHAPES)])
    flat = pictures.reshape(len(pictures), -1)
    distances = np.abs(flat[:, None, ::7] - flat[None, :, ::7]).mean(axis=2)
    np.fill_diagonal(distances, np.inf)
    assert distances.min() > 2


def test_variants_that_differ_in_nothing_one_can_see_share_their_picture() -> None:
    small, large = (
        draw("t_shirt", {"colour": "Red", "size": size}, title="Red tee", article="a", seed=1) for size in ("S", "XL")
    )
    assert small == large
