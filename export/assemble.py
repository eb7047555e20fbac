"""A complete model repository: the configs and adapters of ``model_repository/`` beside the models and tables they need.

Every model folder is complete by itself, because an object store hands them out one by one; a file that several folders
need is hard-linked, so it takes its space once.

Some models have the catalogue's version as their own. A repository holds the current and the previous one of these: Triton
loads the highest, and a rollback finds the other in its place.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from assortment import artefacts
from assortment.contract import MODELS
from assortment.errors import StepError
from export import gpu_configs, warm_up


def _served(exported: str) -> dict[str, str]:
    """The file a model is served from, and its twin with float16 inside."""
    return {artefacts.MODEL: exported, artefacts.MODEL_FP16: artefacts.fp16(exported)}


# File in a model's version folder -> exported file.
EXPORTED: Final[dict[str, dict[str, str]]] = {
    "prepare": {name: name for name in (artefacts.TOKENIZER, artefacts.VALUE_WORDS, *artefacts.DICTIONARY)},
    "prepare_product": {artefacts.TOKENIZER: artefacts.TOKENIZER, artefacts.LABELS: artefacts.LABELS},
    "text_encoder": {**_served(artefacts.TEXT_ENCODER), artefacts.MODEL_INT8: artefacts.TEXT_ENCODER_INT8},
    "product_text_encoder": _served(artefacts.PRODUCT_TEXT_ENCODER),
    "image_encoder": _served(artefacts.IMAGE_ENCODER),
    "fusion": _served(artefacts.FUSION),
    "product_fusion": _served(artefacts.PRODUCT_FUSION),
    "text_search": {
        name: name
        for name in (
            artefacts.TOKENIZER,
            artefacts.VALUE_WORDS,
            *artefacts.DICTIONARY,
            artefacts.TEXT_ENCODER,
            artefacts.TEXT_ENCODER_INT8,
            artefacts.FUSION,
        )
    },
}
# File in a model's version folder -> index file. The version of these models is the catalogue's, others stay at 1.
INDEXED: Final[dict[str, dict[str, str]]] = {
    "prepare": {},
    "scorer": {
        artefacts.MODEL: artefacts.SCORER,
        artefacts.MODEL_INT8: artefacts.SCORER_INT8,
        **{name: name for name in artefacts.SCORER_DATA},
    },
    "candidate_scorer": {
        name: name
        for name in (
            artefacts.CANDIDATE_SCORER,
            *artefacts.ROW_DATA,
            artefacts.KEYS,
            artefacts.KEY_ORDER,
            artefacts.INDEX,
        )
    },
    "text_search": {name: name for name in (artefacts.SCORER, artefacts.SCORER_INT8, *artefacts.SCORER_DATA)},
}
# Models that keep tables of several catalogue versions in catalogues/<version>/. INDEX comes last: it makes a folder complete.
_FILTERED: Final = (
    artefacts.FACET_CODES,
    artefacts.FACET_VALUES,
    artefacts.CATEGORY_CODES,
    artefacts.CATEGORY_VALUES,
    artefacts.OFFERS,
    *artefacts.WORDS,
    *artefacts.SPELLINGS,
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
TABLES: Final[dict[str, tuple[str, ...]]] = {"diversifier": _SHOWN, "prepare": _FILTERED, "text_search": _SHOWN}
_OPTIONAL: Final = (  # lost too much, of a small catalogue, or not asked for
    artefacts.MODEL_INT8,
    artefacts.TEXT_ENCODER_INT8,
    artefacts.SCORER_INT8,
    artefacts.COMPACT_VECTORS,
    artefacts.MODEL_FP16,
)
_WORTH_LINKING: Final = 1 << 16  # bytes; smaller files, those of the source tree among them, are copied


def assemble(templates: Path, export: Path, indices: Mapping[int, Path], target: Path, *, engines: Path | None = None) -> None:
    """Builds the repository in the empty folder ``target``.

    Args:
        templates: ``model_repository/`` of the source tree.
        export: the exported models.
        indices: catalogue version to its index folder, all made with these models.
        target: where to.
        engines: a folder of TensorRT engines of these models; None leaves the variant ``tensorrt`` without any.

    Raises:
        StepError: naming the file that is missing, or a plan that belongs to no model.
    """
    plans = gpu_configs.plans(engines) if engines else []
    planned = {path.parents[1].name for path in templates.glob("*/configs/tensorrt.pbtxt")}
    if unknown := {plan.model for plan in plans} - planned:
        raise StepError(f"{engines} holds plans of {sorted(unknown)}, which no TensorRT node has; allowed: {sorted(planned)}")
    for model in MODELS:
        template, folder = templates / model, target / model
        if not (template / "config.pbtxt").is_file():
            raise StepError(f"{template / 'config.pbtxt'} is missing; run from the top of a complete source checkout")
        shutil.copytree(template, folder, ignore=shutil.ignore_patterns("__pycache__", "1"))
        if model not in INDEXED:
            (folder / "1").mkdir()
            link({f"{model}/1/{name}": source for name, source in _unversioned(templates, export, model).items()}, target)
        its_plans = [plan for plan in plans if plan.model == model]
        link({f"{model}/1/{plan.filename}": plan.source for plan in its_plans}, target)
        gpu_configs.complete(folder, export, its_plans)
        for name, content in warm_up.files(model, export / artefacts.TOKENIZER).items():
            (folder / warm_up.FOLDER).mkdir(exist_ok=True)
            (folder / warm_up.FOLDER / name).write_bytes(content)
    for version, index in indices.items():
        link(version_files(version, templates, export, index), target)
    if engines:
        link({gpu_configs.ENGINES: engines / gpu_configs.ENGINES}, target)


def version_files(version: int, templates: Path, export: Path, index: Path) -> dict[str, Path]:
    """Every file that one catalogue version adds to a repository: its path there, to the file it is.

    Tables come first: when Triton finds a model of this version, what maps its rows is in place.
    """
    files = {
        f"{model}/{artefacts.CATALOGUES}/{version}/{name}": index / name for model, names in TABLES.items() for name in names
    }
    for model, names in INDEXED.items():
        indexed = {name: index / source for name, source in names.items()}
        of_model = {**_unversioned(templates, export, model), **_there(indexed)}
        files.update((f"{model}/{version}/{name}", source) for name, source in of_model.items())
    return files


def version_folders(version: int) -> list[str]:
    """The folders that ``version_files`` fills: of Triton's models first, then of tables."""
    return [*triton_folders(version), *(f"{model}/{artefacts.CATALOGUES}/{version}" for model in TABLES)]


def triton_folders(version: int) -> list[str]:
    """Those of them in which Triton finds a version of a model."""
    return [f"{model}/{version}" for model in INDEXED]


def link(files: Mapping[str, Path], target: Path) -> None:
    """Puts files into a repository, large ones by hard links where the file system has them.

    Raises:
        StepError: naming the file that is missing.
    """
    for name, source in files.items():
        if not source.is_file():
            step = "index" if source.parent.name.isdecimal() else "export"  # the folder of engines is of `export` too
            raise StepError(f"{source} is missing; run `assortment {step}` again")
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not (source.stat().st_size >= _WORTH_LINKING and _linked(source, place)):
            shutil.copy2(source, place)


def swap(finished: Path, target: Path) -> None:
    """Puts a finished folder in place of ``target``; a running server keeps the files that it has open."""
    previous = target.with_name(f"{target.name}.previous")
    shutil.rmtree(previous, ignore_errors=True)
    if target.exists():
        target.rename(previous)
    finished.rename(target)
    shutil.rmtree(previous, ignore_errors=True)


def _linked(source: Path, place: Path) -> bool:
    try:
        os.link(source, place)
    except OSError:  # another file system, or one without hard links
        return False
    return True


def _unversioned(templates: Path, export: Path, model: str) -> dict[str, Path]:
    """What lies in a version folder of a model whatever the catalogue: its adapter, and exported files."""
    adapters = (templates / model / "1").glob("*") if (templates / model / "1").is_dir() else ()
    exported = {name: export / source for name, source in EXPORTED.get(model, {}).items()}
    return {
        **{path.name: path for path in adapters if path.is_file()},
        **_there(exported),
    }


def _there(files: Mapping[str, Path]) -> dict[str, Path]:
    """All but the optional ones that were not made."""
    return {name: source for name, source in files.items() if source.is_file() or name not in _OPTIONAL}
