from __future__ import annotations

import torch
from torch.nn import functional as F

from training.intent import IntentHead


def test_an_untrained_head_knows_the_mean_product_of_each_category() -> None:
    generator = torch.Generator().manual_seed(0)
    centres = F.normalize(torch.randn((3, 256), generator=generator), dim=1)
    category = torch.arange(3).repeat_interleave(10)
    products = F.normalize(centres[category] + 0.05 * torch.randn((30, 256), generator=generator), dim=1)
    head = IntentHead(4)
    head.start_from(torch.cat([products, products[:1]]), torch.cat([category, torch.tensor([-1])]))
    intent = head(centres)
    assert torch.allclose(intent.sum(1), torch.ones(3), atol=1e-5)
    assert intent.argmax(1).tolist() == [0, 1, 2]
