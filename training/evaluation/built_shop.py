"""A built shop, asked in process: its exported models and its newest index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assortment import artefacts, manifest
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.serving.catalogue_tables import newest, versions
from assortment.serving.pipeline import Pipeline


def open_shop(paths: BuildPaths, *, threads: int) -> Pipeline:
    """The pipeline of the exported models and the newest index.

    Raises:
        StepError, ManifestError: when a step before was not done or its folder is damaged, and when the index is of another
            catalogue or other models, or of an earlier version of this program.
    """
    again = f"run `assortment index --catalogue {paths.root.name}` first"
    manifest.verify(paths.export)
    if not versions(paths.index):
        raise StepError(f"{paths.index} holds no index; {again}")
    index = newest(paths.index)
    made_from = manifest.verify(index).inputs
    for name, folder in (("catalogue", paths.catalogue), ("export", paths.export)):
        if made_from[name] != manifest.fingerprint(folder):
            raise StepError(f"{index} was made from other files than {folder} holds now; {again}")
    if not all((index / name).is_file() for name in (*artefacts.WORDS, *artefacts.SPELLINGS)):
        raise StepError(f"{index} does not tell what words products say: an earlier version made it; {again}")
    return Pipeline.from_artefacts(paths.export, paths.index, threads=threads)


def check_products(paths: BuildPaths, steps: Mapping[str, Path]) -> None:
    """Refuses folders of other products, which a new import leaves behind; ``steps`` make them anew."""
    for step, folder in steps.items():
        if manifest.read(folder).inputs["catalogue"] != manifest.fingerprint(paths.catalogue):
            again = f"run `assortment {step} --catalogue {paths.root.name}` first"
            raise StepError(f"{folder} is of other products than {paths.catalogue} holds now; {again}")
