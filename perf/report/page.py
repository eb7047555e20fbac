"""Joins every tool's part into one page, ``build/perf_report/index.html``: one file with its pictures and its style inside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assortment.errors import InputError
from perf.report import origin
from perf.report.part import PART, Part
from perf.report.results import PREVIOUS
from perf.report.tools import TOOLS, Tool

FOLDER: Final = "perf_report"
PAGE: Final = "index.html"
_TEMPLATES: Final = Path(__file__).parent / "templates"
_MEDIA_TYPES: Final = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part and where it lies."""

    part: Part
    folder: Path

    def source(self, file: str) -> str:
        """A picture as a data URI.

        Raises:
            InputError: when it is not there, leads out of the folder, or is of another kind.
        """
        path = self.folder / file
        media_type = _MEDIA_TYPES.get(path.suffix)
        if media_type is None or path.parent != self.folder or not path.is_file():
            allowed = f"allowed: an SVG, PNG or WebP file in {self.folder}; make it again with: {self.part.command}"
            raise InputError("picture", file, allowed)
        return f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode()}"


def parts(build: Path) -> list[Found]:
    """The parts under ``build``, known tools in the page's order, then others by name; what an earlier run left is left out.

    Raises:
        InputError: when a ``part.json`` is not one.
    """
    folders = sorted(path.parent for path in build.glob(f"*/{PART}") if not path.parent.name.endswith(PREVIOUS))
    order = [tool.name for tool in TOOLS]
    found = [Found(part=Part.read(folder), folder=folder) for folder in folders]
    return sorted(found, key=lambda one: (order.index(one.part.tool) if one.part.tool in order else len(order), one.folder.name))


def missing(found: Sequence[Found]) -> list[Tool]:
    """The tools that have left no part."""
    there = {one.part.tool for one in found}
    return [tool for tool in TOOLS if tool.name not in there]


def render(found: Sequence[Found]) -> str:
    """The whole page. Jinja escapes all text."""
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    questions = {tool.name: tool.question for tool in TOOLS}
    return environment.get_template("page.html").render(
        css=Markup((_TEMPLATES / "page.css").read_text(encoding="utf-8")),
        found=found,
        questions=questions,
        missing=missing(found),
        made=origin.made(),
    )


def write(build: Path) -> Path:
    """Joins what is there and returns the page's path.

    Raises:
        InputError: when ``build`` is no folder, or a part or a picture of it cannot be used.
    """
    if not build.is_dir():
        raise InputError("build", str(build), "allowed: the folder of all outputs, with the results of at least one tool")
    page = render(parts(build))
    folder = build / FOLDER
    folder.mkdir(exist_ok=True)
    (folder / PAGE).write_text(page, encoding="utf-8")
    return folder / PAGE
