"""Trained models on disk, without pickle.

text_encoder.safetensors          query side, adapters merged, or among its layers where they cannot be
product_text_encoder.safetensors  product side
image_encoder.safetensors  fusion.safetensors  product_fusion.safetensors  scorer.safetensors
named_facets.safetensors  open_facets.safetensors
text_backbone/config.json         shape of both text encoders
tokenizer.json  labels.json  categories.json  facets.json  settings.json  metrics.json
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoConfig, PreTrainedModel

from assortment.errors import StepError
from assortment.text import TOKENIZER_FILE
from training import backbones, bottleneck
from training.fusion import ProductFusion, QueryFusion
from training.image_encoder import ImageEncoder
from training.linear_scorer import LinearScorer
from training.named_facets import NamedFacets
from training.open_facets import OpenFacets
from training.scorer import LearnedScorer, ScorerModule
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder

METRICS: Final = "metrics.json"
_SETTINGS: Final = "settings.json"
_LABELS: Final = "labels.json"
_CATEGORIES: Final = "categories.json"
_FACETS: Final = "facets.json"
_BACKBONE: Final = "text_backbone"
_MODULES: Final = (
    "text_encoder",
    "product_text_encoder",
    "image_encoder",
    "fusion",
    "product_fusion",
    "scorer",
    "named_facets",
    "open_facets",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModels:
    """All modules of one model in evaluation mode, called as ``assortment.contract.STEPS`` says, batch first."""

    text_encoder: TextEncoder
    """Query side: (token_ids, mask) int64 (B, L) to unit rows (B, 256)."""
    product_text_encoder: TextEncoder
    """Product side, the same signature."""
    image_encoder: ImageEncoder
    """(pixels (B, 3, 96, 96), presence (B, 2)) to (B, 256), zero without a picture."""
    fusion: QueryFusion
    """(text vector, image vector, presence) to query vector (B, 256) and intent (B, C)."""
    product_fusion: ProductFusion
    """(text vector, image vector, label ids (B, 16), presence) to product vector (B, 256)."""
    scorer: ScorerModule
    """See ``ScorerModule.forward``."""
    named_facets: NamedFacets
    """Token states half way up ``text_encoder`` to the probability that each of ``facets`` is named."""
    open_facets: OpenFacets
    """(named (B, F), intent (B, C), presence (B, 2)) to the chance (B, F + 1) that each facet, or nothing, is left open."""
    labels: list[str]
    """Label vocabulary; index 0 pads."""
    categories: list[str]
    """Product types in the order of intent."""
    facets: list[str]
    """Facets that a query may name or leave open, in the order of ``named_facets``."""
    tokenizer_file: Path
    settings: TrainingSettings
    metrics: Mapping[str, Any] = field(default_factory=dict)

    def modules(self) -> dict[str, nn.Module]:
        """The modules by name."""
        return {name: getattr(self, name) for name in _MODULES}


def new_scorer(settings: TrainingSettings) -> ScorerModule:
    """An untrained scorer of the chosen kind."""
    return LinearScorer() if settings.scorer == "linear" else LearnedScorer()


def save(folder: Path, models: TrainedModels) -> None:
    """Writes ``models`` to ``folder``; the caller writes the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in models.modules().items():
        state = {key: value.detach().contiguous().clone() for key, value in module.state_dict().items()}
        file = folder / f"{name}.safetensors"
        save_file(state, file)
        file.chmod(0o644)  # safetensors leaves it readable by its owner alone
    cast(PreTrainedModel, models.product_text_encoder.backbone).config.save_pretrained(folder / _BACKBONE)
    target = folder / TOKENIZER_FILE
    if models.tokenizer_file != target:
        target.write_bytes(models.tokenizer_file.read_bytes())
    _write_json(folder / _LABELS, models.labels)
    _write_json(folder / _CATEGORIES, models.categories)
    _write_json(folder / _FACETS, models.facets)
    _write_json(folder / _SETTINGS, models.settings.as_dict())
    _write_json(folder / METRICS, models.metrics)


def settings(folder: Path) -> TrainingSettings:
    """What the models in a folder were trained with.

    Raises:
        StepError: when the file is missing or damaged.
    """
    try:
        return TrainingSettings(**_read_json(folder / _SETTINGS))
    except (OSError, ValueError, TypeError) as error:
        raise StepError(f"{folder / _SETTINGS} cannot be read ({error}); run `assortment train` again") from None


def load(folder: Path) -> TrainedModels:
    """Loads what ``save`` wrote.

    Raises:
        StepError: when a file is missing or damaged, with its name.
    """
    try:
        settings = TrainingSettings(**_read_json(folder / _SETTINGS))
        labels, categories, facets = (_read_json(folder / name) for name in (_LABELS, _CATEGORIES, _FACETS))
        modules = _new_modules(folder, settings, labels, categories, facets)
        for name, module in modules.items():
            _fill(module, folder / f"{name}.safetensors")
        return TrainedModels(
            **cast("dict[str, Any]", modules),
            labels=labels,
            categories=categories,
            facets=facets,
            tokenizer_file=folder / TOKENIZER_FILE,
            settings=settings,
            metrics=_read_json(folder / METRICS),
        )
    except FileNotFoundError as error:
        raise StepError(f"{error.filename} is missing: {folder} holds no finished checkpoint; run `assortment train`") from None


def _new_modules(
    folder: Path, settings: TrainingSettings, labels: Sequence[str], categories: Sequence[str], facets: Sequence[str]
) -> dict[str, nn.Module]:
    if not (folder / _BACKBONE / "config.json").is_file():
        raise FileNotFoundError(2, "missing", str(folder / _BACKBONE / "config.json"))
    config = AutoConfig.from_pretrained(folder / _BACKBONE)
    text_encoder = TextEncoder(backbones.text_from_config(config), hidden_size=config.hidden_size)
    bottleneck.insert(text_encoder, settings)
    return {
        "text_encoder": text_encoder,
        "product_text_encoder": TextEncoder(backbones.text_from_config(config), hidden_size=config.hidden_size),
        "image_encoder": ImageEncoder(backbones.new_image()),
        "fusion": QueryFusion(settings.fusion, num_categories=len(categories)),
        "product_fusion": ProductFusion(settings.fusion, num_labels=len(labels)),
        "scorer": new_scorer(settings),
        "named_facets": NamedFacets(config.hidden_size, len(facets)),
        "open_facets": OpenFacets(facets),
    }


def _fill(module: nn.Module, file: Path) -> None:
    if not file.is_file():
        raise FileNotFoundError(2, "missing", str(file))
    try:
        module.load_state_dict(load_file(file))
    except (SafetensorError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise StepError(f"{file} is damaged or of another model ({reason}); run `assortment train` again") from None
    module.eval().requires_grad_(False)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise StepError(f"{path} is damaged ({error}); run `assortment train` again") from None
