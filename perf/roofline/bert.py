"""The operations of a BERT encoder from its sizes alone, for published figures of encoders that are not ours.

Vaswani et al. 2017, "Attention Is All You Need", section 3; Devlin et al. 2019, "BERT", section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from perf.roofline.work import Operation, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Of an encoder."""

    layers: int
    hidden: int
    feed_forward: int
    heads: int


BASE: Final = Sizes(layers=12, hidden=768, feed_forward=3_072, heads=12)
MINILM_L6: Final = Sizes(layers=6, hidden=384, feed_forward=1_536, heads=12)


def operations(sizes: Sizes, *, batch: int, tokens: int) -> list[Operation]:
    """All layers, without embeddings and heads: matrix products, softmax and normalisation."""
    flowing: Shape = (batch, tokens, sizes.hidden)
    inner: Shape = (batch, tokens, sizes.feed_forward)
    per_head: Shape = (batch, sizes.heads, tokens, sizes.hidden // sizes.heads)
    turned: Shape = (batch, sizes.heads, sizes.hidden // sizes.heads, tokens)
    attention: Shape = (batch, sizes.heads, tokens, tokens)
    square: Shape = (sizes.hidden, sizes.hidden)
    layer = [
        *[_product(flowing, square, flowing)] * 3,  # query, key, value
        _product(per_head, turned, attention),
        Operation(kind="Softmax", inputs=[attention], outputs=[attention]),
        _product(attention, per_head, per_head),
        _product(flowing, square, flowing),
        Operation(kind="LayerNormalization", inputs=[flowing], outputs=[flowing]),
        _product(flowing, (sizes.hidden, sizes.feed_forward), inner),
        _product(inner, (sizes.feed_forward, sizes.hidden), flowing),
        Operation(kind="LayerNormalization", inputs=[flowing], outputs=[flowing]),
    ]
    return layer * sizes.layers


def _product(left: Shape, right: Shape, out: Shape) -> Operation:
    return Operation(kind="MatMul", inputs=[left, right], outputs=[out])
