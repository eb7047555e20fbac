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
STRATEGY: Final = "STRATEGY"  # STRING [1]; optional

# Tensors of its answer: n results, n <= k.
ID: Final = "ID"  # STRING [-1], product ids in the order to show
RELEVANCE: Final = "RELEVANCE"  # FP32 [-1], 0 to 1
RANK: Final = "RANK"  # INT32 [-1], place by relevance alone, from 1
REASON: Final = "REASON"  # INT32 [-1], a Reason
CATALOGUE_VERSION: Final = "CATALOGUE_VERSION"  # INT64 [1]

# Tensors of embed_product.
TEXT: Final = "TEXT"  # STRING [1], the product's text
LABEL: Final = "LABEL"  # STRING [-1], "facet=value"; optional
PRODUCT_VECTOR: Final = "PRODUCT_VECTOR"  # FP32 [VECTOR_DIM], unit length
UNKNOWN_LABEL: Final = "UNKNOWN_LABEL"  # STRING [-1], labels the model was not trained with, ignored

VECTOR_DIM: Final = 256

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

STRATEGIES: Final = ("mmr", "dpp")  # an index into this tuple travels between the server's steps


class Reason(enum.IntEnum):
    """Why a product stands where it stands."""

    RELEVANCE = 0
    """It would be on the page by relevance alone."""
    DIVERSITY = 1
    """It is on the page because it differs from the products above it."""


def candidate_key(product_id: str) -> int:
    """The INT64 key of a product id: the first 8 bytes of its BLAKE2b, little-endian, signed.

    Keys, not strings, travel to the server; the index is checked for collisions when it is built.
    """
    return int.from_bytes(hashlib.blake2b(product_id.encode(), digest_size=8).digest(), "little", signed=True)
