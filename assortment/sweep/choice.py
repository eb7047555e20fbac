"""How much a catalogue is diversified when a search does not say: chosen on the dev queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assortment.sweep.trials import RANDOM, Trial

MAX_LOSS: Final = 0.01
"""Of ndcg@10 over all queries, relative, that the default may cost."""
MAX_UNAMBIGUOUS_LOSS: Final = 0.005
"""The same over unambiguous queries, which have little to gain."""
SAME: Final = 0.01
"""Of alpha_ndcg@10, relative: strategies nearer to each other than this are taken for as good."""


def best(trials: Sequence[Trial], *, max_loss: float = MAX_LOSS, max_unambiguous_loss: float = MAX_UNAMBIGUOUS_LOSS) -> Trial:
    """The trial of a given diversity with the highest alpha_ndcg that loses no more ndcg than allowed against diversity 0.

    Of strategies whose best is within SAME of the highest, the one that repeats fewest titles; of equals, the weaker one.
    There is always one: diversity 0 loses nothing.
    """
    real = [trial for trial in trials if trial.setting.control == "diversity" and trial.setting.strategy != RANDOM]
    plain = [trial for trial in real if trial.setting.strength == 0.0]
    floor = (1.0 - max_loss) * max(trial.ndcg for trial in plain)
    floor_unambiguous = (1.0 - max_unambiguous_loss) * max(trial.ndcg_unambiguous for trial in plain)
    allowed = [trial for trial in real if trial.ndcg >= floor and trial.ndcg_unambiguous >= floor_unambiguous]
    best_first = sorted(allowed or plain, key=lambda trial: (-trial.alpha_ndcg, trial.setting.strength))
    at_their_best = {trial.setting.strategy: trial for trial in reversed(best_first)}.values()
    as_good = [trial for trial in at_their_best if trial.alpha_ndcg >= (1.0 - SAME) * best_first[0].alpha_ndcg]
    return min(as_good, key=lambda trial: (trial.duplicate_titles, -trial.alpha_ndcg, trial.setting.strength))
