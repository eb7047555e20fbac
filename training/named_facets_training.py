"""Trains the head for named facets on the finished encoder, and calibrates it on the dev queries.

Training queries know what they name, so they teach. They are worded by one grammar and one part of the lexicon, though, and a head
is surer of words that it was taught than it should be of others. Dev queries have templates and words of their own: scale and
offset of the logits are fitted to them (Platt 1999). The calibration error is that of each half under what the other half gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from assortment.catalogue.progress import progress
from assortment.metrics import calibration_error
from assortment.text import TextTokenizer, pad
from training.checkpoint import TrainedModels
from training.dev_ranking import QuerySet
from training.named_facets import NamedFacets
from training.open_facets import OpenFacets
from training.queries import QueryGrammar
from training.settings import TrainingSettings

_BATCH: Final = 64
_EPOCHS: Final = 8
_RATE: Final = 3e-3
_WEIGHT_DECAY: Final = 0.05
_CALIBRATION_ITERATIONS: Final = 50  # of L-BFGS, on two parameters
_TEXTS_PER_BATCH: Final = 128


@dataclass(frozen=True, slots=True)
class Named:
    """Queries with what they name."""

    states: Tensor
    """(Q, L, H) float16 token states."""
    mask: Tensor
    """(Q, L)"""
    named: Tensor
    """(Q, F) 0 or 1."""

    def batch(self, chosen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Those of the chosen queries (B,), in float32."""
        return self.states[chosen].float(), self.mask[chosen], self.named[chosen]


def fit(
    models: TrainedModels, grammars: Sequence[QueryGrammar], dev: QuerySet, tokenizer: TextTokenizer, settings: TrainingSettings
) -> dict[str, Any]:
    """Trains ``models.named_facets`` in place and returns figures for metrics.json.

    Args:
        models: with trained encoders.
        grammars: draw text queries to learn from, as many each.
        dev: the dev queries.
        tokenizer: of the query encoder.
        settings: of the run.
    """
    if not models.facets:
        return {"named_facets": {}}
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng([settings.seed, 5])
    number = -(-settings.facet_queries // len(grammars))
    drawn = [grammar.draw(generator) for grammar in grammars for _ in range(number)]
    ids, mask = (torch.from_numpy(array) for array in pad(tokenizer.encode_batch([query.text for query in drawn])))
    learned = Named(_states(models, ids, mask), mask, _named(models, [query.wish for query in drawn]))
    head = models.named_facets.requires_grad_(True).train()
    loss = _learn(head, learned, generator)
    head.eval()
    judged = Named(
        _states(models, dev.token_ids, dev.mask), dev.mask, _named(models, [query.wish for query in dev.queries])
    )
    figures = _calibrated_figures(models, judged, dev)
    _calibrate(head, judged, torch.arange(len(judged.named)))
    head.requires_grad_(False)
    return {"named_facets": {"loss": loss, **figures}}


@torch.inference_mode()
def _states(models: TrainedModels, ids: Tensor, mask: Tensor) -> Tensor:
    """(Q, L, H) float16 of the tokens (Q, L), half way up the query encoder."""
    parts = [
        models.text_encoder.read(ids[rows], mask[rows])[1].half()
        for rows in progress(
            torch.arange(len(ids)).split(_TEXTS_PER_BATCH), doing="queries that name facets", total=-(-len(ids) // _TEXTS_PER_BATCH)
        )
    ]
    return torch.cat(parts)


def _named(models: TrainedModels, wishes: Sequence[Mapping[str, str]]) -> Tensor:
    """(Q, F) 1 where a wish names a facet."""
    return torch.tensor([[float(facet in wish) for facet in models.facets] for wish in wishes])


def _learn(head: NamedFacets, learned: Named, generator: np.random.Generator) -> float:
    """The last step's loss."""
    optimiser = torch.optim.AdamW(head.parameters(), lr=_RATE, weight_decay=_WEIGHT_DECAY)
    steps = _EPOCHS * -(-len(learned.named) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps)
    loss = torch.zeros(())
    for _ in range(steps):
        states, mask, named = learned.batch(torch.from_numpy(generator.integers(0, len(learned.named), size=_BATCH)))
        optimiser.zero_grad(set_to_none=True)
        loss = F.binary_cross_entropy_with_logits(head.logits(states, mask), named)
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return round(float(loss.detach()), 5)


def _calibrate(head: NamedFacets, judged: Named, chosen: Tensor) -> None:
    """Fits scale and offset to the chosen queries."""
    states, mask, named = judged.batch(chosen)
    with torch.no_grad():
        head.scale.fill_(1.0)
        head.offset.fill_(0.0)
        logits = head.logits(states, mask)
    optimiser = torch.optim.LBFGS([head.scale, head.offset], max_iter=_CALIBRATION_ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(head.scale * logits + head.offset, named)
        torch.autograd.backward(loss)
        return float(loss.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # PyTorch left this one untyped


def _calibrated_figures(models: TrainedModels, judged: Named, dev: QuerySet) -> dict[str, Any]:
    """How well the head tells what a dev query names, and whether it leaves anything open; calibrated on the other half."""
    head, every = models.named_facets, torch.arange(len(judged.named))
    if len(every) < 2:
        return {}
    before = _probabilities(head, judged, every)
    after = torch.zeros_like(before)
    for half in (0, 1):
        _calibrate(head, judged, every[every % 2 != half])
        after[half::2] = _probabilities(head, judged, every[half::2])
    words_only = torch.tensor([[1.0, 0.0]]).expand(len(after), 2)
    nothing = OpenFacets(models.facets)(after, words_only)[:, -1]
    unambiguous = [int(query.kind == "unambiguous") for query in dev.queries]
    truth = judged.named.int().flatten().tolist()
    right = ((after > 0.5) == (judged.named > 0.5)).float().mean(0)
    return {
        "dev_queries": len(every),
        "calibration_error_before": round(calibration_error(before.flatten().tolist(), truth), 4),
        "calibration_error": round(calibration_error(after.flatten().tolist(), truth), 4),
        "calibration_error_of_nothing_open": round(calibration_error(nothing.tolist(), unambiguous), 4),
        "nothing_open_told_rightly": round(float(np.mean((nothing.numpy() > 0.5) == np.array(unambiguous, dtype=bool))), 3),
        "told_rightly": {facet: round(float(share), 3) for facet, share in zip(models.facets, right, strict=True)},
    }


@torch.no_grad()
def _probabilities(head: NamedFacets, judged: Named, chosen: Tensor) -> Tensor:
    states, mask, _ = judged.batch(chosen)
    found: Tensor = head(states, mask)
    return found
