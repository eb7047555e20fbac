"""Measures of ranked lists, one idea a file, and how sure we can be of their means.

relevance     is what was asked for there, and near the top?      ndcg, mrr, precision, r_precision, recall
intent_aware  are all meanings of the query served?               alpha_ndcg, err_ia, nerr_ia, subtopic_recall
distance      how unlike one another are the products?            intra_list_distance, vendi_score
lists         what do titles and categories repeat and cover?     duplicate_title_rate, category_entropy, category_coverage
exposure      which products are shown at all, and how often?     gini, novelty
calibration   do probabilities and shares come out as told?       calibration_error, calibration_divergence
estimate      means over queries with bootstrap intervals         bootstrap_mean, paired_bootstrap, pigeonhole_bootstrap

A ranking is a sequence of distinct product ids, best first; a list shorter than k has nothing in its missing places. Grades
map ids to whole numbers, here 0..3; a missing id counts as 0. Subtopics map ids to the subtopics that a product covers; a
missing id covers none. This repository reports some of these measures itself; the others are for evaluations of your own, and all
are imported from here.

Every measure of a single list is a finite number, for empty input too; each says which. What cannot be measured raises
``InputError``, a ``ValueError`` that names the field, its value and what is allowed.
"""

from __future__ import annotations

from assortment.metrics.calibration import calibration_divergence, calibration_error
from assortment.metrics.distance import Distance, intra_list_distance, vendi_score
from assortment.metrics.estimate import (
    CONFIDENCE,
    NUM_RESAMPLES,
    Estimate,
    bootstrap_mean,
    paired_bootstrap,
    pigeonhole_bootstrap,
)
from assortment.metrics.exposure import gini, novelty
from assortment.metrics.inputs import Floats, Grades, Subtopics
from assortment.metrics.intent_aware import ALPHA, alpha_dcg, alpha_ndcg, err_ia, ideal_alpha_dcg, nerr_ia, subtopic_recall
from assortment.metrics.lists import category_coverage, category_entropy, duplicate_title_rate
from assortment.metrics.relevance import dcg, ideal_dcg, mrr, ndcg, precision, r_precision, recall

__all__ = [
    "ALPHA",
    "CONFIDENCE",
    "NUM_RESAMPLES",
    "Distance",
    "Estimate",
    "Floats",
    "Grades",
    "Subtopics",
    "alpha_dcg",
    "alpha_ndcg",
    "bootstrap_mean",
    "calibration_divergence",
    "calibration_error",
    "category_coverage",
    "category_entropy",
    "dcg",
    "duplicate_title_rate",
    "err_ia",
    "gini",
    "ideal_alpha_dcg",
    "ideal_dcg",
    "intra_list_distance",
    "mrr",
    "ndcg",
    "nerr_ia",
    "novelty",
    "paired_bootstrap",
    "pigeonhole_bootstrap",
    "precision",
    "r_precision",
    "recall",
    "subtopic_recall",
    "vendi_score",
]
