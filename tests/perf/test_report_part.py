from __future__ import annotations

import pytest

from assortment.errors import InputError
from perf.report.part import PART, Part, Picture, Table
from perf.report.results import claim

FOUND = Part(
    tool="load",
    title="Load",
    command="make load",
    finding="It keeps 40 a second.",
    made="2026-01-01T00:00:00Z",
    machine="two cores",
    tables=[Table(title="Latency", columns=["p50", "p99"], rows=[["4 ms", "9 ms"]])],
    pictures=[Picture(file="plot.svg", alt="latency over rate")],
    notes=["One run."],
)


def test_a_part_is_read_as_it_was_written(tmp_path) -> None:
    FOUND.write(tmp_path)
    read = Part.read(tmp_path)
    assert (read.tool, read.finding, read.notes) == (FOUND.tool, FOUND.finding, FOUND.notes)
    assert read.tables[0].rows == [["4 ms", "9 ms"]]
    assert read.pictures[0].file == "plot.svg"


@pytest.mark.parametrize("content", [None, "", "[]", '{"tool": "load"}'])
def test_what_is_no_part_is_named(tmp_path, content: str | None) -> None:
    if content is not None:
        (tmp_path / PART).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"part\.json"):
        Part.read(tmp_path)


def test_a_second_run_keeps_the_first_beside_it(tmp_path) -> None:
    FOUND.write(claim(tmp_path / "load", "load"))
    second = claim(tmp_path / "load", "load")
    assert not (second / PART).exists()
    assert Part.read(tmp_path / "load.previous").tool == "load"


@pytest.mark.parametrize("tool", ["peers", None])
def test_what_others_left_is_not_written_over(tmp_path, tool: str | None) -> None:
    folder = tmp_path / "load"
    if tool:
        FOUND.write(claim(folder, tool))
    folder.mkdir(exist_ok=True)
    (folder / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="results folder"):
        claim(folder, "load")
    assert (folder / "diary.txt").read_text(encoding="utf-8") == "mine"
