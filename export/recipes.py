"""The recipes of the query text encoder: precision and size, by name, and how each is made from the exported float32 model."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, cast

import torch
from torch import Tensor

from assortment import artefacts
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import InputError
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer, pad
from export import export_models
from export.packed import packed
from export.precision import calibration, dynamic_int8, float16, fused, smoothing, static_int8
from export.precision.calibration import Calibration
from export.precision.dynamic_int8 import NAMED_FACETS, Weights
from export.pruning import pruned
from export.pruning.recovery import Recovery
from export.pruning.surgery import Size
from training.checkpoint import TrainedModels
from training.query_side import QueryText

Bits = Literal["float32", "packed", "fused", "float16", "int8", "int8-static"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """One way to make the query text encoder."""

    told: str
    """In a line, for tables and ``--help``."""
    bits: Bits = "float32"
    """"packed": float32 without padding, as the source of "int8" is; see ``export.packed``. "fused": float32 as ONNX Runtime's
    offline optimiser writes it."""
    weights: Weights | None = None
    """Of "int8": which."""
    smoothed: bool = False
    """Whether large activations are handed to the weights first."""
    size: Size | None = None
    """Pruned to this size and recovered first; None for the whole encoder."""

    @property
    def ships(self) -> bool:
        """Whether it may be the CPU's 8-bit encoder."""
        return self.bits in ("int8", "int8-static")


_MATRICES: Final = Weights(embeddings=False, feed_forward_outputs=True)
_CAREFUL: Final = Weights(embeddings=False, feed_forward_outputs=False)
_PRUNED: Final = Size(layers=5 / 6, heads=0.75, width=0.75)
RECIPES: Final[Mapping[str, Recipe]] = MappingProxyType(
    {
        "float32": Recipe(told="as trained"),
        "packed": Recipe(told="no work on padding, as all dynamic 8 bits below", bits="packed"),
        "fused": Recipe(told="attention fused offline", bits="fused"),
        "float16": Recipe(told="for GPUs", bits="float16"),
        "int8-everything": Recipe(
            told="dynamic, token table too", bits="int8", weights=Weights(embeddings=True, feed_forward_outputs=True)
        ),
        "int8-matrices": Recipe(told="dynamic, every matrix", bits="int8", weights=_MATRICES),
        "int8-smooth": Recipe(
            told="dynamic, every matrix, large activations handed to the weights", bits="int8", weights=_MATRICES, smoothed=True
        ),
        "int8-careful": Recipe(told="dynamic, all but feed-forward outputs", bits="int8", weights=_CAREFUL),
        "int8-static": Recipe(told="smoothed, Q/DQ nodes, calibrated on queries", bits="int8-static", smoothed=True),
        "pruned-heads": Recipe(told="3/4 of the heads, recovered", size=Size(heads=0.75)),
        "pruned-width": Recipe(told="2/3 of the neurons, recovered", size=Size(width=2 / 3)),
        "pruned-layers": Recipe(told="5/6 of the layers, recovered", size=Size(layers=5 / 6)),
        "pruned": Recipe(told="5/6 of the layers, 3/4 of heads and neurons, recovered", size=_PRUNED),
        "pruned-int8": Recipe(told="pruned, then int8-smooth", bits="int8", weights=_MATRICES, smoothed=True, size=_PRUNED),
    }
)
_EXAMPLES: Final = 32  # texts that an encoder is traced and checked with
AUTOMATIC: Final = ("int8-smooth", "int8-careful")
"""What is tried unless a recipe is named; the fastest first."""


class Kitchen:
    """Makes recipes of one shop. What several have in common is made once."""

    def __init__(
        self,
        export: Path,
        models: TrainedModels,
        catalogue: Catalogue,
        protocol: Protocol,
        scratch: Path,
        *,
        recovery: Recovery | None = None,
    ) -> None:
        """Remembers the ingredients.

        Args:
            export: a folder with the exported float32 encoder.
            models: that it was exported from.
            catalogue: they were trained on.
            protocol: that tells what training may show.
            scratch: an existing folder for pruned encoders.
            recovery: how pruned encoders recover; None for the default.
        """
        self._source = export / artefacts.TEXT_ENCODER
        self._models, self._catalogue, self._protocol = models, catalogue, protocol
        self._scratch, self._recovery = scratch, recovery or Recovery()
        self._encoders: dict[Size | None, QueryText] = {None: QueryText(models.text_encoder, models.named_facets).eval()}
        self.recovery_loss: dict[Size, float] = {}
        """Of each pruned size, at the end of its recovery."""

    def make(self, name: str, target: Path) -> None:
        """Writes the encoder of a recipe.

        Raises:
            InputError: when there is no such recipe, or there is too little to calibrate or recover with.
            StepError: when the encoder is of a family that cannot be pruned.
        """
        if name not in RECIPES:
            raise InputError("recipe", name, f"allowed: {', '.join(RECIPES)}")
        recipe = RECIPES[name]
        source = self._float32(recipe.size, without_padding=recipe.bits in ("packed", "int8"))
        if recipe.smoothed:
            source = self._smoothed(source)
        if recipe.weights is not None:
            dynamic_int8.quantise(source, target, recipe.weights)
        elif recipe.bits == "int8-static":
            static_int8.quantise(source, target, self._calibration(), keep=[NAMED_FACETS])
        elif recipe.bits == "float16":
            float16.convert(source, target, keep=[NAMED_FACETS])
        elif recipe.bits == "fused":
            config = cast(Any, self._models.text_encoder.backbone).config
            fused.offline(source, target, heads=config.num_attention_heads, hidden_size=config.hidden_size)
        else:  # float32 in one of its forms
            shutil.copyfile(source, target)

    @cached_property
    def texts(self) -> list[str]:
        """Queries and titles that training may show."""
        return pruned.texts(self._models, self._catalogue, self._protocol)

    def _calibration(self) -> Calibration:
        return calibration.texts(self._models.tokenizer_file, self.texts)

    def _smoothed(self, source: Path) -> Path:
        target = self._scratch / f"smooth-{source.name}"
        if not target.is_file():
            smoothing.smooth(source, target, self._calibration(), keep=[NAMED_FACETS])
        return target

    def _float32(self, size: Size | None, *, without_padding: bool) -> Path:
        if size is None and not without_padding:
            return self._source
        text = self._encoder(size)
        target = self._scratch / f"{'packed' if without_padding else 'padded'}-{list(self._encoders).index(size)}.onnx"
        if not target.is_file():
            form = packed(text) if without_padding else text
            export_models.write_one("text_encoder", form, target, self._examples, expected=text)
        return target

    def _encoder(self, size: Size | None) -> QueryText:
        if size not in self._encoders:
            assert size is not None
            self._encoders[size], self.recovery_loss[size] = pruned.make(self._models, self.texts, size, self._recovery)
        return self._encoders[size]

    @cached_property
    def _examples(self) -> tuple[Tensor, ...]:
        tokenizer = TextTokenizer(self._models.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
        chosen = [self.texts[place] for place in calibration.spread(len(self.texts), _EXAMPLES)]
        return tuple(torch.from_numpy(array) for array in pad(tokenizer.encode_batch(chosen)))
