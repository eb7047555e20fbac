from __future__ import annotations

import json
from typing import Any

import pytest

from assortment.errors import InputError
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
