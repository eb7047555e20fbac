"""What a selection has to keep to: caps on groups, and candidates that are pinned, excluded or on an earlier page.

A constraint is never relaxed. What cannot be kept at all is an error; what leaves fewer than ``k`` to choose gives a shorter
selection that says so. Choices are made one after the other: with two or more caps another list may be longer than the one
chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment.diversify.compiled import Indices, Mask, take
from assortment.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most ``most`` candidates of one group, say of one brand."""

    name: str
    """What is capped, as messages tell it."""
    groups: npt.NDArray[np.integer[Any]]
    """(N,) group of each candidate from 0; -1 is in no group."""
    most: int
    """At least 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Positions are those of the candidates."""

    caps: Sequence[Cap] = ()
    """All of them hold."""
    pinned: Sequence[int] = ()
    """They stand first, in this order, and count under caps. One that was shown already is not repeated."""
    excluded: Sequence[int] = ()
    """They are never chosen."""
    shown: Sequence[int] = ()
    """What earlier pages showed, in order: the selection goes on from there. They do not count under caps, which are a page's."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may be chosen. ``take`` in ``compiled`` changes it in place, so a run works on a copy."""

    open: Mask
    """(N,)"""
    codes: Indices
    """(G, N) group of each candidate by each cap, -1 for none."""
    room: Indices
    """(G, V) how many each group may still have."""

    def copy(self) -> Eligibility:
        """One to change."""
        return Eligibility(self.open.copy(), self.codes, self.room.copy())

    def take(self, index: int) -> None:
        """Takes a candidate, and closes what is full."""
        take(index, self.open, self.codes, self.room)


def resolve(constraints: Constraints | None, num_candidates: int) -> tuple[Indices, int, Eligibility]:
    """The prefix (P,), how many of it were shown, and who may follow it.

    Raises:
        InputError: for a position that is no candidate or stands twice, a cap of the wrong shape, and pinned candidates that
            are excluded or break a cap.
    """
    nothing = np.empty(0, dtype=np.int64)
    open_ = np.ones(num_candidates, dtype=np.bool_)
    if constraints is None:
        return nothing, 0, Eligibility(open_, nothing.reshape(0, 0), nothing.reshape(0, 0))
    pinned, excluded, shown = (
        _positions(name, getattr(constraints, name), num_candidates) for name in ("pinned", "excluded", "shown")
    )
    if clash := sorted(set(pinned.tolist()) & set(excluded.tolist())):
        raise InputError("pinned", clash[0], "allowed: candidates that are not excluded")
    pinned = pinned[~np.isin(pinned, shown)]
    codes = np.stack([_codes(cap, num_candidates) for cap in constraints.caps]) if constraints.caps else nothing.reshape(0, 0)
    num_groups = int(codes.max(initial=-1)) + 1
    room = np.array([[cap.most] * num_groups for cap in constraints.caps], dtype=np.int64).reshape(len(codes), num_groups)
    for cap, of_cap in zip(constraints.caps, codes, strict=True):
        counts = np.bincount(of_cap[pinned][of_cap[pinned] >= 0])
        if len(counts) and counts.max() > cap.most:
            raise InputError("pinned", f"{counts.max()} candidates of one {cap.name}", f"allowed by its cap: {cap.most}")
    open_[excluded] = False
    open_[shown] = False
    return np.concatenate([shown, pinned]), len(shown), Eligibility(open_, codes, room)


def _positions(name: str, given: Sequence[int], num_candidates: int) -> Indices:
    for place, index in enumerate(given):
        if isinstance(index, bool | np.bool_) or not isinstance(index, int | np.integer) or not 0 <= index < num_candidates:
            raise InputError(f"{name}[{place}]", index, f"allowed: whole numbers from 0 on, below {num_candidates}")
    positions = np.array(given, dtype=np.int64)
    if len(np.unique(positions)) < len(positions):
        raise InputError(name, positions.tolist(), "allowed: every candidate once")
    return positions


def _codes(cap: Cap, num_candidates: int) -> Indices:
    if isinstance(cap.most, bool) or not isinstance(cap.most, int | np.integer) or cap.most < 1:
        raise InputError(f"caps[{cap.name}].most", cap.most, "allowed: at least 1; to show none, exclude the candidates")
    return group_codes(f"caps[{cap.name}].groups", cap.groups, num_candidates)


def group_codes(name: str, groups: npt.NDArray[Any], num_candidates: int) -> Indices:
    """Groups as (N,) int64.

    Raises:
        InputError: for another shape, a dtype that is not whole numbers, or a code below -1.
    """
    if not isinstance(groups, np.ndarray) or groups.shape != (num_candidates,) or not np.issubdtype(groups.dtype, np.integer):
        shape = f"shape {groups.shape}, dtype {groups.dtype}" if isinstance(groups, np.ndarray) else type(groups).__name__
        raise InputError(name, shape, f"allowed: ({num_candidates},) whole numbers")
    if num_candidates and groups.min() < -1:
        raise InputError(name, int(groups.min()), "allowed: 0 and above, -1 for no group")
    _, compact = np.unique(groups, return_inverse=True)  # a catalogue's codes are sparse among its candidates
    return np.asarray(compact, dtype=np.int64) - int(bool(num_candidates) and groups.min() == -1)
