"""Which values of training settings can work, alone and together. The types of words are checked beside their fields."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from assortment.errors import InputError

if TYPE_CHECKING:
    from training.settings import TrainingSettings

QUERY_KINDS: Final = (
    "head_terms",
    "occasions",
    "gifts",
    "brand_only",
    "colour_only",
    "negation",
    "price_words",
    "replaced",
    "rewritten",
    "misspelt",
    "titles",
    "back_translated",
    "written",
)
WORDED: Final = ("head_terms", "occasions", "gifts", "brand_only", "colour_only", "negation")
_POOLED: Final = ("titles", "back_translated", "written")
_ROUNDING: Final = 1e-9
_FEWEST_CANDIDATES: Final = 3  # two of them are held out, see ``scorer_training``
_LOW_RANK: Final = ("lora", "dora", "adalora")
_THERE_AND_BACK: Final = 2
_COUNTS: Final = (
    "epochs",
    "steps_per_epoch",
    "patience",
    "batch_queries",
    "positives_per_query",
    "sampled_products",
    "accumulation",
    "ensemble",
    "adapter_layers",
    "pretraining_steps",
    "teacher_queries",
    "min_label_count",
    "scorer_steps",
    "scorer_queries",
    "facet_queries",
    "threads",
)
_POSITIVE: Final = ("learning_rate", "adapter_learning_rate", "backbone_learning_rate", "temperature")
_SHARES: Final = ("warmup_fraction", "modality_dropout", "adapter_dropout", "averaging", "image_query_fraction", *QUERY_KINDS)
_NOT_NEGATIVE: Final = (
    "hard_negatives",
    "semantic_negatives",
    "knowledge_negatives",
    "weight_decay",
    "adversarial",
    "adapter_rank",
    "similarity_weight",
    "teacher_weight",
    "intent_weight",
    "image_noise",
    "type_balance",
    "product_noise",
    "seed",
)


def check(settings: TrainingSettings) -> None:
    """Raises InputError that names the field, the value and what is allowed."""
    _check_words(settings)
    _check_numbers(settings)
    _check_sums(settings)
    _check_uses(settings)


def _check_numbers(settings: TrainingSettings) -> None:
    for field in _COUNTS:
        if getattr(settings, field) < 1:
            raise InputError(field, getattr(settings, field), "allowed: 1 or more")
    for field in _POSITIVE:
        if not 0 < getattr(settings, field) < float("inf"):
            raise InputError(field, getattr(settings, field), "allowed: above 0")
    for field in _SHARES:
        if not 0 <= getattr(settings, field) < 1:
            raise InputError(field, getattr(settings, field), "allowed: 0 to below 1")
    for field in _NOT_NEGATIVE:
        if not 0 <= getattr(settings, field) < float("inf"):
            raise InputError(field, getattr(settings, field), "allowed: 0 or more")


def _check_sums(settings: TrainingSettings) -> None:
    """What is drawn one or the other has shares of the same queries; the scorer needs queries to learn from."""
    for together in (WORDED, _POOLED):
        shares = {field: getattr(settings, field) for field in together if getattr(settings, field)}
        total = math.fsum(shares.values())
        if total > 1 + _ROUNDING:
            raise InputError(" + ".join(shares), round(total, 6), "allowed: 1 or less together, for each query is of one kind")
    batches = -(-settings.scorer_queries // settings.batch_queries)
    if batches * settings.batch_queries < _FEWEST_CANDIDATES:
        told = f"allowed: {_FEWEST_CANDIDATES} or more where batch_queries is {settings.batch_queries}, two are held out"
        raise InputError("scorer_queries", settings.scorer_queries, told)


def _check_uses(settings: TrainingSettings) -> None:
    """An option that would change nothing is a mistake."""
    if settings.linear_loss != "graded" and settings.scorer != "linear":
        raise InputError(
            "linear_loss", settings.linear_loss, f"allowed: graded where scorer is {settings.scorer}, or scorer=linear"
        )
    if settings.adapter_dropout and not (settings.query_tuning in _LOW_RANK and settings.adapter_rank):
        told = f"allowed: 0 unless query_tuning is {', '.join(_LOW_RANK)} and adapter_rank above 0"
        raise InputError("adapter_dropout", settings.adapter_dropout, told)


def _check_words(settings: TrainingSettings) -> None:
    if settings.knowledge_negatives and not (settings.domain_words or settings.wordnet):
        told = "allowed: 0 unless there is a knowledge base, with domain_words or wordnet"
        raise InputError("knowledge_negatives", settings.knowledge_negatives, told)
    if settings.knowledge_from and not (settings.domain_words or settings.wordnet):
        told = "allowed: with domain_words or wordnet, to whose words those of other catalogues are added"
        raise InputError("knowledge_from", settings.knowledge_from, told)
    if settings.knowledge_from and not settings.knowledge_from.strip(", "):
        raise InputError("knowledge_from", settings.knowledge_from, "allowed: folders of catalogues, with commas between")
    if settings.held_out_words and not (settings.domain_words or settings.wordnet):
        raise InputError("held_out_words", True, "allowed: with domain_words or wordnet, beside whose words they are kept")
    if settings.translators and len([folder for folder in settings.translators.split(",") if folder]) != _THERE_AND_BACK:
        raise InputError("translators", settings.translators, "allowed: two folders, there and back, with a comma between")
    if settings.written and not settings.writer:
        told = "allowed: a seq2seq folder where written is above 0; `assortment augment --train-writer DIR` makes one"
        raise InputError("writer", settings.writer, told)
