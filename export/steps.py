"""The steps export, index and assemble. Each checks the folders it reads, writes its own, and its manifest last.

A folder is removed before it is made again, never written over: an assembled repository shares its files by hard links, and a
server may have them mapped.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from assortment import artefacts, manifest
from assortment.catalogue.store import Catalogue
from assortment.errors import InputError, StepError
from assortment.manifest import Manifest
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.catalogue_tables import KEPT_VERSIONS, ProductTable, versions
from assortment.serving.pipeline import Pipeline, PipelineFiles
from assortment.sweep import choice
from assortment.sweep.trials import DIVERSITIES, Trial, settings, sweep
from export import assemble as assembling
from export import export_models, quantise, scorer_graph
from export import index as indexing
from export.defaults import FIRST_VERSION, MAX_INT8_LOSS, THREADS
from export.dev_quality import DevQuality
from export.index import IndexSettings
from export.product_encoder import ProductEncoder
from export.quantise import Quantisation
from export.scorer_graph import RowTables
from training import checkpoint, features
from training.checkpoint import TrainedModels
from training.data import new_corpus
from training.objective import all_product_vectors
from training.tables import product_tables

_log = logging.getLogger(__name__)
TEMPLATES: Final = Path(__file__).parents[1] / "model_repository"
_LAYOUT: Final = 3  # of the three folders; a higher number makes them afresh
_MADE_BY: Final = {
    "catalogue": "assortment catalogue import",
    "protocol": "assortment protocol",
    "checkpoints": "assortment train",
    "export": "assortment export",
    "index": "assortment index",
}


def export(paths: BuildPaths, *, max_int8_loss: float = MAX_INT8_LOSS, threads: int = THREADS) -> Manifest:
    """Writes ``paths.export``: the trained models as ONNX, checked against PyTorch, and the query text encoder in 8 bits.

    Args:
        paths: with finished checkpoints, catalogue and protocol.
        max_int8_loss: of dev ndcg@10, above which float32 ships.
        threads: of ONNX Runtime.

    Raises:
        InputError: when ``max_int8_loss`` is no share, or ``threads`` is below 1.
        ManifestError: when an input folder is damaged, naming the file.
        StepError: when an input folder is missing or unfinished, or an exported model answers otherwise than PyTorch.
    """
    if not 0.0 <= max_int8_loss <= 1.0:
        raise InputError("max_int8_loss", max_int8_loss, "allowed: 0 to 1, a difference of ndcg@10")
    _check_threads(threads)
    inputs = {"checkpoints": paths.checkpoints, "catalogue": paths.catalogue, "protocol": paths.protocol}
    settings = {"layout": _LAYOUT, "max_int8_loss": max_int8_loss}
    _require(paths, inputs)
    if manifest.is_current(paths.export, step="export", inputs=inputs, settings=settings):
        return manifest.read(paths.export)
    started = time.monotonic()
    _verify(inputs)
    models, catalogue = checkpoint.load(paths.checkpoints), Catalogue.open(paths.catalogue)
    _afresh(paths.export)
    differences = export_models.write(paths.export, models, catalogue)
    found = _measure_int8(paths, models, catalogue, max_loss=max_int8_loss, threads=threads)
    results = {
        "largest_difference": differences,
        "int8_shipped": found.shipped or "nothing: float32",
        "int8_loss": found.loss,
        "seconds": round(time.monotonic() - started, 1),
    }
    return manifest.write(paths.export, step="export", inputs=inputs, settings=settings, results=results)


def index(paths: BuildPaths, *, version: int = FIRST_VERSION, threads: int = THREADS) -> Manifest:
    """Writes ``paths.index/<version>``: product vectors by the exported models, the scorers, and the tables of rows.

    Args:
        paths: with a finished export, catalogue and protocol.
        version: of the catalogue; a swap needs a higher one than what is served.
        threads: of ONNX Runtime.

    Raises:
        InputError: when ``version`` or ``threads`` is below 1.
        ManifestError: when an input folder is damaged, naming the file.
        StepError: when an input folder is missing or unfinished, or two products have the same candidate key.
    """
    chosen = IndexSettings(version=version)
    _check_threads(threads)
    folder = paths.index / str(version)
    inputs = {"export": paths.export, "catalogue": paths.catalogue, "protocol": paths.protocol}
    settings = {"layout": _LAYOUT, "version": version}
    _require(paths, inputs)
    if manifest.is_current(folder, step="index", inputs=inputs, settings=settings):
        return manifest.read(folder)
    started = time.monotonic()
    _verify(inputs)
    catalogue = Catalogue.open(paths.catalogue)
    _afresh(folder)
    encoded = ProductEncoder(paths.export, threads=threads).encode(catalogue)
    indexing.write(
        folder,
        scoring=paths.export / artefacts.SCORING,
        products=catalogue.products,
        tables=encoded.tables,
        categories=encoded.categories,
        settings=chosen,
    )
    trials = _calibrate(paths, folder, catalogue, encoded.categories, chosen, threads=threads)
    results = {
        "products": len(catalogue),
        "texts": encoded.num_texts,
        "pictures": encoded.num_pictures,
        "unreadable_pictures": encoded.num_unreadable,
        "default": choice.best(trials).row() if trials else None,
        "diversity_sweep": [trial.row() for trial in trials],
        "seconds": round(time.monotonic() - started, 1),
    }
    return manifest.write(folder, step="index", inputs=inputs, settings=settings, results=results)


def assemble(paths: BuildPaths, *, templates: Path = TEMPLATES) -> Manifest:
    """Writes ``paths.model_repository``: everything that a server needs, and nothing outside of it.

    Args:
        paths: with a finished export and index; the newest index is served.
        templates: configs and adapters.

    Raises:
        ManifestError: when an input folder is damaged, naming the file.
        StepError: when there is no index, it belongs to other models, or a file is missing.
    """
    newest = sorted(versions(paths.index))[-KEPT_VERSIONS:]
    if not newest:
        raise StepError(f"{paths.index} holds no index; run `assortment index --catalogue {paths.root.name}` first")
    indices = {version: paths.index / str(version) for version in newest}
    inputs = {"export": paths.export, **{f"index/{version}": folder for version, folder in indices.items()}}
    settings = {"layout": _LAYOUT, "templates": _digest(templates)}
    _require(paths, inputs)
    if manifest.is_current(paths.model_repository, step="assemble", inputs=inputs, settings=settings):
        return manifest.read(paths.model_repository)
    started = time.monotonic()
    _verify(inputs)
    if manifest.read(indices[newest[-1]]).inputs["export"] != manifest.fingerprint(paths.export):
        raise StepError(
            f"{indices[newest[-1]]} was made with other models than {paths.export} holds: queries and products would not meet; "
            f"run `assortment index --catalogue {paths.root.name} --version {newest[-1]}` again"
        )
    unfinished = paths.model_repository.with_suffix(".unfinished")
    _afresh(unfinished)
    assembling.assemble(templates, paths.export, indices, unfinished)
    results = {"served_version": newest[-1], "seconds": round(time.monotonic() - started, 1)}
    written = manifest.write(unfinished, step="assemble", inputs=inputs, settings=settings, results=results)
    assembling.swap(unfinished, paths.model_repository)
    return written


def _check_threads(threads: int) -> None:
    if threads < 1:
        raise InputError("threads", threads, "allowed: 1 and above")


def _require(paths: BuildPaths, inputs: Mapping[str, Path]) -> None:
    for name, folder in inputs.items():
        if not (folder / manifest.FILENAME).is_file():
            command = f"{_MADE_BY[name.partition('/')[0]]} --catalogue {paths.root.name}"
            raise StepError(f"{folder} is not there or not finished; run `{command}` first")


def _verify(inputs: Mapping[str, Path]) -> None:
    for folder in inputs.values():
        manifest.verify(folder)


def _afresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _measure_int8(
    paths: BuildPaths, models: TrainedModels, catalogue: Catalogue, *, max_loss: float, threads: int
) -> Quantisation:
    """Ranks the dev queries with both text encoders, over product vectors from training's cached features."""
    cached = features.extract(paths, models.settings)
    columns = product_tables(models, catalogue.products)
    tables = RowTables(
        product_vectors=all_product_vectors(models, new_corpus(catalogue.products, cached, models, [])).numpy(),
        label_vectors=columns.label_vectors,
        categories=columns.category,
        features=columns.product_features,
    )
    with tempfile.TemporaryDirectory() as scratch:
        scorer_graph.build(Path(scratch), paths.export / artefacts.SCORING, tables, version=1)
        protocol = Protocol.open(paths.protocol)
        quality = DevQuality(paths.export, Path(scratch) / artefacts.SCORER, catalogue, protocol, threads=threads)
        return quantise.ship_if_good(paths.export, quality, max_loss=max_loss)


def _calibrate(
    paths: BuildPaths, folder: Path, catalogue: Catalogue, categories: list[str], chosen: IndexSettings, *, threads: int
) -> list[Trial]:
    """Tries the diversifier on the dev queries and writes the best setting into the index."""
    files = replace(PipelineFiles.of_artefacts(paths.export, paths.index), scorer=folder / artefacts.SCORER)
    trials = sweep(
        Pipeline(files, threads=threads), Protocol.open(paths.protocol), ProductTable.open(folder), settings(DIVERSITIES)
    )
    if not trials:
        _log.warning("%s has no dev queries: results are not diversified unless a search asks for it", paths.protocol)
        return []
    found = choice.best(trials)
    calibrated = replace(chosen, default_strategy=found.setting.strategy, default_diversity=found.setting.strength)
    indexing.write_summary(folder, num_products=len(catalogue), categories=categories, settings=calibrated)
    return trials


def _digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all source files in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    told = "".join(f"{path.relative_to(folder)} {manifest.sha256(path)}\n" for path in files)
    return hashlib.sha256(told.encode()).hexdigest()
