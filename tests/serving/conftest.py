import io
import json
import os
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as triton
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from tritonclient.utils import InferenceServerException

from assortment import artefacts
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.paths import BuildPaths
from assortment.serving import offers
from assortment.serving.filters import Filters, fold
from assortment.serving.pipeline import Pipeline
from assortment.serving.product_words import ProductWords
from assortment.serving.request import SearchRequest
from assortment.serving.word_list import WordList, counted
from assortment_client import contract as public
from deploy.local.server import LocalServer

_WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "blue", "shoes", "shirt", "red")


@pytest.fixture(scope="session")
def tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A word tokenizer of a few words, with BERT's special tokens."""
    words = models.WordLevel({word: i for i, word in enumerate(_WORDS)}, unk_token="[UNK]")
    return _like_bert(words, tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="session")
def letters_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It spells every word letter by letter but "sneakers", which it knows; an empty dictionary lies beside it."""
    letters = [*string.ascii_lowercase, *(f"##{letter}" for letter in string.ascii_lowercase)]
    pieces = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "sneakers", *letters)
    folder = tmp_path_factory.mktemp("letters")
    WordList.of({}).save(folder, artefacts.DICTIONARY)
    return _like_bert(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"), folder)


def _like_bert(model: models.Model, folder: Path) -> Path:
    """The file of a tokenizer that reads text as BERT's does; [CLS] is token 2 and [SEP] 3."""
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    path = folder / "tokenizer.json"
    tokenizer.save(str(path))
    return path


@pytest.fixture(scope="session")
def png() -> bytes:
    return picture_file("PNG")


def picture_file(file_format: str, size: tuple[int, int] = (60, 40), colour: str = "navy") -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, colour).save(drawn, file_format)
    return drawn.getvalue()


# Two kinds of products: 0, 1, 2 are alike, and so are 3, 4, 5. Colours alternate; 0 and 1 are variants, 4 and 5 have one title.
# Product 2 has no price, rating or date; 5 is sold out, of 4 no stock is told.
_FACETS = {"type": ["shirt", "shoe"], "colour": ["blue", "red"]}
_FACET_CODES = [[0, 0], [0, 1], [0, 0], [1, 1], [1, 0], [1, 1]]
_CATEGORY_CODES = [[0, 1], [0, 1], [0, 1], [0, 2], [0, 2], [3, -1]]
_CATEGORIES = ["Apparel", "Topwear", "Footwear", "Sale"]
_NAN = float("nan")
_OFFERS = [
    (20.0, 5.0, 1, 3, 100),
    (10.0, 4.5, 900, 3, 300),
    (_NAN, _NAN, 0, 1, offers.UNKNOWN_DATE),
    (40.0, 3.0, 50, 1, 200),
    (30.0, 4.0, 50, offers.UNKNOWN_STOCK, -5),
    (20.0, 4.0, 50, 0, 200),
]
_TEXTS = ["Kite Weekend", "Kite Harbour", "Kite Weekend", "Kite", "", "Kite"]  # that no other test asks for
_DUPLICATE_CODES = [[0, 0], [0, 1], [-1, 2], [-1, 3], [-1, 4], [-1, 4]]


@pytest.fixture(scope="session")
def write_version() -> Callable[[Path, int], None]:
    """Writes the tables of one catalogue version: products "0" to "5"."""

    def write(folder: Path, version: int) -> None:
        of_version = folder / str(version)
        of_version.mkdir()
        ids = [f"{row}" for row in range(6)]
        keys = np.array([public.candidate_key(product_id) for product_id in ids], dtype=np.int64)
        np.save(of_version / artefacts.KEYS, keys)
        np.save(of_version / artefacts.KEY_ORDER, np.argsort(keys))
        np.save(of_version / artefacts.IDS, np.array([name.encode() for name in ids]))
        np.save(of_version / artefacts.DIVERSITY_VECTORS, np.repeat(np.eye(2, dtype=np.float32), 3, axis=0))
        np.save(of_version / artefacts.FACET_CODES, np.array(_FACET_CODES, dtype=np.int32))
        (of_version / artefacts.FACET_VALUES).write_text(json.dumps(_FACETS))
        np.save(of_version / artefacts.CATEGORY_CODES, np.array(_CATEGORY_CODES, dtype=np.int32))
        (of_version / artefacts.CATEGORY_VALUES).write_text(json.dumps(_CATEGORIES))
        np.save(of_version / artefacts.OFFERS, np.array(_OFFERS, dtype=offers.ROW))
        ProductWords.of(_TEXTS).save(of_version)
        WordList.of(counted(_TEXTS)).save(of_version, artefacts.SPELLINGS)
        np.save(of_version / artefacts.DUPLICATE_CODES, np.array(_DUPLICATE_CODES, dtype=np.int32))
        index = {"version": version, "num_products": 6, "default_strategy": "mmr", "default_diversity": 0.0}
        index |= {"categories": [], "facets": list(_FACETS)}
        (of_version / artefacts.INDEX).write_text(json.dumps(index))

    return write


@pytest.fixture
def catalogues(tmp_path: Path, write_version: Callable[[Path, int], None]) -> Path:
    """A folder with the tables of versions 1 and 2."""
    for version in (1, 2):
        write_version(tmp_path, version)
    return tmp_path


@pytest.fixture(scope="session")
def repository(request: pytest.FixtureRequest) -> Path:
    """An assembled model repository of a few hundred products."""
    given = os.environ.get("ASSORTMENT_TEST_REPOSITORY")
    path: Path = Path(given) if given else request.getfixturevalue("small_repository")
    return path


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """The server that other rooms' tests use too, unless a repository is given."""
    if given := os.environ.get("ASSORTMENT_TEST_REPOSITORY"):
        with LocalServer(Path(given), log=tmp_path_factory.mktemp("server") / "tritonserver.log") as running:
            yield running
    else:
        yield request.getfixturevalue("served").server


@pytest.fixture(scope="session")
def pipeline(repository: Path) -> Pipeline:
    return Pipeline.open(repository)


Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def ask(server: LocalServer) -> Iterator[Ask]:
    """Sends a search request, or any tensors, over plain gRPC: no check of ours on the way.

    A busy machine makes the server shed a request now and then; that one is sent again.
    """
    client = triton.InferenceServerClient(server.grpc_address)

    def send(request: SearchRequest | None = None, *, ensemble: str | None = None, **tensors: np.ndarray) -> Any:
        if request is not None:
            tensors = {**wire(request), **tensors}
        chosen = ensemble or (
            public.RERANK if "CANDIDATE_KEY" in tensors else public.SEARCH_MULTIMODAL if "PICTURE" in tensors else public.SEARCH
        )
        inputs = [infer_input(name, values) for name, values in tensors.items()]
        for _ in range(20):
            try:
                return client.infer(chosen, inputs, client_timeout=20)
            except InferenceServerException as error:
                if "Request timeout expired" not in error.message():
                    raise
        raise AssertionError("the server sheds everything")

    yield send
    client.close()


def wire(request: SearchRequest) -> dict[str, np.ndarray]:
    """Tensors of a request, written out here rather than by the code under test."""
    tensors = {"QUERY": text(request.query)}
    if request.picture is not None:
        tensors["PICTURE"] = text(request.picture)
    if request.candidates is not None:
        tensors["CANDIDATE_KEY"] = np.asarray(request.candidates, dtype=np.int64)[np.newaxis]
    if request.k is not None:
        tensors["K"] = np.array([[request.k]], dtype=np.int32)
    if request.diversity is not None:
        tensors["DIVERSITY"] = np.array([[request.diversity]], dtype=np.float32)
    if request.max_relevance_loss is not None:
        tensors["MAX_RELEVANCE_LOSS"] = np.array([[request.max_relevance_loss]], dtype=np.float32)
    if request.strategy is not None:
        tensors["STRATEGY"] = text(request.strategy)
    if request.rules is not None:
        tensors["RULES"] = text(request.rules)
    return tensors


def text(*values: bytes | str) -> np.ndarray:
    encoded = [value.encode() if isinstance(value, str) else value for value in values]
    return np.array([encoded], dtype=np.object_)


def infer_input(name: str, values: np.ndarray) -> Any:
    datatypes = {"O": "BYTES", "i8": "INT64", "i4": "INT32", "f4": "FP32"}
    tensor = triton.InferInput(name, list(values.shape), datatypes[values.dtype.str.lstrip("<|")])
    tensor.set_data_from_numpy(values)
    return tensor


@pytest.fixture(scope="session")
def damaged_pictures() -> dict[str, bytes]:
    too_large = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(too_large, "PNG")
    return {"truncated JPEG": picture_file("JPEG", (300, 300))[:700], "20,000 x 20,000": too_large.getvalue()}


@pytest.fixture(scope="session")
def passes() -> Callable[[Product, Filters], bool]:
    """Whether one product passes filters, asked of the product itself."""
    return _passes


def _passes(product: Product, filters: Filters) -> bool:
    def has(wanted: tuple[str, ...], *values: str) -> bool:
        return not wanted or bool({fold(value) for value in values if value} & {fold(value) for value in wanted})

    low, high = filters.price
    return (
        has(filters.department, product.department)
        and has(filters.category, *product.category)
        and has(filters.brand, product.brand)
        and all(has(wanted, product.attributes.get(name, "")) for name, wanted in filters.attributes.items())
        and (low is None or (product.price is not None and product.price >= low))
        and (high is None or (product.price is not None and product.price <= high))
        and not any(has(unwanted, *_values_of(product, name)) for name, unwanted in filters.without.items() if unwanted)
        and not (filters.in_stock and product.stock == 0)
        and (filters.min_rating is None or (product.rating is not None and product.rating >= filters.min_rating))
    )


def _values_of(product: Product, name: str) -> tuple[str, ...]:
    """Of a field or an attribute."""
    fields = {"department": (product.department,), "category": product.category, "brand": (product.brand,)}
    return fields.get(name, (product.attributes.get(name, ""),))


@pytest.fixture(scope="module")
def products(repository: Path) -> dict[str, Product]:
    return {product.id: product for product in Catalogue.open(BuildPaths(repository.parent).catalogue).products}
