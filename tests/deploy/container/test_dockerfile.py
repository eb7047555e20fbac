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
COMPILE = """
import numpy as np
from assortment.diversify.compiled import dot
dot(np.ones(2, dtype=np.float32), np.ones(2, dtype=np.float32))
print(sum(dot.stats.cache_misses.values()), sum(dot.stats.cache_hits.values()))
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

    def misses_and_hits(cache: str) -> str:
        environment = {**os.environ, **told, "NUMBA_CACHE_DIR": str(tmp_path / cache)}
        return subprocess.run([sys.executable, "-c", COMPILE], env=environment, capture_output=True, text=True, check=True).stdout

    assert misses_and_hits("built") == "1 0\n"
    (tmp_path / "built").rename(tmp_path / "copied")
    assert misses_and_hits("copied") == "0 1\n"
