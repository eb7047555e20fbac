from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from assortment.contract import STEPS
from assortment.errors import StepError
from assortment.serving.onnx_session import OnnxSession
from export.onnx_export import check, export
from export.precision.calibration import MIN_SAMPLES, Calibration
from export.precision.dynamic_int8 import NAMED_FACETS, Weights, quantise
from export.precision.smoothing import smooth

ENCODER = STEPS["text_encoder"]
VECTOR, NAMED = (tensor.name for tensor in ENCODER.outputs)


class Outliers(nn.Module):
    """Two matrices that read one input, of which one channel is a hundred times as large as the others, and a shared one."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(100, 64)
        self.left, self.right, self.shared = nn.Linear(64, 64), nn.Linear(64, 64), nn.Linear(64, 64)
        self.projection, self.named = nn.Linear(64, 256), nn.Linear(64, 5)
        with torch.no_grad():
            self.embedding.weight[:, 7] *= 100.0
            self.left.weight[:, 7] /= 100.0
            self.right.weight[:, 7] /= 100.0

    def forward(self, token_ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        token = self.embedding(token_ids)
        token = self.shared(self.shared(self.left(token).tanh() * self.right(token))).tanh()
        pooled = (token * mask.unsqueeze(-1).float()).sum(1)
        return nn.functional.normalize(self.projection(pooled), dim=-1), self.named(pooled).sigmoid()


def texts(number: int, *, seed: int = 3) -> dict[str, np.ndarray]:
    token_ids = np.random.default_rng(seed).integers(0, 100, (number, 9))
    return {"TOKEN_IDS": token_ids, "MASK": np.ones_like(token_ids)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(5)
    path = tmp_path_factory.mktemp("smooth") / "text_encoder.onnx"
    export(Outliers().eval(), ENCODER, path, tuple(torch.from_numpy(values) for values in texts(2).values()))
    return path


def calibration() -> Calibration:
    return Calibration([texts(MIN_SAMPLES)], what="texts")


def test_a_smoothed_model_answers_alike_and_loses_less_in_8_bits(exported: Path, tmp_path: Path) -> None:
    smoothed = tmp_path / "smooth.onnx"
    smooth(exported, smoothed, calibration(), keep=[NAMED_FACETS])
    check(smoothed, ENCODER)
    asked = texts(32, seed=4)
    exact = OnnxSession(exported).run(asked)
    for name, values in OnnxSession(smoothed).run(asked).items():
        np.testing.assert_allclose(values, exact[name], atol=1e-5)
    found = {}
    for source in (exported, smoothed):
        target = tmp_path / f"{source.stem}.int8.onnx"
        quantise(source, target, Weights(embeddings=False, feed_forward_outputs=True))
        found[source] = (OnnxSession(target).run(asked)[VECTOR] * exact[VECTOR]).sum(axis=1).mean()
    assert 1.0 - found[smoothed] < 0.5 * (1.0 - found[exported]), "at most half the error of plain 8 bits"


def test_matrices_that_read_one_input_are_divided_once(exported: Path, tmp_path: Path) -> None:
    smoothed = tmp_path / "smooth.onnx"
    smooth(exported, smoothed, calibration(), keep=[NAMED_FACETS])
    added = [node.name for node in onnx.load(str(smoothed)).graph.node if node.name.endswith("_smooth")]
    assert len(added) == 3, "before left and right, and each time before the shared matrix; not where there is one vector a text"


def test_a_model_without_token_vectors_is_refused(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(StepError, match="there is nothing to smooth"):
        smooth(exported, tmp_path / "smooth.onnx", calibration(), keep=["/"])
