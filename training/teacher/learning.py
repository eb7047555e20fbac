"""Fine-tunes the cross-encoder on graded candidate lists, and lets it judge others."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assortment.catalogue.progress import progress
from assortment.text import TextTokenizer
from training import losses
from training.teacher.candidates import Lists
from training.teacher.cross_encoder import QUERY_TOKENS, CrossEncoder, Tokens, pairs

_QUERIES_PER_STEP: Final = 8
_RATE: Final = 1e-4
_HEAD_RATE: Final = 1e-2
_WEIGHT_DECAY: Final = 0.01
_GRADIENT_LIMIT: Final = 1.0
_QUERIES_PER_BATCH: Final = 16
_WARMUP: Final = 0.1
_PARTS: Final = 4  # of a batch, by length


class Teacher:
    """A cross-encoder with the products as it reads them."""

    def __init__(self, encoder: CrossEncoder, tokenizer: TextTokenizer, products: list[Tokens]) -> None:
        """``products``: token rows by catalogue row; ``tokenizer`` cuts queries to QUERY_TOKENS."""
        assert tokenizer.max_tokens == QUERY_TOKENS
        self.encoder, self._tokenizer, self._products = encoder, tokenizer, products

    def learn(self, lists: Lists, generator: np.random.Generator) -> float:
        """One pass over the lists; the mean loss of its last quarter.

        Without dropout, which costs half of the time and is for many passes. Word embeddings stay: the lists know few words.
        """
        encoder = self.encoder.eval().requires_grad_(True)
        embeddings = encoder.backbone.get_input_embeddings()  # type: ignore[operator]  # a transformers model
        embeddings.requires_grad_(False)
        body = [parameter for parameter in encoder.backbone.parameters() if parameter.requires_grad]
        groups = [{"params": body, "lr": _RATE}, {"params": list(encoder.head.parameters()), "lr": _HEAD_RATE}]
        optimiser = torch.optim.AdamW(groups, weight_decay=_WEIGHT_DECAY)
        batches = np.array_split(generator.permutation(len(lists.texts)), max(1, len(lists.texts) // _QUERIES_PER_STEP))
        rates = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, max_lr=[_RATE, _HEAD_RATE], total_steps=len(batches) + 1, pct_start=_WARMUP
        )
        seen: list[float] = []
        for batch in progress(batches, doing="the teacher learns", total=len(batches)):
            optimiser.zero_grad(set_to_none=True)
            loss = losses.listwise(self._logits(lists, batch), torch.from_numpy(lists.grade[batch]))
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(encoder.parameters(), _GRADIENT_LIMIT)
            optimiser.step()
            rates.step()
            seen.append(float(loss.detach()))
        encoder.eval().requires_grad_(False)
        return round(float(np.mean(seen[-max(1, len(seen) // 4) :])), 5)

    @torch.inference_mode()
    def judge(self, lists: Lists, *, doing: str) -> npt.NDArray[np.float32]:
        """(Q, C) logits."""
        batches = np.array_split(np.arange(len(lists.texts)), -(-len(lists.texts) // _QUERIES_PER_BATCH))
        parts = [self._logits(lists, batch) for batch in progress(batches, doing=doing, total=len(batches))]
        judged: npt.NDArray[np.float32] = torch.cat(parts).numpy()
        return judged

    def _logits(self, lists: Lists, chosen: npt.NDArray[np.int64]) -> Tensor:
        """(B, C) of the chosen queries (B,); pairs of like length are read together, so that little is spent on padding."""
        length = lists.rows.shape[1]
        queries = self._tokenizer.encode_batch([lists.texts[i] for i in chosen])
        asked = [query for query in queries for _ in range(length)]
        products = [self._products[row] for row in lists.rows[chosen].flat]
        order = np.argsort([len(query) + len(product) for query, product in zip(asked, products, strict=True)], kind="stable")
        parts = [
            self.encoder(*pairs([asked[i] for i in some], [products[i] for i in some])) for some in np.array_split(order, _PARTS)
        ]
        return torch.cat(parts)[torch.from_numpy(np.argsort(order))].view(len(chosen), length)
