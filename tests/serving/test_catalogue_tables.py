import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from assortment import artefacts
from assortment.errors import CatalogueChangingError, InputError, StepError
from assortment.serving.catalogue_tables import Catalogues, KeyTable
from assortment.serving.diversifier import DiversifierStep
from assortment_client.contract import Reason, candidate_key

IDS = [f"product-{i}" for i in range(6)]
# Two kinds of products: 0, 1, 2 are alike, and so are 3, 4, 5.
VECTORS = np.repeat(np.eye(2, dtype=np.float32), 3, axis=0)


@pytest.fixture
def catalogues(tmp_path: Path) -> Path:
    for version in (1, 2):
        write_version(tmp_path, version)
    return tmp_path


def write_version(folder: Path, version: int) -> None:
    of_version = folder / str(version)
    of_version.mkdir()
    keys = np.array([candidate_key(product_id) for product_id in IDS], dtype=np.int64)
    np.save(of_version / artefacts.KEYS, keys)
    np.save(of_version / artefacts.KEY_ORDER, np.argsort(keys))
    np.save(of_version / artefacts.IDS, np.array([f"v{version}-{name}".encode() for name in IDS]))
    np.save(of_version / artefacts.DIVERSITY_VECTORS, VECTORS)
    index = {"version": version, "num_products": 6, "default_strategy": "mmr", "default_diversity": 0.0, "categories": []}
    (of_version / artefacts.INDEX).write_text(json.dumps(index))


def test_keys_find_their_rows(catalogues: Path) -> None:
    table = KeyTable.open(catalogues / "1")
    keys = np.array([candidate_key(IDS[row]) for row in (4, 0, 2)], dtype=np.int64)
    assert table.rows(keys).tolist() == [4, 0, 2]


def test_unknown_keys_are_counted_and_the_first_is_named(catalogues: Path) -> None:
    keys = np.array([candidate_key(IDS[1]), 12345, -1, np.iinfo(np.int64).max], dtype=np.int64)
    with pytest.raises(InputError) as caught:
        KeyTable.open(catalogues / "1").rows(keys)
    assert str(caught.value) == (
        "CANDIDATE_KEY: 12345 is not allowed; it stands at position 1, and 3 of 4 candidates are not in catalogue version 1; "
        "allowed: keys of products of this catalogue"
    )


def test_current_and_previous_version_are_kept_and_a_new_one_is_found(catalogues: Path) -> None:
    opened = Catalogues(catalogues)
    assert opened.version(1).ids[0] == b"v1-product-0"
    write_version(catalogues, 3)
    assert opened.version(3).ids[0] == b"v3-product-0"
    assert opened.version(2).version == 2
    with pytest.raises(CatalogueChangingError, match=r"catalogue changing: .* version 1, tables here are of 2, 3; try again"):
        opened.version(1)


def test_a_folder_without_a_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="holds no catalogue version"):
        Catalogues(tmp_path)


def _scored(*, version: int = 2, k: float = 3, diversity: float = np.nan, strategy: float = -1) -> dict[str, np.ndarray]:
    return {
        "ROW": np.array([[1, 0, 2, 5, 4, -1, -1]], dtype=np.int32),
        "RELEVANCE": np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0, 0]], dtype=np.float32),
        "OPTIONS": np.array([[k, diversity, strategy]], dtype=np.float32),
        "CATALOGUE_VERSION": np.array([[version]], dtype=np.int64),
    }


def test_the_catalogues_default_is_used_when_none_is_asked(catalogues: Path) -> None:
    (outcome,) = DiversifierStep(catalogues).run([_scored()])
    assert isinstance(outcome, dict)
    assert outcome["ID"].tolist() == [[b"v2-product-1", b"v2-product-0", b"v2-product-2"]]
    assert outcome["RANK"].tolist() == [[1, 2, 3]]
    assert outcome["REASON"].tolist() == [[Reason.RELEVANCE] * 3]
    assert outcome["CATALOGUE_VERSION"].tolist() == [[2]]
    assert np.allclose(outcome["RELEVANCE"], [[0.9, 0.8, 0.7]])


def test_what_diversity_brought_to_the_page_says_so(catalogues: Path) -> None:
    (outcome,) = DiversifierStep(catalogues).run([_scored(version=1, k=2, diversity=0.5, strategy=1)])
    assert isinstance(outcome, dict)
    assert outcome["ID"].tolist() == [[b"v1-product-1", b"v1-product-5"]]
    assert outcome["RANK"].tolist() == [[1, 4]]
    assert outcome["REASON"].tolist() == [[Reason.RELEVANCE, Reason.DIVERSITY]]


def test_padding_rows_never_reach_an_answer(catalogues: Path) -> None:
    (outcome,) = DiversifierStep(catalogues).run([_scored(k=100)])
    assert isinstance(outcome, dict)
    assert outcome["ID"].shape == (1, 5)


def test_a_request_scored_against_an_unknown_version_fails_alone(catalogues: Path) -> None:
    shutil.rmtree(catalogues / "1")
    gone, good = DiversifierStep(catalogues).run([_scored(version=1), _scored()])
    assert isinstance(gone, CatalogueChangingError)
    assert isinstance(good, dict)
