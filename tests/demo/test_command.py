"""``assortment demo`` on wrong flags: a clear message, an exit code, nothing started."""

from __future__ import annotations

from pathlib import Path

import pytest

from assortment.cli import main


def test_an_imported_catalogue_needs_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--catalogue", "fashion", "--build", str(tmp_path)]) == 1
    assert "--data" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_failing_step_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["demo", "--catalogue", "fashion", "--data", str(empty), "--build", str(tmp_path / "build")]) == 1
    assert "the catalogue step failed" in capsys.readouterr().err


def test_the_help_says_where_the_report_will_be(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--help"])
    assert "build/demo/report.html" in capsys.readouterr().out
