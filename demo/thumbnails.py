"""Product pictures small enough to carry inside a page."""

from __future__ import annotations

import base64
import io
from typing import Final

from PIL import Image

from assortment import image
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.errors import InputError

SIZE: Final = (144, 180)
"""Pixels, at most; twice what a screen shows of it, for phones."""
_QUALITY: Final = 72


def data_uri(picture: bytes) -> str:
    """The picture as a small WebP in a ``data:`` URI.

    Raises:
        InputError: when it cannot be decoded.
    """
    small = image.decode(picture)
    small.thumbnail(SIZE, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "WEBP", quality=_QUALITY, method=6)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()


class Thumbnails:
    """Pictures of a catalogue's products, each made once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._made: dict[str, str] = {}

    def of(self, product: Product) -> str:
        """The ``data:`` URI of a product's picture; empty when it has none that can be decoded (the page says so)."""
        if product.id not in self._made:
            self._made[product.id] = self._make(product)
        return self._made[product.id]

    def _make(self, product: Product) -> str:
        picture = self._catalogue.picture(product)
        if picture is None:
            return ""
        try:
            return data_uri(picture)
        except InputError:
            return ""
