"""What shoppers ask: texts, pictures and lists to be reranked, in given proportions.

The queries of a file are all played, in its order, again and again, so that a log keeps its own frequencies. Those of a
catalogue's protocol are drawn by Zipf's law, as shoppers repeat themselves: the r-th query of a shuffled list is asked 1 / r^s
as often as the first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from assortment.catalogue.store import Catalogue
from assortment.errors import DataError, InputError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment_client import SearchRequest
from assortment_client.errors import InvalidRequest

TEXT: Final = "search"
PICTURE: Final = "search_multimodal"
RERANK: Final = "rerank"
_DRAWN: Final = 4_096  # requests that are built beforehand and played in a circle, with the words of another circle
_PICTURES: Final = 64  # that are kept in memory
_CANDIDATES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MixSettings:
    """Proportions and sources."""

    catalogue: str = "generated"
    build: Path = Path("build")
    queries: Path | None = None
    """A file with one query a line; None takes those of the catalogue's protocol."""
    zipf: float = 1.0
    """Exponent s of Zipf's law, 0 for all queries alike. Not for a file."""
    text: float = 1.0
    """Weight of searches by words."""
    picture: float = 0.0
    """Weight of searches by a picture of the catalogue, half of them with words."""
    rerank: float = 0.0
    """Weight of words with 200 products of the catalogue to choose from."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            InputError: naming the field.
        """
        for field in ("text", "picture", "rerank", "zipf"):
            if not 0 <= getattr(self, field) < math.inf:
                raise InputError(field, getattr(self, field), "allowed: 0 and above, and finite")
        weights = (self.text, self.picture, self.rerank)
        if not 0 < sum(weights) < math.inf:
            raise InputError("weights", weights, "allowed: text, picture and rerank of which not all are 0, with a finite sum")
        if self.seed < 0:
            raise InputError("seed", self.seed, "allowed: 0 and above")


class Mix:
    """Requests, built and checked before the clock starts; a file of more than 4,096 queries has its words put in when asked."""

    def __init__(self, settings: MixSettings) -> None:
        """Reads the queries, and products and pictures where they are needed.

        Raises:
            InputError: when the file of queries cannot be read or holds none.
            DataError: when pictures are asked for and the catalogue has none.
            AssortmentError: when the catalogue or its protocol is not there.
        """
        paths = BuildPaths(settings.build / settings.catalogue)
        drawn = np.random.default_rng(settings.seed)
        self._texts = texts = _from_file(settings.queries) if settings.queries else _by_zipf(paths, settings.zipf, drawn)
        weights = np.array([settings.text, settings.picture, settings.rerank])
        self._kinds: list[str] = drawn.choice([TEXT, PICTURE, RERANK], size=_DRAWN, p=weights / weights.sum()).tolist()
        products = Catalogue.open(paths.catalogue) if settings.picture or settings.rerank else None
        pictures = _pictures(products, drawn) if products and settings.picture else []
        ids = [product.id for product in products.products] if products and settings.rerank else []
        self._requests = [
            _request(kind, texts[number % len(texts)], pictures, ids, drawn) for number, kind in enumerate(self._kinds)
        ]

    def request(self, number: int) -> tuple[str, SearchRequest]:
        """Kind (the ensemble it goes to) and contents of request ``number``, 0 and above."""
        built, text = self._requests[number % _DRAWN], self._texts[number % len(self._texts)]
        without_words = not built.query  # a picture alone
        return self._kinds[number % _DRAWN], built if without_words or built.query == text else replace(built, query=text)


def _request(kind: str, text: str, pictures: Sequence[bytes], ids: Sequence[str], drawn: np.random.Generator) -> SearchRequest:
    if kind == PICTURE:
        words = text if drawn.random() < 0.5 else ""
        return SearchRequest(query=words, image=pictures[drawn.integers(len(pictures))])
    if kind == RERANK:
        chosen: list[int] = drawn.choice(len(ids), size=min(_CANDIDATES, len(ids)), replace=False).tolist()
        return SearchRequest(query=text, candidates=[ids[place] for place in chosen])
    return SearchRequest(query=text)


def _by_zipf(paths: BuildPaths, exponent: float, drawn: np.random.Generator) -> list[str]:
    protocol = Protocol.open(paths.protocol)
    texts = [query.query for split in ("dev", "test") for query in protocol.queries(split)]
    often = np.arange(1, len(texts) + 1, dtype=np.float64) ** -exponent
    ranked = drawn.permutation(len(texts))
    return [texts[place] for place in drawn.choice(ranked, size=_DRAWN, p=often / often.sum())]


def _from_file(path: Path) -> list[str]:
    try:
        texts = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("queries", str(path), f"allowed: a readable UTF-8 file with one query a line ({error})") from error
    if not texts:
        raise InputError("queries", str(path), "allowed: a file with at least one query, one a line")
    for number, text in enumerate(texts, 1):
        try:
            SearchRequest(query=text)
        except InvalidRequest as error:
            raise InputError("queries", str(path), f"query {number} of the file cannot be asked: {error}") from error
    return texts


def _pictures(catalogue: Catalogue, drawn: np.random.Generator) -> list[bytes]:
    rows = drawn.permutation(len(catalogue)).tolist()
    pictures = [picture for picture in catalogue.iter_pictures(rows[: 4 * _PICTURES]) if picture][:_PICTURES]
    if not pictures:
        raise DataError(f"{catalogue.folder} has no pictures to search with; set the weight of pictures to 0")
    return pictures
