"""The step index: one more version of a catalogue, as far as possible from the vectors of the version before."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from assortment import artefacts, manifest
from assortment.catalogue.store import Catalogue
from assortment.errors import ManifestError
from assortment.manifest import Manifest
from assortment.one_at_a_time import exclusive
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.catalogue_tables import KeyTable, ProductTable
from assortment.serving.pipeline import Pipeline, PipelineFiles
from assortment.sweep import choice
from assortment.sweep import trials as sweeps
from export import index as indexing
from export import index_versions
from export.defaults import THREADS
from export.index import IndexSettings, OutputNames
from export.inputs import afresh, check_threads, require, require_release, verify
from export.known_vectors import KnownVectors
from export.product_encoder import ProductEncoder

STEP: Final = "index"
LAYOUT: Final = 10  # of the folder; a higher number makes it afresh

_log = logging.getLogger(__name__)


def index(paths: BuildPaths, *, threads: int = THREADS) -> Manifest:
    """Writes the next ``paths.index/<version>``: vectors by the exported models, the scorers, and the tables of rows.

    Does nothing when the newest version was made from this catalogue and these models. Products that the newest version
    has already, unchanged and by the same models, are not encoded again.

    Args:
        paths: with a finished export and catalogue. With a protocol that belongs to them, the default strength of
            diversification is calibrated on its dev queries; else the newest version's is kept, or that of the models.
        threads: of ONNX Runtime.

    Raises:
        InputError: when ``threads`` is below 1.
        ManifestError: when an input folder is damaged, naming the file.
        StepError: when an input folder is missing or unfinished, or two products have the same candidate key.
    """
    check_threads(threads)
    with exclusive(paths):
        return _index(paths, threads)


def _index(paths: BuildPaths, threads: int) -> Manifest:
    inputs = {"export": paths.export, "catalogue": paths.catalogue}
    require(paths, inputs)
    require_release(paths.export, catalogue=paths.root.name)
    settings = {"layout": LAYOUT, "protocol": _judged_by(paths)}
    _withdraw_foreign(paths)
    newest = index_versions.newest(paths.index)
    earlier = None if newest is None else paths.index / str(newest)
    if earlier and manifest.is_current(earlier, step=STEP, inputs=inputs, settings={**settings, "version": int(earlier.name)}):
        return manifest.read(earlier)
    made_from = manifest.fingerprints(inputs)
    started = time.monotonic()
    verify(inputs)
    catalogue = Catalogue.open(paths.catalogue)
    earlier = earlier if earlier and _is_whole(earlier) else None
    known = earlier if earlier and manifest.read(earlier).inputs["export"] == manifest.fingerprint(paths.export) else None
    version = index_versions.next_version(paths)
    folder = paths.index / str(version)
    afresh(folder)
    encoded = ProductEncoder(paths.export, threads=threads).encode(catalogue, KnownVectors.open(known) if known else None)
    chosen = IndexSettings(version=version, **_default(paths, known))
    indexing.write(
        folder,
        scoring=paths.export / artefacts.SCORING,
        products=catalogue.products,
        tables=encoded.tables,
        fingerprints=encoded.fingerprints,
        names=encoded.names,
        settings=chosen,
    )
    results: dict[str, Any] = {
        "products": len(catalogue),
        **(changes(earlier, folder) if earlier else {}),
        "reused": encoded.num_reused,
        "texts": encoded.num_texts,
        "pictures": encoded.num_pictures,
        "unreadable_pictures": encoded.num_unreadable,
        **_calibrate(paths, folder, catalogue, encoded.names, chosen, threads=threads),
        "seconds": round(time.monotonic() - started, 1),
    }
    return manifest.write(folder, step=STEP, inputs=made_from, settings={**settings, "version": version}, results=results)


def changes(earlier: Path, later: Path) -> dict[str, int]:
    """What became of the products between two versions of an index, in numbers: new, removed, changed."""
    before, after = KeyTable.open(earlier), KeyTable.open(later)
    rows, stayed = before.find(after.keys)
    marks_before, marks_after = (np.load(folder / artefacts.FINGERPRINTS) for folder in (earlier, later))
    changed = (marks_before[rows[stayed]] != marks_after[stayed]).any(axis=1)
    return {
        "new": int((~stayed).sum()),
        "removed": len(before.keys) - int(stayed.sum()),
        "changed": int(changed.sum()),
    }


def _is_whole(folder: Path) -> bool:
    """Whether vectors may be taken from it: a damaged one would pass its damage on under new checksums."""
    try:
        manifest.verify(folder)
    except ManifestError as error:
        _log.warning("nothing is taken from the version before: %s", error)
        return False
    return True


def _withdraw_foreign(paths: BuildPaths) -> None:
    """Versions that another release of this program made have other files than this one reads."""
    for version in index_versions.finished(paths.index):
        if manifest.read(paths.index / str(version)).settings["layout"] != LAYOUT:
            index_versions.withdraw(paths.index, version)


def _default(paths: BuildPaths, known: Path | None) -> dict[str, Any]:
    """How results are diversified when nothing can be calibrated: as in the version before, or as the models' lender does."""
    if known:
        table = ProductTable.open(known)
        return {"default_strategy": table.default_strategy, "default_diversity": table.default_diversity}
    lent: dict[str, Any] = manifest.read(paths.export).results.get("default", {})
    return lent


def _calibrate(
    paths: BuildPaths, folder: Path, catalogue: Catalogue, names: OutputNames, chosen: IndexSettings, *, threads: int
) -> dict[str, Any]:
    """Tries the diversifier on the dev queries and writes the best setting into the index; returns what the manifest tells."""
    kept = {"strategy": chosen.default_strategy, "strength": chosen.default_diversity}
    if _judged_by(paths) is None:
        _log.warning("%s has no judged queries of its own: results are diversified by %s", paths.root.name, kept)
        return {"default": kept, "diversity_sweep": []}
    manifest.verify(paths.protocol)
    files = replace(PipelineFiles.of_artefacts(paths.export, paths.index), scorer=artefacts.cpu_model(folder, artefacts.SCORER))
    trials = sweeps.sweep(
        Pipeline(files, threads=threads),
        Protocol.open(paths.protocol),
        ProductTable.open(folder),
        sweeps.settings(sweeps.DIVERSITIES),
    )
    if not trials:
        _log.warning("%s has no dev queries: results are diversified by %s", paths.protocol, kept)
        return {"default": kept, "diversity_sweep": []}
    found = choice.best(trials)
    calibrated = replace(chosen, default_strategy=found.setting.strategy, default_diversity=found.setting.strength)
    indexing.write_summary(folder, num_products=len(catalogue), names=names, settings=calibrated)
    return {"default": found.row(), "diversity_sweep": [trial.row() for trial in trials]}


def _judged_by(paths: BuildPaths) -> str | None:
    """The fingerprint of the protocol, when its judgments are of the products that the catalogue has now."""
    if not (paths.protocol / manifest.FILENAME).is_file():
        return None
    if manifest.read(paths.protocol).inputs["catalogue"] != manifest.fingerprint(paths.catalogue):
        return None
    return manifest.fingerprint(paths.protocol)
