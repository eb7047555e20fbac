"""The steps of the experiment: make a pair file, train on one, score one."""

from __future__ import annotations

import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from assortment import manifest
from assortment.catalogue.store import Catalogue
from assortment.catalogue.summary import ReadSummary
from assortment.errors import DataError, InputError
from assortment.manifest import Manifest
from assortment.paths import BuildPaths
from assortment.protocol.splits import SPLITS
from assortment.protocol.store import Protocol
from assortment.text import TOKENIZER_FILE
from training import backbones
from training.pairs import folder as store
from training.pairs.baselines import baselines
from training.pairs.draw import PairDrawer
from training.pairs.file import Pair, has_labels, read_pairs, write_pairs
from training.pairs.fit import fit, predict
from training.pairs.inputs import PriceScale
from training.pairs.measures import Values, accuracy_interval, measure, wrongly_counted
from training.pairs.model import PairClassifier
from training.pairs.settings import PairSettings
from training.pairs.splits import describe, relevance, split_pairs, two_classes

PAIRS: Final = "pairs.csv"
TEST_SCORES: Final = "test_scores.csv"
DEFAULT_PAIRS: Final = 2400
_LAYOUT: Final = 2  # of a drawn file; raised when the same seed gives other pairs


def make(paths: BuildPaths, *, pairs: int = DEFAULT_PAIRS, seed: int = 17) -> Manifest:
    """Draws ``paths.root/pairs/pairs.csv`` from a catalogue and its frozen protocol, unless it is current.

    Raises:
        InputError: when ``pairs`` is below 1.
        StepError, ManifestError: when catalogue or protocol is missing or does not match its manifest.
        DataError: when the catalogue gives no pair.
    """
    if pairs < 1:
        raise InputError("pairs", pairs, "allowed: 1 or more")
    inputs = {"catalogue": paths.catalogue, "protocol": paths.protocol}
    target = paths.root / "pairs"
    settings = {"layout": _LAYOUT, "pairs": pairs, "seed": seed}
    catalogue, protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
    if manifest.is_current(target, step="pairs", inputs=inputs, settings=settings):
        return manifest.read(target)
    made_from = manifest.fingerprints(inputs)
    manifest.verify(paths.catalogue)
    drawer = PairDrawer(catalogue.products, protocol.train_rows(catalogue).tolist(), protocol, seed=seed)
    drawn = drawer.draw(pairs)
    if not drawn:
        raise DataError(f"{paths.catalogue} gives no pair: no training query has a relevant product")
    target.mkdir(parents=True, exist_ok=True)
    (target / manifest.FILENAME).unlink(missing_ok=True)
    write_pairs(target / PAIRS, drawn)
    results = {
        "wanted": pairs,
        "pairs": len(drawn),
        "relevant": sum(pair.label == 1 for pair in drawn),
        "queries": drawer.num_queries,
        "with_budget": drawer.num_budgets,
    }
    return manifest.write(target, step="pairs", inputs=made_from, settings=settings, results=results)


def train(file: Path, output: Path, settings: PairSettings, *, strict: bool = False) -> tuple[Manifest, ReadSummary]:
    """Trains on a pair file into ``output``, unless that is current; the figures are the manifest's results.

    Raises:
        DataError: when the file cannot be used, or (strict) has a faulty row.
        InputError: when its labels do not fit the settings.
        StepError: when the backbone cannot be loaded.
    """
    summary = ReadSummary(source=str(file), strict=strict)
    pairs = read_pairs(file, summary)
    chosen = {name: value for name, value in settings.as_dict().items() if name != "threads"}
    inputs = {"pairs": file}
    if manifest.is_current(output, step="pair-classifier", inputs=inputs, settings=chosen):
        return manifest.read(output), summary
    made_from = manifest.fingerprints(inputs)
    start = time.monotonic()
    metrics = _train_into(output, pairs, settings)
    metrics["seconds"] = round(time.monotonic() - start, 1)
    store.write_json(output / store.METRICS, metrics)
    summary.write(output)
    results = {name: metrics[name] for name in ("test", "baselines", "best_epoch", "seconds")}
    return manifest.write(output, step="pair-classifier", inputs=made_from, settings=chosen, results=results), summary


def _train_into(output: Path, pairs: Sequence[Pair], settings: PairSettings) -> dict[str, Any]:
    relevant = two_classes(pairs, settings.positive_from)
    parts = split_pairs(pairs, settings)
    of = {split: [pairs[i] for i in rows] for split, rows in parts.items()}
    truth = {split: np.array([relevant[i] for i in rows]) for split, rows in parts.items()}
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    backbone = backbones.load_text(settings.text_backbone)
    output.mkdir(parents=True, exist_ok=True)
    (output / manifest.FILENAME).unlink(missing_ok=True)
    (output / TOKENIZER_FILE).write_text(backbone.tokenizer_json, encoding="utf-8")
    trained = store.TrainedClassifier(
        model=PairClassifier(backbone.model, head_size=settings.head_size, frozen_layers=settings.frozen_layers),
        scale=PriceScale.of([pair.price for pair in of["train"]]),
        settings=settings,
        tokenizer_file=output / TOKENIZER_FILE,
    )
    encoder = trained.encoder()
    encoded = {split: encoder.encode(of[split]) for split in SPLITS}
    history = fit(trained.model, encoded["train"], truth["train"], encoded["dev"], truth["dev"], settings)
    probability = {split: predict(trained.model, encoded[split], settings.precision) for split in SPLITS}
    store.save(output, trained)
    write_scores(output / TEST_SCORES, of["test"], probability["test"])
    correct = (probability["test"] > 0.5) == truth["test"]
    interval = accuracy_interval(correct, [pair.query_key for pair in of["test"]], seed=settings.seed)
    return {
        "parts": describe(pairs, relevant, parts),
        "cut_to_max_tokens": {split: encoded[split].num_cut for split in SPLITS},
        **{split: _rounded(measure(probability[split], truth[split])) for split in SPLITS},
        "test_accuracy_interval": [round(end, 4) for end in interval],
        "baselines": {
            name: _rounded(figures) for name, figures in baselines(of["train"], truth["train"], of["test"], truth["test"]).items()
        },
        "test_counted_wrongly": _rounded(wrongly_counted(correct, settings.batch_pairs)),
        "best_epoch": history.best_epoch,
        "stopped_early": history.stopped_early,
        "epochs": [_rounded(epoch) for epoch in history.epochs],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A file with the probability of each of its pairs."""

    pairs: list[Pair]
    probability: Values
    """(N,)."""
    summary: ReadSummary
    figures: dict[str, float] | None
    """Of the pairs that have a label; None where none has."""


def score(folder: Path, file: Path, *, positive_from: float | None = None) -> Scored:
    """Applies a trained classifier to another file, with labels for all pairs, some or none.

    ``positive_from`` is the lowest label that counts as relevant; None takes that of training.

    Raises:
        ManifestError, StepError: when ``folder`` is not a finished classifier.
        DataError: when the file cannot be used.
        InputError: when its labels are grades and ``positive_from`` is not known.
    """
    manifest.verify(folder)
    trained = store.load(folder)
    summary = ReadSummary(source=str(file))
    pairs = read_pairs(file, summary, labelled=has_labels(file), to_score=True)
    known = [place for place, pair in enumerate(pairs) if pair.label is not None]
    threshold = trained.settings.positive_from if positive_from is None else positive_from
    truth = np.array(relevance([pairs[place] for place in known], threshold)) if known else None
    torch.set_num_threads(trained.settings.threads)
    encoded = trained.encoder().encode(pairs)
    probability = predict(trained.model, encoded, trained.settings.precision, doing=f"scoring {len(pairs):,} pairs")
    figures = None if truth is None else _rounded(measure(probability[known], truth))
    return Scored(pairs=pairs, probability=probability, summary=summary, figures=figures)


def write_scores(file: Path, pairs: Sequence[Pair], probability: Values) -> None:
    """Writes each pair with its line in the source and its probability, so that every figure can be counted again."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("line", "label", "query", "desc", "price", "probability"))
        for pair, value in zip(pairs, probability.tolist(), strict=True):
            label = "" if pair.label is None else f"{pair.label:g}"
            price = "" if pair.price is None else f"{pair.price:g}"
            writer.writerow((pair.line, label, pair.query, pair.desc, price, f"{value:.6f}"))


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: value if isinstance(value, int) else round(value, 4) for name, value in figures.items()}
