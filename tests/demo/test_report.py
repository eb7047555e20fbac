"""The page: whole in one file, safe with any product title, readable on a phone."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from demo.page import Comparison, SweepPoint
from demo.report import render

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Reader(HTMLParser):
    """Collects what a browser would load, and checks that elements nest."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.metas: list[dict[str, str | None]] = []
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "meta":
            self.metas.append(dict(attrs))
        self.sources += [value for name, value in attrs if name in ("src", "href", "srcset") and value]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def page(told: dict[str, Any], comparisons: list[Comparison], sweep: list[SweepPoint]) -> str:
    return render(told, comparisons, sweep, picked="Picked so & so.")


@pytest.fixture
def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def test_nothing_is_loaded_from_elsewhere(page: str, read: Reader) -> None:
    assert read.sources
    assert all(source.startswith("data:image/webp;base64,") for source in read.sources)
    assert not re.search(r"https?://|@import|url\((?!#)", page)


def test_text_is_escaped_everywhere(page: str, read: Reader) -> None:
    assert "script" not in read.tags
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 4  # the query, a title twice (text and tooltip), a facet's value
    assert "Picked so &amp; so." in page


def test_it_fits_a_phone(page: str, read: Reader) -> None:
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in read.metas
    assert "@media (max-width: 560px)" in page
    assert "prefers-color-scheme: dark" in page


def test_elements_nest(read: Reader) -> None:
    assert not read.open


def test_lists_pictures_and_what_changed(page: str) -> None:
    assert page.count('class="brought"') == 1
    assert "rank 34" in page
    assert "no picture" in page
    assert "A picture, no words" in page
    assert re.search(r"1 → 3", page)
    assert '<dd class="opened">+ Green</dd>' in page


def test_figures_intervals_steps_and_notes(page: str) -> None:
    for expected in (
        "0.700",
        "0.680 to 0.720",
        "+0.200",
        "7.1 ms",
        "2,000 requests",
        "already there",
        "4 min 12 s",
        "MMR at diversity 0.4",
    ):
        assert expected in page
    assert "<b>derived</b>" in page
    assert "A reduced run" not in page


def test_a_reduced_run_says_so(told: dict[str, Any], comparisons: list[Comparison], sweep: list[SweepPoint]) -> None:
    assert "A reduced run" in render({**told, "quick": True}, comparisons, sweep, picked="")
