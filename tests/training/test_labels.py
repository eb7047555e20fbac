from __future__ import annotations

import numpy as np
import torch

from assortment.catalogue.product import Product
from assortment.known_labels import known_labels
from assortment_client.contract import MAX_LABELS
from training.labels import PADDING, LabelTower, label_ids, label_words, vocabulary


def product(number: int, **attributes: str) -> Product:
    return Product(id=str(number), title="x", category=("Shoes", "Boots"), attributes=attributes)


def test_rare_labels_have_no_embedding_and_index_0_pads() -> None:
    products = [product(1, colour="Red"), product(2, colour="Red"), product(3, colour="Mauve")]
    assert vocabulary(products, min_count=2) == [PADDING, "category=Boots", "category=Shoes", "colour=Red"]


def test_ids_are_padded_with_0_and_unknown_labels_left_out() -> None:
    labels = [PADDING, "category=Boots", "category=Shoes", "colour=Red"]
    ids = label_ids([product(1, colour="Red"), product(2, colour="Mauve"), Product(id="3", title="x")], labels)
    assert ids.shape == (3, MAX_LABELS)
    assert ids[:, :4].tolist() == [[2, 1, 3, 0], [2, 1, 0, 0], [0, 0, 0, 0]]


def test_half_of_the_labels_tell_nothing_of_a_foreign_product() -> None:
    labels = [PADDING, "colour=Red", "category=Lamps"]
    ids = label_ids(
        [product(1, colour="Red"), Product(id="2", title="x", category=("Lamps",), attributes={"colour": "Mauve"})], labels
    )
    assert ids.any(axis=1).tolist() == [False, False]


def test_labels_without_a_category_do_not_tell_what_a_product_is() -> None:
    labels = [PADDING, "brand=Acme", "category=Boots", "category=Shoes", "colour=Red"]
    bare = Product(id="1", title="x", brand="Acme", attributes={"colour": "Red"})
    rare = Product(id="2", title="x", brand="Acme", category=("Clogs",), attributes={"colour": "Red"})
    broad = Product(id="3", title="x", brand="Acme", category=("Shoes", "Clogs"), attributes={"colour": "Red"})
    assert label_ids([bare, rare, broad], labels).any(axis=1).tolist() == [False, False, True]
    assert known_labels([b"colour=Red", b"category=Boots"], {b"category=Boots": 1, b"colour=Red": 2}) == [2, 1]
    assert known_labels([b"colour=Red"], {b"colour=Red": 2}) == []


def test_more_labels_than_the_contract_allows_are_cut() -> None:
    attributes = {f"facet{i:02}": "yes" for i in range(MAX_LABELS + 5)}
    products = [product(1, **attributes)]
    assert np.count_nonzero(label_ids(products, vocabulary(products, min_count=1))) == MAX_LABELS


def test_a_label_is_read_by_its_value_and_a_number_with_its_facet() -> None:
    assert [label_words(label) for label in ("colour=Navy Blue", "year=2012", "size=M")] == ["Navy Blue", "year 2012", "size M"]


def test_a_short_value_of_wide_characters_is_a_word() -> None:
    assert [label_words(label) for label in ("colour=红", "材质=纯棉", "size=38")] == ["红", "纯棉", "size 38"]


def test_padding_has_no_say_in_the_vector() -> None:
    tower = LabelTower(4)
    with torch.no_grad():
        tower.table.weight[0] = 100.0  # even if training had moved it
    short, padded = tower(torch.tensor([[1, 2]])), tower(torch.tensor([[1, 2, 0, 0]]))
    assert torch.equal(short, padded)
    assert tower(torch.zeros(1, 4, dtype=torch.int64)).abs().max() == 0
