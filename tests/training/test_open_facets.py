"""From named facets to open ones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch
from torch import Tensor

from assortment.catalogue.store import Catalogue
from assortment.protocol.store import Protocol
from training.grammars import Grammars
from training.knowledge.base import Knowledge
from training.named_facets import NamedFacets
from training.named_facets_training import _agreed
from training.open_facets import OpenFacets
from training.settings import TrainingSettings

FACETS = ["brand", "colour", "department", "gender", "material", "type"]
WORDS = torch.tensor([[1.0, 0.0]])
SURE = torch.tensor([[0.98, 0.01, 0.01]])


def left_open(*named: str, presence: Tensor = WORDS, facets: list[str] = FACETS) -> dict[str, float]:
    chances = torch.tensor([[0.999 if facet in named else 0.001 for facet in facets]])
    with torch.no_grad():
        found = OpenFacets(facets)(chances, SURE, presence)[0]
    assert abs(float(found.sum()) - 1.0) < 1e-4
    return dict(zip([*facets, "nothing"], found.tolist(), strict=True))


def test_a_query_that_names_its_type_and_two_more_leaves_nothing_open() -> None:
    assert left_open("type", "colour", "brand")["nothing"] > 0.98
    assert left_open("type", "colour")["nothing"] < 0.02
    assert left_open("brand", "colour", "gender")["nothing"] < 0.02


def test_without_a_type_the_type_is_open_and_with_one_what_is_not_named() -> None:
    by_brand = left_open("brand")
    assert by_brand["type"] + by_brand["department"] > 0.98
    by_type = left_open("type", "colour")
    assert min(by_type["brand"], by_type["gender"]) > 0.4
    assert by_type["colour"] < 0.01
    assert 0.05 < by_type["material"] < by_type["brand"], "a facet that shoppers rarely leave open weighs less"


def test_a_picture_names_what_it_shows() -> None:
    picture = torch.tensor([[0.0, 1.0]])
    shown = left_open("brand", "gender", presence=picture)  # words that are not there
    assert shown["type"] < 0.01
    assert shown["colour"] < 0.01
    assert shown["brand"] > 0.3
    assert left_open("brand", presence=torch.tensor([[1.0, 1.0]]))["nothing"] > 0.98


def test_a_catalogue_without_types_asks_for_its_facets() -> None:
    found = left_open("colour", facets=["brand", "colour"])
    assert found["brand"] > 0.98


def test_a_spread_intent_is_a_witness_that_no_type_is_named() -> None:
    opens = OpenFacets(FACETS)
    named = torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.0, 0.6]])
    with torch.no_grad():
        opens.witnesses.copy_(torch.tensor([1.0, 2.0]))
        sure, spread = opens.type_logit(named.repeat(2, 1), torch.stack([SURE[0], torch.full((3,), 1 / 3)]))[:, 0]
    assert sure > spread


def test_a_facet_is_named_when_any_token_names_it() -> None:
    torch.manual_seed(0)
    head, states, mask = NamedFacets(8, 3).eval(), torch.randn(2, 5, 8), torch.ones(2, 5)
    mask[1, 3:] = 0
    with torch.no_grad():
        head.tokens.weight.mul_(4)
        by_token = head.tokens(head.norm(states)).sigmoid() * mask.unsqueeze(-1)
        torch.testing.assert_close(head(states, mask), 1 - (1 - by_token).prod(1), atol=1e-5, rtol=1e-4)
        longer = torch.cat([states, torch.randn(2, 4, 8)], 1), torch.cat([mask, torch.zeros(2, 4)], 1)
        torch.testing.assert_close(head(*longer), head(states, mask))


def test_a_facet_of_several_meanings_is_named_when_all_have_one_value() -> None:
    shoes = ({"type": "Casual Shoes", "colour": "Red"}, {"type": "Sports Shoes", "colour": "Red"})
    assert [_agreed(facet, shoes) for facet in ("type", "colour", "brand")] == [False, True, False]
    assert _agreed("type", shoes[:1])


def test_the_head_sees_more_queries_that_leave_the_type_open_than_the_encoders(catalogue: Catalogue, protocol: Protocol) -> None:
    types = sorted({product.type for product in catalogue.products})
    pairs = {f"things {number}": tuple(types[number : number + 2]) for number in range(0, len(types), 2)}
    knowledge = Knowledge(words={}, heads=pairs, occasions=pairs)
    rows = protocol.train_rows(catalogue).tolist()
    grammars = Grammars(catalogue.products, rows, protocol, knowledge, TrainingSettings(gifts=0.0, occasions=0.0))
    drawer, generator = grammars.words("encoder"), np.random.default_rng(0)
    kinds = Counter(drawer.draw(generator).kind for _ in range(400))
    assert kinds["head terms"] > 20
    assert (kinds["occasions"], kinds["gifts"], kinds["negation"]) == (0, 0, 0), "what is switched off stays off"


def test_the_head_sees_plain_queries_however_many_of_other_kinds_there_are(catalogue: Catalogue, protocol: Protocol) -> None:
    settings = TrainingSettings(gifts=0.5, brand_only=0.4, head_terms=0.02, occasions=0.02, colour_only=0.0, negation=0.0)
    grammars = Grammars(catalogue.products, protocol.train_rows(catalogue).tolist(), protocol, None, settings)
    drawer, generator = grammars.words("encoder"), np.random.default_rng(0)
    assert "plain" in {drawer._kind(generator) for _ in range(400)}
