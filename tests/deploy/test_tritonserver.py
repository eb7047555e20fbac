import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from assortment.errors import ServerError
from deploy.local import tritonserver

_ROOT = Path(__file__).parents[2]


def test_the_installed_server_can_run_here(tmp_path: Path) -> None:
    server = tritonserver.find(tmp_path / "lib")
    help_text = subprocess.run([server.binary, "--help"], capture_output=True, text=True, check=False, env=server.environment())
    assert "--model-config-name" in help_text.stdout + help_text.stderr
    server.install_backend(tmp_path / "backends")
    names = {path.name for path in (tmp_path / "backends" / "python").iterdir()}
    assert names == {"libtriton_python.so", "triton_python_backend_utils.py", "triton_python_backend_stub"}


def test_the_environments_own_python_comes_first(tmp_path: Path) -> None:
    server = tritonserver.find(tmp_path / "lib")
    found = subprocess.run(
        ["python3", "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True, env=server.environment()
    )
    assert found.stdout.strip() == sys.prefix


def test_missing_libraries_are_named_with_their_packages(tmp_path: Path) -> None:
    """The stubs for other Pythons need libraries that are not here."""
    spec = importlib.util.find_spec("pytriton")
    assert spec
    assert spec.submodule_search_locations
    stubs = Path(spec.submodule_search_locations[0]) / "tritonserver" / "python_backend_stubs"
    with pytest.raises(ServerError) as caught:
        tritonserver.check_libraries(stubs / "3.8" / "triton_python_backend_stub", library_path=str(tmp_path))
    assert "libpython3.8.so.1.0 => not found" in str(caught.value)
    assert "apt-get install libpython3.8" in str(caught.value)


def test_an_old_glibc_is_named() -> None:
    assert "glibc 2.35 or newer" in tritonserver.remedy(["/lib/libc.so.6: version `GLIBC_2.35' not found (required by stub)"])


def test_a_missing_package_is_named() -> None:
    assert "nvidia-pytriton, which carries tritonserver, is not installed: pip install" in _complaint(
        "sys.modules['pytriton'] = None"
    )


def test_numpy_2_is_refused(tmp_path: Path) -> None:
    metadata = tmp_path / "numpy-2.3.1.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 2.3.1\n")
    assert "numpy 2.3.1: Triton 2.51's Python backend returns empty tensors" in _complaint(
        f"sys.path.insert(0, {str(tmp_path)!r})"
    )


def _complaint(preparation: str) -> str:
    """What a Python of its own says after ``preparation``."""
    script = f"""
import sys
{preparation}
from pathlib import Path
from deploy.local import tritonserver
tritonserver.find(Path("lib"))
"""
    failed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=_ROOT)
    assert failed.returncode == 1
    return failed.stderr
