"""What a client and the server agree on: ensembles, tensors, limits, candidate keys, reasons.

This is the one place for these facts. The server side builds on it in ``assortment/contract.py``; a test holds every
``config.pbtxt`` of ``model_repository/`` against both.
"""

from __future__ import annotations

import enum
import hashlib
from typing import Final

# The public ensembles.
SEARCH: Final = "search"
SEARCH_MULTIMODAL: Final = "search_multimodal"
RERANK: Final = "rerank"
EMBED_PRODUCT: Final = "embed_product"

# Tensors of a search request. All ensembles take batches of 1 from this client.
QUERY: Final = "QUERY"  # STRING [1], UTF-8
PICTURE: Final = "PICTURE"  # STRING [1], an encoded picture (JPEG, PNG, WebP, GIF or BMP); optional
CANDIDATE_KEY: Final = "CANDIDATE_KEY"  # INT64 [-1], see candidate_key(); rerank only
K: Final = "K"  # INT32 [1]; optional
DIVERSITY: Final = "DIVERSITY"  # FP32 [1]; optional
MAX_RELEVANCE_LOSS: Final = "MAX_RELEVANCE_LOSS"  # FP32 [1], share of discounted relevance; optional, not beside DIVERSITY
STRATEGY: Final = "STRATEGY"  # STRING [1]; optional
RULES: Final = "RULES"  # STRING [1], a JSON object of page rules, see RULE_FIELDS; optional

# Tensors of its answer: n results, n <= k.
ID: Final = "ID"  # STRING [-1], product ids in the order to show
RELEVANCE: Final = "RELEVANCE"  # FP32 [-1], 0 to 1
RANK: Final = "RANK"  # INT32 [-1], place by relevance alone, from 1; 0: pinned and not among the scored, relevance 0
REASON: Final = "REASON"  # INT32 [-1], a Reason
COLLAPSED: Final = "COLLAPSED"  # INT32 [-1], how many other candidates (variants, duplicates) each result stands for
OPENS: Final = "OPENS"  # STRING [-1], the facet value a result is the first to show, "colour=blue"; empty when none
UNMET: Final = "UNMET"  # STRING [1], which rule left the page shorter than k; empty when none did
UNDERSTOOD: Final = "UNDERSTOOD"  # STRING [1], what was read in the query's words, for people; empty when nothing was
CATALOGUE_VERSION: Final = "CATALOGUE_VERSION"  # INT64 [1]

# Tensors of embed_product.
TEXT: Final = "TEXT"  # STRING [1], the product's text
LABEL: Final = "LABEL"  # STRING [-1], "facet=value"; optional
PRODUCT_VECTOR: Final = "PRODUCT_VECTOR"  # FP32 [VECTOR_DIM], unit length
UNKNOWN_LABEL: Final = "UNKNOWN_LABEL"  # STRING [-1], labels the model was not trained with, ignored

VECTOR_DIM: Final = 256

# The request id of canaries: the server's metrics leave them out of what they tell of pages.
CANARY_REQUEST_ID: Final = "assortment-canary"

# Limits, stated once. Both sides check them; the server's word is final.
MAX_QUERY_CHARACTERS: Final = 1_000
MAX_PICTURE_BYTES: Final = 8 * 2**20
MAX_PICTURE_PIXELS: Final = 40_000_000
MAX_CANDIDATES: Final = 1_000
MAX_K: Final = 100
MIN_K: Final = 1
DEFAULT_K: Final = 10
MAX_TEXT_CHARACTERS: Final = 20_000
MAX_LABELS: Final = 16

# Page rules: the fields of RULES, all optional, and their limits.
RULE_FIELDS: Final = (
    "collapse",  # bool: show one of each set of variants or equal titles; left out: the catalogue's default
    "near_duplicate",  # number in (0, 1]: also collapse products whose vectors have at least this cosine
    "caps",  # {facet: n}: at most n products of one value of the facet on the page
    "pinned",  # [ids]: stand first, in this order
    "excluded",  # [ids]: never shown
    "shown",  # [ids]: what earlier pages showed, in order; the page goes on after them and repeats none
    "filters",  # an object of FILTER_FIELDS: what a product has to have; all of them hold
    "sort",  # one of SORTS; left out: "relevance", unless words ask for another order
    "literal",  # bool: true takes words as they are: no filters or order are read in them ("not black"), no slips mended
)
MAX_RULES_BYTES: Final = 131_072  # of the JSON, UTF-8
MAX_CAPS: Final = 8  # facets; each n is 1 to MAX_K
MAX_FACET_CHARACTERS: Final = 64
MAX_PINNED: Final = 20
MAX_EXCLUDED: Final = 100
MAX_SHOWN: Final = 200  # as many as the server scores
MAX_ID_CHARACTERS: Final = 256

# The fields of RULES.filters, all optional, and their limits. Values are compared without regard to case and spacing.
FILTER_FIELDS: Final = (
    "price",  # [from, to] in the catalogue's currency, both inside; null leaves an end open
    "price_level",  # one of PRICE_LEVELS: the cheaper or the dearer half of the products of a type
    "department",  # [values]: any of them, as in the next two
    "category",  # [values] at any level of the category path
    "brand",
    "attributes",  # {attribute: [values]}: any of an attribute's values, all attributes
    "in_stock",  # bool: true leaves out what is sold out
    "min_rating",  # number in [0, 5]: the mean rating is at least this
    "without",  # {attribute, department, category or brand: [values]}: none of them
)
PRICE_LEVELS: Final = ("low", "high")
MAX_FILTER_VALUES: Final = 50  # of a field or an attribute
MAX_FILTER_VALUE_CHARACTERS: Final = 128
MAX_FILTER_ATTRIBUTES: Final = 8
MAX_PRICE: Final = 1e12
MAX_RATING: Final = 5.0

# How a page may be ordered. "relevance" is diversified; the others order all products that pass the filters and are at least half
# as relevant as the best by what they name, undiversified. An index into this tuple travels between the server's steps.
SORTS: Final = ("relevance", "price_ascending", "price_descending", "rating", "newest")

# An index into this tuple travels between the server's steps: append, never reorder.
STRATEGIES: Final = (
    "mmr",
    "dpp",
    "mmr_clipped",
    "max_sum",
    "dpp_published",
    "dpp_window",
    "ssd",
    "cover",
    "xquad",
    "pm2",
    "calibration",
    "round_robin",
    "quota",
    "expected_alpha",
)


class Reason(enum.IntEnum):
    """Why a product stands where it stands."""

    RELEVANCE = 0
    """It would be on the page by relevance alone."""
    DIVERSITY = 1
    """It is on the page because it differs from the products above it."""
    PINNED = 2
    """The caller pinned it there."""
    SORTED = 3
    """The order that the caller asked for puts it there."""


def candidate_key(product_id: str) -> int:
    """The INT64 key of a product id: the first 8 bytes of its BLAKE2b, little-endian, signed.

    Keys, not strings, travel to the server; the index is checked for collisions when it is built.
    """
    return int.from_bytes(hashlib.blake2b(product_id.encode(), digest_size=8).digest(), "little", signed=True)
