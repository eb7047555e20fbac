"""A trained pair classifier on disk, without pickle.

classifier.safetensors  all weights
backbone/config.json    shape of the encoder
tokenizer.json
config.json             settings, price scale, what counts as relevant
metrics.json            everything that was measured
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import AutoConfig

from assortment.errors import StepError
from assortment.text import TOKENIZER_FILE
from training import backbones
from training.pairs.inputs import PairEncoder, PriceScale
from training.pairs.model import PairClassifier
from training.pairs.settings import PairSettings

WEIGHTS: Final = "classifier.safetensors"
METRICS: Final = "metrics.json"
_CONFIG: Final = "config.json"
_BACKBONE: Final = "backbone"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedClassifier:
    """A classifier with what its input needs."""

    model: PairClassifier
    scale: PriceScale
    settings: PairSettings
    tokenizer_file: Path

    def encoder(self) -> PairEncoder:
        """What turns pairs into this classifier's input."""
        return PairEncoder(self.tokenizer_file, max_tokens=self.settings.max_tokens, price=self.settings.price, scale=self.scale)


def save(folder: Path, trained: TrainedClassifier) -> None:
    """Writes ``trained`` to ``folder``, where its tokenizer lies already; the caller writes metrics and manifest."""
    state = {name: value.detach().contiguous().clone() for name, value in trained.model.state_dict().items()}
    save_file(state, folder / WEIGHTS)
    (folder / WEIGHTS).chmod(0o644)  # safetensors leaves it readable by its owner alone
    trained.model.backbone.config.save_pretrained(folder / _BACKBONE)
    scale = {"mean_log_price": trained.scale.mean, "deviation": trained.scale.deviation}
    write_json(folder / _CONFIG, {"settings": trained.settings.as_dict(), "price_scale": scale})


def load(folder: Path) -> TrainedClassifier:
    """Loads what ``save`` wrote.

    Raises:
        StepError: when a file is missing or damaged, with its name.
    """
    for name in (_CONFIG, WEIGHTS, TOKENIZER_FILE, f"{_BACKBONE}/config.json"):
        if not (folder / name).is_file():
            raise StepError(f"{folder / name} is missing: {folder} holds no pair classifier; run `assortment pairs train`")
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        settings = PairSettings(**config["settings"])
        scale = PriceScale(config["price_scale"]["mean_log_price"], config["price_scale"]["deviation"])
        backbone = backbones.text_from_config(AutoConfig.from_pretrained(folder / _BACKBONE))
        model = PairClassifier(backbone, head_size=settings.head_size)
        model.load_state_dict(load_file(folder / WEIGHTS))
    except (SafetensorError, RuntimeError, ValueError, KeyError, TypeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise StepError(f"{folder} is damaged or of another model ({reason}); run `assortment pairs train` again") from None
    model.eval().requires_grad_(False)
    return TrainedClassifier(model=model, scale=scale, settings=settings, tokenizer_file=folder / TOKENIZER_FILE)


def write_json(path: Path, value: Any) -> None:
    """Writes indented JSON."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
