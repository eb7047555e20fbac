"""Every choice of a pair-classifier run, in one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from assortment.errors import InputError
from training.settings import DEFAULT_TEXT_BACKBONE, Precision

PriceInput = Literal["number", "text", "none"]
SplitBy = Literal["query", "row"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PairSettings:
    """Settings of `assortment pairs train`; two runs with the same settings on one machine give the same figures."""

    text_backbone: str = DEFAULT_TEXT_BACKBONE
    """The packaged default, a local folder of a BERT-family model, or a hub id."""
    precision: Precision = "auto"
    """Arithmetic of the encoder; auto takes bfloat16 where the CPU multiplies it in hardware."""
    max_tokens: int = 96
    """Tokens of query and description together; the longer of the two is cut."""
    frozen_layers: int = 4
    """Lower layers that stay as pretrained, the embeddings with them: half the work of an epoch."""
    price: PriceInput = "number"
    """number: standardised log price and a flag; text: digits before the description; none: left out. Others for comparison."""
    head_size: int = 64
    """Units of the layer between the pooled vector with the price and the answer."""

    split: SplitBy = "query"
    """What stays together; row lets a query stand in training and in test, for comparison."""
    dev_share: float = 0.15
    test_share: float = 0.15
    positive_from: float | None = None
    """Lowest label that counts as relevant; a file of 0 and 1 needs none."""
    limit: int | None = None
    """At most so many rows of the file, whole queries drawn at random; all when None."""

    epochs: int = 5
    """At most; a dev loss that stops falling ends training earlier."""
    patience: int = 2
    """Epochs without a lower dev loss before training stops; 0 never stops and keeps the last epoch, for comparison."""
    batch_pairs: int = 32
    learning_rate: float = 2e-4
    """Peak rate of the encoder."""
    head_learning_rate: float = 2e-3
    """Peak rate of the layers behind it."""
    weight_decay: float = 0.01
    """AdamW's, on matrices only."""
    warmup_fraction: float = 0.1
    """Share of all steps in which the rates rise from zero; then they fall to zero in a line."""

    seed: int = 17
    threads: int = 2
    """Threads of PyTorch."""

    def __post_init__(self) -> None:
        """Raises InputError for a value that cannot work."""
        for field, kind in (("precision", Precision), ("price", PriceInput), ("split", SplitBy)):
            if getattr(self, field) not in get_args(kind):
                raise InputError(field, getattr(self, field), f"allowed: {', '.join(get_args(kind))}")
        for field, lowest in _LOWEST.items():
            value = getattr(self, field)
            if value is not None and value < lowest:
                raise InputError(field, value, f"allowed: {lowest} or more")
        for field in ("learning_rate", "head_learning_rate"):
            if not 0 < getattr(self, field) < float("inf"):
                raise InputError(field, getattr(self, field), "allowed: above 0")
        for field in ("dev_share", "test_share"):
            if not 0 < getattr(self, field) <= _MAX_SHARE:
                raise InputError(field, getattr(self, field), f"allowed: above 0, at most {_MAX_SHARE}")
        if not 0 <= self.warmup_fraction < 1:
            raise InputError("warmup_fraction", self.warmup_fraction, "allowed: 0 to below 1")

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for manifests and settings.json."""
        return asdict(self)


_MAX_SHARE: Final = 0.4
_LOWEST: Final = {
    "max_tokens": 8,
    "frozen_layers": 0,
    "head_size": 1,
    "limit": 20,
    "epochs": 1,
    "patience": 0,
    "batch_pairs": 1,
    "weight_decay": 0,
    "seed": 0,
    "threads": 1,
}


def standard(**changes: Any) -> PairSettings:
    """For a file of two or three thousand pairs: a few minutes on two cores."""
    return PairSettings(**changes)


def quick(**changes: Any) -> PairSettings:
    """A look at everything in seconds; its figures mean little."""
    return PairSettings(**{"limit": 300, "epochs": 2, "frozen_layers": 5, "max_tokens": 64, **changes})
