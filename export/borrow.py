"""The models of another catalogue: for a shop that is too small to train on, or that has to be searched today."""

from __future__ import annotations

from typing import Any, Final

from assortment import manifest
from assortment.errors import InputError, StepError
from assortment.manifest import Manifest
from assortment.one_at_a_time import exclusive
from assortment.paths import BuildPaths
from assortment.serving.catalogue_tables import ProductTable
from export import index_versions
from export.assemble import link
from export.inputs import afresh, require_release, verify
from export.steps import EXPORT

_LAYOUT: Final = 4  # of the folder, and of what its index makes of labels; a higher number makes it afresh


def borrow(paths: BuildPaths, lender: BuildPaths) -> Manifest:
    """Writes ``paths.export`` with the exported models of another catalogue, and its default strength of diversification.

    They know its words, categories and labels; a product of whose labels they know half or less has none
    in its vector.

    Raises:
        InputError: when a catalogue is to borrow from itself.
        ManifestError: when the lender's models are damaged.
        StepError: when the lender has none, there is no such catalogue, or another process is changing it.
    """
    if lender.root.resolve() == paths.root.resolve():
        raise InputError("models-of", lender.root.name, "allowed: another catalogue than the one that borrows")
    if not (lender.export / manifest.FILENAME).is_file():
        raise StepError(f"{lender.export} holds no exported models; run `assortment export --catalogue {lender.root.name}` first")
    inputs = {"export": lender.export}
    settings = {"layout": _LAYOUT, "models_of": lender.root.name}
    with exclusive(paths):
        if manifest.is_current(paths.export, step=EXPORT, inputs=inputs, settings=settings):
            return manifest.read(paths.export)
        made_from = manifest.fingerprints(inputs)
        verify(inputs)
        require_release(lender.export, catalogue=lender.root.name)
        results = {"models_of": lender.root.name, "default": _default(lender)}
        afresh(paths.export)
        lent = manifest.read(lender.export)
        link({name: lender.export / name for name in lent.files}, paths.export)
        return manifest.write(paths.export, step=EXPORT, inputs=made_from, settings=settings, results=results)


def _default(lender: BuildPaths) -> dict[str, Any]:
    """How the lender diversifies when a search does not say."""
    newest = index_versions.newest(lender.index)
    if newest is None:
        default: dict[str, Any] = manifest.read(lender.export).results.get("default", {})
        return default
    table = ProductTable.open(lender.index / str(newest))
    return {"default_strategy": table.default_strategy, "default_diversity": table.default_diversity}
