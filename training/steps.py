"""The train step: catalogue and frozen protocol in, features and checkpoints out."""

from __future__ import annotations

import time

from assortment import manifest
from assortment.errors import StepError
from assortment.manifest import Manifest
from assortment.metrics import paired_bootstrap
from assortment.paths import BuildPaths
from training import checkpoint, depends_on, dev_ranking, devices, ensemble, zero_shot
from training.checkpoint import TrainedModels
from training.data import Corpus
from training.fit import Place
from training.loop import STATE_FILE
from training.objective import all_product_vectors
from training.prepared import Prepared
from training.settings import TrainingSettings

STEP = "train"


def train(paths: BuildPaths, settings: TrainingSettings) -> Manifest:
    """Trains on ``paths.catalogue`` into ``paths.checkpoints``, unless that is current; goes on where a killed run stopped.

    The protocol's hash is checked before training and after it. Its dev queries decide when to stop; its test queries are
    ranked once, at the end, and decide nothing. Where there are several processes, all of them call this.

    Raises:
        ManifestError: when the catalogue or the protocol does not match its manifest.
        StepError: when the protocol was frozen for another catalogue or changed while training.
    """
    inputs = {"catalogue": paths.catalogue, "protocol": paths.protocol}
    for folder in inputs.values():
        manifest.verify(folder)
    chosen = depends_on.chosen(settings)
    if devices.from_main(lambda: manifest.is_current(paths.checkpoints, step=STEP, inputs=inputs, settings=chosen)):
        return manifest.read(paths.checkpoints)
    start = time.monotonic()
    made_from, key = manifest.fingerprints(inputs), depends_on.key(paths, chosen)
    prepared = Prepared.open(paths, settings)
    with devices.main_first():
        seen = prepared.seen(settings)
    if devices.is_main():  # whatever ``settings`` name is there: what was trained before may go
        paths.checkpoints.mkdir(parents=True, exist_ok=True)
        (paths.checkpoints / manifest.FILENAME).unlink(missing_ok=True)
    models, corpus = prepared.fit(settings, Place(folder=paths.checkpoints, logs=paths.root / "logs" / "train", key=key), seen)

    def finish() -> Manifest:
        results = _save(paths, settings, prepared, models, corpus)
        for name, folder in inputs.items():
            manifest.verify(folder)
            if manifest.fingerprint(folder) != made_from[name]:
                raise StepError(
                    f"{folder} changed while training; the result would not be comparable, so run `assortment train` again"
                )
        (paths.checkpoints / STATE_FILE).unlink(missing_ok=True)
        ensemble.forget(paths.checkpoints)
        results["seconds"] = round(time.monotonic() - start, 1)
        return manifest.write(paths.checkpoints, step=STEP, inputs=made_from, settings=chosen, results=results)

    return devices.from_main(finish)


def _save(
    paths: BuildPaths, settings: TrainingSettings, prepared: Prepared, models: TrainedModels, corpus: Corpus
) -> dict[str, object]:
    """Writes models and baseline; the figures for the manifest."""
    dev, test = prepared.dev, prepared.test
    checkpoint.save(paths.checkpoints, models)
    baseline = zero_shot.evaluate(prepared.untrained(settings), prepared.features, dev, test)
    baseline.write(paths.checkpoints)

    rows, _ = dev_ranking.scored(models, corpus, dev_ranking.encode(models, test), all_product_vectors(models, corpus))
    gain = paired_bootstrap(test.ndcg(rows), list(baseline.test_ndcg.values()), seed=settings.seed)
    return {
        "zero_shot": {"mix": baseline.mix, "dev": baseline.dev, "test": baseline.test},
        "relevance": {"dev": models.metrics["dev"], "test": test.measure(rows)},
        "gain_over_zero_shot": {"ndcg@10": round(gain.mean, 4), "low": round(gain.low, 4), "high": round(gain.high, 4)},
        "test_words_trained_on": settings.held_out_words,  # then it tests products and combinations, not words
        "queries": models.metrics["queries"],
        "products": len(prepared.catalogue),
        "train_products": len(prepared.train_rows),
        "labels": len(models.labels) - 1,
        "categories": len(models.categories),
        **devices.described(),
    }
