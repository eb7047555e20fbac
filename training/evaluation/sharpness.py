"""Small pictures against sharp ones of the same products."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from assortment import image
from assortment.catalogue.progress import progress
from assortment.catalogue.readers.pictures import PictureSource
from assortment.catalogue.store import Catalogue
from assortment.errors import InputError
from training import backbones
from training.dev_ranking import K, nearest
from training.evaluation.figures import Figure
from training.evaluation.searches import OwnPictures, telling
from training.evaluation.shop import Rows, Shop
from training.image_encoder import ImageEncoder
from training.image_features import in_channels_last

_BATCH: Final = 64


class SmallPictures:
    """Smaller pictures of a catalogue's products, by product id, in a folder or a zip file."""

    def __init__(self, place: Path, catalogue: Catalogue) -> None:
        """Lists them.

        Raises:
            InputError: when hardly any product has another picture there than its own.
        """
        self._source = PictureSource([place])
        self._catalogue = catalogue
        there = [row for row, product in enumerate(catalogue.products) if product.picture and self._source.by_stem(product.id)]
        self.rows: Rows = np.array([row for row in there if self._is_other(row)], dtype=np.int64)
        """Of the products whose own picture is another one, ascending."""
        if len(self.rows) <= K:
            allowed = f"allowed: <id>.jpg, other pictures than the catalogue's of at least {K + 1} of its products"
            raise InputError("--small-pictures", str(place), f"it has {len(self.rows)}; {allowed}")

    def features(self, rows: Rows) -> Tensor:
        """CNN features (R, 1280).

        Raises:
            InputError: when one cannot be decoded.
        """
        encoder = ImageEncoder(backbones.load_image()).eval()
        in_channels_last(encoder)
        starts, parts = range(0, len(rows), _BATCH), []
        for start in progress(starts, doing=f"features of {len(rows):,} small pictures", total=len(starts)):
            pixels = np.stack([image.pixels(image.decode(self._read(row))) for row in rows[start : start + _BATCH].tolist()])
            with torch.inference_mode():
                parts.append(encoder.pool(torch.from_numpy(pixels).contiguous(memory_format=torch.channels_last)))
        return torch.cat(parts)

    def _read(self, row: int) -> bytes:
        found = self._source.by_stem(self._catalogue.products[row].id)
        assert found is not None, "it was listed"
        return found[1]()

    def _is_other(self, row: int) -> bool:
        return self._catalogue.picture(self._catalogue.products[row]) != self._read(row)


def small_and_sharp(shop: Shop, rows: Rows, small: Tensor) -> list[Figure]:
    """``rows`` with their small pictures, whose features ``small`` (R, 1280) are, against the same with their own."""
    figures = _same_product(shop, rows, small)
    sharp = shop.part(rows)
    blurred = replace(sharp, corpus=replace(sharp.corpus, image=small))
    asked = telling(sharp, np.arange(len(rows)))
    own = OwnPictures(sharp, asked) if len(asked) else None  # asks with the sharp ones
    for name, seen in (("its own picture", sharp), ("a small picture", blurred)):
        alone = seen.seen(text=False, labels=False)
        figures.append(Figure.of("words, these products alone", name, seen.queries.ndcg(nearest(seen.words(), alone, K))))
        if own is not None:
            figures.append(Figure.of("a product's picture, these products alone", name, own.ndcg(alone)))
    return sorted(figures, key=lambda figure: figure.question)


def _same_product(shop: Shop, rows: Rows, small: Tensor) -> list[Figure]:
    """Sharp pictures asked, small ones in the index of the whole catalogue: whether the same product is found."""
    at = torch.from_numpy(rows)
    blurred = replace(shop, corpus=replace(shop.corpus, image=shop.corpus.image.index_copy(0, at, small)))
    queries = shop.asked_by(shop.corpus.image[at])
    figures = []
    for name, vectors in {
        "a small picture": blurred.seen(text=False, labels=False),
        "text, labels, a small picture": blurred.seen(),
    }.items():
        hit = nearest(queries, vectors, K) == at.unsqueeze(1)
        figures.append(Figure.of("its sharp picture, for the same product", name, hit[:, 0].double().tolist(), "recall@1"))
        figures.append(Figure.of("its sharp picture, for the same product", name, hit.any(1).double().tolist(), "recall@10"))
    return figures
