"""The one call: checks what it is given, runs a strategy, and says what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from assortment.diversify import loss_budget
from assortment.diversify.constraints import Cap, Constraints, group_codes, resolve
from assortment.diversify.facets import Facets
from assortment.diversify.greedy import by_relevance
from assortment.diversify.intents import Intents, openness
from assortment.diversify.problem import Problem, Vectors, check_candidates
from assortment.diversify.selection import Selection
from assortment.diversify.strategies import STRATEGIES
from assortment.errors import InputError

DEFAULT_DIVERSITY: Final = 0.5

Given = TypeVar("Given", Intents, Facets)


def diversify(
    vectors: Vectors,
    relevance: npt.NDArray[np.floating[Any]],
    k: int,
    *,
    strategy: str = "mmr",
    diversity: float | None = None,
    max_relevance_loss: float | None = None,
    groups: npt.NDArray[np.integer[Any]] | None = None,
    intents: Intents | None = None,
    facets: Facets | None = None,
    constraints: Constraints | None = None,
) -> Selection:
    """Chooses ``k`` of N candidates that are relevant and unlike one another.

    Args:
        vectors: (N, D) float32, float16 or int8, rows of unit length (int8: quantised ones); what "alike" means is their dot
            product. A zero row is like nothing.
        relevance: (N,) floating point, 0 to 1.
        k: how many to choose, at least 1; with fewer candidates all of them are returned.
        strategy: a name in ``STRATEGIES``.
        diversity: 0 gives exactly the candidates sorted by relevance (equal ones by index), 1 looks at diversity only.
            DEFAULT_DIVERSITY when neither this nor ``max_relevance_loss`` is given.
        max_relevance_loss: instead of ``diversity``: the strongest one that gives up at most this share, 0 to 1, of the
            discounted relevance of the best list; how it is found, and how exactly, stands in ``loss_budget``.
        groups: (N,) whole numbers, -1 for none: what ``round_robin`` and ``quota`` choose by, and what ``opens`` tells of.
        intents: what ``xquad``, ``pm2`` and ``calibration`` choose by; made of ``groups`` when left out.
        facets: what ``expected_alpha`` chooses by; made of ``groups`` when left out, as one facet that is open for sure.
        constraints: caps, pinned and excluded candidates, and those of earlier pages.

    Returns:
        The selection, min(k, N) long unless constraints allow fewer, which ``unmet`` then tells. Candidates of equal
        objective are taken by index.

    Raises:
        InputError: for a wrong shape or dtype, a value that is not finite, a row that is neither of unit length nor zero, an
            argument that is not allowed, and constraints that contradict one another.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise InputError("k", k, "allowed: a whole number, at least 1")
    if strategy not in STRATEGIES:
        raise InputError("strategy", strategy, f"allowed: {', '.join(STRATEGIES)}")
    strength = _strength(diversity, max_relevance_loss)
    problem = _with_what_it_needs(_problem(vectors, relevance, strength, groups, intents, facets, constraints), strategy)
    num_shown, num_pinned = problem.num_shown, len(problem.prefix) - problem.num_shown
    if num_pinned > min(int(k), len(problem)):
        raise InputError("pinned", f"{num_pinned} candidates", f"allowed: at most k, {k}")
    length = num_shown + min(int(k), len(problem))
    select = STRATEGIES[strategy].select
    if max_relevance_loss is not None:
        problem, chosen = loss_budget.strongest(problem, length, select, max_relevance_loss)
    else:
        chosen = select(problem, length) if strength > 0.0 else by_relevance(problem, length)
    unmet = _unmet(problem, len(chosen[0]) - num_shown, int(k), constraints)
    return Selection.of(
        problem, chosen, best=lambda: loss_budget.discounted_page(problem, by_relevance(problem, length)), unmet=unmet
    )


def warm_up() -> None:
    """Compiles, or loads from the cache, everything that a page is chosen by: seconds that a server spends before it is ready."""
    rows = np.eye(4, 8, dtype=np.float32)
    relevance = np.linspace(0.9, 0.6, 4)
    groups = np.array([0, 0, 1, -1])
    constraints = Constraints(caps=[Cap(name="group", groups=groups, most=1)], shown=[3])
    for strategy in STRATEGIES:
        diversify(rows, relevance, 2, strategy=strategy, groups=groups, constraints=constraints)
    diversify(rows, relevance, 2, max_relevance_loss=0.1)
    openness(groups.astype(np.int32), relevance)


def _strength(diversity: float | None, max_relevance_loss: float | None) -> float:
    if max_relevance_loss is not None:
        if diversity is not None:
            raise InputError("max_relevance_loss", max_relevance_loss, "allowed: without diversity; give one of the two")
        if not isinstance(max_relevance_loss, int | float | np.number) or not 0.0 <= max_relevance_loss <= 1.0:
            raise InputError("max_relevance_loss", max_relevance_loss, "allowed: 0 to 1, a share of discounted relevance")
        return 1.0
    strength = DEFAULT_DIVERSITY if diversity is None else diversity
    if not isinstance(strength, int | float | np.number) or not 0.0 <= strength <= 1.0:
        raise InputError("diversity", strength, "allowed: 0 (pure relevance) to 1 (pure diversity)")
    return float(strength)


def _problem(
    vectors: Vectors,
    relevance: npt.NDArray[np.floating[Any]],
    strength: float,
    groups: npt.NDArray[np.integer[Any]] | None,
    intents: Intents | None,
    facets: Facets | None,
    constraints: Constraints | None,
) -> Problem:
    """The arguments of ``diversify``, checked."""
    rows, scores = check_candidates(vectors, relevance)
    prefix, num_shown, eligibility = resolve(constraints, len(scores))
    return Problem(
        vectors=rows,
        relevance=scores,
        diversity=strength,
        prefix=prefix,
        num_shown=num_shown,
        eligibility=eligibility,
        groups=None if groups is None else group_codes("groups", groups, len(scores)),
        group_names=None if groups is None else groups.astype(np.int64),
        intents=None if intents is None else _checked("intents", Intents, intents).checked(len(scores)),
        facets=None if facets is None else _checked("facets", Facets, facets).checked(len(scores)),
    )


def _checked(name: str, wanted: type[Given], given: object) -> Given:
    if not isinstance(given, wanted):
        raise InputError(name, type(given).__name__, f"allowed: {wanted.__name__}")
    return given


def _with_what_it_needs(problem: Problem, strategy: str) -> Problem:
    wanted = STRATEGIES[strategy]
    if wanted.needs_groups and problem.groups is None:
        raise InputError("groups", None, f"{strategy} chooses by groups; allowed: (N,) whole numbers")
    if wanted.needs_intents and problem.intents is None:
        if problem.groups is None:
            raise InputError("intents", None, f"{strategy} chooses by intents; allowed: Intents, or groups to make them of")
        return replace(problem, intents=Intents.of_groups([problem.groups], problem.relevance))
    if wanted.needs_facets and problem.facets is None:
        if problem.groups is None:
            raise InputError("facets", None, f"{strategy} chooses by facets; allowed: Facets, or groups to make them of")
        return replace(problem, facets=Facets.of_groups(problem.groups).checked(len(problem)))
    return problem


def _unmet(problem: Problem, num_chosen: int, k: int, constraints: Constraints | None) -> str:
    """Why a selection is shorter than ``k``; a short list of candidates alone is no rule's doing."""
    if num_chosen >= k or constraints is None:
        return ""
    num_open = int(problem.eligibility.open.sum())  # the pinned ones among them
    if num_chosen < min(k, num_open):
        told = ", ".join(f"at most {cap.most} of a {cap.name}" for cap in constraints.caps)
        return f"{num_chosen} of {k}: {told}"
    if len(constraints.excluded) or len(constraints.shown):
        return f"{num_chosen} of {k}: no more candidates beside those excluded or shown before"
    return ""
