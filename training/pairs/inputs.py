"""What the classifier reads: token ids of query and description together, and the price as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor

from assortment.errors import StepError
from assortment.text import normalise, pad
from training.pairs.file import Pair
from training.pairs.settings import PriceInput

PRICE_FEATURES: Final = 2


@dataclass(frozen=True, slots=True)
class PriceScale:
    """Mean and standard deviation of the log price, taken from the training part alone."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, prices: Sequence[float | None]) -> PriceScale:
        """The scale of the known prices; (0, 1) when there are none."""
        logs = np.log([price for price in prices if price is not None])
        if not len(logs):
            return cls(0.0, 1.0)
        return cls(float(logs.mean()), float(logs.std()) or 1.0)

    def features(self, prices: Sequence[float | None]) -> npt.NDArray[np.float32]:
        """(N, 2): the standardised log price and 1; (0, 0) without a price."""
        known = np.array([price is not None for price in prices])
        logs = np.log([1.0 if price is None else price for price in prices])
        scaled = np.where(known, (logs - self.mean) / self.deviation, 0.0)
        features: npt.NDArray[np.float32] = np.stack([scaled, known], 1).astype(np.float32)
        return features


@dataclass(frozen=True, slots=True, kw_only=True)
class PairBatch:
    """B pairs as tensors."""

    token_ids: Tensor
    """(B, L) int64."""
    mask: Tensor
    """(B, L) int64."""
    segment: Tensor
    """(B, L) int64: the segment ids that the tokenizer gives, all 0 in families without segments."""
    side: Tensor
    """(B, L) int64: 1 for tokens of the query, 2 for those of the description, 0 for special ones and padding."""
    price: Tensor
    """(B, 2) float32, see ``PriceScale.features``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPairs:
    """Tokenised pairs, unpadded."""

    token_ids: list[npt.NDArray[np.int64]]
    segment: list[npt.NDArray[np.int64]]
    side: list[npt.NDArray[np.int64]]
    price: npt.NDArray[np.float32]
    """(N, 2)."""
    num_cut: int
    """Pairs that were longer than the limit."""

    def __len__(self) -> int:
        return len(self.token_ids)

    def batch(self, rows: Sequence[int]) -> PairBatch:
        """The pairs of ``rows``, padded to the longest."""
        token_ids, mask = pad([self.token_ids[i] for i in rows])
        segment, _ = pad([self.segment[i] for i in rows])
        side, _ = pad([self.side[i] for i in rows])
        return PairBatch(
            token_ids=torch.from_numpy(token_ids),
            mask=torch.from_numpy(mask),
            segment=torch.from_numpy(segment),
            side=torch.from_numpy(side),
            price=torch.from_numpy(self.price[list(rows)]),
        )


class PairEncoder:
    """Turns pairs into tokens: the tokenizer's own pair template, [CLS] query [SEP] description [SEP] in BERT's case."""

    def __init__(self, tokenizer_file: Path, *, max_tokens: int, price: PriceInput, scale: PriceScale) -> None:
        """Reads a ``tokenizer.json``.

        Raises:
            StepError: when its template sets nothing between the two texts.
        """
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=max_tokens, strategy="longest_first")
        self._price, self._scale = price, scale
        if len(self._tokenizer.encode("a", "a").ids) < 2 * len(self._tokenizer.encode("a", add_special_tokens=False).ids) + 2:
            raise StepError(
                f"{tokenizer_file} has no template for pairs, so query and description would run together; give a backbone "
                "whose tokenizer.json has a post-processor with `pair`"
            )

    def encode(self, pairs: Sequence[Pair]) -> EncodedPairs:
        """Tokens and price features of ``pairs``."""
        encodings = self._tokenizer.encode_batch([(normalise(pair.query), normalise(self._text(pair))) for pair in pairs])
        prices = [pair.price if self._price == "number" else None for pair in pairs]
        return EncodedPairs(
            token_ids=[np.asarray(encoding.ids, dtype=np.int64) for encoding in encodings],
            segment=[np.asarray(encoding.type_ids, dtype=np.int64) for encoding in encodings],
            side=[np.array([0 if part is None else part + 1 for part in encoding.sequence_ids]) for encoding in encodings],
            price=self._scale.features(prices),
            num_cut=sum(bool(encoding.overflowing) for encoding in encodings),
        )

    def _text(self, pair: Pair) -> str:
        """With the price as text it stands first, so that it is never cut off."""
        if self._price != "text" or pair.price is None:
            return pair.desc
        return f"{pair.price:.2f}. {pair.desc}"
