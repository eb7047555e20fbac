"""The report's page: every part of it, what is missing, and nothing that a part could smuggle in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assortment.errors import InputError, StepError
from assortment_client import Overloaded
from perf.report import page, results
from perf.report.__main__ import main
from perf.report.part import Part, Picture, Table
from perf.report.tools import TOOLS

ROOT = Path(__file__).parents[3]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def _leave(build: Path, tool: str, *, incomplete: str = "", folder: str = "") -> Path:
    where = build / (folder or tool)
    where.mkdir()
    (where / "plot.svg").write_text(SVG)
    Part(
        tool=tool,
        title=f"Title of {tool}",
        command=f"make {tool}",
        finding="<script>alert(1)</script> & 5 < 6",
        made="2026-01-01T00:00:00+00:00",
        machine="a machine, 2 cores",
        incomplete=incomplete,
        tables=[Table(title="Figures", columns=("", "p99"), rows=[("served", "12.5")], note="in ms")],
        pictures=[Picture(file="plot.svg", alt="a line", caption="It rises.")],
        notes=["One assumption."],
    ).write(where)
    return where


def test_the_page_has_every_part_in_order_and_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for tool in ("zzz", "bench", "load"):
        _leave(tmp_path, tool, incomplete="the server died" if tool == "bench" else "")
    _leave(tmp_path, "load", folder="load.previous")
    assert main(["--build", str(tmp_path)]) == 0
    html = (tmp_path / page.FOLDER / page.PAGE).read_text()
    assert re.findall(r'<section id="(\w+)">', html) == ["load", "bench", "zzz", "missing"]
    assert "the server died" in html
    assert "data:image/svg+xml;base64," in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r'(src|href)="(?!data:|#)', html)  # nothing is loaded from elsewhere
    told = capsys.readouterr().out
    for tool in TOOLS:
        assert (f"<code>{tool.command}</code></dd>" in html) == (tool.name not in {"load", "bench"})
        assert (f"  {tool.name}: missing" in told) == (tool.name not in {"load", "bench"})
    assert "bench: INCOMPLETE" in told


def test_an_empty_folder_gives_a_page_that_says_so(tmp_path: Path) -> None:
    assert "No tool has left results yet" in page.write(tmp_path).read_text()
    with pytest.raises(InputError, match="build"):
        page.write(tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["missing.svg", "../secret.svg", "plot.js"])
def test_pictures_are_files_of_their_folder(tmp_path: Path, file: str) -> None:
    (tmp_path / "secret.svg").write_text(SVG)
    where = _leave(tmp_path, "load")
    part = Part.read(where)
    (found,) = page.parts(tmp_path)
    assert part.pictures[0].file == "plot.svg"
    with pytest.raises(InputError, match="picture"):
        found.source(file)


def test_a_run_that_ends_early_leaves_a_part_that_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "bench"
    with pytest.raises(StepError), results.claimed(folder, tool="bench", title="A bench", command="make bench"):
        raise StepError("nothing is assembled")
    assert Part.read(folder).incomplete == "nothing is assembled"
    with pytest.raises(KeyboardInterrupt), results.claimed(folder, tool="bench", title="A bench", command="make bench"):
        raise KeyboardInterrupt
    assert Part.read(folder).incomplete == "interrupted"
    with pytest.raises(Overloaded), results.claimed(folder, tool="bench", title="A bench", command="make bench"):
        raise Overloaded("the queue is full")
    assert Part.read(folder).incomplete == "the queue is full"


def test_every_command_is_a_target() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {tool.command.removeprefix("make ") for tool in TOOLS} <= set(targets)
