"""A copy of the model repository as Model Analyzer wants it: it reads ``config.pbtxt`` alone and knows no variants."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from google.protobuf import text_format

from perf import model_configs
from perf.model_analyzer import core


def copy(source: Path, target: Path, *, variant: str = "") -> None:
    """Copies a repository, files by hard links, with a variant's configurations in the place of ``config.pbtxt``.

    Args:
        source: an assembled repository.
        target: a folder that is not there yet.
        variant: "cpu", or nothing for that of a GPU node.
    """
    shutil.copytree(source, target, copy_function=_link, ignore=shutil.ignore_patterns("__pycache__", "manifest.json"))
    for config in target.glob(f"*/configs/{variant}.pbtxt") if variant else ():
        place = config.parent.parent / "config.pbtxt"
        place.unlink()  # a link: writing into it would change the original
        shutil.copy2(config, place)


def add_core(repository: Path) -> None:
    """Adds the ensemble ``search_core`` to a copy."""
    steps = {model: model_configs.read(repository, model) for model in core.CORE_STEPS}
    config = core.cut(model_configs.read(repository, "search_multimodal"), steps)
    folder = repository / core.CORE
    (folder / "1").mkdir(parents=True)
    (folder / "1" / "README").write_text("An ensemble has no files; the folder has to be there.\n", encoding="utf-8")
    (folder / "config.pbtxt").write_text(text_format.MessageToString(config), encoding="utf-8")


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, target)
    return target
