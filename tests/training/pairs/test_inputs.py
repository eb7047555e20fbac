from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assortment.errors import StepError
from training.pairs.file import Pair
from training.pairs.inputs import PairEncoder, PriceScale
from training.pairs.settings import PriceInput


def encoder(backbone: Path, *, price: PriceInput = "number", max_tokens: int = 32) -> PairEncoder:
    return PairEncoder(backbone / "tokenizer.json", max_tokens=max_tokens, price=price, scale=PriceScale.of([1.0, np.e**2]))


def shirt(desc: str = "red shirt", price: float | None = np.e**2) -> Pair:
    return Pair(line=2, label=None, query="shirt", desc=desc, price=price)


def test_log_prices_are_standardised_and_missing_ones_flagged() -> None:
    scale = PriceScale.of([1.0, None, np.e**2])
    assert scale.features([1.0, np.e, np.e**3, None]) == pytest.approx(np.array([[-1, 1], [0, 1], [2, 1], [0, 0]]), abs=1e-6)


@pytest.mark.parametrize("prices", [[], [None], [7.0], [7.0, 7.0]])
def test_a_scale_of_little_is_finite(prices: list[float | None]) -> None:
    assert np.isfinite(PriceScale.of(prices).features([None, 5.0])).all()


def test_query_and_description_are_two_segments(pair_bert: Path) -> None:
    encoded = encoder(pair_bert).encode([shirt()])
    assert encoded.segment[0].tolist() == [0, 0, 0, 1, 1, 1]  # [CLS] shirt [SEP] red shirt [SEP]
    assert encoded.side[0].tolist() == [0, 1, 0, 2, 2, 0]
    assert encoded.price.tolist() == [[1.0, 1.0]]


def test_the_price_is_a_number_or_text_or_nothing(pair_bert: Path) -> None:
    lengths = {}
    for price in ("number", "text", "none"):
        encoded = encoder(pair_bert, price=price).encode([shirt()])
        lengths[price] = len(encoded.token_ids[0])
        assert encoded.price.any() == (price == "number")
    assert lengths["text"] > lengths["number"] == lengths["none"]


def test_what_is_cut_is_counted_and_the_query_stays(pair_bert: Path) -> None:
    encoded = encoder(pair_bert, max_tokens=10).encode([shirt("red shirt " * 20), shirt()])
    assert [len(ids) for ids in encoded.token_ids] == [10, 6]
    assert encoded.num_cut == 1
    assert encoded.segment[0].tolist()[:4] == [0, 0, 0, 1]


def test_a_batch_is_padded_to_its_longest(pair_bert: Path) -> None:
    batch = encoder(pair_bert).encode([shirt(), shirt("shirt"), shirt("red red shirt")]).batch([1, 0])
    assert batch.token_ids.shape == batch.mask.shape == batch.segment.shape == (2, 6)
    assert batch.mask.sum(1).tolist() == [5, 6]
    assert batch.price.shape == (2, 2)


def test_a_tokenizer_without_a_template_for_pairs_is_refused(tiny_bert: Path) -> None:
    with pytest.raises(StepError, match="no template for pairs"):
        encoder(tiny_bert)
