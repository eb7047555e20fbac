"""Training queries as people write them: a wish drawn from a product of the training split, and words for it.

    query.py        what a query asks for, and the grades that derive from it
    vocabulary.py   what a value may be called, and what a word may mean
    mentions.py     plain queries, brand alone, colour alone: which facets are named, in which words and order
    head_terms.py   "shoes", "bags": words with many meanings
    occasions.py    "something for the gym"
    gifts.py        "birthday present for mum"
    negation.py     "shirt, not black"
    price_words.py  "cheap ..."
    spelling.py     slips of the keyboard
    grammar.py      draws kinds by their shares, and keeps what belongs to dev and test out

They share no template with the grammar that wrote the dev and test queries, use none of their words, and ask for no combination
of values that is reserved for them.
"""

from training.queries.grammar import Allows, QueryGrammar
from training.queries.query import TrainingQuery, grades
from training.queries.vocabulary import Part, Vocabulary, part_words

__all__ = ["Allows", "Part", "QueryGrammar", "TrainingQuery", "Vocabulary", "grades", "part_words"]
