"""What static 8 bits are calibrated on: real inputs of the models, spread evenly over the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from onnxruntime.quantization import CalibrationDataReader

from assortment import image
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_BATCH_SIZE, MAX_QUERY_TOKENS
from assortment.errors import InputError
from assortment.text import TextTokenizer, pad

MIN_SAMPLES: Final = 64
"""Below it the ranges are those of a few accidents."""
SAMPLES: Final = 256

Feed = Mapping[str, npt.NDArray[Any]]
_Reader: Any = CalibrationDataReader  # its base says that there is always a next batch


class Calibration(_Reader):  # type: ignore[misc]
    """Batches of a model's inputs, in the form that ONNX Runtime's quantiser reads."""

    def __init__(self, feeds: Sequence[Feed], *, what: str) -> None:
        """Takes the batches.

        Args:
            feeds: inputs by name, at least MIN_SAMPLES rows together.
            what: they are made of, in the plural, for the message.

        Raises:
            InputError: when there are fewer rows.
        """
        self.num_samples = sum(len(next(iter(feed.values()))) for feed in feeds)
        if self.num_samples < MIN_SAMPLES:
            raise InputError("calibration", f"{self.num_samples} {what}", f"allowed: {MIN_SAMPLES} or more")
        self._feeds = feeds
        self._next = iter(feeds)

    def get_next(self) -> Feed | None:
        """The next batch; None at the end."""
        return next(self._next, None)

    def rewind(self) -> None:
        """Starts again: ranges are looked for in several passes."""
        self._next = iter(self._feeds)


def pictures(catalogue: Catalogue, *, samples: int = SAMPLES) -> Calibration:
    """Inputs of the image encoder: pictures of products, as the server decodes them. Unreadable ones are left out.

    Raises:
        InputError: when fewer than MIN_SAMPLES are readable.
    """
    pictured = [row for row, product in enumerate(catalogue.products) if product.picture]
    rows = [pictured[place] for place in spread(len(pictured), samples)]
    pixels = list(_readable(catalogue.iter_pictures(rows)))
    feeds = [{"PIXELS": np.stack(part), "PRESENCE": np.ones((len(part), 2), dtype=np.float32)} for part in _parts(pixels)]
    return Calibration(feeds, what="readable pictures")


def texts(tokenizer: Path, queries: Sequence[str], *, samples: int = SAMPLES) -> Calibration:
    """Inputs of the query text encoder.

    Raises:
        InputError: when there are fewer than MIN_SAMPLES queries.
    """
    chosen = [queries[place] for place in spread(len(queries), samples)]
    tokens = TextTokenizer(tokenizer, max_tokens=MAX_QUERY_TOKENS).encode_batch(chosen)
    padded = [pad(part) for part in _parts(tokens)]
    return Calibration([{"TOKEN_IDS": token_ids, "MASK": mask} for token_ids, mask in padded], what="texts")


def spread(number: int, samples: int) -> list[int]:
    """At most ``samples`` of the places 0 to ``number`` - 1, evenly spread, each once."""
    return sorted({int(place) for place in np.linspace(0, number - 1, min(number, samples))}) if number else []


def _readable(encoded: Iterable[bytes | None]) -> Iterator[npt.NDArray[np.float32]]:
    for data in encoded:
        if data is None:
            continue
        try:
            yield image.pixels(image.decode(data))
        except InputError:  # counted by the index step, which reads every picture
            continue


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), MAX_BATCH_SIZE):
        yield rows[start : start + MAX_BATCH_SIZE]
