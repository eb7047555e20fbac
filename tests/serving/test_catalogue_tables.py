from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assortment import artefacts
from assortment.errors import CatalogueChangingError, InputError, StepError
from assortment.serving.catalogue_tables import Catalogues, KeyTable
from assortment_client.contract import candidate_key


def test_keys_find_their_rows(catalogues: Path) -> None:
    table = KeyTable.open(catalogues / "1")
    keys = np.array([candidate_key(f"{row}") for row in (4, 0, 2)], dtype=np.int64)
    assert table.rows(keys).tolist() == [4, 0, 2]


def test_unknown_keys_are_counted_and_the_first_is_named(catalogues: Path) -> None:
    keys = np.array([candidate_key("1"), 12345, -1, np.iinfo(np.int64).max], dtype=np.int64)
    with pytest.raises(InputError) as caught:
        KeyTable.open(catalogues / "1").rows(keys)
    assert str(caught.value) == (
        "CANDIDATE_KEY: 12345 is not allowed; it stands at position 1, and 3 of 4 candidates are not in catalogue version 1; "
        "allowed: keys of products of this catalogue"
    )


def test_current_and_previous_version_are_kept_and_a_new_one_is_found(
    catalogues: Path, write_version: Callable[[Path, int], None]
) -> None:
    opened = Catalogues(catalogues)
    assert opened.version(1).ids[0] == b"0"
    write_version(catalogues, 3)
    assert opened.version(3).ids[0] == b"0"
    assert opened.version(2).version == 2
    with pytest.raises(CatalogueChangingError, match=r"catalogue changing: .* version 1, tables here are of 2, 3; try again"):
        opened.version(1)


def test_a_folder_without_a_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="holds no catalogue version"):
        Catalogues(tmp_path)


def test_a_table_of_an_earlier_release_is_missing_by_name(catalogues: Path) -> None:
    (catalogues / "2" / artefacts.WORD_KEYS).unlink()
    with pytest.raises(StepError, match=r"word_keys.npy is missing; make it anew: run `assortment index`"):
        Catalogues(catalogues)
