"""Trains the head for named facets on the finished encoder, and calibrates what it says on the dev queries.

Training queries know what they name, so they teach. They are worded by one grammar and one part of the lexicon, though, and a
head is surer of words that it was taught than it should be of others. Dev queries have templates and words of their own: scale
and offset of the logits (Platt 1999) and the three numbers of ``OpenFacets`` are fitted to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from assortment.catalogue.progress import progress
from assortment.metrics import calibration_error
from assortment.protocol.grades import Wish
from assortment.text import TextTokenizer, pad
from training import dev_ranking
from training.checkpoint import TrainedModels
from training.dev_ranking import QuerySet
from training.fitting import minimise
from training.named_facets import NamedFacets
from training.queries import QueryGrammar
from training.settings import TrainingSettings

_BATCH: Final = 64
_EPOCHS: Final = 8
_RATE: Final = 3e-3
_WEIGHT_DECAY: Final = 0.05
_RIDGE: Final = 1e-3
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

    def some(self, chosen: Tensor) -> Named:
        """The chosen queries (B,), in float32."""
        return Named(self.states[chosen].float(), self.mask[chosen], self.named[chosen])


def fit(
    models: TrainedModels, grammars: Sequence[QueryGrammar], dev: QuerySet, tokenizer: TextTokenizer, settings: TrainingSettings
) -> dict[str, Any]:
    """Trains ``models.named_facets`` and ``models.open_facets`` in place and returns figures for metrics.json.

    Args:
        models: with trained encoders.
        grammars: draw text queries to learn from, as many each.
        dev: the dev queries.
        tokenizer: of the query encoder.
        settings: of the run.
    """
    if not models.facets:
        return {"open_facets": {}}
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng([settings.seed, 5])
    number = -(-settings.facet_queries // len(grammars))
    drawn = [grammar.draw(generator) for grammar in grammars for _ in range(number)]
    ids, mask = (torch.from_numpy(array) for array in pad(tokenizer.encode_batch([query.text for query in drawn])))
    learned = Named(_states(models, ids, mask), mask, _named(models, [(query.wish, *query.further) for query in drawn]))
    head = models.named_facets.requires_grad_(True).train()
    loss = _learn(head, learned, generator)
    head.eval()
    judged = Named(_states(models, dev.token_ids, dev.mask), dev.mask, _named(models, [(query.wish,) for query in dev.queries]))
    intent = dev_ranking.encode(models, dev)[1].clone()  # a plain tensor: an inference tensor knows no gradients
    models.open_facets.requires_grad_(True)
    figures = _figures(models, judged, intent, [query.kind == "unambiguous" for query in dev.queries])
    _calibrate(models, judged, intent, torch.arange(len(intent)))
    for module in (head, models.open_facets):
        module.requires_grad_(False)
    return {"open_facets": {"loss": loss, **figures}}


@torch.inference_mode()
def _states(models: TrainedModels, ids: Tensor, mask: Tensor) -> Tensor:
    """(Q, L, H) float16 of the tokens (Q, L), half way up the query encoder."""
    batches = torch.split(torch.arange(len(ids)), _TEXTS_PER_BATCH)
    shown = progress(batches, doing="queries that name facets", total=len(batches))
    parts = [models.text_encoder.read(ids[rows], mask[rows])[1].half() for rows in shown]
    return torch.cat(parts)


def _named(models: TrainedModels, meanings: Iterable[Sequence[Wish]]) -> Tensor:
    """(Q, F) 1 where all meanings of a query have one value: "something for the gym" may be many types, and names none."""
    return torch.tensor([[float(_agreed(facet, wishes)) for facet in models.facets] for wishes in meanings])


def _agreed(facet: str, wishes: Sequence[Wish]) -> bool:
    return facet in wishes[0] and len({wish.get(facet) for wish in wishes}) == 1


def _learn(head: NamedFacets, learned: Named, generator: np.random.Generator) -> float:
    """The last step's loss."""
    optimiser = torch.optim.AdamW(head.parameters(), lr=_RATE, weight_decay=_WEIGHT_DECAY)
    steps = _EPOCHS * -(-len(learned.named) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps)
    loss = torch.zeros(())
    for _ in range(steps):
        batch = learned.some(torch.from_numpy(generator.integers(0, len(learned.named), size=_BATCH)))
        optimiser.zero_grad(set_to_none=True)
        loss = F.binary_cross_entropy_with_logits(head.logits(batch.states, batch.mask), batch.named)
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return round(float(loss.detach()), 5)


def _calibrate(models: TrainedModels, judged: Named, intent: Tensor, chosen: Tensor) -> None:
    """Fits the head's scale and offset to the chosen queries, then what ``open_facets`` makes of words and intent."""
    head, opens, batch = models.named_facets, models.open_facets, judged.some(chosen)
    with torch.no_grad():
        logits = head.logits(batch.states, batch.mask)
        head.scale.fill_(1.0)
        head.offset.fill_(0.0)
        opens.witnesses.copy_(torch.tensor([1.0, 0.0]))
        opens.offset.fill_(0.0)
    minimise(
        [head.scale, head.offset], lambda: F.binary_cross_entropy_with_logits(head.scale * logits + head.offset, batch.named)
    )
    with torch.no_grad():
        named = (head.scale * logits + head.offset).sigmoid()
    typed = (batch.named * opens.is_type).sum(1, keepdim=True)
    if float(opens.typeless):
        return
    minimise(
        [opens.witnesses, opens.offset],
        lambda: (
            F.binary_cross_entropy_with_logits(opens.type_logit(named, intent[chosen]), typed)
            + _RIDGE * (opens.witnesses**2).sum()
        ),
    )


def _figures(models: TrainedModels, judged: Named, intent: Tensor, unambiguous: Sequence[bool]) -> dict[str, Any]:
    """How well each dev query is told, calibrated on the half of them that it is not in."""
    every = torch.arange(len(intent))
    before, named, nothing = torch.zeros_like(judged.named), torch.zeros_like(judged.named), torch.zeros(len(every))
    for half in (0, 1):
        batch = judged.some(every[half::2])
        presence = torch.tensor([[1.0, 0.0]]).expand(len(batch.named), 2)
        with torch.no_grad():
            before[half::2] = models.named_facets.logits(batch.states, batch.mask).sigmoid()
        _calibrate(models, judged, intent, every[1 - half :: 2] if len(every) > 1 else every)
        with torch.no_grad():
            named[half::2] = models.named_facets(batch.states, batch.mask)
            nothing[half::2] = models.open_facets(named[half::2], intent[half::2], presence)[:, -1]
    truth = judged.named.int().flatten().tolist()
    right = ((named > 0.5) == (judged.named > 0.5)).float().mean(0)
    return {
        "dev_queries": len(every),
        "calibration_error_before": _rounded(calibration_error(before.flatten().tolist(), truth)),
        "calibration_error": _rounded(calibration_error(named.flatten().tolist(), truth)),
        "calibration_error_of_nothing": _rounded(calibration_error(nothing.tolist(), [int(sure) for sure in unambiguous])),
        "nothing_told_rightly": _rounded(float(np.mean((nothing.numpy() > 0.5) == np.array(unambiguous)))),
        "named_told_rightly": {facet: _rounded(share) for facet, share in zip(models.facets, right.tolist(), strict=True)},
    }


def _rounded(value: float) -> float:
    return round(float(value), 4)
