"""Relevance with the words as they stand: what the scorer says of a product, and how much of the query its words say.

The models rank by meaning. Beside their NUM_SCORED best rows stand up to NUM_BY_WORDS products that ``ProductWords.find`` found
by the query's words, scored by the same function. Of all these, one that says less of the words than another is WEIGHT times the
difference of their shares less likely, in log odds:

    logit(relevance) - WEIGHT (largest share - share)

So what says the most keeps its relevance, and where no product says any word, nothing changes. Relevance is therefore one among
the products that were scored for a search, given candidates among them: it does not compare with that of another search.

WEIGHT is the same for every catalogue, because relevance is a probability in all of them
(docs/adr/0026-words-as-they-stand.md has how it was chosen).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.serving.facet_values import Rows
from assortment.serving.product_words import ProductWords, Shares

WEIGHT: Final = 1.0
_SURE: Final = 1e-12  # how near to 0 and 1 a relevance may come

Relevance = npt.NDArray[np.float32]


def together(rows: Rows, relevance: Relevance, further: Rows, further_relevance: Relevance) -> tuple[Rows, Relevance]:
    """Both as one, each row once; ``further`` ones of a relevance below 0 stand for none."""
    new = (further_relevance >= 0) & ~np.isin(further, rows)
    return np.concatenate([rows, further[new]]), np.concatenate([relevance, further_relevance[new]])


def weighed(words: ProductWords, said: tuple[str, ...], rows: Rows, relevance: Relevance) -> tuple[Rows, Relevance]:
    """Rows and their relevance with the words, best first.

    Args:
        words: of the catalogue version that the rows are of.
        said: the query's, as ``words_said`` gives them.
        rows: (n,)
        relevance: (n,) from 0 to 1.
    """
    if not len(rows):
        return rows, relevance
    with_words = less_likely(relevance, words.shares(said, rows))
    best_first = np.argsort(-with_words, kind="stable")
    return rows[best_first], with_words[best_first]


def less_likely(relevance: Relevance, shares: Shares) -> Relevance:
    """(n,) relevance with the words for (n,) relevance without them and the shares of the words that each product says."""
    missing = shares.max(initial=0.0) - shares
    if not missing.any():
        return relevance
    sure = np.clip(relevance.astype(np.float64), _SURE, 1 - _SURE)
    odds = sure / (1 - sure) * np.exp(-WEIGHT * missing)
    likely: Relevance = (odds / (1 + odds)).astype(np.float32)
    return likely
