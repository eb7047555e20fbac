"""A complete model repository: the configs and adapters of ``model_repository/`` beside the models and tables they need.

Every model folder is complete by itself, because an object store hands them out one by one; a file that several folders
need is hard-linked, so it takes its space once.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from assortment import artefacts
from assortment.contract import MODELS
from assortment.errors import StepError
from export import warm_up

# File in a model's version folder -> exported file.
EXPORTED: Final[dict[str, dict[str, str]]] = {
    "prepare": {artefacts.TOKENIZER: artefacts.TOKENIZER},
    "prepare_product": {artefacts.TOKENIZER: artefacts.TOKENIZER, artefacts.LABELS: artefacts.LABELS},
    "text_encoder": {artefacts.MODEL: artefacts.TEXT_ENCODER, artefacts.MODEL_INT8: artefacts.TEXT_ENCODER_INT8},
    "product_text_encoder": {artefacts.MODEL: artefacts.PRODUCT_TEXT_ENCODER},
    "image_encoder": {artefacts.MODEL: artefacts.IMAGE_ENCODER},
    "fusion": {artefacts.MODEL: artefacts.FUSION},
    "product_fusion": {artefacts.MODEL: artefacts.PRODUCT_FUSION},
    "text_search": {
        name: name for name in (artefacts.TOKENIZER, artefacts.TEXT_ENCODER, artefacts.TEXT_ENCODER_INT8, artefacts.FUSION)
    },
}
# File in a model's version folder -> index file. The version of these models is the catalogue's, others stay at 1.
INDEXED: Final[dict[str, dict[str, str]]] = {
    "prepare": {},
    "scorer": {artefacts.MODEL: artefacts.SCORER, **{name: name for name in artefacts.ROW_DATA}},
    "text_search": {name: name for name in (artefacts.SCORER, *artefacts.ROW_DATA)},
}
# Models that keep tables of several catalogue versions in catalogues/<version>/.
_FILTERED: Final = (
    artefacts.FACET_CODES,
    artefacts.FACET_VALUES,
    artefacts.CATEGORY_CODES,
    artefacts.CATEGORY_VALUES,
    artefacts.OFFERS,
    artefacts.INDEX,
)
_SHOWN: Final = (
    artefacts.IDS,
    artefacts.DIVERSITY_VECTORS,
    artefacts.DUPLICATE_CODES,
    artefacts.KEYS,
    artefacts.KEY_ORDER,
    *_FILTERED,
)
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "candidate_scorer": (artefacts.CANDIDATE_SCORER, *artefacts.ROW_DATA, artefacts.KEYS, artefacts.KEY_ORDER, artefacts.INDEX),
    "diversifier": _SHOWN,
    "prepare": _FILTERED,
    "text_search": _SHOWN,
}
_OPTIONAL: Final = {artefacts.TEXT_ENCODER_INT8}  # absent when 8 bits lost too much


def assemble(templates: Path, export: Path, indices: dict[int, Path], target: Path) -> None:
    """Builds the repository in the empty folder ``target``.

    Args:
        templates: ``model_repository/`` of the source tree.
        export: the exported models.
        indices: catalogue version to its index folder; the highest one is served, others keep their tables for answers
            that are under way during a swap.
        target: where to.

    Raises:
        StepError: naming the file that is missing.
    """
    version = max(indices)
    for model in MODELS:
        folder = target / model
        version_folder = folder / str(version if model in INDEXED else 1)
        _copy_template(templates / model, folder, version_folder)
        for name, source in EXPORTED.get(model, {}).items():
            _link(export / source, version_folder / name)
        for name, source in INDEXED.get(model, {}).items():
            _link(indices[version] / source, version_folder / name)
        for each, index in indices.items():
            for name in TABLES.get(model, ()):
                _link(index / name, folder / artefacts.CATALOGUES / str(each) / name)
        for name, content in warm_up.files(model, export / artefacts.TOKENIZER).items():
            (folder / warm_up.FOLDER).mkdir(exist_ok=True)
            (folder / warm_up.FOLDER / name).write_bytes(content)


def _copy_template(template: Path, folder: Path, version_folder: Path) -> None:
    """Copies configs, and what lies in 1/ to the version's folder."""
    if not (template / "config.pbtxt").is_file():
        raise StepError(f"{template / 'config.pbtxt'} is missing; run from the top of a complete source checkout")
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("__pycache__", "1"))
    version_folder.mkdir()
    if (template / "1").is_dir():
        shutil.copytree(template / "1", version_folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)


def _link(source: Path, target: Path) -> None:
    if not source.is_file():
        if source.name in _OPTIONAL:
            return
        step = "index" if source.parent.name.isdecimal() else "export"
        raise StepError(f"{source} is missing; run `assortment {step}` again")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, target)


def swap(finished: Path, target: Path) -> None:
    """Puts a finished folder in place of ``target``; a running server keeps the files that it has open."""
    previous = target.with_name(f"{target.name}.previous")
    shutil.rmtree(previous, ignore_errors=True)
    if target.exists():
        target.rename(previous)
    finished.rename(target)
    shutil.rmtree(previous, ignore_errors=True)
