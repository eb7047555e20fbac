"""Several trainings from one start, and the average of the weights of those that go together: a greedy "model soup".

Wortsman et al. 2022, "Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing inference
time" (arXiv:2203.05482). Members differ in their seed alone. The one that ranks dev best comes first; the others are tried in the
order of their own figures, and each is kept where the average with it ranks no worse than without, by what chooses the mix with
the start: dev and words that no encoder learned.

A finished member is a file until all are averaged, so a run that was killed goes on with the member it was in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from training import devices
from training.interpolation import Weights
from training.loop import State
from training.settings import TrainingSettings

_FILE: Final = "member-{}.pt"


@dataclass(frozen=True, slots=True)
class Member:
    """One training that has ended."""

    seed: int
    state: State
    weights: Weights
    """Those that it changed."""


def train(
    modules: Mapping[str, nn.Module],
    start: Weights,
    settings: TrainingSettings,
    train_member: Callable[[int], State],
    measure: Callable[[], float],
    *,
    folder: Path,
    key: str,
) -> tuple[State, dict[str, Any]]:
    """Trains ``settings.ensemble`` members and leaves the average of those that are kept in ``modules``, frozen.

    Args:
        modules: untrained.
        start: their weights, with which every member begins.
        settings: the first member has their seed, and is what an ensemble of one trains; each further one has the next seed.
        train_member: trains ``modules`` with a seed, and freezes them.
        measure: ndcg@10 of ``modules`` as they are, by which members are kept.
        folder: for finished members, until ``forget``.
        key: what the run depends on; a member of another key is trained again.

    Returns:
        How the best member came about, and the figures of all members for metrics.json: none of an ensemble of one. Of several
        processes, the main one alone has the average.
    """
    if settings.ensemble == 1:
        return train_member(settings.seed), {}
    seeds = range(settings.seed, settings.seed + settings.ensemble)

    def finished() -> list[Member]:
        return [member for seed in seeds if (member := _read(folder / _FILE.format(seed), seed, key))]

    there = devices.from_main(lambda: {member.seed for member in finished()})
    for seed in seeds:
        if seed in there:
            continue
        if seed != settings.seed:
            _begin_again(modules, start, seed)
        state = train_member(seed)
        if devices.is_main():
            _write(folder / _FILE.format(seed), Member(seed, state, _changed(modules, start)), key)
    return devices.from_main(lambda: _average_greedily(modules, start, finished(), measure))


def forget(folder: Path) -> None:
    """Removes the files of members."""
    for file in folder.glob(_FILE.format("*")):
        file.unlink()


def _average_greedily(
    modules: Mapping[str, nn.Module], start: Weights, members: Sequence[Member], measure: Callable[[], float]
) -> tuple[State, dict[str, Any]]:
    ranked = sorted(members, key=lambda member: member.state.best, reverse=True)  # equal ones stay in the order of seeds
    kept: list[Member] = []
    best, tried = -math.inf, []
    for member in ranked:
        _put_average(modules, start, [*kept, member])
        ndcg = measure()
        joins = not kept or ndcg >= best
        if joins:
            kept, best = [*kept, member], ndcg
        own = {"seed": member.seed, "dev_ndcg@10": member.state.best, "best_epoch": member.state.best_epoch}
        tried.append({**own, "average_ndcg@10": ndcg, "kept": joins})
    _put_average(modules, start, kept)
    for module in modules.values():
        module.eval().requires_grad_(False)
    return ranked[0].state, {"ensemble": {"ndcg@10": best, "members": tried}}


def _begin_again(modules: Mapping[str, nn.Module], start: Weights, seed: int) -> None:
    _put_average(modules, start, [])
    for module in modules.values():
        module.requires_grad_(True)
    torch.manual_seed(seed)  # of adapters' random beginnings, whether the member before was trained just now or read


@torch.no_grad()
def _put_average(modules: Mapping[str, nn.Module], start: Weights, members: Sequence[Member]) -> None:
    """The start where no member changed anything, or there is none."""
    for name, module in modules.items():
        changed = {key for member in members for key in member.weights[name]}
        for key, value in module.state_dict().items():
            usual = start[name][key]
            own = [member.weights[name].get(key, usual) for member in members] if key in changed else [usual]
            value.copy_(torch.stack(own).mean(0) if len(own) > 1 else own[0])


def _changed(modules: Mapping[str, nn.Module], start: Weights) -> Weights:
    return {
        name: {key: value.clone() for key, value in module.state_dict().items() if not torch.equal(value, start[name][key])}
        for name, module in modules.items()
    }


def _write(file: Path, member: Member, key: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(_FILE.format(f"{member.seed}.unfinished"))
    torch.save({"key": key, "state": asdict(member.state), "weights": member.weights}, unfinished)
    unfinished.replace(file)  # a kill while saving leaves none


def _read(file: Path, seed: int, key: str) -> Member | None:
    """A finished member, whose weights stay on disk until they are looked at; None when there is none of this run."""
    if not file.is_file():
        return None
    content: dict[str, Any] = torch.load(file, weights_only=True, mmap=True)
    return Member(seed, State(**content["state"]), content["weights"]) if content["key"] == key else None
