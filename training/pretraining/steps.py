"""The step ``pretraining``: product texts of the training split in, a folder of an adapted text encoder out.

The folder is one that ``text_backbone`` could name: config.json, model.safetensors, tokenizer.json. Its manifest says what it was
made from, so a run that was interrupted later finds it there. Word embeddings stay as they are: the catalogue says a few thousand
of them, and moving these away from all others would cost what the encoder knows of words that only shoppers say.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from assortment import manifest
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_PRODUCT_TOKENS
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.text import TOKENIZER_FILE, TextTokenizer, pad, product_text
from training import backbones, depends_on
from training.pretraining.denoising import Denoising
from training.pretraining.masking import Masking
from training.pretraining.spoken import SpokenTokens
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder

STEP: Final = "pretraining"
_BATCH: Final = 32
_RATE: Final = 3e-5
_HEAD_RATE: Final = 1e-3
_WARMUP: Final = 0.1
_GRADIENT_LIMIT: Final = 1.0
_MASKS: Final = ("[MASK]", "<mask>")


def build(paths: BuildPaths, settings: TrainingSettings) -> Path:
    """Makes ``paths.pretrained``, unless it is current, and returns it.

    Raises:
        StepError: when the tokenizer has no token to hide others behind (``mlm``).
    """
    chosen: dict[str, Any] = {
        name: getattr(settings, name) for name in ("text_backbone", "pretraining", "pretraining_steps", "seed")
    } | depends_on.text_backbone(settings)
    inputs = {"catalogue": paths.catalogue, "protocol": paths.protocol}
    folder = paths.pretrained
    if not manifest.is_current(folder, step=STEP, inputs=inputs, settings=chosen):
        made_from = manifest.fingerprints(inputs)
        start = time.monotonic()
        catalogue = Catalogue.open(paths.catalogue)
        texts = [product_text(catalogue.products[row]) for row in Protocol.open(paths.protocol).train_rows(catalogue)]
        results = adapt(folder, texts, settings)
        results["seconds"] = round(time.monotonic() - start, 1)
        manifest.write(folder, step=STEP, inputs=made_from, settings=chosen, results=results)
    return folder


def adapt(folder: Path, texts: Sequence[str], settings: TrainingSettings) -> dict[str, Any]:
    """Trains the text backbone on ``texts`` and writes it to ``folder``; the figures for its manifest."""
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng([settings.seed, 6])
    backbone = backbones.load_text(settings.text_backbone)
    if settings.pretraining == "mlm":
        _mask_id(backbone.tokenizer_json, settings.text_backbone)  # told before anything is lost
    folder.mkdir(parents=True, exist_ok=True)
    (folder / manifest.FILENAME).unlink(missing_ok=True)
    (folder / TOKENIZER_FILE).write_text(backbone.tokenizer_json, encoding="utf-8")
    tokenizer = TextTokenizer(folder / TOKENIZER_FILE, max_tokens=MAX_PRODUCT_TOKENS)
    rows = tokenizer.encode_batch(list(dict.fromkeys(texts)))
    task = _task(backbone.model, rows, backbone.tokenizer_json, settings)
    optimiser = torch.optim.AdamW(_groups(task, backbone.model))
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=[_RATE, _HEAD_RATE], total_steps=settings.pretraining_steps + 1, pct_start=_WARMUP
    )
    task.eval()  # no dropout, which costs a half more: hidden and deleted tokens are noise enough
    seen: list[float] = []
    doing = f"pre-training on {len(rows):,} texts ({settings.pretraining})"
    for _ in progress(range(settings.pretraining_steps), doing=doing, total=settings.pretraining_steps):
        batch = pad([rows[i] for i in generator.integers(0, len(rows), size=_BATCH)])
        optimiser.zero_grad(set_to_none=True)
        loss = task(*(torch.from_numpy(array) for array in batch), generator)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(task.parameters(), _GRADIENT_LIMIT)
        optimiser.step()
        rates.step()
        seen.append(float(loss.detach()))
    backbone.model.save_pretrained(folder)
    tenth = max(1, len(seen) // 10)
    return {
        "texts": len(rows),
        "loss_first_tenth": round(float(np.mean(seen[:tenth])), 4),
        "loss_last_tenth": round(float(np.mean(seen[-tenth:])), 4),
    }


def _task(model: nn.Module, rows: Sequence[Any], tokenizer_json: str, settings: TrainingSettings) -> nn.Module:
    words = cast(nn.Embedding, cast(Any, model).get_input_embeddings())
    words.requires_grad_(False)
    tokens = SpokenTokens(words, rows)
    special = _special(tokenizer_json)
    hidden_size: int = cast(Any, model).config.hidden_size
    if settings.pretraining == "mlm":
        mask_id = _mask_id(tokenizer_json, settings.text_backbone)
        return Masking(model, tokens, hidden_size=hidden_size, mask_id=mask_id, special=special)
    return Denoising(TextEncoder(model, hidden_size=hidden_size), words, tokens, special=special)


def _special(tokenizer_json: str) -> Tensor:
    """Ids of the tokens that stand for no text, and of those around every text."""
    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.no_padding()
    marked = {number for number, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    return torch.tensor(sorted(marked | set(tokenizer.encode("").ids)))


def _mask_id(tokenizer_json: str, name: str) -> int:
    vocabulary = Tokenizer.from_str(tokenizer_json).get_vocab()
    for token in _MASKS:
        if token in vocabulary:
            return vocabulary[token]
    raise StepError(
        f"text backbone {name!r}: its tokenizer has none of {', '.join(_MASKS)}, so pretraining=mlm has nothing to hide "
        "tokens behind; allowed: tsdae"
    )


def _groups(task: nn.Module, model: nn.Module) -> list[dict[str, Any]]:
    """The encoder's weights and the head's, which start from nothing."""
    body = {id(parameter) for parameter in model.parameters()}
    trained = [parameter for parameter in task.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trained if id(parameter) in body], "lr": _RATE},
        {"params": [parameter for parameter in trained if id(parameter) not in body], "lr": _HEAD_RATE},
    ]
