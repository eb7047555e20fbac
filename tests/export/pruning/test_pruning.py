"""A small BERT with random weights: what is cut, what stays, and that it learns its answers back."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from torch import Tensor
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import InputError, StepError
from assortment.text import TextTokenizer
from export.layers import layers
from export.pruning.importance import Importance, measure
from export.pruning.recovery import Recovery, recover
from export.pruning.surgery import Size, best, prune
from training.named_facets import NamedFacets
from training.query_side import QueryText
from training.text_encoder import TextEncoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"word{number}" for number in range(60))]
TEXTS = [f"word{one} word{other}" for one in range(12) for other in range(12, 24)]


@pytest.fixture
def encoder() -> TextEncoder:
    torch.manual_seed(3)
    config = BertConfig(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=4, num_attention_heads=4, intermediate_size=64)
    return TextEncoder(BertModel(config, add_pooling_layer=False), hidden_size=32).eval()


@pytest.fixture
def tokens() -> tuple[Tensor, Tensor]:
    ids = torch.randint(4, len(WORDS), (6, 7), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[2:, 5:] = 0
    return ids, mask


def test_everything_is_measured(encoder: TextEncoder, tokens: tuple[Tensor, Tensor]) -> None:
    found = measure(encoder, [tokens])
    assert found.layers.shape == (4,)
    assert {tuple(heads.shape) for heads in found.heads} == {(4,)}
    assert {tuple(neurons.shape) for neurons in found.neurons} == {(64,)}
    assert all(bool((scores >= 0).all()) for scores in (found.layers, *found.heads, *found.neurons))


def test_padding_counts_for_nothing(encoder: TextEncoder, tokens: tuple[Tensor, Tensor]) -> None:
    ids, mask = tokens
    padded = torch.cat([ids, ids[:, :3]], 1), torch.cat([mask, torch.zeros_like(mask[:, :3])], 1)
    torch.testing.assert_close(measure(encoder, [padded]).layers, measure(encoder, [tokens]).layers)


def test_a_head_and_neurons_that_add_nothing_are_cut_without_a_trace(encoder: TextEncoder, tokens: tuple[Tensor, Tensor]) -> None:
    with torch.no_grad():
        for layer in layers(encoder.backbone):
            layer.attention_output.dense.weight[:, 8:16] = 0.0  # head 1
            layer.output.dense.weight[:, :16] = 0.0  # a quarter of the neurons
    smaller = prune(encoder, measure(encoder, [tokens]), Size(heads=0.75, width=0.75))
    assert {(layer.num_heads, layer.width) for layer in layers(smaller.backbone)} == {(3, 48)}
    torch.testing.assert_close(smaller(*tokens), encoder(*tokens))
    assert {(layer.num_heads, layer.width) for layer in layers(encoder.backbone)} == {(4, 64)}, "the encoder itself is whole"


def test_a_layer_that_changes_nothing_goes_first(encoder: TextEncoder, tokens: tuple[Tensor, Tensor]) -> None:
    scores = torch.tensor([0.5, 0.1, 0.4, 0.3])
    whole = measure(encoder, [tokens])
    smaller = prune(encoder, Importance(layers=scores, heads=whole.heads, neurons=whole.neurons), Size(layers=0.75))
    assert len(layers(smaller.backbone)) == 3
    kept = [layer.attention.query.weight for layer in layers(encoder.backbone)]
    torch.testing.assert_close(layers(smaller.backbone)[1].attention.query.weight, kept[2])


def test_states_are_read_after_the_layers_that_are_left_below(encoder: TextEncoder, tokens: tuple[Tensor, Tensor]) -> None:
    whole = measure(encoder, [tokens])
    above = Importance(layers=torch.tensor([1.0, 1.0, 0.0, 1.0]), heads=whole.heads, neurons=whole.neurons)
    smaller = prune(encoder, above, Size(layers=0.75))
    torch.testing.assert_close(smaller.read(*tokens)[1], encoder.read(*tokens)[1])  # cut above: the same states
    below = Importance(layers=torch.tensor([1.0, 0.0, 1.0, 1.0]), heads=whole.heads, neurons=whole.neurons)
    assert prune(encoder, below, Size(layers=0.75)).read_after == 1


def test_recovery_brings_the_answers_back(encoder: TextEncoder, tokens: tuple[Tensor, Tensor], tmp_path) -> None:
    named = NamedFacets(32, 3).eval()
    smaller = prune(encoder, measure(encoder, [tokens]), Size(layers=0.75, heads=0.5, width=0.5))
    student, teacher = QueryText(smaller, named).eval(), QueryText(encoder, named).eval()
    embeddings = deepcopy(smaller.backbone.embeddings.state_dict())

    def missed() -> float:
        with torch.inference_mode():
            return 1.0 - float((student(*tokens)[0] * teacher(*tokens)[0]).sum(1).mean())

    before = missed()
    recover(student, teacher, TEXTS, tokenizer(tmp_path), Recovery(steps=60, batch=32, rate=2e-3), precision="float32")
    assert missed() < 0.6 * before
    for name, value in smaller.backbone.embeddings.state_dict().items():
        torch.testing.assert_close(value, embeddings[name])
    assert not any(parameter.requires_grad for parameter in student.parameters())


def test_too_few_texts_are_refused(encoder: TextEncoder, tmp_path) -> None:
    whole = QueryText(encoder, NamedFacets(32, 3)).eval()
    with pytest.raises(InputError, match="allowed: 64 or more"):
        recover(whole, whole, TEXTS[:10], tokenizer(tmp_path), Recovery())


@pytest.mark.parametrize(("field", "value"), [("layers", 0.0), ("heads", 1.5), ("width", -1.0)])
def test_a_size_is_a_share(field: str, value: float) -> None:
    with pytest.raises(InputError, match=field):
        Size(**{field: value})


def test_the_best_keep_their_order() -> None:
    assert best(torch.tensor([0.1, 0.9, 0.2, 0.8]), 2).tolist() == [1, 3]


def test_another_family_is_refused_by_name() -> None:
    config = DistilBertConfig(vocab_size=len(WORDS), dim=32, n_layers=1, n_heads=4, hidden_dim=64)
    with pytest.raises(StepError, match=r"'distilbert' cannot be pruned; allowed: bert, roberta"):
        layers(DistilBertModel(config))


def tokenizer(folder) -> TextTokenizer:
    made = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    made.save(str(folder / "tokenizer.json"))
    return TextTokenizer(folder, max_tokens=MAX_QUERY_TOKENS)
