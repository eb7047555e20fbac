"""Vectors of all products of a catalogue, computed by the exported ONNX models, as the server would compute them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment import artefacts, image
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_PRODUCT_TOKENS, PICTURE_SIZE, VECTOR_DIM
from assortment.errors import InputError
from assortment.serving.onnx_session import OnnxSession
from assortment.text import TextTokenizer, pad, product_text
from export import offer_table
from export.index import OutputNames
from export.known_vectors import Fingerprints, KnownVectors, fingerprints
from export.scorer_graph import RowTables
from training.labels import label_ids
from training.models import category_ids
from training.scorer import product_features

_TOKENS_PER_BATCH: Final = 2048
_PICTURES_PER_BATCH: Final = 32
_PRODUCTS_PER_BATCH: Final = 1024

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedProducts:
    """What encoding a catalogue gives."""

    tables: RowTables
    """What the scorers know of every row."""
    fingerprints: Fingerprints
    """(N, 16) of what each row was computed from."""
    names: OutputNames
    """What INTENT and OPEN of these models mean."""
    num_reused: int
    """Products whose vectors were known already; the next three count the others only."""
    num_texts: int
    """Distinct texts; products of equal text share one run of the encoder."""
    num_pictures: int
    """Products with a readable picture."""
    num_unreadable: int
    """Pictures that are there and could not be decoded; these products count as without one."""


class ProductEncoder:
    """The product side's models of an export folder."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        """Opens the models.

        Raises:
            StepError: when a model file is missing or damaged.
        """
        self._tokenizer = TextTokenizer(folder / artefacts.TOKENIZER, max_tokens=MAX_PRODUCT_TOKENS)
        self._text = OnnxSession(folder / artefacts.PRODUCT_TEXT_ENCODER, threads=threads)
        self._image = OnnxSession(folder / artefacts.IMAGE_ENCODER, threads=threads)
        self._fusion = OnnxSession(folder / artefacts.PRODUCT_FUSION, threads=threads)
        self._label_tower = OnnxSession(folder / artefacts.LABEL_TOWER, threads=threads)
        self._labels: list[str] = json.loads((folder / artefacts.LABELS).read_text(encoding="utf-8"))
        self._names = OutputNames.of_export(folder)

    def encode(self, catalogue: Catalogue, known: KnownVectors | None = None) -> EncodedProducts:
        """Vectors and scorer columns of every product, by row.

        Args:
            catalogue: the products.
            known: vectors of an earlier index made with these models; only products that it does not have are encoded.
        """
        products = catalogue.products
        texts, label_id = [product_text(product) for product in products], label_ids(products, self._labels)
        marks = fingerprints(texts, label_id, _picture_digests(catalogue))
        vectors = np.empty((len(products), VECTOR_DIM), dtype=np.float32)
        label_vectors = np.empty_like(vectors)
        found = np.full(len(products), -1, dtype=np.int64) if known is None else known.find(marks)
        reused, missing = np.flatnonzero(found >= 0), np.flatnonzero(found < 0)
        if known is not None:
            vectors[reused], label_vectors[reused] = known.product_vectors[found[reused]], known.label_vectors[found[reused]]
        places: dict[str, int] = {}
        place = [places.setdefault(texts[row], len(places)) for row in missing]
        text_vectors = self._encode_texts(list(places))[place]
        image_vectors, has_picture, num_unreadable = self._encode_pictures(catalogue, missing.tolist())
        presence = np.stack([np.ones(len(missing), dtype=np.float32), has_picture], axis=1)
        for start in range(0, len(missing), _PRODUCTS_PER_BATCH):
            at = slice(start, start + _PRODUCTS_PER_BATCH)
            rows, labels = missing[at], label_id[missing[at]]
            of_rows = {"TEXT_VECTOR": text_vectors[at], "IMAGE_VECTOR": image_vectors[at], "PRESENCE": presence[at]}
            vectors[rows] = self._fusion.run({**of_rows, "LABEL_ID": labels})["PRODUCT_VECTOR"]
            label_vectors[rows] = self._label_tower.run({"LABEL_ID": labels})["LABEL_VECTOR"]
        tables = RowTables(
            product_vectors=vectors,
            label_vectors=label_vectors,
            categories=category_ids(products, self._names.categories),
            features=product_features(products),
            places=offer_table.places(products),
        )
        return EncodedProducts(
            tables=tables,
            fingerprints=marks,
            names=self._names,
            num_reused=len(reused),
            num_texts=len(places),
            num_pictures=int(has_picture.sum()),
            num_unreadable=num_unreadable,
        )

    def _encode_texts(self, texts: Sequence[str]) -> Vectors:
        """(T, 256) vectors; texts of like length share a batch, so that little is spent on padding."""
        tokens = self._tokenizer.encode_batch(list(texts))
        batches = list(_by_length([len(row) for row in tokens]))
        vectors = np.empty((len(texts), VECTOR_DIM), dtype=np.float32)
        for batch in progress(batches, doing=f"vectors of {len(texts):,} texts", total=len(batches)):
            token_ids, mask = pad([tokens[i] for i in batch])
            vectors[batch] = self._text.run({"TOKEN_IDS": token_ids, "MASK": mask})["TEXT_VECTOR"]
        return vectors

    def _encode_pictures(self, catalogue: Catalogue, rows: Sequence[int]) -> tuple[Vectors, Vectors, int]:
        """(R, 256) vectors of ``rows``, (R,) 1 where there is a picture, and the number of unreadable ones."""
        vectors = np.zeros((len(rows), VECTOR_DIM), dtype=np.float32)
        has_picture = np.zeros(len(rows), dtype=np.float32)
        num_unreadable = 0
        pictured = [place for place, row in enumerate(rows) if catalogue.products[row].picture]
        starts = range(0, len(pictured), _PICTURES_PER_BATCH)
        for start in progress(starts, doing=f"vectors of {len(pictured):,} pictures", total=len(starts)):
            places = pictured[start : start + _PICTURES_PER_BATCH]
            pixels = np.zeros((len(places), 3, PICTURE_SIZE, PICTURE_SIZE), dtype=np.float32)
            encoded = catalogue.iter_pictures(rows[place] for place in places)
            for i, (place, data) in enumerate(zip(places, encoded, strict=True)):
                assert data is not None, "the row has a picture name"
                try:
                    pixels[i] = image.pixels(image.decode(data))
                    has_picture[place] = 1.0
                except InputError:
                    num_unreadable += 1
            presence = np.stack([np.ones(len(places), dtype=np.float32), has_picture[places]], axis=1)
            vectors[places] = self._image.run({"PIXELS": pixels, "PRESENCE": presence})["IMAGE_VECTOR"]
        return vectors, has_picture, num_unreadable


def _picture_digests(catalogue: Catalogue) -> list[bytes | None]:
    """(N,) of each encoded picture, None without one."""
    pictures = catalogue.iter_pictures(range(len(catalogue)))
    return [None if picture is None else hashlib.blake2b(picture, digest_size=16).digest() for picture in pictures]


def _by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in batches of about _TOKENS_PER_BATCH tokens of about the same length, longest first."""
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    start = 0
    while start < len(order):
        size = max(1, _TOKENS_PER_BATCH // lengths[order[start]])
        yield order[start : start + size]
        start += size
