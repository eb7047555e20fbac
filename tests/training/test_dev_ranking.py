"""Dev queries are encoded without dropout, and the models are afterwards as they were."""

from __future__ import annotations

from dataclasses import replace

import torch

from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer
from training import dev_ranking, query_tuning
from training.features import Features
from training.models import new_models
from training.settings import TrainingSettings


def test_adapters_drop_nothing_while_dev_is_measured(
    catalogue: Catalogue, protocol: Protocol, cached: Features, tiny_settings: TrainingSettings
) -> None:
    settings = replace(tiny_settings, adapter_dropout=0.5)
    models = new_models(catalogue.products, cached, settings)
    query_tuning.attach(models.text_encoder, settings)
    with torch.no_grad():
        for name, parameter in models.text_encoder.named_parameters():
            if "lora_B" in name:  # zero at first, so that what is dropped would not show
                parameter.normal_(generator=torch.Generator().manual_seed(1))
    modes = [part.training for part in models.text_encoder.modules()]
    tokenizer = TextTokenizer(models.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
    queries = dev_ranking.query_set(protocol, "dev", [product.id for product in catalogue.products], tokenizer)
    once, again = (dev_ranking.encode(models, queries)[0] for _ in range(2))
    assert torch.equal(once, again)
    assert [part.training for part in models.text_encoder.modules()] == modes
    assert any(modes)
