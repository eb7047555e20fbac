"""The client installed alone, in an environment of its own: small, typed, and enough for a service."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import assortment_client
from assortment_client import testing

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ROOT / "tests" / "client" / "outside" / "service.py"
NOT_THE_CLIENTS = {"pip", "setuptools", "_distutils_hack", "pkg_resources", "distutils-precedence.pth"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the service, and a clean environment that the client was installed into."""
    folder = tmp_path_factory.mktemp("outside")
    shutil.copy(SERVICE, folder)
    run(sys.executable, "-m", "venv", "env", cwd=folder)
    pip = [folder / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "-c", ROOT / "constraints.txt", f"{ROOT / 'client'}[opentelemetry]", cwd=folder)
    return folder


def run(*words: object, cwd: Path) -> str:
    """Output of a command that must succeed, without this environment's paths."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_installed_is_small_and_as_the_readme_says(outside: Path) -> None:
    listed = json.loads(run(outside / "env/bin/python", "-m", "pip", "list", "--format", "json", cwd=outside))
    names = {distribution["name"].lower().replace("-", "_") for distribution in listed}
    assert {"assortment_client", "numpy", "tritonclient", "grpcio", "protobuf", "opentelemetry_api"} <= names
    assert not {"torch", "transformers", "onnxruntime", "pandas", "scipy", "aiohttp", "gevent", "assortment"} & names
    (site_packages,) = (outside / "env" / "lib").glob("python*/site-packages")
    installed = [path for path in site_packages.iterdir() if path.name.partition("-")[0] not in NOT_THE_CLIENTS]
    files = [file for path in installed for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    (told,) = re.findall(r"about (\d+) MB on disk", (ROOT / "client" / "README.md").read_text(encoding="utf-8"))
    assert megabytes == pytest.approx(int(told), rel=0.15)


def test_a_service_runs_on_it(outside: Path) -> None:
    printed = run(outside / "env/bin/python", "-W", "error", "service.py", cwd=outside).splitlines()
    assert printed[0] == "('a', 'b') 1.0 ['RELEVANCE', 'RELEVANCE'] False ('a', 'b') 1.0 ['RELEVANCE', 'RELEVANCE'] False"
    assert printed[4] == "ServerFailed INTERNAL False  ['ServerFailed']"
    assert printed[5].endswith("float32 True")
    origin = "import assortment_client.opentelemetry as module; print(module.__file__)"
    assert str(outside) in run(outside / "env/bin/python", "-c", origin, cwd=outside)


@pytest.mark.triton
def test_the_readmes_first_example_works_on_a_served_catalogue(outside: Path, served) -> None:
    first = re.findall(r"```python\n(.*?)```", (ROOT / "client" / "README.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    (outside / "first.py").write_text(first.replace("127.0.0.1:8001", served.url), encoding="utf-8")
    lines = run(outside / "env/bin/python", "-W", "error", "first.py", cwd=outside).splitlines()
    assert {line.split()[0] for line in lines} <= set(served.ids)
    assert len(lines) == 10


def test_the_command_is_there(outside: Path) -> None:
    assert "ping" in run(outside / "env/bin/assortment-client", "--help", cwd=outside)


def test_the_service_uses_every_public_name() -> None:
    program = SERVICE.read_text(encoding="utf-8")
    assert [name for name in (*assortment_client.__all__, *testing.__all__) if not re.search(rf"\b{name}\b", program)] == []


def test_mypy_sees_full_types_from_outside(outside: Path) -> None:
    python = outside / "env" / "bin" / "python"
    words = ["--strict", "--python-executable", python, "--config-file", os.devnull, "--cache-dir", os.devnull, "service.py"]
    assert "no issues found in 1 source file" in run(sys.executable, "-m", "mypy", *words, cwd=outside)


def test_pyright_sees_full_types_from_outside(outside: Path) -> None:
    settings = {"typeCheckingMode": "strict", "venvPath": str(outside), "venv": "env", "include": ["service.py"]}
    (outside / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    assert "0 errors" in run(sys.executable, "-m", "pyright", cwd=outside)
