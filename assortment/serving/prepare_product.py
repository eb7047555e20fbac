"""``prepare_product``: checks, tokenises and decodes a product that is to be embedded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assortment import artefacts, image
from assortment.contract import MAX_PRODUCT_TOKENS
from assortment.errors import InputError
from assortment.known_labels import known_labels
from assortment.serving import checks
from assortment.serving.prepare import NO_PIXELS, padded
from assortment.serving.request import ProductRequest
from assortment.serving.step import Outcome, Tensors, strings
from assortment.text import TextTokenizer
from assortment_client import contract as public


class PrepareProductStep:
    """From a product's text, picture and labels to what the product side's encoders take."""

    def __init__(self, folder: Path, *, pad_tokens_to: int | None = None) -> None:
        """Reads tokenizer and labels.

        Args:
            folder: holds ``tokenizer.json`` and ``labels.json``.
            pad_tokens_to: see ``PrepareStep``.
        """
        self._tokenizer = TextTokenizer(folder / artefacts.TOKENIZER, max_tokens=MAX_PRODUCT_TOKENS)
        names = json.loads((folder / artefacts.LABELS).read_text(encoding="utf-8"))
        self._label_ids = {name: i for i, name in enumerate(names) if i > 0}  # 0 pads
        self._pad_tokens_to = pad_tokens_to

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        outcomes: list[Outcome] = []
        for tensors in batch:
            try:
                outcomes.append(self.prepare(_request(tensors)))
            except InputError as error:
                outcomes.append(error)
        return outcomes

    def prepare(self, request: ProductRequest) -> Tensors:
        """Checks and converts one product. Labels that are not read are told; see ``known_labels``.

        Raises:
            InputError: naming the first field that is wrong, its value and what is allowed.
        """
        text = checks.text(request.text, field=public.TEXT, limit=public.MAX_TEXT_CHARACTERS)
        labels = [checks.text(label, field=public.LABEL, limit=public.MAX_TEXT_CHARACTERS) for label in request.labels]
        if len(labels) > public.MAX_LABELS:
            raise InputError(public.LABEL, f"{len(labels)} labels", f"allowed: at most {public.MAX_LABELS}")
        if not text.strip() and request.picture is None and not labels:
            raise InputError(public.TEXT, text, "there is no PICTURE and no LABEL either; allowed: at least one of the three")
        token_ids, mask = padded(self._tokenizer.encode(text), self._pad_tokens_to)
        label_ids = np.zeros((1, public.MAX_LABELS), dtype=np.int64)
        known = known_labels(labels, self._label_ids)
        label_ids[0, : len(known)] = known
        has_picture = request.picture is not None
        return {
            "TOKEN_IDS": token_ids,
            "MASK": mask,
            "PIXELS": NO_PIXELS if request.picture is None else image.pixels(checks.picture(request.picture))[np.newaxis],
            "PRESENCE": np.array([[bool(text.strip()), has_picture]], dtype=np.float32),
            "LABEL_ID": label_ids,
            "UNKNOWN_LABEL": strings([label.encode() for label in labels if not known or label not in self._label_ids]),
        }


def _request(tensors: Tensors) -> ProductRequest:
    """Reads the tensors of one request."""
    checks.one_per_request(list(tensors.values()))
    labels = tensors.get(public.LABEL)
    return ProductRequest(
        text=checks.single(tensors.get(public.TEXT), public.TEXT) or b"",
        picture=checks.single(tensors.get(public.PICTURE), public.PICTURE),
        labels=() if labels is None else tuple(labels[0]),
    )
