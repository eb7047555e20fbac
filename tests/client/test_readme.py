"""The client's README and the page on filters are right."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import assortment_client
from assortment import cli
from assortment_client import SearchError

README = Path(__file__).parents[2] / "client" / "README.md"
FILTERS = Path(__file__).parents[2] / "docs" / "filters.md"
BLOCKS = [block for page in (README, FILTERS) for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_python_block_runs(block: str, scripted, capsys) -> None:
    scripted.answer_products(["a"])
    exec(compile(block.replace("127.0.0.1:8001", scripted.endpoint), "a page", "exec"), {})
    if "print(error)  # " in block:
        assert capsys.readouterr().out.strip() == re.search(r"print\(error\)  # (.*)", block)[1]


def test_every_error_is_explained() -> None:
    exported = (getattr(assortment_client, name) for name in assortment_client.__all__)
    errors = {thing.__name__ for thing in exported if isinstance(thing, type) and issubclass(thing, SearchError)}
    assert errors - {"SearchError"} == set(re.findall(r"^\| `(\w+)`", README.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_command_on_the_page_on_filters_runs(scripted, capsys) -> None:
    (command,) = re.findall(r"```sh\n(.*?)```", FILTERS.read_text(encoding="utf-8"), re.DOTALL)
    words = shlex.split(command.replace("\\\n", " "))
    assert words[0] == "assortment"
    assert cli.main([*words[1:], "--url", scripted.endpoint]) == 0
    assert "2 results" in capsys.readouterr().out
