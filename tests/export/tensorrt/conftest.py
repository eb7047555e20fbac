from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.tensorrt.exported import write_export


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """An export folder, see ``exported.py``."""
    write_export(tmp_path / "export")
    return tmp_path / "export"
