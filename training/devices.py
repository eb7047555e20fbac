"""Where training runs: on a GPU if there is one, in several processes if ``accelerate launch`` or ``torchrun`` started them.

The only module that knows accelerate. Every process has all weights and computes the same loss of the same batch, but encodes
only its share of the texts in it, which is most of the work. The vectors are gathered and the gradients averaged, so that
several processes learn what one would. The main process alone draws, measures and writes. In one process on the CPU, all of
this comes to nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, Final, TypeVar, cast

import torch
from accelerate import PartialState
from accelerate.utils import operations, parse_flag_from_env
from torch import Tensor, nn

from assortment.errors import InputError

_talk: Any = operations  # untyped
_LONGEST_WAIT: Final = timedelta(days=1)  # for the main process, which computes features alone
_OF_THE_LAUNCHER: Final = {
    "ACCELERATE_MIXED_PRECISION": ("no", "the command's own: --set mixed_precision=true"),
    "ACCELERATE_DYNAMO_BACKEND": ("no", "none"),
    "ACCELERATE_USE_DEEPSPEED": ("false", "none"),
    "ACCELERATE_USE_FSDP": ("false", "none"),
    "ACCELERATE_USE_MEGATRON_LM": ("false", "none"),
}
"""Settings of ``accelerate launch``, as it hands them on, that would be ignored: what they must be, and what there is instead."""

Value = TypeVar("Value")


def device() -> torch.device:
    """The GPU of this process, or the CPU where there is none or ``accelerate launch --cpu`` hides it.

    Raises:
        InputError: when ``accelerate launch`` was given what training has settings of its own for, or does not know.
    """
    return cast(torch.device, _state().device)


def is_main() -> bool:
    """Whether this is the process that draws, measures and writes."""
    return bool(_state().is_main_process)


def described() -> dict[str, Any]:
    """Kind of device and number of processes, for a manifest."""
    return {"device": device().type, "processes": _state().num_processes}


def refuse_several(what: str) -> None:
    """Raises InputError, naming ``what``, when there is more than one process."""
    if _state().num_processes > 1:
        raise InputError(what, f"{_state().num_processes} processes", "allowed: one process, without `accelerate launch`")


def put(value: Value) -> Value:
    """The tensors of dataclasses and tuples, on ``device()``; everything else as it is."""
    moved: Any = value
    if isinstance(value, Tensor):
        moved = value.to(device())
    elif isinstance(value, tuple):
        moved = tuple(put(item) for item in value)
    elif is_dataclass(value):
        moved = replace(cast(Any, value), **{field.name: put(getattr(value, field.name)) for field in fields(value)})
    return cast(Value, moved)


def from_main(function: Callable[[], Value]) -> Value:
    """What ``function`` gives in the main process, which alone calls it; the others wait. Tensors in it are the CPU's."""
    if _state().num_processes == 1:
        return function()
    told: list[Any] = [function() if is_main() else None]
    _talk.broadcast_object_list(told)
    return cast(Value, told[0])


@contextmanager
def main_first() -> Iterator[None]:
    """The others enter when the main process has left, and find its work done."""
    if not is_main():
        from_main(lambda: None)
    yield
    if is_main():
        from_main(lambda: None)


def shared(function: Callable[..., Tensor], *rows: Tensor) -> Tensor:
    """``function(*rows)``, of which every process computes its share of the rows and gets them all.

    Gradients reach a process through its own share alone. They are multiplied by the number of processes, so that the mean in
    ``average_gradients`` is the sum over all shares; weights behind ``shared`` then have the gradient that one process would
    have, like weights that every process has read all rows with.
    """
    num_processes, own = _state().num_processes, _state().process_index
    if num_processes == 1:
        return function(*rows)
    number = len(rows[0])
    size = -(-number // num_processes)
    start = own * size
    chosen = torch.arange(start, start + size).clamp(max=number - 1)  # the last row fills up shares, which must be of one size
    share = function(*(tensor[chosen] for tensor in rows))
    everything: Tensor = _talk.gather(share.detach())
    if share.requires_grad:
        share.register_hook(lambda gradient: gradient * num_processes)  # type: ignore[no-untyped-call]  # left so by PyTorch
    return torch.cat([everything[:start], share, everything[start + size :]])[:number]


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Makes every process's gradients their mean over all processes."""
    if _state().num_processes == 1:
        return
    learning = [parameter for parameter in parameters if parameter.grad is not None]
    means: list[Tensor] = _talk.reduce([parameter.grad for parameter in learning], "mean")
    for parameter, mean in zip(learning, means, strict=True):
        parameter.grad = mean


def leave() -> None:
    """Ends the talk between processes; to be called last."""
    _state().destroy_process_group()


@cache
def _state() -> Any:
    for name, (allowed, instead) in _OF_THE_LAUNCHER.items():
        if os.environ.get(name, allowed).lower() != allowed:
            shown = name.removeprefix("ACCELERATE_").lower()
            raise InputError(f"accelerate launch: {shown}", os.environ[name], f"allowed: {allowed}; instead: {instead}")
    on_cpu = parse_flag_from_env("ACCELERATE_USE_CPU") or not torch.cuda.is_available()
    return PartialState(cpu=on_cpu, timeout=_LONGEST_WAIT)
