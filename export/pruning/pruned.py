"""A trained query text encoder, pruned and recovered."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer, pad
from export.pruning.importance import measure
from export.pruning.recovery import Recovery, recover
from export.pruning.surgery import Size, prune
from training.checkpoint import TrainedModels
from training.queries import QueryGrammar, Vocabulary
from training.query_side import QueryText

_QUERIES: Final = 6_000
_MEASURED: Final = 512  # texts that importance is measured on
_BATCH: Final = 32


def texts(models: TrainedModels, catalogue: Catalogue, protocol: Protocol, *, seed: int = 17) -> list[str]:
    """What a pruned encoder learns from: queries that training may draw, and titles of the products that it may show.

    Nothing of dev or test: the grammar asks for no combination that is reserved for them and says none of the test's words.
    """
    rows = protocol.train_rows(catalogue).tolist()
    shares = models.settings.query_shares()
    grammar = QueryGrammar(
        catalogue.products, rows, protocol, image_fraction=0.0, vocabulary=Vocabulary(catalogue.products, None), shares=shares
    )
    generator = np.random.default_rng(seed)
    drawn = {grammar.draw(generator).text for _ in range(_QUERIES)}
    titles = {catalogue.products[row].title for row in rows}
    return sorted(drawn | titles)


def make(models: TrainedModels, learned_from: list[str], size: Size, recovery: Recovery) -> tuple[QueryText, float]:
    """The pruned encoder, and the recovery's last loss.

    Raises:
        InputError: when there are too few texts.
        StepError: when the encoder is of a family that cannot be pruned.
    """
    tokenizer = TextTokenizer(models.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
    torch.manual_seed(recovery.seed)
    chosen = np.random.default_rng(recovery.seed).permutation(len(learned_from))[:_MEASURED]
    tokens = tokenizer.encode_batch([learned_from[i] for i in chosen])
    batches = [
        tuple(torch.from_numpy(array) for array in pad(tokens[start : start + _BATCH])) for start in range(0, len(tokens), _BATCH)
    ]
    whole = QueryText(models.text_encoder, models.named_facets).eval()
    smaller = prune(models.text_encoder, measure(models.text_encoder, [(ids, mask) for ids, mask in batches]), size)
    student = QueryText(smaller, models.named_facets).eval()
    loss = recover(student, whole, learned_from, tokenizer, recovery, precision=models.settings.precision)
    return student, loss
