"""ndcg@10 of searches by a picture, with one image encoder or another.

Every dev query is asked by a picture in the place of its words: that of the product it was drawn from, which then may not be
found itself. What a picture does not tell, a brand say, is graded all the same, so that figures are lower than those of words;
they are to be compared with each other only.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from assortment.catalogue.store import Catalogue
from assortment.errors import InputError
from assortment.metrics import ndcg
from assortment.protocol.store import Protocol
from assortment.serving.pipeline import Pipeline, PipelineFiles
from assortment.serving.request import SearchRequest

K: Final = 10
_BATCH: Final = 16


class PictureQuality:
    """Ranks by relevance alone."""

    def __init__(self, files: PipelineFiles, catalogue: Catalogue, protocol: Protocol) -> None:
        """Reads pictures and judgments; queries whose product has no readable picture are left out."""
        self._files = files
        self._ids = [product.id for product in catalogue.products]
        self._asked: list[tuple[bytes, str, dict[str, int]]] = []
        for query in protocol.queries("dev"):
            data = catalogue.picture(catalogue.products[catalogue.row(query.seed_product)])
            grades = {id_: grade for id_, grade in protocol.judgments[query.id].items() if id_ != query.seed_product}
            if data is not None and grades:
                self._asked.append((data, query.seed_product, grades))

    @property
    def num_queries(self) -> int:
        """Pictures that are searched with."""
        return len(self._asked)

    def each(self, image_encoder: Path) -> list[float]:
        """ndcg@10 of every query, 0 to 1.

        Raises:
            InputError: when there is no picture to search with.
        """
        if not self._asked:
            raise InputError("catalogue", "no picture of any dev query", "allowed: one with pictures")
        pipeline = Pipeline(replace(self._files, image_encoder=image_encoder))
        values: list[float] = []
        for start in range(0, len(self._asked), _BATCH):
            asked = self._asked[start : start + _BATCH]
            scored = pipeline.score([SearchRequest(picture=picture) for picture, _, _ in asked])
            for tensors, (_, own, grades) in zip(scored, asked, strict=True):
                found = [self._ids[row] for row in tensors["ROW"][0, : K + 1] if row >= 0]
                values.append(ndcg([id_ for id_ in found if id_ != own][:K], grades, K))
        return values
