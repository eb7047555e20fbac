"""A new version answers a few searches in this process before a server is told of it.

Triton 2.51 calls itself not ready, until it is started again, when a version of a model has once failed to load, although the
version before it goes on answering. So a version that cannot be loaded should never get that far.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from assortment import artefacts
from assortment.errors import AssortmentError, StepError
from assortment.paths import BuildPaths
from assortment.serving.pipeline import Pipeline, PipelineFiles
from assortment.serving.request import SearchRequest
from assortment_client.contract import candidate_key

_QUERY: Final = "canary"


def rehearse(paths: BuildPaths, version: int) -> None:
    """Searches one version by words and among candidates.

    Raises:
        StepError: when it cannot be opened, fails, or answers with nothing or from another version.
    """
    try:
        pipeline = open_version(paths, version)
        (found,) = pipeline.search([SearchRequest(query=_QUERY)])
        keys = np.array([candidate_key(product_id) for product_id in found.ids], dtype=np.int64)
        (ranked,) = pipeline.search([SearchRequest(query=_QUERY, candidates=keys)])
    except (AssortmentError, OSError, ValueError, KeyError) as error:
        raise StepError(f"catalogue version {version} does not answer: {error}") from error
    if not found.ids or {found.catalogue_version, ranked.catalogue_version} != {version}:
        told = f"{len(found.ids)} products of version {found.catalogue_version} and {ranked.catalogue_version}"
        raise StepError(f"catalogue version {version} answers with {told}")


def open_version(paths: BuildPaths, version: int) -> Pipeline:
    """The steps of one of the two newest versions in this process."""
    folder = paths.index / str(version)
    files = PipelineFiles.of_artefacts(paths.export, paths.index)
    return Pipeline(
        replace(files, version=version, scorer=artefacts.cpu_model(folder, artefacts.SCORER), candidate_scorer=folder)
    )
