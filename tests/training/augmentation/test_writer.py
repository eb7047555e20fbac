"""A writer of queries over the tiny encoder: trained, loaded, sampled from, and its queries filtered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from assortment import manifest
from assortment.catalogue.store import Catalogue
from assortment.cli import main
from assortment.errors import DataError, InputError, StepError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.text import product_text
from tests.training.augmentation.test_titles import bag_of_words
from training import depends_on
from training.augmentation import pools, query_log, seq2seq, writer, written
from training.augmentation.seq2seq import BATCH, Seq2Seq
from training.features import Features
from training.grammars import Grammars
from training.prepared import Prepared
from training.settings import TrainingSettings

PAIRS = [("red shirt of a brand", "red shirt"), ("blue jacket for men", "blue jacket")]


@pytest.fixture(scope="module")
def folder(shop: BuildPaths, cached: Features, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that the command trained in four steps, on a copy of the shop."""
    build = tmp_path_factory.mktemp("writer")
    shutil.copytree(shop.root, build / "shop")
    command = ["augment", "--catalogue", "shop", "--build", str(build), "--train-writer", str(build / "w"), "--steps", "4"]
    assert main(command) == 0
    return build / "w"


def test_a_trained_folder_loads_and_tells_what_it_learned(folder: Path) -> None:
    assert AutoModelForSeq2SeqLM.from_pretrained(folder).config.model_type == "encoder-decoder"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.decode(tokenizer("red shirt")["input_ids"], skip_special_tokens=True) == "red shirt"
    told = manifest.verify(folder)
    assert told.step == "writer"
    assert told.results["held_out_pairs"] > 0
    assert {"loss_last_tenth", "held_out_loss", "repeats_a_training_query"} <= told.results.keys()


def test_the_same_seed_writes_the_same_queries_and_leaves_torch_as_it_was(folder: Path) -> None:
    model, texts = seq2seq.load(folder), [f"{colour} shirt for men" for colour in ("red", "blue")] * BATCH
    before = torch.get_rng_state()
    first, again, other = (written.write(model, texts, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == len(texts)
    assert torch.equal(torch.get_rng_state(), before)


def test_it_learns_what_it_is_shown_and_writes_no_other_token(tiny_bert: Path) -> None:
    torch.manual_seed(0)
    made = writer.new(str(tiny_bert), PAIRS)
    encoder = [parameter.clone() for parameter in made.model.encoder.parameters()]
    before = writer.measure(made, PAIRS, batch=2)
    losses = writer.fit(made, PAIRS, steps=120, batch=4, generator=np.random.default_rng(0))
    assert len(losses) == 120
    assert writer.measure(made, PAIRS, batch=2) < 0.8 * before
    assert all(torch.equal(a, b) for a, b in zip(encoder, made.model.encoder.parameters(), strict=True))
    told = set(" ".join(text for pair in PAIRS for text in pair).replace(" ", ""))
    assert set("".join(written.write(made, ["red shirt"] * 8, np.random.default_rng(0))).replace(" ", "")) <= told | {
        "#"
    }  # a part of a word


class Says:
    """In place of a writer: what it writes of each text is told."""

    def __init__(self, queries: dict[str, str]) -> None:
        self.queries = queries

    def generate(self, texts: list[str], **_how: object) -> list[str]:
        return [self.queries[text] for text in texts]


def test_queries_that_are_wrong_or_lose_their_product_are_dropped_and_counted(catalogue: Catalogue, protocol: Protocol) -> None:
    products, rows = catalogue.products, protocol.train_rows(catalogue).tolist()
    vectors = bag_of_words([product.title for product in products])
    row = next(row for row in rows if {"type", "colour", "brand"} <= products[row].facets().keys())
    product = products[row]
    other = next(p.facets()["colour"] for p in products if p.facets().get("colour", "") not in ("", product.facets()["colour"]))

    def made(query: str) -> tuple[int, dict[str, int]]:
        says: Seq2Seq = Says({product_text(product): query})  # type: ignore[assignment]
        kept, dropped = written.generate(says, products, [row], vectors, bag_of_words, 2, np.random.default_rng(0))
        return len(kept), dict(dropped)

    brand, colour, kind = (product.facets()[facet] for facet in ("brand", "colour", "type"))
    assert made(f"{brand} {kind}".lower()) == (1, {"was written before": 1})
    assert made("something nice") == (0, {"names neither the type nor two other facets": 2})
    assert made(f"{other} {kind}".lower()) == (0, {"names a value that its product does not have": 2})
    assert made(f"{brand} {colour} whatsit".lower()) == (0, {"says a word that may be its type": 2})
    far = -np.ones_like(vectors)
    far[row] = -2
    says: Seq2Seq = Says({product_text(product): f"{brand} {kind}".lower()})  # type: ignore[assignment]
    kept, dropped = written.generate(says, products, [row], far, bag_of_words, 1, np.random.default_rng(0))
    assert (kept, dropped) == ([], {"its product is not among the nearest 100": 1})


def test_pools_have_what_was_written_with_what_was_dropped(
    folder: Path, catalogue: Catalogue, protocol: Protocol, cached: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "_TRIED", 40)
    rows = protocol.train_rows(catalogue).tolist()
    settings = TrainingSettings(written=0.2, writer=str(folder))
    drawer = Grammars(catalogue.products, rows, protocol, None, settings).training("encoder")
    vectors = bag_of_words([product.title for product in catalogue.products])
    made = pools.generate(catalogue.products, rows, vectors, drawer, bag_of_words, settings)
    assert sum(made.figures()["written"].values()) == 40
    assert all(query.kind == "written" for query in made.queries["written"])


def test_a_folder_that_is_no_writer_is_told(tiny_bert: Path, tmp_path: Path) -> None:
    with pytest.raises(StepError, match="no sequence-to-sequence model"):
        seq2seq.load(tiny_bert)
    with pytest.raises(StepError, match="no sequence-to-sequence model"):
        seq2seq.load(tmp_path)


def test_a_run_asks_for_its_writer_before_all_else(tiny_bert: Path, tmp_path: Path) -> None:
    with pytest.raises(StepError, match="no sequence-to-sequence model"):
        Prepared.open(BuildPaths(tmp_path / "nothing"), TrainingSettings(written=0.1, writer=str(tiny_bert)))


def test_settings_want_a_writer_and_are_left_out_while_off(folder: Path) -> None:
    with pytest.raises(InputError, match="--train-writer"):
        TrainingSettings(written=0.1)
    assert not {"written", "writer"} & TrainingSettings().decisive().keys()
    settings = TrainingSettings(written=0.1, writer=str(folder))
    assert settings.query_shares()["written"] == 0.1
    assert "0/model.safetensors" in depends_on.contents(settings)["writer_files"]
    assert "writer_files" not in depends_on.contents(TrainingSettings(writer=str(folder)))


def test_a_log_of_queries_counts_what_it_leaves_out(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text('query,id\nRed  shirt,1\n"shirt, blue",2\nhat,9\n\nchinos,1\n')
    found, left_out = query_log.read(file, {"1": 10, "2": 20})
    assert found == [(10, "red shirt"), (20, "shirt, blue")]
    assert left_out == {"an id that no product of the training split has": 1, "words that dev or test keep": 1}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,query\n1,hat\n", "line 1: the header is id,query"),
        ("query,id\nhat,1\ncap,\n", "line 3, column id: it is empty"),
        ("query,id\n ,1\n", "line 2, column query: it is empty"),
        ("query,id\nhat,1,2\n", "line 2: 3 columns"),
        ('query,id\n"hat,1\n', "line 2"),
        ("query,id\nhat,7\n", "nothing to learn from: 1 with an id"),
    ],
)
def test_a_bad_log_names_line_and_column(content: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(content)
    with pytest.raises(DataError, match=told):
        query_log.read(file, {"1": 10})


def test_a_writer_learns_from_a_log_and_never_over_another_folder(folder: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    command = ["augment", "--catalogue", "shop", "--build", str(folder.parent), "--queries", str(log), "--steps", "2"]
    log.write_text("query,id\n" + "".join(f"query {i},{product.id}\n" for i, product in enumerate(catalogue.products)))
    assert main([*command, "--train-writer", str(tmp_path / "w")]) == 0
    results = json.loads((tmp_path / "w" / "manifest.json").read_text())["results"]
    assert results["left_out"]["an id that no product of the training split has"] > 0
    assert main([*command, "--train-writer", str(tmp_path)]) == 1
    assert log.exists()
