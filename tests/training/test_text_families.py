"""Every family of text encoders that the docs promise, and what is said of folders that cannot be used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import Tensor
from transformers import AutoConfig, AutoModel

from assortment.contract import MAX_QUERY_TOKENS, STEPS
from assortment.errors import StepError
from assortment.serving.onnx_step import OnnxStep
from assortment.serving.prepare import PrepareStep, tensors_of
from assortment.serving.request import SearchRequest
from assortment.serving.step import Tensors
from assortment.text import TOKENIZER_FILE, TextTokenizer, pad
from export import onnx_export, parity
from export.export_models import traceable
from export.precision import dynamic_int8
from export.recipes import RECIPES
from training import bottleneck, query_tuning
from training.backbones import load_text
from training.general_texts import vocabulary_words
from training.named_facets import NamedFacets
from training.query_side import QueryText
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder
from training.text_families import FAMILIES

SHAPE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
DISTILBERT = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
EMBEDDING = {"embedding_size": 16}
SHAPES = {"distilbert": DISTILBERT, "electra": SHAPE | EMBEDDING, "albert": SHAPE | EMBEDDING}
SENTENCEPIECE = ("xlm-roberta", "camembert", "albert")
TEXTS = ("chemise rouge", "chemise", "robe bleue en soie pour femme", "红色 衬衫")
CHARACTERS = sorted(set("".join(TEXTS)) - {" "})


def word_piece() -> Tokenizer:
    """BERT's way: [PAD] is 0, pieces that go on a word are marked."""
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "chemise", "soie", *CHARACTERS, *(f"##{c}" for c in CHARACTERS)]
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return ended(tokenizer, "[CLS]", "[SEP]")


def unigram() -> Tokenizer:
    """XLM-R's way: <pad> is 1, beginnings of words are marked."""
    pieces = ["▁chemise", "▁soie", "soie", "▁", *CHARACTERS]
    scores = [(token, 0.0) for token in ("<s>", "<pad>", "</s>", "<unk>")] + [(piece, -1.0 / len(piece)) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return ended(tokenizer, "<s>", "</s>")


def byte_level() -> Tokenizer:
    """RoBERTa's way: <pad> is 1, characters are bytes."""
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet()), "çº", "çº¢", "Ġr", "Ġro", "ro"]
    merges = [("ç", "º"), ("çº", "¢"), ("Ġ", "r"), ("Ġr", "o"), ("r", "o")]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return ended(tokenizer, "<s>", "</s>")


def ended(tokenizer: Tokenizer, first: str, last: str) -> Tokenizer:
    ends = [(token, tokenizer.token_to_id(token)) for token in (first, last)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{first} $A {last}", special_tokens=ends)
    return tokenizer


def make_folder(folder: Path, model_type: str) -> Path:
    """A folder as a user would pass one, with random weights."""
    tokenizer = unigram() if model_type in SENTENCEPIECE else byte_level() if model_type == "roberta" else word_piece()
    padding = tokenizer.token_to_id("<pad>") or 0
    shape = SHAPES.get(model_type, SHAPE)
    size = {"vocab_size": tokenizer.get_vocab_size(), "max_position_embeddings": 66, "pad_token_id": padding}
    torch.manual_seed(0)
    AutoModel.from_config(AutoConfig.for_model(model_type, **size, **shape)).save_pretrained(folder)
    tokenizer.save(str(folder / TOKENIZER_FILE))
    return folder


@pytest.fixture(params=FAMILIES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return make_folder(tmp_path / request.param, request.param)


def loaded(folder: Path) -> TextEncoder:
    backbone = load_text(str(folder))
    return TextEncoder(backbone.model, hidden_size=backbone.model.config.hidden_size).eval()


def tokens(folder: Path, texts: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    ids, mask = pad(TextTokenizer(folder, max_tokens=MAX_QUERY_TOKENS).encode_batch(list(texts)))
    return torch.from_numpy(ids), torch.from_numpy(mask)


def test_padding_with_zero_changes_no_vector(folder: Path) -> None:
    encoder = loaded(folder)
    with torch.inference_mode():
        together = encoder(*tokens(folder, TEXTS))
        alone = torch.cat([encoder(*tokens(folder, (text,))) for text in TEXTS])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)
    assert float((together @ together.T).fill_diagonal_(0).max()) < 0.9999  # the texts are told apart


def test_a_bottleneck_adapter_finds_the_feed_forward_part_of_a_layer(folder: Path) -> None:
    encoder = loaded(folder)
    with torch.inference_mode():
        before = encoder(*tokens(folder, TEXTS))
        bottleneck.insert(encoder, TrainingSettings(query_tuning="bottleneck", adapter_rank=2, adapter_layers=1))
        (adapter,) = (module for module in encoder.modules() if isinstance(module, bottleneck.Bottleneck))
        assert torch.equal(encoder(*tokens(folder, TEXTS)), before)
        torch.nn.init.normal_(adapter.up.weight)
        assert not torch.allclose(encoder(*tokens(folder, TEXTS)), before, atol=1e-3)


@pytest.mark.slow
def test_an_exported_encoder_serves_what_pytorch_trained(folder: Path) -> None:
    encoder = loaded(folder)
    query_tuning.attach(encoder, TrainingSettings(adapter_rank=2, adapter_layers=1))
    encoder(*tokens(folder, TEXTS)).sum().backward()  # the adapters found linear maps to sit on
    query_tuning.merge(encoder)
    encoder.eval()
    served_as = QueryText(encoder, NamedFacets(SHAPE["hidden_size"], 2)).eval()
    path = folder / "text_encoder.onnx"
    with traceable(served_as):
        onnx_export.export(served_as, STEPS["text_encoder"], path, tokens(folder, TEXTS[:2]))
    for texts in (TEXTS, TEXTS[2:3]):
        parity.check("text_encoder", served_as, path, dict(zip(("TOKEN_IDS", "MASK"), tokens(folder, texts), strict=True)))

    careful = folder / "int8.onnx"
    weights = RECIPES["int8-careful"].weights
    assert weights is not None
    dynamic_int8.quantise(path, careful, weights)
    kept = [node.name for node in onnx.load(str(careful)).graph.node if node.op_type == "MatMul" and node.name in matrices(path)]
    assert kept  # the feed-forward outputs, whatever the family calls them

    prepare, served = PrepareStep(folder / TOKENIZER_FILE), OnnxStep("text_encoder", path)
    batch = [prepared(prepare, text) for text in TEXTS]  # of different lengths: the step pads them
    vectors = [outcome["TEXT_VECTOR"] for outcome in served.run(batch) if isinstance(outcome, dict)]
    with torch.inference_mode():
        np.testing.assert_allclose(np.concatenate(vectors), encoder(*tokens(folder, TEXTS)).numpy(), atol=1e-5)


def matrices(path: Path) -> set[str]:
    """Products with a weight, the ones that 8 bits are for."""
    graph = onnx.load(str(path)).graph
    weights = {tensor.name for tensor in graph.initializer}
    return {node.name for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights}


def prepared(prepare: PrepareStep, text: str) -> Tensors:
    outcome = prepare.run([tensors_of(SearchRequest(query=text))])[0]
    assert isinstance(outcome, dict), outcome
    return outcome


def test_a_text_without_words_is_told_by_the_tokenizers_own_special_tokens(folder: Path) -> None:
    tokenizer = TextTokenizer(folder, max_tokens=MAX_QUERY_TOKENS)
    assert len(tokenizer.encode(" \u3000 ")) == tokenizer.num_special < len(tokenizer.encode("红"))


@pytest.mark.parametrize(
    ("model_type", "words"),
    [("bert", {"chemise", "soie", "红", "色"}), ("xlm-roberta", {"chemise", "soie", "红", "色"}), ("roberta", {"红"})],
)
def test_words_of_a_vocabulary_are_whole_and_of_any_script(tmp_path: Path, model_type: str, words: set[str]) -> None:
    found = vocabulary_words(make_folder(tmp_path, model_type) / TOKENIZER_FILE)
    assert words <= set(found)
    assert not {"r", "ro", "##soie", "e", "b"} & set(found)


def test_another_family_is_refused_with_those_that_are_supported(tmp_path: Path) -> None:
    make_folder(tmp_path, "bert")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(StepError, match=r"model_type 'gpt2' is not supported; allowed: bert, distilbert, roberta"):
        load_text(str(tmp_path))


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", TOKENIZER_FILE])
def test_an_incomplete_folder_is_refused_with_what_it_needs(tmp_path: Path, file: str) -> None:
    (make_folder(tmp_path, "bert") / file).unlink()
    with pytest.raises(StepError, match=rf"cannot be loaded.*A folder needs .*{file}"):
        load_text(str(tmp_path))


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", TOKENIZER_FILE])
def test_a_damaged_file_is_refused_with_the_folder(tmp_path: Path, file: str) -> None:
    damaged = make_folder(tmp_path, "bert") / file
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(StepError, match=rf"text backbone '{tmp_path}'.* cannot be (loaded|read)"):
        load_text(str(tmp_path))


def test_weights_of_another_model_are_not_filled_up_with_random_ones(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "bert")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
    with pytest.raises(StepError, match=r"lack 16 tensors that config\.json asks for, encoder\.layer\.2\."):
        load_text(str(folder))


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "one", "bert")
    shutil.copy(make_folder(tmp_path / "other", "roberta") / TOKENIZER_FILE, folder)
    with pytest.raises(StepError, match=r"token ids up to \d+, allowed: below the encoder's vocab_size"):
        load_text(str(folder))


def test_a_tokenizer_without_special_tokens_is_refused(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "bert")
    told = json.loads((folder / TOKENIZER_FILE).read_text())
    (folder / TOKENIZER_FILE).write_text(json.dumps({**told, "post_processor": None}))
    with pytest.raises(StepError, match="no special token around a text"):
        load_text(str(folder))


@pytest.mark.parametrize(("model_type", "positions"), [("bert", 63), ("xlm-roberta", 65)])
def test_an_encoder_that_cannot_read_a_products_text_is_refused(tmp_path: Path, model_type: str, positions: int) -> None:
    folder = make_folder(tmp_path / "source", model_type)
    config = AutoConfig.from_pretrained(folder)
    config.max_position_embeddings = positions
    AutoModel.from_config(config).save_pretrained(folder)
    with pytest.raises(StepError, match="leaves 63 tokens, allowed: 64 or more"):
        load_text(str(folder))
