"""What the peers are given: our trained weights and tables, in the forms that their libraries read.

    build/<shop>/peers/encoder/       a sentence-transformers model: the tuned BERT, mean pooling, projection, unit length
    build/<shop>/peers/columns.npz    categories (N,) and features (N, F) of the products, as the scorer has them

Vectors, the scoring function and the 8-bit encoder are read where the export and index steps wrote them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import numpy_helper

from assortment import artefacts
from assortment.contract import MAX_QUERY_TOKENS, VECTOR_DIM
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.serving.catalogue_tables import newest

_BACKBONE: Final = "backbone."
_UNUSED: Final = "pooler."  # of BERT: the mean of the tokens is taken instead


@dataclass(frozen=True, slots=True)
class Material:
    """Where it all lies, for one shop."""

    paths: BuildPaths

    @property
    def export(self) -> Path:
        """Tokenizer, fusion, scoring function, 8-bit encoder."""
        return self.paths.export

    @property
    def index(self) -> Path:
        """Vectors and ids of the version that is served."""
        return newest(self.paths.index)

    @property
    def encoder(self) -> Path:
        """The sentence-transformers model."""
        return self.paths.root / "peers" / "encoder"

    @property
    def columns(self) -> Path:
        """Categories and features."""
        return self.paths.root / "peers" / "columns.npz"

    def make(self, checkpoints: Path) -> None:
        """Writes what is not there yet.

        Args:
            checkpoints: the trained models that the shop's export was made from.

        Raises:
            StepError: when they are not there.
        """
        if not self.columns.is_file():
            self.columns.parent.mkdir(exist_ok=True)
            scorer = onnx.load(str(self.index / artefacts.SCORER), load_external_data=False).graph
            tables = {tensor.name: tensor for tensor in scorer.initializer if tensor.name in {"categories", "features"}}
            np.savez(self.columns, **{name: numpy_helper.to_array(tensor) for name, tensor in tables.items()})
        if not self.encoder.is_dir():
            _write_encoder(self.encoder, checkpoints, self.export / artefacts.TOKENIZER)


def _write_encoder(folder: Path, checkpoints: Path, tokenizer: Path) -> None:
    from safetensors.torch import load_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from torch import nn
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    config = checkpoints / "text_backbone"
    if not config.is_dir():
        raise StepError(f"{config} is not there; the float32 peer runs the trained encoder: assortment train")
    weights = load_file(checkpoints / "text_encoder.safetensors")
    backbone = AutoModel.from_config(AutoConfig.from_pretrained(config))  # type: ignore[no-untyped-call]
    trained = {name.removeprefix(_BACKBONE): value for name, value in weights.items() if name.startswith(_BACKBONE)}
    missing, unexpected = backbone.load_state_dict(trained, strict=False)
    if unexpected:
        raise StepError(
            f"{checkpoints} has {unexpected[0]}, which sentence-transformers would leave out: the encoder was trained with "
            "query_tuning=bottleneck; allowed for this peer: any other"
        )
    if unknown := [name for name in missing if not name.startswith(_UNUSED)]:
        raise StepError(f"{checkpoints} lacks {unknown[0]} of the encoder; train again: assortment train")
    unfinished = folder.with_name("encoder.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    backbone.save_pretrained(unfinished)
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    PreTrainedTokenizerFast(tokenizer_file=str(tokenizer), **special).save_pretrained(unfinished)  # type: ignore[no-untyped-call]
    transformer = Transformer(str(unfinished), max_seq_length=MAX_QUERY_TOKENS)
    projection = Dense(backbone.config.hidden_size, VECTOR_DIM, bias=False, activation_function=nn.Identity())
    projection.linear.weight.data.copy_(weights["projection.weight"])
    modules = [transformer, Pooling(backbone.config.hidden_size, pooling_mode="mean"), projection, Normalize()]
    whole = folder.with_name("encoder.whole")
    shutil.rmtree(whole, ignore_errors=True)
    SentenceTransformer(modules=modules, device="cpu").save(str(whole), create_model_card=False)
    shutil.rmtree(unfinished)
    whole.rename(folder)
