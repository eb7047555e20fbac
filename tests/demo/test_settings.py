"""What the demo accepts, and where it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from assortment.catalogue.readers import READERS
from assortment.errors import InputError
from demo.settings import CATALOGUES, DemoSettings, quick, standard


def test_a_reduced_run_keeps_away_from_a_full_one(tmp_path: Path) -> None:
    full, reduced = standard(build=tmp_path), quick(build=tmp_path)
    assert (full.paths.root, full.folder) == (tmp_path / "generated", tmp_path / "demo")
    assert (reduced.paths.root, reduced.folder) == (tmp_path / "quick" / "generated", tmp_path / "quick" / "demo")
    assert reduced.products < full.products


def test_the_full_run_times_as_many_requests_as_it_must() -> None:
    assert standard().requests >= 2_000


def test_every_imported_catalogue_has_a_reader() -> None:
    assert set(CATALOGUES) - {"generated"} == set(READERS) - {"table"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"catalogue": "unheard of"}, "--catalogue"),
        ({"catalogue": "fashion"}, "--data"),
        ({"catalogue": "luma"}, "--data"),
        ({"catalogue": "fashion", "data": Path("no such folder")}, "--data"),
        ({"sweep": (0.0, 1.5)}, "sweep"),
    ],
)
def test_wrong_settings_are_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InputError, match=field):
        DemoSettings(**changes)  # type: ignore[arg-type]
