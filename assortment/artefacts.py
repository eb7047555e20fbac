"""Names of the files that steps and servers hand to each other.

    export/                 TEXT_ENCODER ... PARITY            written by `assortment export`
    index/<version>/        SCORER ... INDEX                   written by `assortment index`
    model_repository/       MODEL beside the adapters          written by `assortment assemble`

In the repository every model folder holds all that it needs, because an object store hands them out one by one:

    text_encoder/1/         MODEL, and MODEL_INT8 when the 8-bit encoder was good enough
    product_text_encoder/1/ image_encoder/1/ fusion/1/ product_fusion/1/   MODEL
                            MODEL_FP16 where it was exported, and TensorRT plans where `assemble --engines` got them
    prepare/<version>/      TOKENIZER, VALUE_WORDS, DICTIONARY
    prepare/catalogues/<version>/            FACET_CODES, FACET_VALUES, CATEGORY_CODES, CATEGORY_VALUES, OFFERS, WORDS, SPELLINGS,
                            INDEX
    prepare_product/1/      TOKENIZER, LABELS
    scorer/<version>/       MODEL, of a large catalogue MODEL_INT8, SCORER_DATA
    text_search/<version>/  TOKENIZER, VALUE_WORDS, DICTIONARY, TEXT_ENCODER, perhaps TEXT_ENCODER_INT8, FUSION, SCORER, perhaps
                            SCORER_INT8, SCORER_DATA
    text_search/catalogues/<version>/        as the diversifier's
    candidate_scorer/<version>/              CANDIDATE_SCORER, ROW_DATA, KEYS, KEY_ORDER, INDEX
    diversifier/catalogues/<version>/        IDS, DIVERSITY_VECTORS, DUPLICATE_CODES, KEYS, KEY_ORDER, and those of prepare
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

# export/
TEXT_ENCODER: Final = "text_encoder.onnx"
TEXT_ENCODER_INT8: Final = "text_encoder.int8.onnx"  # absent when it lost more quality than allowed
PRODUCT_TEXT_ENCODER: Final = "product_text_encoder.onnx"
IMAGE_ENCODER: Final = "image_encoder.onnx"
FUSION: Final = "fusion.onnx"
PRODUCT_FUSION: Final = "product_fusion.onnx"
LABEL_TOWER: Final = "label_tower.onnx"  # label ids to label vectors; only the index step runs it
SCORING: Final = "scoring.onnx"  # the scorer's function on vectors; the index step builds both scorers around it
TOKENIZER: Final = "tokenizer.json"
LABELS: Final = "labels.json"  # a JSON list, index 0 pads
CATEGORIES: Final = "categories.json"  # a JSON list, the classes of INTENT
FACETS: Final = "facets.json"  # a JSON list, the facets of NAMED and OPEN
DICTIONARY: Final = ("dictionary.npy", "dictionary_counts.npy")  # (W,) words of the shoppers' language, how often each is said
VALUE_WORDS: Final = "value_words.json"  # {facet: {value: [word, ...]}}, what shoppers call values
PARITY: Final = "parity.json"
QUANTISATION: Final = "quantisation.json"

# index/<version>/
SCORER: Final = "scorer.onnx"
SCORER_INT8: Final = "scorer.int8.onnx"  # for CPUs, of a large catalogue: it scans COMPACT_VECTORS
CANDIDATE_SCORER: Final = "candidate_scorer.onnx"
PRODUCT_VECTORS: Final = "product_vectors.bin"  # (N, 256) float32, external data of both scorers
LABEL_VECTORS: Final = "label_vectors.bin"  # (N, 256) float32, external data of both scorers
ROW_DATA: Final = (PRODUCT_VECTORS, LABEL_VECTORS)  # files that must lie beside any scorer
COMPACT_VECTORS: Final = "compact_vectors.bin"  # (256, N) int8, external data of SCORER_INT8
SCORER_DATA: Final = (*ROW_DATA, COMPACT_VECTORS)  # files that must lie beside the scorers of the whole catalogue
KEYS: Final = "keys.npy"  # (N,) int64, key of each row
KEY_ORDER: Final = "key_order.npy"  # (N,) int64, argsort of KEYS
IDS: Final = "ids.npy"  # (N,) bytes of fixed width, UTF-8 product ids
DIVERSITY_VECTORS: Final = "diversity_vectors.npy"  # (N, Dd) float32 unit rows, what the diversifier compares
FACET_CODES: Final = "facet_codes.npy"  # (N, F) int32, value of each facet, -1 for none
FACET_VALUES: Final = "facet_values.json"  # {facet: [value, ...]} in the order of the columns and codes of FACET_CODES
CATEGORY_CODES: Final = "category_codes.npy"  # (N, L) int32, value of each level of the category path, -1 for none
CATEGORY_VALUES: Final = "category_values.json"  # [value, ...] of all levels, in the order of the codes of CATEGORY_CODES
WORD_KEYS: Final = "word_keys.npy"  # (V,) int64, ascending: the key of each word that a product says
WORD_STARTS: Final = "word_starts.npy"  # (V + 1,) int64: where the rows of each word begin in WORD_ROWS
WORD_ROWS: Final = "word_rows.npy"  # (P,) int32, the products that say each word
WORDS: Final = (WORD_KEYS, WORD_STARTS, WORD_ROWS)
SPELLINGS: Final = ("spellings.npy", "spelling_counts.npy")  # (W,) words of products as they are written, how many say each
OFFERS: Final = "offers.npy"  # (N,) rows of serving.offers.ROW: price, rating, rating_count, stock, added
DUPLICATE_CODES: Final = "duplicate_codes.npy"  # (N, 2) int32: variant group (-1 for none) and normalised title
FINGERPRINTS: Final = "fingerprints.npy"  # (N, 16) uint8, of what a row's vectors were computed from; stays in the index
INDEX: Final = "index.json"  # the summary of a version: what the models' outputs mean, how results are diversified by default

# model_repository/<model>/<version>/
MODEL: Final = "model.onnx"
MODEL_INT8: Final = "model.int8.onnx"
MODEL_FP16: Final = "model_fp16.onnx"
CATALOGUES: Final = "catalogues"  # <model>/catalogues/<version>/: tables of the current and the previous catalogue


def fp16(name: str) -> str:
    """The file with float16 inside of the model in ``name``."""
    return f"{name.removesuffix('.onnx')}_fp16.onnx"


def static_int8(name: str) -> str:
    """The file with Q/DQ nodes, which TensorRT runs in 8 bits, of the model in ``name``; no CPU server takes it."""
    return f"{name.removesuffix('.onnx')}_qdq.onnx"


def cpu_model(folder: Path, name: str = MODEL) -> Path:
    """The ONNX file that a CPU runs: the 8-bit twin of ``folder/name`` when it was shipped, else ``folder/name`` itself."""
    int8 = folder / f"{name.removesuffix('.onnx')}.int8.onnx"
    return int8 if int8.is_file() else folder / name
