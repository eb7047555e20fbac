from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from training import backbones
from training.teacher.cross_encoder import CrossEncoder, pairs

QUERY, PRODUCT = np.array([2, 7, 8, 3]), np.array([2, 9, 10, 11, 3])


def test_a_pair_is_the_query_then_the_product() -> None:
    ids, mask, is_product = pairs([QUERY, QUERY[:2]], [PRODUCT, PRODUCT[:3]])
    assert ids.tolist() == [[2, 7, 8, 3, 2, 9, 10, 11, 3], [2, 7, 2, 9, 10, 0, 0, 0, 0]]
    assert mask.sum(1).tolist() == [9, 5]
    assert is_product.tolist() == [[0] * 4 + [1] * 5, [0] * 2 + [1] * 3 + [0] * 4]


@torch.inference_mode()
def test_a_new_one_gives_the_cosine_and_padding_changes_nothing(tiny_bert: Path) -> None:
    model = backbones.load_text(str(tiny_bert)).model
    encoder = CrossEncoder(model, hidden_size=32).eval()
    alone = encoder(*pairs([QUERY], [PRODUCT]))
    padded = encoder(*pairs([QUERY, QUERY], [PRODUCT, np.tile(PRODUCT, 4)]))
    assert torch.allclose(alone[0], padded[0], atol=1e-4)
    ids, mask, is_product = pairs([QUERY], [PRODUCT])
    states = model(input_ids=ids, attention_mask=mask).last_hidden_state[0]
    cosine = torch.cosine_similarity(states[is_product[0] == 0].mean(0), states[is_product[0] == 1].mean(0), dim=0)
    assert torch.allclose(alone[0], 10 * cosine, atol=1e-3)
