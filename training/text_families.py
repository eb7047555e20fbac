"""The families of text encoders that can be used, and what a folder of one has to have.

Families differ in what is told to the encoder beside token ids: BERT has segments, DistilBERT none; RoBERTa counts positions
from its padding id. All of these take token ids and a mask alone, and leave what is masked out of account, whatever id stands
there, in PyTorch and in ONNX. ``tests/training/test_text_families.py`` holds each to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tokenizers import Tokenizer
from transformers import PretrainedConfig

from assortment.contract import MAX_PRODUCT_TOKENS
from assortment.errors import StepError


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What one ``model_type`` is like."""

    has_pooler: bool = True
    """Whether its class takes ``add_pooling_layer``."""
    positions_from_padding: bool = False
    """Whether the first token has the position after the padding id, which takes as many positions away."""


FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "bert": Family(),
        "distilbert": Family(has_pooler=False),
        "roberta": Family(positions_from_padding=True),
        "xlm-roberta": Family(positions_from_padding=True),
        "camembert": Family(positions_from_padding=True),
        "electra": Family(has_pooler=False),
        "albert": Family(),
        "ernie": Family(),
    }
)
"""By the ``model_type`` of config.json. Most multilingual and Chinese encoders are one of these."""


def family(name: str, config: PretrainedConfig) -> Family:
    """The family of a text backbone.

    Raises:
        StepError: when it is none of FAMILIES.
    """
    if config.model_type not in FAMILIES:
        allowed = ", ".join(FAMILIES)
        raise StepError(f"text backbone {name!r}: model_type {config.model_type!r} is not supported; allowed: {allowed}")
    return FAMILIES[config.model_type]


def check_fit(name: str, config: PretrainedConfig, tokenizer_json: str) -> None:
    """Checks that tokenizer and encoder belong together, and that a product's text has room.

    Raises:
        StepError: when the tokenizer cannot be read, puts no special token around a text, or knows tokens that the encoder does
            not; when the encoder has fewer than MAX_PRODUCT_TOKENS positions.
    """
    try:
        tokenizer = Tokenizer.from_str(tokenizer_json)
    except Exception as error:  # tokenizers raises no narrower class
        raise StepError(f"text backbone {name!r}: its tokenizer.json cannot be read ({error})") from None
    tokenizer.no_padding()
    if not tokenizer.encode("").ids:
        raise StepError(
            f"text backbone {name!r}: its tokenizer puts no special token around a text, so an empty one would have no tokens; "
            "tokenizer.json lacks its post_processor"
        )
    largest = max(tokenizer.get_vocab().values())
    if largest >= config.vocab_size:
        raise StepError(
            f"text backbone {name!r}: its tokenizer has token ids up to {largest}, allowed: below the encoder's vocab_size, "
            f"{config.vocab_size}. The two are of different models"
        )
    taken = config.pad_token_id + 1 if FAMILIES[config.model_type].positions_from_padding else 0
    positions = config.max_position_embeddings - taken
    if positions < MAX_PRODUCT_TOKENS:
        raise StepError(
            f"text backbone {name!r}: max_position_embeddings leaves {positions} tokens, allowed: {MAX_PRODUCT_TOKENS} or more"
        )
