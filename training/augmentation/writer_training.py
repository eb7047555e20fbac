"""The step ``writer``: trains a writer of queries for a catalogue, from the training grammar or from a shop's own queries.

The grammar tells a wish, not the product it was drawn from, so each of its queries goes with a product of the training split
among those that answer it best. Queries that show a picture, turn something down or have a slip teach no words and are left out.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from assortment import manifest
from assortment.catalogue.facets import FacetTable
from assortment.catalogue.progress import progress
from assortment.errors import InputError, StepError
from assortment.manifest import Manifest
from assortment.paths import BuildPaths
from assortment.text import product_text
from training import depends_on
from training.augmentation import query_log, writer, written
from training.augmentation.at_hand import AtHand
from training.augmentation.seq2seq import Seq2Seq
from training.grammars import Grammars
from training.knowledge.base import FILENAME as KNOWLEDGE
from training.queries import grades

STEP: Final = "writer"
DEFAULT_STEPS: Final = 600
_BATCH: Final = 32
_DRAWN: Final = 10_000  # queries of the grammar
_HELD_OUT: Final = 20  # one query of so many is not learned from
_ASKED: Final = 256  # products that it writes for, to see what it does
_LAYOUT: Final = 1  # raised when the same settings train otherwise

RowPair = tuple[int, str]
"""Catalogue row and query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterSettings:
    """What a writer is made from."""

    queries: Path | None = None
    """A file as ``query_log`` reads it; None for the grammar."""
    steps: int = DEFAULT_STEPS
    """Optimiser steps of 32 pairs."""

    def __post_init__(self) -> None:
        """Raises InputError for steps below 1."""
        if self.steps < 1:
            raise InputError("--steps", self.steps, "allowed: 1 or more")


def train(folder: Path, paths: BuildPaths, at_hand: AtHand, chosen: WriterSettings) -> Manifest:
    """Makes ``folder``, unless it is current.

    Raises:
        DataError: as ``query_log.read``.
        StepError: when the folder holds anything but a writer, or there are too few queries to learn from.
    """
    settings = at_hand.settings
    inputs = {"catalogue": paths.catalogue, "protocol": paths.protocol, **({"queries": chosen.queries} if chosen.queries else {})}
    told: dict[str, Any] = {
        "layout": _LAYOUT,
        "steps": chosen.steps,
        "seed": settings.seed,
        "text_backbone": settings.text_backbone,
        **depends_on.text_backbone(settings),
    }
    if not chosen.queries:  # the grammar says its words
        told["knowledge"] = manifest.sha256(paths.knowledge / KNOWLEDGE)
    if folder.exists() and not _is_writer(folder):
        raise StepError(f"{folder} is there and holds no writer; name a new folder, or an empty one")
    logged, left_out = _logged(chosen.queries, at_hand) if chosen.queries else ([], Counter[str]())
    if manifest.is_current(folder, step=STEP, inputs=inputs, settings=told):
        return manifest.read(folder)
    made_from, start = manifest.fingerprints(inputs), time.monotonic()
    made, results = _fit(at_hand, logged or _drawn(at_hand), chosen.steps)
    results = {**results, "left_out": dict(left_out), "seconds": round(time.monotonic() - start, 1)}
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    writer.save(unfinished, made)
    done = manifest.write(unfinished, step=STEP, inputs=made_from, settings=told, results=results)
    shutil.rmtree(folder, ignore_errors=True)  # a kill leaves a whole writer here, or none
    unfinished.replace(folder)
    return done


def _fit(at_hand: AtHand, pairs: Sequence[RowPair], steps: int) -> tuple[Seq2Seq, dict[str, Any]]:
    """A trained writer and the figures for its manifest."""
    generator = np.random.default_rng([at_hand.settings.seed, 8])
    learned, held_out = _split(pairs, generator)
    texts = {row: product_text(at_hand.catalogue.products[row]) for row, _ in pairs}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(at_hand.settings.seed)
        made = writer.new(at_hand.settings.text_backbone, [(texts[row], query) for row, query in pairs])
        losses = writer.fit(made, [(texts[row], query) for row, query in learned], steps=steps, batch=_BATCH, generator=generator)
    asked = generator.choice(np.asarray(at_hand.rows), size=_ASKED).tolist()
    says = written.write(made, [product_text(at_hand.catalogue.products[row]) for row in asked], generator)
    known = {query for _, query in learned}
    return made, {
        "pairs": len(learned),
        "loss_last_tenth": round(float(np.mean(losses[-max(1, steps // 10) :])), 4),
        "held_out_pairs": len(held_out),
        "held_out_loss": round(writer.measure(made, [(texts[row], query) for row, query in held_out], batch=_BATCH), 4),
        "repeats_a_training_query": round(sum(query in known for query in says) / len(says), 4),
    }


def _is_writer(folder: Path) -> bool:
    """Whether a folder may be written over: one of this step, or an empty one."""
    if not folder.is_dir():
        return False
    return manifest.read(folder).step == STEP if (folder / manifest.FILENAME).is_file() else not any(folder.iterdir())


def _logged(file: Path, at_hand: AtHand) -> tuple[list[RowPair], Counter[str]]:
    return query_log.read(file, {at_hand.catalogue.products[row].id: row for row in at_hand.rows})


def _drawn(at_hand: AtHand) -> list[RowPair]:
    """Different queries of the grammar, each with a product of the training split that answers it best, drawn."""
    generator = np.random.default_rng([at_hand.settings.seed, 7])
    plain = replace(at_hand.settings, negation=0.0, misspelt=0.0)
    products, rows = at_hand.catalogue.products, at_hand.rows
    grammar = Grammars(products, rows, at_hand.protocol, at_hand.knowledge, plain).texts("encoder")
    table = FacetTable.from_products([products[row] for row in rows])
    drawn = {(query := grammar.draw(generator)).text: query for _ in range(_DRAWN)}
    pairs: list[RowPair] = []
    for text, query in progress(drawn.items(), doing="pairing queries with products", total=len(drawn)):
        graded = grades(query, table)
        best = np.flatnonzero((graded == graded.max()) & (graded > 0))
        if len(best):
            pairs.append((rows[int(generator.choice(best))], text))
    return pairs


def _split(pairs: Sequence[RowPair], generator: np.random.Generator) -> tuple[list[RowPair], list[RowPair]]:
    """Pairs to learn from and others, which share no query.

    Raises:
        StepError: when there is but one query.
    """
    queries = list(dict.fromkeys(query for _, query in pairs))
    if len(queries) < 2:
        raise StepError(f"a writer learns from two different queries or more, one of them held out; there is {len(queries)}")
    number = max(1, len(queries) // _HELD_OUT)
    held_out = {queries[i] for i in generator.permutation(len(queries))[:number]}
    return [pair for pair in pairs if pair[1] not in held_out], [pair for pair in pairs if pair[1] in held_out]
