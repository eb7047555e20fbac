"""What a training depends on beside its catalogue and protocol: settings, and the contents of what they name by a path.

Another model, WordNet or word list in the same place makes another run.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from assortment import manifest
from assortment.errors import InputError
from assortment.paths import BuildPaths
from training.knowledge.rings import DOMAIN_FOLDER
from training.settings import TrainingSettings

_LAYOUT: Final = 3  # raised when the same settings train otherwise


def chosen(settings: TrainingSettings) -> dict[str, Any]:
    """Plain values, of which each decides what is learned."""
    return {"layout": _LAYOUT, **settings.decisive(), **contents(settings)}


def contents(settings: TrainingSettings) -> dict[str, dict[str, str]]:
    """SHA-256 of what a run reads: hand-written lists, folders of text encoder, WordNet, translators, writer, catalogues."""
    translators = settings.translators.split(",") if settings.back_translated else []
    writer = _named("writer_files", settings.writer) if settings.written else {}
    return {**words(settings), **_named("translator_files", *translators), **writer}


def words(settings: TrainingSettings) -> dict[str, dict[str, str]]:
    """The part of ``contents`` that the knowledge base depends on."""
    lists = [str(DOMAIN_FOLDER)] if settings.domain_words else []
    others = {str(number): manifest.fingerprint(folder) for number, folder in enumerate(other_catalogues(settings))}
    return {
        **text_backbone(settings),
        **_named("domain_files", *lists),
        **_named("wordnet_files", settings.wordnet),
        **({"other_catalogues": others} if others else {}),
    }


def other_catalogues(settings: TrainingSettings) -> list[Path]:
    """The folders in ``settings.knowledge_from``.

    Raises:
        InputError: for one that holds no finished catalogue, or that is named twice.
    """
    folders = [Path(name.strip()).expanduser() for name in settings.knowledge_from.split(",") if name.strip()]
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise InputError("knowledge_from", settings.knowledge_from, "allowed: each catalogue once, else its texts count twice")
    for folder in folders:
        if not (folder / manifest.FILENAME).is_file() or manifest.read(folder).step != "catalogue":
            raise InputError("knowledge_from", str(folder), "allowed: folders of catalogues, such as build/icecat/catalogue")
    return folders


def text_backbone(settings: TrainingSettings) -> dict[str, dict[str, str]]:
    """The part of ``contents`` that features depend on."""
    return _named("text_backbone_files", settings.text_backbone)


def key(paths: BuildPaths, *more: Any) -> str:
    """SHA-256 over the catalogue and the protocol as they are, and ``more``."""
    made_from = manifest.fingerprints({"catalogue": paths.catalogue, "protocol": paths.protocol})
    return hashlib.sha256(json.dumps([made_from, *more], sort_keys=True).encode()).hexdigest()


def _named(what: str, *names: str) -> dict[str, dict[str, str]]:
    """Sums of the files in each folder; none where the name is that of a package or of a hub."""
    folders = [Path(name).expanduser() for name in names if name]
    files = [(number, file) for number, folder in enumerate(folders) if folder.is_dir() for file in sorted(folder.iterdir())]
    sums = {f"{number}/{file.name}": manifest.sha256(file) for number, file in files if file.is_file()}
    return {what: sums} if sums else {}
