from __future__ import annotations

import numpy as np
import pytest

from assortment.catalogue.product import Product
from assortment.errors import InputError, StepError
from assortment_client.contract import candidate_key
from export.index import IndexSettings, candidate_keys, spellings


def test_keys_are_those_that_clients_compute() -> None:
    ids = ["1", "shirt-blue", "Strumpfhose ä", "靴"]
    assert candidate_keys(ids).tolist() == [candidate_key(product_id) for product_id in ids]
    assert candidate_keys(ids).dtype == np.int64


def test_two_products_of_one_key_are_refused_by_name() -> None:
    with pytest.raises(StepError, match="'b' and 'b' have the same candidate key"):
        candidate_keys(["c", "b", "a", "b"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", 0), ("default_strategy", "best"), ("default_diversity", 1.5), ("default_diversity", float("nan"))],
)
def test_settings_that_cannot_be_served_are_refused(field: str, value: object) -> None:
    with pytest.raises(InputError, match=field):
        IndexSettings(**{"version": 1, field: value})  # type: ignore[arg-type]


def test_words_that_two_descriptions_say_are_known_and_take_no_other_words_place() -> None:
    told = [("Memory", "rdimm kit"), ("Memory Kit", "rdimm once"), ("Case", "")]
    words = spellings([Product(id=title, title=title, category=("Parts",), description=text) for title, text in told])
    assert {word for word in ("memory", "case", "rdimm", "once") if word in words} == {"memory", "case", "rdimm"}
    assert words.like("memori", 1) == {"memory": 2}
    assert words.like("rdimn", 1) == {}
