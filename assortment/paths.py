"""Where each step's folder lies: ``build/<catalogue>/<step>/``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assortment import admin


@dataclass(frozen=True, slots=True)
class BuildPaths:
    """The folders of one catalogue, in the order in which they are made."""

    root: Path
    """For instance ``build/generated``."""

    @property
    def catalogue(self) -> Path:
        """Products (Parquet) and pictures."""
        return self.root / "catalogue"

    @property
    def protocol(self) -> Path:
        """Frozen queries and derived judgments."""
        return self.root / "protocol"

    @property
    def features(self) -> Path:
        """Cached outputs of the frozen backbones."""
        return self.root / "features"

    @property
    def knowledge(self) -> Path:
        """What is known of the catalogue's words, as a readable file."""
        return self.root / "knowledge"

    @property
    def pretrained(self) -> Path:
        """The text encoder after further pre-training on the catalogue's texts."""
        return self.root / "pretrained"

    @property
    def pretrained_features(self) -> Path:
        """What ``features`` holds, under that encoder."""
        return self.root / "pretrained_features"

    @property
    def teacher(self) -> Path:
        """What a cross-encoder says of training queries."""
        return self.root / "teacher"

    @property
    def checkpoints(self) -> Path:
        """The trained models."""
        return self.root / "checkpoints"

    @property
    def export(self) -> Path:
        """ONNX models, tokenizer, labels and categories."""
        return self.root / "export"

    @property
    def engines(self) -> Path:
        """TensorRT engines, ``engines/<container release>/``."""
        return self.root / "engines"

    @property
    def index(self) -> Path:
        """The versioned catalogue index, ``index/<version>/``."""
        return self.root / "index"

    @property
    def sweep(self) -> Path:
        """Every way to diversify, measured: a table and a plot."""
        return self.root / "sweep"

    @property
    def model_repository(self) -> Path:
        """The complete, hashed model repository: what Triton is given."""
        return self.root / "model_repository"

    @property
    def admin_key(self) -> Path:
        """The key to the administrative calls of the server that serves ``model_repository``; see ``assortment.admin``."""
        return self.root / admin.FILENAME
