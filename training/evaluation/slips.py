"""What slips of the keyboard cost: the protocol's queries typed right, with one slip and with two, by a built shop.

Each set is asked twice: as it was typed (``literal``, where no word is read otherwise and none is read as a filter), and as the
shop reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from assortment.catalogue.progress import progress
from assortment.contract import MAX_BATCH_SIZE
from assortment.errors import StepError
from assortment.metrics import ndcg, paired_bootstrap
from assortment.paths import BuildPaths
from assortment.protocol.splits import Split
from assortment.protocol.store import Protocol, Query
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import Answer, SearchRequest
from assortment.serving.spelling import READ_AS
from training.dev_ranking import K
from training.evaluation.built_shop import check_products
from training.evaluation.figures import Figure
from training.queries.spelling import misspell

_TYPED: Final = ("typed right", "one slip", "two slips")
_AS_TYPED: Final = "as typed"
_AS_READ: Final = "as the shop reads them"
_RULES: Final = {_AS_TYPED: b'{"collapse": false, "literal": true}', _AS_READ: b'{"collapse": false}'}


def compared(paths: BuildPaths, pipeline: Pipeline, split: Split, *, seed: int) -> tuple[list[Figure], list[str]]:
    """The figures, and what they do not say.

    Args:
        paths: with a protocol of the catalogue.
        pipeline: of the same, as ``built_shop.open_shop`` gives it.
        split: whose queries.
        seed: of the slips.

    Raises:
        StepError, ManifestError: when there is no protocol, or it is damaged or of other products, or has no queries.
    """
    check_products(paths, {"protocol": paths.protocol})
    protocol = Protocol.open(paths.protocol)
    queries = protocol.queries(split)
    if not queries:
        raise StepError(f"{paths.protocol} has no {split} queries; freeze it with `assortment protocol`")
    generator = np.random.default_rng(seed)
    texts = [query.query for query in queries]
    figures: list[Figure] = []
    notes: list[str] = []
    for typed in _TYPED:
        answers = {read: _asked(pipeline, texts, rules, doing=f"{typed}, {read}") for read, rules in _RULES.items()}
        values = {
            read: [_ndcg(protocol, *each) for each in zip(queries, of_read, strict=True)] for read, of_read in answers.items()
        }
        figures += [Figure.of(typed, read, of_read) for read, of_read in values.items()]
        gained = paired_bootstrap(values[_AS_READ], values[_AS_TYPED])
        figures.append(Figure(question=typed, shown=f"{_AS_READ}, less {_AS_TYPED}", measure="ndcg@10 more", value=gained))
        misspelt = sum(text != query.query for text, query in zip(texts, queries, strict=True))
        read = sum(READ_AS in answer.understood for answer in answers[_AS_READ])
        notes.append(
            f"{typed[0].upper()}{typed[1:]}: {misspelt:,} of {len(queries):,} queries are misspelt, {read:,} are mended."
        )
        texts = [misspell(text, generator) for text in texts]
    return figures, notes


def _asked(pipeline: Pipeline, texts: Sequence[str], rules: bytes, *, doing: str) -> list[Answer]:
    """By relevance alone."""
    batches = [texts[start : start + MAX_BATCH_SIZE] for start in range(0, len(texts), MAX_BATCH_SIZE)]
    return [
        answer
        for batch in progress(batches, doing=doing, total=len(batches))
        for answer in pipeline.search([SearchRequest(query=text, k=K, diversity=0.0, rules=rules) for text in batch])
    ]


def _ndcg(protocol: Protocol, query: Query, answer: Answer) -> float:
    return ndcg(answer.ids, protocol.judgments.get(query.id, {}), K)
