"""The steps export and assemble. Each checks the folders it reads, writes its own, and its manifest last.

A folder is removed before it is made again, never written over: an assembled repository shares its files by hard links, and a
server may have them mapped.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from torch import Tensor

from assortment import artefacts, manifest
from assortment.catalogue.store import Catalogue
from assortment.errors import InputError, StepError
from assortment.manifest import Manifest
from assortment.one_at_a_time import exclusive
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.catalogue_tables import KEPT_VERSIONS
from export import assemble as assembling
from export import (
    cpu_encoder,
    dictionary,
    export_models,
    gpu_twins,
    index_versions,
    offer_table,
    parity,
    scorer_graph,
    value_words,
)
from export.defaults import MAX_INT8_LOSS, SHIPPING, THREADS, Twin
from export.dev_quality import DevQuality
from export.inputs import afresh, check_threads, require, verify
from export.recipes import AUTOMATIC, Kitchen
from export.scorer_graph import RowTables
from training import checkpoint, features
from training.checkpoint import TrainedModels
from training.data import new_corpus
from training.objective import all_product_vectors
from training.tables import product_tables

TEMPLATES: Final = Path(__file__).parents[1] / "model_repository"
EXPORT: Final = "export"
ASSEMBLE: Final = "assemble"
_LAYOUT: Final = 10  # of the folders; a higher number makes them afresh


def export(
    paths: BuildPaths,
    *,
    max_int8_loss: float = MAX_INT8_LOSS,
    threads: int = THREADS,
    recipe: str = "",
    twins: Sequence[Twin] = (),
    languages: Sequence[str] | None = None,
) -> Manifest:
    """Writes ``paths.export``: the trained models as ONNX, checked against PyTorch, and the query text encoder in 8 bits.

    Args:
        paths: with finished checkpoints, catalogue and protocol.
        max_int8_loss: of dev ndcg@10, above which float32 ships.
        threads: of ONNX Runtime.
        recipe: of the 8-bit encoder, see ``export.recipes``; empty for the fastest that loses little enough.
        twins: what GPU nodes get beside float32, see ``export.gpu_twins``.
        languages: of the shoppers, see ``export.dictionary``; None: those of the text encoder, where it is the default one.

    Raises:
        InputError: when ``max_int8_loss`` is no share, ``threads`` is below 1, no such recipe ships, or a language has no words.
        ManifestError: when an input folder is damaged, naming the file.
        StepError: when an input folder is missing or unfinished, an exported model answers otherwise than PyTorch, or another
            process is changing the catalogue.
    """
    if not 0.0 <= max_int8_loss <= 1.0:
        raise InputError("max_int8_loss", max_int8_loss, "allowed: 0 to 1, a difference of ndcg@10")
    if recipe and recipe not in SHIPPING:
        raise InputError("recipe", recipe, f"allowed: {', '.join(SHIPPING)}")
    check_threads(threads)
    if languages is not None:
        dictionary.check(languages)
    with exclusive(paths):
        return _export(paths, max_int8_loss, threads, recipe, sorted(set(twins)), languages)


def _export(
    paths: BuildPaths, max_int8_loss: float, threads: int, recipe: str, twins: Sequence[Twin], languages: Sequence[str] | None
) -> Manifest:
    inputs = {"checkpoints": paths.checkpoints, "catalogue": paths.catalogue, "protocol": paths.protocol}
    if (paths.knowledge / manifest.FILENAME).is_file():
        inputs["knowledge"] = paths.knowledge
    require(paths, inputs)
    spoken = sorted(set(dictionary.languages_of(paths.checkpoints) if languages is None else languages))
    asked = {"recipe": recipe, "twins": twins}
    settings = {"layout": _LAYOUT, "max_int8_loss": max_int8_loss, "languages": spoken}
    settings |= {name: value for name, value in asked.items() if value}
    if manifest.is_current(paths.export, step=EXPORT, inputs=inputs, settings=settings):
        return manifest.read(paths.export)
    made_from = manifest.fingerprints(inputs)
    started = time.monotonic()
    verify(inputs)
    models, catalogue = checkpoint.load(paths.checkpoints), Catalogue.open(paths.catalogue)
    afresh(paths.export)
    arguments = parity.real_arguments(models, catalogue)
    differences = export_models.write(paths.export, models, arguments)
    value_words.write(paths.export, paths.knowledge)
    dictionary.write(paths.export, spoken)
    with tempfile.TemporaryDirectory() as scratch:
        kitchen = Kitchen(paths.export, models, catalogue, Protocol.open(paths.protocol), Path(scratch))
        of_twins = {twin: _write_twin(twin, paths.export, catalogue, kitchen, arguments) for twin in twins}
        with dev_quality(paths, models, catalogue, threads=threads) as quality:
            recipes = [recipe] if recipe else AUTOMATIC
            found = cpu_encoder.ship_if_good(paths.export, quality, kitchen, max_loss=max_int8_loss, recipes=recipes)
    results = {
        "largest_difference": differences,
        **({"largest_difference_of_twins": of_twins} if of_twins else {}),
        "int8_shipped": found.shipped or "nothing: float32",
        "int8_loss": found.loss,
        "seconds": round(time.monotonic() - started, 1),
    }
    return manifest.write(paths.export, step=EXPORT, inputs=made_from, settings=settings, results=results)


def assemble(paths: BuildPaths, *, templates: Path = TEMPLATES, engines: Path | None = None) -> Manifest:
    """Writes ``paths.model_repository``: everything that a server needs, and nothing outside of it.

    The newest index is served; the one before it is kept for a rollback when it was made with the same models. Older ones are
    removed, from ``paths.index`` too.

    Args:
        paths: with a finished export and index.
        templates: configs and adapters.
        engines: a finished folder of TensorRT engines, for the variant ``tensorrt``.

    Raises:
        ManifestError: when an input folder is damaged, naming the file.
        StepError: when there is no index, it or the engines belong to other models, or a file is missing.
    """
    with exclusive(paths):
        return _assemble(paths, templates, engines)


def _assemble(paths: BuildPaths, templates: Path, engines: Path | None) -> Manifest:
    indices = servable(paths)
    inputs = {**assembled_from(paths, indices), **({"engines": engines} if engines else {})}
    settings = {"layout": _LAYOUT, "templates": digest(templates)}
    require(paths, inputs)
    if manifest.is_current(paths.model_repository, step=ASSEMBLE, inputs=inputs, settings=settings):
        return manifest.read(paths.model_repository)
    made_from = manifest.fingerprints(inputs)
    started = time.monotonic()
    verify(inputs)
    if engines and manifest.read(engines).inputs.get("export") != manifest.fingerprint(paths.export):
        raise StepError(f"{engines} is of other models than {paths.export} holds; run `assortment export --tensorrt` again")
    unfinished = paths.model_repository.with_suffix(".unfinished")
    afresh(unfinished)
    assembling.assemble(templates, paths.export, indices, unfinished, engines=engines)
    results = {"served_version": max(indices), "seconds": round(time.monotonic() - started, 1)}
    written = manifest.write(unfinished, step=ASSEMBLE, inputs=made_from, settings=settings, results=results)
    assembling.swap(unfinished, paths.model_repository)
    index_versions.prune(paths.index, keep=indices)
    return written


def servable(paths: BuildPaths) -> dict[int, Path]:
    """The newest index of a catalogue and the one before it, by version, as far as they were made with the exported models.

    Raises:
        StepError: when there is no index or no exported models, or the newest index was made with others.
    """
    newest = index_versions.finished(paths.index)[-KEPT_VERSIONS:]
    if not newest:
        raise StepError(f"{paths.index} holds no index; run `assortment index --catalogue {paths.root.name}` first")
    require(paths, {"export": paths.export})
    models = manifest.fingerprint(paths.export)
    indices = {version: paths.index / str(version) for version in newest}
    fitting = {version: folder for version, folder in indices.items() if manifest.read(folder).inputs["export"] == models}
    if newest[-1] not in fitting:
        raise StepError(
            f"{indices[newest[-1]]} was made with other models than {paths.export} holds: queries and products would not meet; "
            f"run `assortment index --catalogue {paths.root.name}` again"
        )
    return fitting


def assembled_from(paths: BuildPaths, indices: Mapping[int, Path]) -> dict[str, Path]:
    """What a repository of these versions is made of, by the names that its manifest uses."""
    return {"export": paths.export, **{f"index/{version}": folder for version, folder in indices.items()}}


@contextmanager
def dev_quality(
    paths: BuildPaths, models: TrainedModels, catalogue: Catalogue, *, threads: int = THREADS
) -> Iterator[DevQuality]:
    """What ranks the dev queries with any text encoder, over product vectors from training's cached features."""
    cached = features.extract(paths, models.settings)
    columns = product_tables(models, catalogue.products)
    tables = RowTables(
        product_vectors=all_product_vectors(models, new_corpus(catalogue.products, cached, models, [])).numpy(),
        label_vectors=columns.label_vectors,
        categories=columns.category,
        features=columns.product_features,
        places=offer_table.places(catalogue.products),
    )
    with tempfile.TemporaryDirectory() as scratch:
        scorer_graph.build(Path(scratch), paths.export / artefacts.SCORING, tables, version=1)
        scorer, protocol = artefacts.cpu_model(Path(scratch), artefacts.SCORER), Protocol.open(paths.protocol)
        yield DevQuality(paths.export, scorer, catalogue, protocol, threads=threads)


def _write_twin(
    twin: Twin, folder: Path, catalogue: Catalogue, kitchen: Kitchen, arguments: dict[str, tuple[Tensor, ...]]
) -> dict[str, float]:
    if twin == "float16":
        return gpu_twins.write_float16(folder, arguments)
    return gpu_twins.write_static_int8(folder, catalogue, kitchen.texts, arguments)


def digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all source files in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    told = "".join(f"{path.relative_to(folder)} {manifest.sha256(path)}\n" for path in files)
    return hashlib.sha256(told.encode()).hexdigest()
