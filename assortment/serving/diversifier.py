"""``diversifier``: from scored rows to the k products to show, and why each stands where it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assortment.diversify import diversify
from assortment.errors import CatalogueChangingError
from assortment.serving.catalogue_tables import Catalogues, ProductTable
from assortment.serving.step import Outcome, Tensors, strings
from assortment_client.contract import STRATEGIES, Reason


class DiversifierStep:
    """Rows of one catalogue version to an answer of products of the same version."""

    def __init__(self, catalogues: Path) -> None:
        """Opens the newest versions under ``catalogues``."""
        self._catalogues = Catalogues(catalogues)

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        outcomes: list[Outcome] = []
        for tensors in batch:
            try:
                table = self._catalogues.version(int(tensors["CATALOGUE_VERSION"][0, 0]))
            except CatalogueChangingError as error:
                outcomes.append(error)
            else:
                outcomes.append(_answer(tensors, table))
        return outcomes


def _answer(tensors: Tensors, table: ProductTable) -> Tensors:
    """Diversifies one request's rows, which come best first and may end in -1."""
    rows = tensors["ROW"][0]
    num_rows = int(np.count_nonzero(rows >= 0))
    rows, relevance = rows[:num_rows], tensors["RELEVANCE"][0, :num_rows]
    k, diversity, strategy = tensors["OPTIONS"][0].tolist()
    selection = diversify(
        table.vectors[rows],
        _beside_the_best(relevance),
        int(k),
        strategy=table.default_strategy if strategy < 0 else STRATEGIES[int(strategy)],
        diversity=table.default_diversity if math.isnan(diversity) else diversity,
    )
    chosen = selection.indices
    reason = np.where(chosen < len(chosen), int(Reason.RELEVANCE), int(Reason.DIVERSITY))
    return {
        "ID": strings(table.ids[rows[chosen]].tolist()),
        "RELEVANCE": relevance[np.newaxis, chosen],
        "RANK": (chosen[np.newaxis] + 1).astype(np.int32),
        "REASON": reason[np.newaxis].astype(np.int32),
        "CATALOGUE_VERSION": tensors["CATALOGUE_VERSION"],
    }


def _beside_the_best(relevance: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Relevance as a share of the best one's, (n,) for (n,), best first.

    A query that nothing answers surely has low relevance everywhere, and a strength that suits a sure query would reorder all of
    its answers: beside the best, a strength costs about the same share of relevance for either.
    """
    return relevance / relevance[0] if len(relevance) and relevance[0] > 0 else relevance
