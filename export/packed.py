"""Query text encoders for CPUs: they compute the tokens of a batch and none of its padding.

The queries of a batch differ in length; padded to the longest, eight of them are 1.4 times as many tokens. Here linear maps and
normalisations read the tokens of all queries one after the other, and only attention, in which no query may look at another,
lays them out as (B, L). Shapes are constants as far as they can be, too: those that PyTorch's own form of BERT computes while it
runs are a hundred small nodes, and the smaller a batch, the more they count.

GPUs get the usual form: there the number of tokens has to be known before they are counted.
"""

from __future__ import annotations

from typing import Any, Final, cast

import torch
from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutput

from export.layers import Layer, layers
from training.query_side import QueryText
from training.text_encoder import TextEncoder
from training.text_families import FAMILIES

PACKED: Final = ("bert", "roberta", "xlm-roberta", "camembert")
"""Families that have a packed form. The others are exported with their padding."""
_HIDDEN: Final = -1e9  # added to the attention on padding


class _PackedLayer(nn.Module):
    """One layer, on tokens in a row."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.num_heads, self.head_size = layer.num_heads, layer.head_size
        self.query = _divided(layer.attention.query, by=self.head_size**0.5)
        self.key, self.value = layer.attention.key, layer.attention.value
        self.attention_output, self.intermediate, self.output = layer.attention_output, layer.intermediate, layer.output

    def forward(self, states: Tensor, kept: Tensor, place: Tensor, hidden: Tensor) -> Tensor:
        """States (1, N, H) to the same; for the others see ``PackedBert``."""
        query, key, value = (self._of_heads(part(states), place) for part in (self.query, self.key, self.value))
        weights = torch.softmax(query @ key.transpose(2, 3) + hidden, dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(-1, self.num_heads * self.head_size)[kept]
        attended = self.attention_output(mixed, states)
        changed: Tensor = self.output(self.intermediate(attended), attended)
        return changed

    def _of_heads(self, packed: Tensor, place: Tensor) -> Tensor:
        """(1, N, heads x size) to (B, heads, L, size)."""
        return packed.reshape(-1, self.num_heads, self.head_size)[place].transpose(1, 2)


class PackedBert(nn.Module):
    """Answers as the BERT that it is made of, for ids and masks of (B, L); N below is the number of tokens that are kept."""

    def __init__(self, bert: nn.Module) -> None:
        """Shares the parts of ``bert``, of one of the families PACKED."""
        super().__init__()
        embeddings, config = cast(Any, bert).embeddings, cast(Any, bert).config
        first = config.pad_token_id + 1 if FAMILIES[config.model_type].positions_from_padding else 0
        self.words, self.norm = embeddings.word_embeddings, embeddings.LayerNorm
        positions = embeddings.position_embeddings.weight.detach()[first:] + embeddings.token_type_embeddings.weight.detach()[0]
        self.positions = nn.Embedding(len(positions), positions.shape[1], _weight=positions)
        self.layer = nn.ModuleList(_PackedLayer(layer) for layer in layers(bert))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, output_hidden_states: bool = True) -> BaseModelOutput:
        """As BertModel; the states of padding are those of some token. ``output_hidden_states`` changes nothing."""
        # The first token of a query is kept even where it is masked, so that no row and no batch is without one.
        first = torch.cat([torch.ones_like(attention_mask[:, :1]), attention_mask[:, 1:]], dim=1).flatten()
        kept = first.nonzero().T  # (1, N) places in (B x L)
        place = (first.cumsum(0) - 1).view_as(input_ids)  # (B, L) places in N
        hidden = (1 - attention_mask[:, None, None, :]).to(torch.float32) * _HIDDEN
        every = [self.norm(self.words(input_ids.flatten()[kept]) + self.positions(kept % input_ids.shape[1]))]
        for layer in self.layer:
            every.append(layer(every[-1], kept, place, hidden))
        laid_out = tuple(states[0][place] for states in every)
        return BaseModelOutput(last_hidden_state=cast(Any, laid_out[-1]), hidden_states=cast(Any, laid_out))


def packed(text: QueryText) -> QueryText:
    """The packed form of a text encoder in evaluation mode, or the encoder itself where its family has none."""
    encoder = text.encoder
    if cast(Any, encoder.backbone).config.model_type not in PACKED:
        return text
    projection = encoder.projection
    twin = TextEncoder(PackedBert(encoder.backbone), hidden_size=projection.in_features)
    twin.projection, twin.read_after = projection, encoder.read_after
    return QueryText(twin, text.named).eval()


def _divided(linear: nn.Linear, by: float) -> nn.Linear:
    """The same map with its output divided."""
    divided = nn.Linear(linear.in_features, linear.out_features)
    with torch.no_grad():
        divided.weight.copy_(linear.weight / by)
        divided.bias.copy_(linear.bias / by)
    return divided
