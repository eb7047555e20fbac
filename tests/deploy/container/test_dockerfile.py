"""The image, as far as it can be looked at without building it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from export.tensorrt.releases import DEFAULT

ROOT = Path(__file__).parents[3]
CONTAINER = ROOT / "deploy" / "container"
DOCKERFILE = (CONTAINER / "Dockerfile").read_text(encoding="utf-8")
COMPILE = re.findall(r'python3 -c "(.*)"', DOCKERFILE)[0]
COUNT = """
from importlib import import_module
from pkgutil import iter_modules
from assortment import diversify
modules = [import_module(f"assortment.diversify.{module.name}") for module in iter_modules(diversify.__path__)]
compiled = [thing.stats for module in modules for thing in vars(module).values() if hasattr(thing, "signatures")]
print(sum(sum(stats.cache_misses.values()) for stats in compiled), sum(sum(stats.cache_hits.values()) for stats in compiled))
"""


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, CONTAINER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_it_derives_from_the_release_that_repositories_are_checked_for() -> None:
    assert f"ARG RELEASE={DEFAULT}\n" in DOCKERFILE
    assert f"tritonserver:{DEFAULT}-py3" in (ROOT / "docs" / "gpu-nodes.md").read_text(encoding="utf-8")


def test_everything_that_is_copied_is_let_through_and_there() -> None:
    ignored = (CONTAINER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert any(source == rule[1:] or source.startswith(f"{rule[1:]}/") for rule in ignored if rule[0] == "!"), source


def test_requirements_are_pinned_hashed_and_whole() -> None:
    text = (CONTAINER / "requirements.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE))
    assert len(pinned) == text.count("==")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\ndependencies = [")[1].split("]")[0]
    wanted = {*re.findall(r'"([a-z0-9-]+)', project), "onnxruntime", "tritonclient"} - {"assortment-client"}
    assert wanted <= set(pinned)
    tested = dict(
        re.findall(r"^([a-zA-Z0-9-]+)==([^; \n]+)", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {name: pinned[name] for name in wanted} == {name: tested[name] for name in wanted}


@pytest.mark.slow
def test_compiled_code_is_found_again_in_a_copy(tmp_path: Path) -> None:
    told = dict(re.findall(r'(NUMBA_CPU_\w+)="?([^"\s]*)', DOCKERFILE))
    assert set(told) == {"NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"}

    def run(cache: str) -> tuple[int, int]:
        environment = {**os.environ, **told, "NUMBA_CACHE_DIR": str(tmp_path / cache)}
        printed = subprocess.run(
            [sys.executable, "-c", COMPILE + COUNT], env=environment, capture_output=True, text=True, check=True
        )
        misses, hits = map(int, printed.stdout.split())
        return misses, hits

    misses, _ = run("built")
    assert misses > 10
    (tmp_path / "built").rename(tmp_path / "copied")
    misses, hits = run("copied")
    assert misses == 0
    assert hits > 10
