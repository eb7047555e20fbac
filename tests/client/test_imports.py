"""What importing the client costs, and what it offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import assortment_client

PROGRAM = "import sys; {}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"


def modules_after(statement: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(statement)], capture_output=True, text=True, check=True
    )
    assert run.stderr == ""
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["from assortment_client import contract", "from assortment_client import SearchError, SearchRequest, SearchResponse"],
)
def test_the_contract_and_the_types_import_no_grpc(statement: str) -> None:
    assert not {"grpc", "tritonclient", "google"} & modules_after(statement)


def test_the_contract_imports_no_numpy() -> None:
    assert "numpy" not in modules_after("from assortment_client import contract")


def test_the_client_imports_nothing_heavy_and_nothing_of_ours() -> None:
    loaded = modules_after("from assortment_client import SearchClient")
    assert not {"torch", "transformers", "onnxruntime", "pandas", "scipy", "PIL", "assortment", "training"} & loaded


def test_every_exported_name_is_there_and_nothing_else_is() -> None:
    assert len(assortment_client.__all__) == len(set(assortment_client.__all__))
    for name in assortment_client.__all__:
        assert getattr(assortment_client, name).__name__ == name
    assert set(assortment_client.__all__) <= set(dir(assortment_client))
    with pytest.raises(AttributeError, match="has no attribute 'Search'"):
        _ = assortment_client.Search
