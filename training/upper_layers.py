"""Names of what lies in the upper layers of a text encoder, whatever its family calls it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from torch import nn

_LAYER: Final = re.compile(r"\.(\d+)\.")
# The second map of the feed-forward part, as BERT, DistilBERT and ALBERT name it; attention's own output is another map.
_FEED_FORWARD_OUTPUT: Final = re.compile(r"((?<!attention\.)output\.dense|ffn\.lin2|ffn_output)$")


def linear_maps(backbone: nn.Module, layers: int) -> list[str]:
    """Full names of the linear maps in the upper ``layers``."""
    numbers = _layer_numbers(name for name, module in backbone.named_modules() if isinstance(module, nn.Linear))
    lowest = max(numbers.values(), default=-1) - layers
    return sorted(name for name, number in numbers.items() if number > lowest)


def feed_forward_outputs(backbone: nn.Module, layers: int) -> list[str]:
    """Full names of the maps that end the feed-forward part, one for each of the upper ``layers``."""
    return [name for name in linear_maps(backbone, layers) if _FEED_FORWARD_OUTPUT.search(name)]


def beginnings(backbone: nn.Module, layers: int) -> tuple[str, ...]:
    """The beginnings of the names of everything in the upper ``layers``."""
    return tuple({name[: match.end()] for name in linear_maps(backbone, layers) if (match := _LAYER.search(name))})


def _layer_numbers(names: Iterable[str]) -> dict[str, int]:
    """A layer's number is the first number in its name."""
    return {name: int(match.group(1)) for name in names if (match := _LAYER.search(f"{name}."))}
