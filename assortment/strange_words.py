"""Whether figures on frozen queries still tell how strange words are taken: not of models that were trained on these words."""

from __future__ import annotations

from collections.abc import Iterable

from assortment import manifest
from assortment.paths import BuildPaths


def notes(catalogues: Iterable[BuildPaths]) -> list[str]:
    """A line for each of the catalogues whose own models were trained on the words that dev and test keep for themselves.

    Raises:
        ManifestError: when the manifest of such models is damaged.
    """
    return [
        f"{paths.root.name}'s models were trained on the words that dev and test keep (test_words_trained_on): figures of theirs "
        "do not tell how strange words are taken"
        for paths in catalogues
        if (paths.checkpoints / manifest.FILENAME).is_file()
        and manifest.read(paths.checkpoints).results.get("test_words_trained_on")
    ]
