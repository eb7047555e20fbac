"""What a training depends on beside its catalogue and protocol: settings, and the contents of what they name by a path.

Another model, WordNet or word list in the same place makes another run.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from assortment import manifest
from assortment.paths import BuildPaths
from training.knowledge.rings import DOMAIN_FOLDER
from training.settings import TrainingSettings

_LAYOUT: Final = 1  # raised when the same settings train otherwise


def chosen(settings: TrainingSettings) -> dict[str, Any]:
    """Plain values, of which each decides what is learned."""
    return {"layout": _LAYOUT, **settings.decisive(), **contents(settings)}


def contents(settings: TrainingSettings) -> dict[str, dict[str, str]]:
    """SHA-256 of each file that a run reads: hand-written lists, local folders of a text encoder, WordNet, translators."""
    named = {
        **text_backbone(settings),
        "domain_files": _sums(str(DOMAIN_FOLDER)) if settings.domain_words else {},
        "wordnet_files": _sums(settings.wordnet),
        "translator_files": _sums(*settings.translators.split(",")) if settings.back_translated else {},
    }
    return {name: sums for name, sums in named.items() if sums}


def text_backbone(settings: TrainingSettings) -> dict[str, dict[str, str]]:
    """The part of ``contents`` that features depend on."""
    sums = _sums(settings.text_backbone)
    return {"text_backbone_files": sums} if sums else {}


def key(paths: BuildPaths, *more: Any) -> str:
    """SHA-256 over the catalogue and the protocol as they are, and ``more``."""
    made_from = manifest.fingerprints({"catalogue": paths.catalogue, "protocol": paths.protocol})
    return hashlib.sha256(json.dumps([made_from, *more], sort_keys=True).encode()).hexdigest()


def _sums(*named: str) -> dict[str, str]:
    """Of every file; none where the name is that of a package or of a hub."""
    folders = [Path(name).expanduser() for name in named if name]
    files = [file for folder in folders if folder.is_dir() for file in sorted(folder.iterdir()) if file.is_file()]
    return {f"{file.parent.name}/{file.name}": manifest.sha256(file) for file in files}
