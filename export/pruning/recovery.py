"""What is left of a pruned encoder learns to answer like the whole one: vectors, and which facets are named.

No judgments are needed: the whole encoder is the teacher (Hinton et al. 2015, arXiv:1503.02531), on queries that training may
draw and titles that it may show. So vectors of products, and scorer and fusion behind, stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.catalogue.progress import progress
from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import InputError
from assortment.text import TextTokenizer, pad
from training.precision import autocast
from training.query_side import QueryText
from training.settings import Precision

_GRADIENT_LIMIT: Final = 1.0
_WARM_UP: Final = 0.1  # share of the steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How long, and how fast, a pruned encoder learns."""

    steps: int = 100
    """0 leaves it as it was cut."""
    batch: int = 64
    """Texts of a step."""
    rate: float = 4e-4
    """Peak of AdamW's, which rises for a tenth of the steps and falls to nothing."""
    seed: int = 17

    def __post_init__(self) -> None:
        if self.steps < 0:
            raise InputError("steps", self.steps, "allowed: 0 and above")
        if self.batch < 1:
            raise InputError("batch", self.batch, "allowed: 1 and above")
        if not 0.0 < self.rate < 1.0:
            raise InputError("rate", self.rate, "allowed: above 0, below 1")


def recover(
    student: QueryText,
    teacher: QueryText,
    texts: Sequence[str],
    tokenizer: TextTokenizer,
    recovery: Recovery,
    *,
    precision: Precision = "auto",
) -> float:
    """Trains ``student`` in place; returns its loss over the last tenth of the steps, 0 without steps.

    The loss is 1 - cosine of the vectors, plus the squared difference of the named facets' probabilities, both means.
    Embeddings and the facets' own head stay as they are: they were not cut.

    Args:
        student: whose encoder was pruned.
        teacher: the whole encoder, in evaluation mode.
        texts: to learn from.
        tokenizer: of queries.
        recovery: how long and fast.
        precision: of the arithmetic, see ``training.precision``.

    Raises:
        InputError: when there are fewer texts than a batch has.
    """
    assert tokenizer.max_tokens == MAX_QUERY_TOKENS
    if len(texts) < recovery.batch:
        raise InputError("texts", f"{len(texts)} to recover on", f"allowed: {recovery.batch} or more, a batch of them")
    tokens, generator = tokenizer.encode_batch(list(texts)), np.random.default_rng(recovery.seed)
    parameters = _trainable(student)
    optimiser = torch.optim.AdamW(parameters, lr=recovery.rate, weight_decay=0.0)
    losses: list[float] = []
    for step in progress(range(recovery.steps), doing="recovery of the pruned encoder", total=recovery.steps):
        for group in optimiser.param_groups:
            group["lr"] = recovery.rate * _share_of_rate(step, recovery.steps)
        chosen = generator.choice(len(tokens), size=recovery.batch, replace=False)
        ids, mask = (torch.from_numpy(array) for array in pad([tokens[i] for i in chosen]))
        optimiser.zero_grad(set_to_none=True)
        loss = _loss(student, teacher, ids, mask, precision)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(parameters, _GRADIENT_LIMIT)
        optimiser.step()
        losses.append(float(loss.detach()))
    student.eval().requires_grad_(False)
    last = losses[-max(1, len(losses) // 10) :]
    return float(np.mean(last)) if last else 0.0


def _trainable(student: QueryText) -> list[nn.Parameter]:
    student.eval().requires_grad_(False)  # no dropout: the teacher has none either
    chosen = [parameter for name, parameter in student.encoder.named_parameters() if not name.startswith("backbone.embeddings.")]
    for parameter in chosen:
        parameter.requires_grad_(True)
    return chosen


def _loss(student: QueryText, teacher: QueryText, ids: Tensor, mask: Tensor, precision: Precision) -> Tensor:
    with autocast(precision):
        with torch.no_grad():
            vector, named = teacher(ids, mask)
        own_vector, own_named = student(ids, mask)
        missed = 1.0 - F.cosine_similarity(own_vector.float(), vector.float(), dim=-1).mean()
        return missed + F.mse_loss(own_named.float(), named.float())


def _share_of_rate(step: int, steps: int) -> float:
    warm = max(1.0, _WARM_UP * steps)
    return min((step + 1) / warm, (steps - step) / max(1.0, steps - warm))
