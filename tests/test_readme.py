"""The README is right: its Python runs against a real server, its commands and links exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from assortment.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "client" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.slow
@pytest.mark.triton
@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_blocks_run(block: str, served, capsys) -> None:
    exec(compile(block.replace("127.0.0.1:8001", served.url), "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_the_page_on_diversification_runs(capsys) -> None:
    page = (ROOT / "docs" / "diversification.md").read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(block, "diversification.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) >= 2


def test_every_command_is_named() -> None:
    assert set(re.findall(r"assortment ([a-z]+)", README.split("## The command line")[1])) >= set(COMMANDS) - {"demo"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


def test_make_alone_names_every_target() -> None:
    printed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split():
        assert f"make {target} " in printed
