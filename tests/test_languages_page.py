"""docs/languages.md quotes what the default vocabulary makes of other languages; its code gives these lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "languages.md"


def test_the_figures_are_those_that_the_code_prints(capsys: pytest.CaptureFixture[str]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    code, told = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)[0] for kind in ("python", "text"))
    exec(compile(code, PAGE.name, "exec"), {})
    assert capsys.readouterr().out == told


def test_the_families_are_those_of_the_code() -> None:
    from training.text_families import FAMILIES

    told = re.findall(r"`model_type`s (.*?), with any", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    assert re.split(r",\s+|\s+and\s+", told) == list(FAMILIES)
