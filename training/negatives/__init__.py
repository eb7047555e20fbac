"""Products that are easily taken for an answer, added to a step's batch beside positives and random ones.

    hard.py        what the model itself ranks high and the protocol grades 0
    semantic.py    what shares one facet with the wish but not another: same type other colour, other type same colour
    siblings.py    types of the same category as the wished one, by the knowledge base
    sampler.py     adds all of them to a batch, and counts

Each is a setting, the number of products for a query, and off by default. They serve the whole batch: what is added for one query
is graded for every other, too, and counts there as its grade says.
"""

from training.negatives.sampler import NegativeSampler

__all__ = ["NegativeSampler"]
