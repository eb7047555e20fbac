"""What there is of a catalogue to augment with: features and knowledge as they are, made only where they are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from assortment import manifest
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer
from training import backbones, features
from training.augmentation.round_trip import Vectors
from training.features import Features
from training.knowledge import steps as knowledge_steps
from training.knowledge.base import FILENAME, Knowledge
from training.settings import DEFAULT_TEXT_BACKBONE, TrainingSettings
from training.text_encoder import TextEncoder
from training.text_features import encode_texts


@dataclass(frozen=True)
class AtHand:
    """One catalogue."""

    catalogue: Catalogue
    protocol: Protocol
    features: Features
    knowledge: Knowledge
    settings: TrainingSettings
    """With the text backbone and precision of the features."""

    @classmethod
    def open(cls, paths: BuildPaths, settings: TrainingSettings, text_backbone: str = "") -> AtHand:
        """``text_backbone`` is for features that are missing; the packaged one when left out.

        Raises:
            InputError: when features of another encoder are there.
            ManifestError: when catalogue or protocol are not there.
            StepError: when the features are those of another catalogue.
        """
        catalogue, protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
        made = (paths.features / manifest.FILENAME).is_file()
        if made:
            there = manifest.read(paths.features)
            settings = replace(settings, **{name: there.settings[name] for name in ("text_backbone", "precision")})
            _check(paths, there, text_backbone)
        else:
            settings = replace(settings, text_backbone=text_backbone or DEFAULT_TEXT_BACKBONE)
        cached = features.load(paths.features) if made else features.extract(paths, settings)
        known = (paths.knowledge / FILENAME).is_file()
        knowledge = Knowledge.read(paths.knowledge) if known else knowledge_steps.build(paths, settings)
        return cls(catalogue, protocol, cached, knowledge, settings)

    @cached_property
    def rows(self) -> list[int]:
        """Rows of the products that training may show."""
        rows: list[int] = self.protocol.train_rows(self.catalogue).tolist()
        return rows

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(T, H) unit vectors by the encoder of the features."""
        if not texts:
            return np.empty((0, self.features.product_text.shape[1]), dtype=np.float32)
        return encode_texts(self._encoder, self._tokenizer, texts, precision=self.settings.precision)

    @cached_property
    def _encoder(self) -> TextEncoder:
        return TextEncoder.of(backbones.load_text(self.settings.text_backbone).model)

    @cached_property
    def _tokenizer(self) -> TextTokenizer:
        return TextTokenizer(self.features.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)


def _check(paths: BuildPaths, there: Any, text_backbone: str) -> None:
    backbone = there.settings["text_backbone"]
    if text_backbone and text_backbone != backbone:
        raise InputError(
            "--text-backbone", text_backbone, f"allowed: {backbone}, whose features are in {paths.features}, or none"
        )
    if there.inputs != manifest.fingerprints({"catalogue": paths.catalogue}):
        raise StepError(f"{paths.features} is of another state of {paths.catalogue}; run `assortment train` again")
