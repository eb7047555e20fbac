"""What is compared: the default, and what differs from it in one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np

from training.features import Features
from training.settings import TrainingSettings

DEFAULT: Final = "default"
_NO_LABELS: Final = {"min_label_count": 1_000_000_000}
_NO_PICTURES: Final = {"image_query_fraction": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to train."""

    name: str
    group: str
    """The heading under which the table has it."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Fields of TrainingSettings that differ from the default's."""
    hides: frozenset[str] = frozenset()
    """Modalities of products that training and ranking do not see: text, picture."""
    needs: Literal["", "translators", "writer"] = ""
    """Setting that names what the variant reads beside the catalogue; see ``needs``."""

    def settings(self, base: TrainingSettings, seed: int) -> TrainingSettings:
        """The default's settings with the changes."""
        return TrainingSettings(**{**base.as_dict(), **self.changes, "seed": seed})

    def features(self, features: Features) -> Features:
        """The products as training and ranking see them, a missing text as zeros; models start from what is hidden, too."""
        text, image, has_image = features.product_text, features.image, features.has_image
        if "text" in self.hides:
            text = np.zeros_like(text)
        if "picture" in self.hides:
            image, has_image = np.zeros_like(image), np.zeros_like(has_image)
        return replace(features, product_text=text, image=image, has_image=has_image)


def _of_group(group: str, /, **named: Mapping[str, Any]) -> tuple[Variant, ...]:
    return tuple(Variant(name=name.replace("_", " "), group=group, changes=changes) for name, changes in named.items())


def _left_out(**ingredients: Mapping[str, Any]) -> tuple[Variant, ...]:
    return _of_group("left out", **{f"without_{name}": changes for name, changes in ingredients.items()})


VARIANTS: Final[tuple[Variant, ...]] = (
    Variant(name=DEFAULT, group="default"),
    Variant(name="fusion mean", group="fusion", changes={"fusion": "mean"}),
    Variant(name="fusion gated", group="fusion", changes={"fusion": "gated"}),
    Variant(name="linear formula, graded loss", group="scorer", changes={"scorer": "linear"}),
    Variant(name="linear formula, published loss", group="scorer", changes={"scorer": "linear", "linear_loss": "article"}),
    Variant(name="text only", group="modalities", changes={**_NO_LABELS, **_NO_PICTURES}, hides=frozenset({"picture"})),
    Variant(name="text and labels", group="modalities", changes=_NO_PICTURES, hides=frozenset({"picture"})),
    Variant(name="text and picture", group="modalities", changes=_NO_LABELS),
    Variant(name="picture only", group="modalities", changes=_NO_LABELS, hides=frozenset({"text"})),
    *_left_out(
        domain_words={"domain_words": False},
        label_synonyms={"label_synonyms": False},
        kinds_of_queries=dict.fromkeys(("head_terms", "occasions", "gifts", "brand_only", "colour_only"), 0.0),
        negation={"negation": 0.0},
        price_words={"price_words": 0.0},
        misspellings={"misspelt": 0.0},
        balance_of_types={"type_balance": 0.0},
        near_misses={"positives_per_query": 1},
        staying_near_the_base={"similarity_weight": 0.0},
        intent={"intent_weight": 0.0},
        modality_dropout={"modality_dropout": 0.0},
        queries_with_pictures={"image_query_fraction": 0.0},
    ),
    *_of_group(
        "tuning of the query encoder",
        DoRA={"query_tuning": "dora"},
        AdaLoRA={"query_tuning": "adalora"},
        IA3={"query_tuning": "ia3"},
        bottleneck_adapters={"query_tuning": "bottleneck"},
        last_layers={"query_tuning": "last_layers"},
        all_weights={"query_tuning": "full"},
        no_weights={"query_tuning": "frozen"},
        adversarial={"adversarial": 0.1},
        averaged_weights={"averaging": 0.97},
        average_of_three_trainings={"ensemble": 3},
    ),
    Variant(name="with rewritten queries", group="added", changes={"rewritten": 0.05}),
    Variant(name="with queries from titles", group="added", changes={"titles": 0.05}),
    Variant(name="with product noise", group="added", changes={"product_noise": 0.1}),
    Variant(name="with mined hard negatives", group="added", changes={"hard_negatives": 8}),
    Variant(name="with semantic negatives", group="added", changes={"semantic_negatives": 8}),
    Variant(name="with negatives from knowledge", group="added", changes={"knowledge_negatives": 8}),
    Variant(name="with replaced synonyms", group="added", changes={"replaced": 0.2}),
    Variant(name="with back-translated queries", group="added", changes={"back_translated": 0.05}, needs="translators"),
    Variant(name="with written queries", group="added", changes={"written": 0.05}, needs="writer"),
    Variant(name="with a cross-encoder as teacher", group="added", changes={"teacher_weight": 1.0}),
    Variant(name="with the test's own words", group="no fair test", changes={"held_out_words": True}),
    *_of_group("further pre-training on product texts", masked_words={"pretraining": "mlm"}, TSDAE={"pretraining": "tsdae"}),
)
"""In the order of the table."""
