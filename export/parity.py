"""Exported models against PyTorch, on real texts, pictures and labels of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from assortment import image
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_PRODUCT_TOKENS, MAX_QUERY_TOKENS, PICTURE_SIZE
from assortment.errors import InputError, StepError
from assortment.serving.onnx_session import OnnxSession
from assortment.text import TextTokenizer, pad, product_text
from export.precision.tolerances import TOLERANCES
from training.checkpoint import TrainedModels
from training.tables import product_tables

MAX_DIFFERENCE: Final = TOLERANCES["float32"].difference  # of any output
NUM_PRODUCTS: Final = 32


def check(name: str, module: nn.Module, path: Path, arguments: Mapping[str, Tensor]) -> float:
    """The largest absolute difference between a module's outputs and those of its ONNX file, which is at most MAX_DIFFERENCE.

    Args:
        name: of the model, for the message.
        module: in evaluation mode.
        path: its ONNX file.
        arguments: inputs by their ONNX names, in the order of the module's own.

    Raises:
        StepError: naming the model and the figure when it is above, or is no number.
    """
    with torch.inference_mode():
        expected = module(*arguments.values())
    given = OnnxSession(path).run({key: np.ascontiguousarray(value.numpy()) for key, value in arguments.items()})
    outputs = expected if isinstance(expected, tuple) else (expected,)
    found = max(float(np.abs(one.numpy() - other).max()) for one, other in zip(outputs, given.values(), strict=True))
    if not found <= MAX_DIFFERENCE:  # written so that NaN fails
        raise StepError(
            f"{path}: the outputs of {name} differ from PyTorch's by up to {found:.2e}, allowed: {MAX_DIFFERENCE:.0e}. Something "
            "in the module does not survive the export, and the server would rank otherwise than was trained"
        )
    return found


def real_arguments(models: TrainedModels, catalogue: Catalogue) -> dict[str, tuple[Tensor, ...]]:
    """Inputs of every module, from products spread evenly over the catalogue, whose titles serve as queries.

    Always at least two rows: a tracer takes a dimension of 1 for a constant.
    """
    rows = np.linspace(0, len(catalogue) - 1, min(NUM_PRODUCTS, max(2, len(catalogue)))).astype(int).tolist()
    products = [catalogue.products[row] for row in rows]
    pixels, presence = _pictures(catalogue, products)
    query = _tokens([product.title for product in products], models.tokenizer_file, MAX_QUERY_TOKENS)
    text = _tokens([product_text(product) for product in products], models.tokenizer_file, MAX_PRODUCT_TOKENS)
    tables = product_tables(models, products)
    with torch.inference_mode():
        image_vector = models.image_encoder(pixels, presence)
        text_vector, states = models.text_encoder.read(*query)
        fused = (text_vector, image_vector, _asked(presence))
        named = models.named_facets(states, query[1])
        product_parts = (models.product_text_encoder(*text), image_vector, torch.from_numpy(tables.label_ids), presence)
        columns = (
            models.product_fusion(*product_parts),
            *map(torch.from_numpy, (tables.label_vectors, tables.category, tables.product_features)),
        )
        scored = (*models.fusion(*fused), *(column.expand(len(rows), *column.shape) for column in columns))  # all for each query
    return {
        "text_encoder": query,
        "product_text_encoder": text,
        "image_encoder": (pixels, presence),
        "fusion": (*fused, named),
        "product_fusion": product_parts,
        "label_tower": product_parts[2:3],
        "scorer": scored,
    }


def _asked(presence: Tensor) -> Tensor:
    """That of queries: every other one with a picture comes without words."""
    asked = presence.clone()
    asked[1::2, 0] = 1.0 - asked[1::2, 1]
    return asked


def _tokens(texts: Sequence[str], tokenizer: Path, max_tokens: int) -> tuple[Tensor, Tensor]:
    token_ids, mask = pad(TextTokenizer(tokenizer, max_tokens=max_tokens).encode_batch(list(texts)))
    return torch.from_numpy(token_ids), torch.from_numpy(mask)


def _pictures(catalogue: Catalogue, products: Sequence[Product]) -> tuple[Tensor, Tensor]:
    """Pixels and presence; a product whose picture cannot be decoded counts as without one, as in training."""
    pixels = np.zeros((len(products), 3, PICTURE_SIZE, PICTURE_SIZE), dtype=np.float32)
    presence = np.array([[1.0, 0.0]] * len(products), dtype=np.float32)
    for i, product in enumerate(products):
        data = catalogue.picture(product)
        if data is None:
            continue
        try:
            pixels[i] = image.pixels(image.decode(data))
            presence[i, 1] = 1.0
        except InputError:  # counted by the index step, which reads every picture
            continue
    return torch.from_numpy(pixels), torch.from_numpy(presence)
