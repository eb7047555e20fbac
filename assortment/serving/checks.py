"""Every rule on a value that a caller sends. A broken rule is an ``InputError`` with field, value and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from assortment import image
from assortment.errors import InputError
from assortment_client import contract as public

_STRATEGIES: Final = {name: index for index, name in enumerate(public.STRATEGIES)}


def text(value: bytes | str, *, field: str, limit: int) -> str:
    """Unicode of at most ``limit`` characters and without NUL; it may be empty."""
    decoded = unicode(value, field=field)
    if len(decoded) > limit:
        raise InputError(field, f"{len(decoded)} characters", f"allowed: at most {limit} characters")
    if "\0" in decoded:
        raise InputError(field, decoded, f"it has NUL at character {decoded.index(chr(0))}; allowed: text without NUL")
    return decoded


def picture(value: bytes) -> Image.Image:
    """A decoded RGB picture."""
    return image.decode(value, field=public.PICTURE)


def candidates(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(R,) keys, at least one, none twice."""
    if not 1 <= len(keys) <= public.MAX_CANDIDATES:
        raise InputError(public.CANDIDATE_KEY, f"{len(keys)} candidates", f"allowed: 1 to {public.MAX_CANDIDATES} candidates")
    order = np.argsort(keys, kind="stable")
    repeated = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    if len(repeated):
        first, second = int(order[repeated[0]]), int(order[repeated[0] + 1])
        raise InputError(
            public.CANDIDATE_KEY, int(keys[first]), f"it stands at positions {first} and {second}; allowed: every candidate once"
        )
    return keys


def k(value: int) -> int:
    """Number of results to return."""
    if not public.MIN_K <= value <= public.MAX_K:
        raise InputError(public.K, int(value), f"allowed: {public.MIN_K} to {public.MAX_K}")
    return value


def diversity(value: float) -> float:
    """0 is pure relevance, 1 pure diversity."""
    if not 0.0 <= value <= 1.0:  # False for NaN
        shown = float(str(value))  # a float32 of 1.1 shows as 1.1
        raise InputError(public.DIVERSITY, shown, "allowed: 0 (pure relevance) to 1 (pure diversity)")
    return value


def max_relevance_loss(value: float, *, diversity: float | None) -> float:
    """The share of discounted relevance that a page may give up; not together with a diversity."""
    shown = float(str(value))
    if not 0.0 <= value <= 1.0:
        raise InputError(public.MAX_RELEVANCE_LOSS, shown, "allowed: 0 to 1, a share of the relevance")
    if diversity is not None:
        raise InputError(public.MAX_RELEVANCE_LOSS, shown, f"{public.DIVERSITY} is given too; allowed: one of the two")
    return value


def strategy(value: bytes | str) -> int:
    """Index into ``STRATEGIES``."""
    name = unicode(value, field=public.STRATEGY)
    if name not in _STRATEGIES:
        raise InputError(public.STRATEGY, name, f"allowed: {', '.join(_STRATEGIES)}")
    return _STRATEGIES[name]


def single(tensor: npt.NDArray[Any] | None, field: str) -> Any:
    """The one value of a [1, 1] tensor; None when the tensor was left out."""
    if tensor is None:
        return None
    if tensor.size != 1:
        raise InputError(field, f"{tensor.size} values of shape {list(tensor.shape)}", "allowed: one value, shape [1, 1]")
    return tensor.reshape(-1)[0]


def one_per_request(tensors: Sequence[npt.NDArray[Any]]) -> None:
    """A request carries one query: the server makes its own batches."""
    for tensor in tensors:
        if len(tensor) != 1:
            raise InputError("batch", len(tensor), "allowed: 1; send one query a request, the server batches requests itself")


def unicode(value: bytes | str, *, field: str) -> str:
    """Text that is UTF-8, or can be written as such."""
    try:
        return value.decode() if isinstance(value, bytes) else value.encode().decode()  # lone surrogates do not encode
    except UnicodeError as error:
        position = error.start if isinstance(error, UnicodeDecodeError | UnicodeEncodeError) else 0
        raise InputError(field, value, f"it is no UTF-8 from position {position} on; allowed: UTF-8 text") from None
