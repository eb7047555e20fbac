"""The tensor contract between the steps of the server: every model of ``model_repository/`` with its inputs and outputs.

The public half (ensembles, limits, keys) lives in ``assortment_client.contract``. ``tests/model_repository`` holds every
``config.pbtxt`` and every exported ONNX file against ``MODELS``.

Shapes leave out the batch dimension; -1 varies from request to request. ``C`` is the number of intent categories of a
catalogue, ``F`` that of the facets a query may name or leave open, and ``M`` = NUM_SCORED.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from assortment_client import contract as public

VECTOR_DIM: Final = public.VECTOR_DIM
PICTURE_SIZE: Final = 96  # pixels, both sides, as the image encoder sees it
MAX_QUERY_TOKENS: Final = 32
MAX_PRODUCT_TOKENS: Final = 64
NUM_SCORED: Final = 200  # M: rows the scorer hands to the diversifier
NUM_RETRIEVED: Final = 512  # rows that get the full score, found by cosine
NUM_BY_WORDS: Final = 64  # rows that get it beside them, found by the words of the query as they stand
MAX_BATCH_SIZE: Final = 16
NO_FILTER: Final = 255  # ALLOW = [255] lets every row pass

DType = Literal["STRING", "FP32", "INT64", "INT32", "UINT8"]


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a model."""

    name: str
    dtype: DType
    dims: tuple[int, ...]
    optional: bool = False
    ragged: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the repository."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


# Tensors that pass between steps.
_TOKEN_IDS = Tensor("TOKEN_IDS", "INT64", (-1,), ragged=True)
_MASK = Tensor("MASK", "INT64", (-1,), ragged=True)
_PIXELS = Tensor("PIXELS", "FP32", (3, PICTURE_SIZE, PICTURE_SIZE))
_PRESENCE = Tensor("PRESENCE", "FP32", (2,))  # has text, has picture: 0 or 1
_NO_IMAGE_VECTOR = Tensor("NO_IMAGE_VECTOR", "FP32", (VECTOR_DIM,))  # zeros: the picture side of a text-only search
_ALLOW = Tensor("ALLOW", "UINT8", (-1,), ragged=True)  # bit r % 8 of byte r // 8: may row r be shown; [255] for all
_ALLOW_VERSION = Tensor("ALLOW_VERSION", "INT64", (1,))  # the catalogue version whose rows ALLOW means; 0 without a filter
_SORT = Tensor("SORT", "INT32", (1,))  # index into SORTS
# k, diversity (NaN: the catalogue's default), index into STRATEGIES (-1: default), max_relevance_loss (NaN: none)
_OPTIONS = Tensor("OPTIONS", "FP32", (4,))
_RULES = Tensor(public.RULES, "STRING", (1,))  # between steps: checked, canonical JSON; empty without rules or words
_TEXT_VECTOR = Tensor("TEXT_VECTOR", "FP32", (VECTOR_DIM,))
_IMAGE_VECTOR = Tensor("IMAGE_VECTOR", "FP32", (VECTOR_DIM,))
_QUERY_VECTOR = Tensor("QUERY_VECTOR", "FP32", (VECTOR_DIM,))
_INTENT = Tensor("INTENT", "FP32", (-1,))  # C: p(category | query)
_NAMED = Tensor("NAMED", "FP32", (-1,))  # F: p(the words name this facet)
_OPEN = Tensor("OPEN", "FP32", (-1,))  # F + 1: p(this facet is open before all others), at the end p(nothing is open)
_ROW = Tensor("ROW", "INT32", (-1,), ragged=True)  # rows of the catalogue, best first, -1 pads
_SCORE = Tensor("RELEVANCE", "FP32", (-1,), ragged=True)
_WORD_ROW = Tensor("WORD_ROW", "INT32", (NUM_BY_WORDS,))  # rows found by words, -1 pads; of another version: other rows, as good
_WORD_RELEVANCE = Tensor("WORD_RELEVANCE", "FP32", (NUM_BY_WORDS,))  # of each, -1 where there is no row
_SCORED_ROW = Tensor("ROW", "INT32", (NUM_SCORED,))
_SCORED_RELEVANCE = Tensor("RELEVANCE", "FP32", (NUM_SCORED,))
_CATALOGUE_VERSION = Tensor(public.CATALOGUE_VERSION, "INT64", (1,))
_LABEL_ID = Tensor("LABEL_ID", "INT64", (public.MAX_LABELS,))  # 0 pads
_PRODUCT_VECTOR = Tensor(public.PRODUCT_VECTOR, "FP32", (VECTOR_DIM,))
_UNKNOWN_LABEL = Tensor(public.UNKNOWN_LABEL, "STRING", (-1,))

# A search request and its answer.
_QUERY = Tensor(public.QUERY, "STRING", (1,))
_PICTURE = Tensor(public.PICTURE, "STRING", (1,), optional=True)
_CANDIDATE_KEY = Tensor(public.CANDIDATE_KEY, "INT64", (-1,), ragged=True)
_KNOBS = (
    Tensor(public.K, "INT32", (1,), optional=True),
    Tensor(public.DIVERSITY, "FP32", (1,), optional=True),
    Tensor(public.MAX_RELEVANCE_LOSS, "FP32", (1,), optional=True),
    Tensor(public.STRATEGY, "STRING", (1,), optional=True),
    Tensor(public.RULES, "STRING", (1,), optional=True),
)
_ANSWER = (
    Tensor(public.ID, "STRING", (-1,)),
    Tensor(public.RELEVANCE, "FP32", (-1,)),
    Tensor(public.RANK, "INT32", (-1,)),
    Tensor(public.REASON, "INT32", (-1,)),
    Tensor(public.COLLAPSED, "INT32", (-1,)),
    Tensor(public.OPENS, "STRING", (-1,)),
    Tensor(public.UNMET, "STRING", (1,)),
    Tensor(public.UNDERSTOOD, "STRING", (1,)),
    _CATALOGUE_VERSION,
)
_EMBED_REQUEST = (
    Tensor(public.TEXT, "STRING", (1,)),
    _PICTURE,
    Tensor(public.LABEL, "STRING", (-1,), optional=True, ragged=True),
)


def _optional(tensor: Tensor) -> Tensor:
    return Tensor(tensor.name, tensor.dtype, tensor.dims, optional=True, ragged=tensor.ragged)


ENSEMBLES: Final[dict[str, Model]] = {
    public.SEARCH: Model((_QUERY, *_KNOBS), _ANSWER),
    public.SEARCH_MULTIMODAL: Model((_QUERY, _PICTURE, *_KNOBS), _ANSWER),
    public.RERANK: Model((_QUERY, _PICTURE, _CANDIDATE_KEY, *_KNOBS), _ANSWER),
    public.EMBED_PRODUCT: Model(_EMBED_REQUEST, (_PRODUCT_VECTOR, _UNKNOWN_LABEL)),
}

STEPS: Final[dict[str, Model]] = {
    # Python backend everywhere: checks every field, tokenises, decodes the picture, resolves filters.
    "prepare": Model(
        (_QUERY, _PICTURE, _optional(_CANDIDATE_KEY), *_KNOBS),
        (
            _TOKEN_IDS,
            _MASK,
            _PIXELS,
            _PRESENCE,
            _NO_IMAGE_VECTOR,
            _CANDIDATE_KEY,
            _ALLOW,
            _ALLOW_VERSION,
            _SORT,
            _WORD_ROW,
            _OPTIONS,
            _RULES,
        ),
    ),
    "prepare_product": Model(_EMBED_REQUEST, (_TOKEN_IDS, _MASK, _PIXELS, _PRESENCE, _LABEL_ID, _UNKNOWN_LABEL)),
    # ONNX models.
    "text_encoder": Model((_TOKEN_IDS, _MASK), (_TEXT_VECTOR, _NAMED)),
    "product_text_encoder": Model((_TOKEN_IDS, _MASK), (_TEXT_VECTOR,)),
    "image_encoder": Model((_PIXELS, _PRESENCE), (_IMAGE_VECTOR,)),
    "fusion": Model((_TEXT_VECTOR, _IMAGE_VECTOR, _PRESENCE, _NAMED), (_QUERY_VECTOR, _INTENT, _OPEN)),
    "product_fusion": Model((_TEXT_VECTOR, _IMAGE_VECTOR, _LABEL_ID, _PRESENCE), (_PRODUCT_VECTOR,)),
    "scorer": Model(
        (_QUERY_VECTOR, _INTENT, _ALLOW, _SORT, _WORD_ROW),
        (_SCORED_ROW, _SCORED_RELEVANCE, _WORD_RELEVANCE, _CATALOGUE_VERSION),
    ),
    # Python backend everywhere: keys to rows, then the scorer's own function on those rows (ONNX Runtime inside).
    "candidate_scorer": Model((_QUERY_VECTOR, _INTENT, _CANDIDATE_KEY), (_ROW, _SCORE, _CATALOGUE_VERSION)),
    # Given candidates come without rows found by words.
    "diversifier": Model(
        (
            _ROW,
            _SCORE,
            _optional(_WORD_ROW),
            _optional(_WORD_RELEVANCE),
            _OPEN,
            _OPTIONS,
            _RULES,
            _ALLOW_VERSION,
            _CATALOGUE_VERSION,
        ),
        _ANSWER,
    ),
    # Embedded CPU server only: all steps of `search` in one python process, four hops fewer.
    "text_search": Model((_QUERY, *_KNOBS), _ANSWER),
}

CATALOGUE_STEPS: Final = ("prepare", "scorer", "candidate_scorer", "text_search")
"""Those whose version in the repository is the version of the catalogue; all other models stay at 1."""

MODELS: Final[dict[str, Model]] = {**ENSEMBLES, **STEPS}
