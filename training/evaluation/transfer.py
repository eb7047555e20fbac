"""Models on another catalogue's queries, beside that catalogue's own and its untrained encoder."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.protocol.splits import Split
from training import backbones, dev_ranking, features
from training.dev_ranking import K, QuerySet, nearest
from training.evaluation.figures import Figure
from training.evaluation.shop import Shop
from training.features import Features
from training.objective import all_product_vectors
from training.text_encoder import TextEncoder
from training.zero_shot import encode_queries, mixes


class Untrained:
    """The text encoder as it comes, over the mix of a catalogue's fields that ranks its dev queries best."""

    def __init__(self, cached: Features, dev: QuerySet) -> None:
        self._encoder = TextEncoder.of(backbones.load_text(cached.text_backbone).model)
        tried, words = mixes(cached), self.words(dev)
        self.mix = max(tried, key=lambda name: dev.measure(nearest(words, tried[name], K))["ndcg@10"])
        self.product_vectors = tried[self.mix]
        """(N, H)"""

    def words(self, queries: QuerySet) -> Tensor:
        """Unit vectors (Q, H) of the queries."""
        return encode_queries(self._encoder, queries)


def ranked(shop: Shop, vectors: Tensor | None = None) -> list[float]:
    """ndcg@10 of each query as the server ranks it before it diversifies, over all products or given vectors of them."""
    seen = all_product_vectors(shop.models, shop.corpus) if vectors is None else vectors
    rows, _ = dev_ranking.scored(shop.models, shop.corpus, dev_ranking.encode(shop.models, shop.queries), seen)
    return shop.queries.ndcg(rows[:, :K])


def all_lenders(paths: BuildPaths, lenders: Sequence[BuildPaths]) -> list[BuildPaths]:
    """Those whose models are measured: ``paths`` itself where it has some, then the others.

    Raises:
        StepError: when there is none.
    """
    trained = [*([paths] if paths.checkpoints.is_dir() else []), *lenders]
    if not trained:
        raise StepError(
            f"{paths.checkpoints} holds no trained models, and --models names none: allowed is a catalogue that was trained on; "
            f"give --models NAME, or run `assortment train --catalogue {paths.root.name}` first"
        )
    return trained


def transfer(paths: BuildPaths, trained: Sequence[BuildPaths], split: Split) -> list[Figure]:
    """The queries of ``paths`` by the untrained encoder, and by each of the ``trained`` models, of ``all_lenders``.

    Raises:
        StepError, ManifestError: when a step before was not done for one of them, or its folder is damaged.
    """
    shops = {lender.root.name: Shop.open(paths, split, models_of=lender) for lender in trained}
    first = next(iter(shops.values()))
    dev = Shop.open(paths, "dev", models_of=trained[0]).queries
    untrained = Untrained(features.load(paths.features), dev)
    base = first.queries.ndcg(nearest(untrained.words(first.queries), untrained.product_vectors, K))
    question = f"{split} queries of {paths.root.name}"
    figures = [Figure.of(question, f"untrained encoder, {untrained.mix}", base)]
    for name, shop in shops.items():
        values = ranked(shop)
        own = " (its own)" if name == paths.root.name else ""
        figures.append(Figure.of(question, f"models of {name}{own}", values))
        less = [one - other for one, other in zip(values, base, strict=True)]
        figures.append(Figure.of(question, f"models of {name}{own}", less, "less the untrained"))
    return figures
