"""A real assembled repository, with plans as a GPU would build them: their bytes are made up, what is told of them is not."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assortment import artefacts, manifest
from assortment.contract import MAX_BATCH_SIZE, STEPS
from assortment.paths import BuildPaths
from export import assemble, gpu_configs
from export.assemble import EXPORTED
from export.repository_check.check import RULES
from export.repository_check.repository import Repository
from export.steps import TEMPLATES, servable
from export.tensorrt.releases import DEFAULT, release

PLANNED = ("text_encoder", "product_text_encoder", "image_encoder", "fusion", "product_fusion")
LENGTHS = {"text_encoder": 32, "product_text_encoder": 64}


def engines_of(export: Path, folder: Path) -> Path:
    """A folder of engines for compute capability 8.9."""
    folder.mkdir()
    facets = len(json.loads((export / artefacts.FACETS).read_text(encoding="utf-8")))
    told = {}
    for model in PLANNED:
        name = f"{model}.sm89.plan"
        (folder / name).write_bytes(f"no engine: there is no GPU here to build {model} on".encode())
        shapes = {t.name: [{-1: LENGTHS.get(model, facets)}.get(size, size) for size in t.dims] for t in STEPS[model].inputs}
        told[name] = {
            "tensorrt": release(DEFAULT).tensorrt,
            "compute_capability": "8.9",
            "precision": "fp32",
            "onnx_sha256": manifest.sha256(export / EXPORTED[model][artefacts.MODEL]),
            "profiles": [
                {name: {"min": [1, *dims], "opt": [8, *dims], "max": [MAX_BATCH_SIZE, *dims]} for name, dims in shapes.items()}
            ],
        }
    (folder / gpu_configs.ENGINES).write_text(json.dumps({"release": DEFAULT, "plans": told}), encoding="utf-8")
    manifest.write(folder, step="tensorrt", inputs={}, settings={})
    return folder


@pytest.fixture(scope="session")
def whole(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop's repository with plans; never to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    engines = engines_of(small_build.export, folder / "engines")
    target = folder / "model_repository"
    target.mkdir()
    assemble.assemble(TEMPLATES, small_build.export, servable(small_build), target, engines=engines)
    manifest.write(target, step="assemble", inputs=manifest.fingerprints({"engines": engines}), settings={})
    return target


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """The same, to be damaged; files are shared by hard links until ``write`` replaces them."""
    return Path(shutil.copytree(whole, tmp_path / "copy", copy_function=os.link))


@dataclass(frozen=True, kw_only=True)
class Damage:
    """What is done to a repository, and what has to be found."""

    rule: str
    do: Callable[[Path], None]
    file: str
    says: str
    variant: str = "default"
    release: str = DEFAULT

    def __str__(self) -> str:
        return f"{self.rule}-{self.says}"

    def check(self, folder: Path) -> None:
        """Damages the repository; its rule has to name the file, say what is wrong, and what to do."""
        self.do(folder)
        (rule,) = (rule for rule in RULES if rule.__name__ == self.rule)
        found = list(rule(Repository.open(folder, self.variant, release(self.release))))
        assert [finding for finding in found if finding.file == self.file and self.says in finding.wrong], found
        assert all(finding.remedy for finding in found)


def write(path: Path, content: str | bytes) -> None:
    """Puts a file of its own in the place of a shared one."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """A damage: text in the place of text."""

    def damage(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not say {old}"
        write(folder / name, text.replace(old, new, 1))

    return damage


def remove(name: str) -> Callable[[Path], None]:
    """A damage: a file or folder less."""

    def damage(folder: Path) -> None:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return damage


def replace(name: str, content: str | bytes) -> Callable[[Path], None]:
    """A damage: other contents, or one file more."""
    return lambda folder: write(folder / name, content)


def engine(old: str, new: str) -> Callable[[Path], None]:
    """A damage: other words on the first plan that they fit, the query encoder's or one before it."""
    return edit(gpu_configs.ENGINES, old, new)


def swap(name: str, other: str) -> Callable[[Path], None]:
    """A damage: another file's contents."""
    return lambda folder: write(folder / name, (folder / other).read_bytes())
