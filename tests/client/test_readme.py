"""The client's README and the page on filters are right."""

from __future__ import annotations

import dataclasses
import inspect
import re
import shlex
from pathlib import Path

import pytest

import assortment_client
from assortment import cli
from assortment_client import Breaker, Hedge, Retry, SearchClient, SearchError
from assortment_client.command import main
from assortment_client.testing import FakeServer

README = Path(__file__).parents[2] / "client" / "README.md"
FILTERS = Path(__file__).parents[2] / "docs" / "filters.md"
BLOCKS = [block for page in (README, FILTERS) for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]


@pytest.fixture
def server():
    with FakeServer(["a", "b"]) as server:
        yield server


@pytest.mark.parametrize("block", BLOCKS)
def test_every_python_block_runs(block: str, server, authority, monkeypatch, capsys) -> None:
    monkeypatch.chdir(authority.folder)  # which has the certificates that a block names
    exec(compile(block.replace("127.0.0.1:8001", server.endpoint), "a page", "exec"), {})
    if "print(error)  # " in block:
        assert capsys.readouterr().out.strip() == re.search(r"print\(error\)  # (.*)", block)[1]


def test_every_error_is_explained() -> None:
    exported = (getattr(assortment_client, name) for name in assortment_client.__all__)
    errors = {thing.__name__ for thing in exported if isinstance(thing, type) and issubclass(thing, SearchError)}
    table = README.read_text(encoding="utf-8").split("## Errors")[1]
    assert errors - {"SearchError"} == set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))


def test_every_option_stands_there_with_its_default() -> None:
    options = {
        f"{kind.__name__}.{field.name}": field.default for kind in (Retry, Breaker, Hedge) for field in dataclasses.fields(kind)
    }
    options["deadline_s"] = inspect.signature(SearchClient.search).parameters["deadline_s"].default
    table = README.read_text(encoding="utf-8").split("| option | default | |")[1].split("\n\n")[0]
    told: dict[str, str] = {}
    for names, defaults in re.findall(r"^\| (.*?) \| (.*?) \|", table, re.MULTILINE):
        told.update(zip(re.findall(r"`([\w.]+)`", names), re.findall(r"`([\w.]+)`", defaults), strict=False))
    assert told == {name: repr(default) for name, default in options.items()}


def test_the_search_command_runs(server, capsys) -> None:
    (commands,) = re.findall(r"## Watching it\n\n```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    _, search = (shlex.split(line)[1:] for line in commands.splitlines())
    assert main([*search, "--endpoint", server.endpoint]) == 0
    assert '"id": "a"' in capsys.readouterr().out


def test_the_command_on_the_page_on_filters_runs(server, capsys) -> None:
    (command,) = re.findall(r"```sh\n(.*?)```", FILTERS.read_text(encoding="utf-8"), re.DOTALL)
    words = shlex.split(command.replace("\\\n", " "))
    assert words[0] == "assortment"
    assert cli.main([*words[1:], "--url", server.endpoint]) == 0
    assert "2 results" in capsys.readouterr().out
