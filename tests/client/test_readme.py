"""The client's README is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assortment_client
from assortment_client import SearchError

README = Path(__file__).parents[2] / "client" / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_python_block_runs(block: str, scripted, capsys) -> None:
    scripted.answer_products(["a"])
    exec(compile(block.replace("127.0.0.1:8001", scripted.endpoint), "README.md", "exec"), {})
    if "print(error)  # " in block:
        assert capsys.readouterr().out.strip() == re.search(r"print\(error\)  # (.*)", block)[1]


def test_every_error_is_explained() -> None:
    exported = (getattr(assortment_client, name) for name in assortment_client.__all__)
    errors = {thing.__name__ for thing in exported if isinstance(thing, type) and issubclass(thing, SearchError)}
    assert errors - {"SearchError"} == set(re.findall(r"^\| `(\w+)`", README.read_text(encoding="utf-8"), re.MULTILINE))
