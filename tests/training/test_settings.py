from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from assortment.errors import InputError
from training.ablation.variants import VARIANTS
from training.scorer_training import Candidates
from training.settings import PRESETS, TrainingSettings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fusion", "attention"),
        ("scorer", "cosine"),
        ("linear_loss", "hinge"),
        ("precision", "int8"),
        ("image_backbone", "resnet"),
        ("epochs", 0),
        ("threads", 0),
        ("learning_rate", 0.0),
        ("temperature", float("nan")),
        ("modality_dropout", 1.0),
        ("similarity_weight", -0.1),
        ("adapter_rank", -1),
        ("ensemble", 0),
        ("hard_negatives", -1),
        ("semantic_negatives", -1),
        ("knowledge_negatives", -1),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(InputError, match=field):
        TrainingSettings(**{field: value})


@pytest.mark.parametrize("preset", PRESETS)
def test_settings_survive_json(preset: str) -> None:
    settings = PRESETS[preset](seed=3)
    assert TrainingSettings(**json.loads(json.dumps(settings.as_dict()))) == settings


def test_words_that_would_have_no_place_are_refused() -> None:
    with pytest.raises(InputError, match="held_out_words"):
        TrainingSettings(held_out_words=True, domain_words=False)
    with pytest.raises(InputError, match="knowledge_from"):
        TrainingSettings(knowledge_from="build/icecat/catalogue", domain_words=False)
    with pytest.raises(InputError, match=r"^knowledge_from: ',' "):
        TrainingSettings(knowledge_from=",")


def test_negatives_from_knowledge_need_a_knowledge_base() -> None:
    with pytest.raises(InputError, match=r"knowledge_negatives.*domain_words or wordnet"):
        TrainingSettings(knowledge_negatives=1, domain_words=False)


@pytest.mark.parametrize("field", ["hard_negatives", "semantic_negatives", "knowledge_negatives"])
def test_a_run_without_negatives_of_a_sort_is_the_one_before_there_were_any(field: str) -> None:
    assert field not in TrainingSettings().decisive()
    assert TrainingSettings(**{field: 2}).decisive()[field] == 2


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ({"head_terms": 0.6, "occasions": 0.6, "gifts": 0, "brand_only": 0, "colour_only": 0, "negation": 0}, "head_terms .*1.2"),
        ({"head_terms": 0.9}, r"head_terms \+ occasions \+ gifts \+ brand_only \+ colour_only \+ negation: 1\.03 "),
        ({"titles": 0.6, "back_translated": 0.5}, r"titles \+ back_translated: 1\.1 "),
    ],
)
def test_kinds_that_are_more_than_all_queries_are_refused_with_their_sum(shares: dict[str, float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        TrainingSettings(**shares)


def test_kinds_may_be_all_queries_and_what_is_done_to_them_adds_up_with_nothing() -> None:
    kinds = {"head_terms": 0.1, "occasions": 0.2, "gifts": 0.1, "brand_only": 0.3, "colour_only": 0.1, "negation": 0.2}
    TrainingSettings(**kinds, rewritten=0.9, price_words=0.9, misspelt=0.9, titles=0.9, image_query_fraction=0.9)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"linear_loss": "article"}, "linear_loss"),
        ({"adapter_dropout": 0.1, "query_tuning": "ia3"}, "adapter_dropout"),
        ({"adapter_dropout": 0.1, "query_tuning": "bottleneck"}, "adapter_dropout"),
        ({"adapter_dropout": 0.1, "query_tuning": "full"}, "adapter_dropout"),
        ({"adapter_dropout": 0.1, "adapter_rank": 0}, "adapter_dropout"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=field):
        TrainingSettings(**changes)


def test_presets_variants_and_options_that_belong_together_are_allowed() -> None:
    bases = [preset(writer="any") for preset in PRESETS.values()]
    assert all(variant.settings(base, seed=3).seed == 3 for base in bases for variant in VARIANTS)
    TrainingSettings(scorer="linear", linear_loss="article")
    assert all(TrainingSettings(adapter_dropout=0.1, query_tuning=method) for method in ("lora", "dora", "adalora"))


@pytest.mark.parametrize(("batch_queries", "scorer_queries"), [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_queries_of_which_the_scorer_would_learn_from_none_are_refused(batch_queries: int, scorer_queries: int) -> None:
    with pytest.raises(InputError, match="scorer_queries"):
        TrainingSettings(batch_queries=batch_queries, scorer_queries=scorer_queries)


@pytest.mark.parametrize(("batch_queries", "scorer_queries", "drawn"), [(1, 3, 3), (2, 3, 4), (3, 1, 3)])
def test_the_fewest_queries_leave_the_scorer_one(batch_queries: int, scorer_queries: int, drawn: int) -> None:
    TrainingSettings(batch_queries=batch_queries, scorer_queries=scorer_queries)
    nothing = torch.zeros(drawn, 1)
    assert Candidates(nothing, nothing, nothing, nothing).num_learned >= 1
