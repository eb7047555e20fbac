"""Products that were indexed after training against products that training saw.

The held-out products of a catalogue are new to its models. Each query is ranked over them alone, and over as many trained ones,
drawn several times; only queries that have enough answers in both. The queries derive from held-out products, so that the two are
not equally easy: the untrained encoder, to which all are new, tells by how much, and what is left is the loss.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.protocol.grades import MAX_GRADE
from training.dev_ranking import K, nearest
from training.evaluation.figures import Figure
from training.evaluation.shop import Rows, Shop
from training.evaluation.transfer import Untrained, ranked

DRAWS: Final = 5
_ENOUGH: Final = 3  # best answers among the products

Values = dict[str, float]
"""ndcg@10 by query id."""


def new_products(shop: Shop, untrained: Untrained, *, seed: int) -> list[Figure]:
    """ndcg@10 over new and over trained products, and the share that new ones lose."""
    new = shop.held_out
    seen = np.setdiff1d(np.arange(len(shop.products)), new)
    generator = np.random.default_rng(seed)
    pools = [np.sort(generator.choice(seen, min(len(new), len(seen)), replace=False)) for _ in range(DRAWS)]
    of_new, of_seen = _measured(shop, untrained, new), [_measured(shop, untrained, pool) for pool in pools]
    common = sorted(query for query in of_new[0] if any(query in each[0] for each in of_seen))
    figures: list[Figure] = []
    losses: list[list[float]] = []
    for place, name in enumerate(("trained models", "untrained encoder")):
        on_new = [of_new[place][query] for query in common]
        on_seen = [float(np.mean([each[place][query] for each in of_seen if query in each[place]])) for query in common]
        lost = [before - after for before, after in zip(on_seen, on_new, strict=True)]
        losses.append(lost)
        for shown, values, measure in (
            ("trained products", on_seen, "ndcg@10"),
            ("new products", on_new, "ndcg@10"),
            ("what new products lose", lost, "ndcg@10 lost"),
        ):
            figures.append(Figure.of(name, shown, values, measure))
    beyond = [ours - theirs for ours, theirs in zip(*losses, strict=True)]
    return [*figures, Figure.of("trained less untrained", "what new products lose to training", beyond, "ndcg@10 lost")]


def _measured(shop: Shop, untrained: Untrained, rows: Rows) -> tuple[Values, Values]:
    """By the trained models and by the untrained encoder, over ``rows`` alone; of queries with enough of the best answers."""
    part = shop.part(rows)
    ids = [query.id for query in part.queries.queries]
    enough = {id_ for id_ in ids if sum(grade == MAX_GRADE for grade in part.queries.judgments[id_].values()) >= _ENOUGH}
    plain = part.queries.ndcg(nearest(untrained.words(part.queries), untrained.product_vectors[rows], K))
    by_models, by_untrained = (dict(zip(ids, values, strict=True)) for values in (ranked(part), plain))
    return ({id_: by_models[id_] for id_ in ids if id_ in enough}, {id_: by_untrained[id_] for id_ in ids if id_ in enough})
