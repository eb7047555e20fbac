"""A small search over training settings: Optuna's TPE sampler, by ndcg@10 of the dev queries; the frozen test has no part in it.

A study is a file and goes on where it stopped. Dev queries that many trials were chosen by promise a little too much: measure
what is found on the test queries once, by training with it.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from assortment.errors import InputError
from assortment.paths import BuildPaths
from training import depends_on
from training.fit import Place
from training.prepared import Prepared
from training.settings import TrainingSettings

FOLDER: Final = "search"
BEST: Final = "best.json"
_STUDY: Final = "study.log"
_GIVEN: Final = "given"  # of the trial with the settings as given, those out of range too
_SETTINGS: Final = "settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Values that a setting may take, on a logarithmic scale where they span orders of magnitude."""

    low: float
    high: float
    log: bool = False

    def suggest(self, trial: optuna.Trial, name: str) -> float | int:
        """A whole number where both ends are."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, self.low, self.high, log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)


RANGES: Final = {
    "learning_rate": Range(low=1e-4, high=3e-3, log=True),
    "adapter_learning_rate": Range(low=1e-4, high=3e-3, log=True),
    "adapter_rank": Range(low=4, high=32, log=True),
    "adapter_layers": Range(low=1, high=6),
    "temperature": Range(low=0.02, high=0.1, log=True),
    "similarity_weight": Range(low=0.3, high=10.0, log=True),
    "modality_dropout": Range(low=0.0, high=0.3),
    "weight_decay": Range(low=1e-3, high=0.1, log=True),
}
"""What is searched; every other setting stays as given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best trial so far."""

    settings: dict[str, Any]
    """The searched settings; the usual ones when none did better."""
    dev_ndcg: float
    usual_dev_ndcg: float
    """Of the settings as given."""
    trials: int
    """Finished ones, those of earlier calls included."""


def search(paths: BuildPaths, base: TrainingSettings, *, trials: int) -> Found:
    """Trains until ``paths.root/search`` has ``trials`` finished trials; the first one has the settings of ``base``.

    Raises:
        InputError: when ``trials`` is below 1.
        StepError: when there is no catalogue or no protocol.
    """
    if trials < 1:
        raise InputError("--search", trials, "allowed: 1 and above")
    folder = paths.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    prepared = Prepared.open(paths, base)
    study = _study(folder, paths, base)
    if not _given(study):
        usual_values = {name: getattr(base, name) for name in RANGES}
        inside = {name: value for name, value in usual_values.items() if RANGES[name].low <= value <= RANGES[name].high}
        study.enqueue_trial(inside, user_attrs={_GIVEN: True})

    def objective(trial: optuna.Trial) -> float:
        drawn = {name: allowed.suggest(trial, name) for name, allowed in RANGES.items()}
        chosen = {name: getattr(base, name) for name in RANGES} if trial.user_attrs.get(_GIVEN) else drawn
        trial.set_user_attr(_SETTINGS, chosen)
        settings = TrainingSettings(**{**base.as_dict(), **chosen})
        state = folder / "state"
        shutil.rmtree(state, ignore_errors=True)
        models, _ = prepared.fit(settings, Place(folder=state, logs=state / "logs", key=f"trial {trial.number}"))
        shutil.rmtree(state, ignore_errors=True)
        ndcg: float = models.metrics["dev"]["ndcg@10"]
        return ndcg

    def finished() -> list[optuna.trial.FrozenTrial]:
        return study.get_trials(states=[optuna.trial.TrialState.COMPLETE])

    while len(finished()) < trials:
        study.optimize(objective, n_trials=1)
    usual = _given(study)[0].value
    assert usual is not None
    best: dict[str, Any] = study.best_trial.user_attrs[_SETTINGS]
    found = Found(settings=best, dev_ndcg=study.best_value, usual_dev_ndcg=usual, trials=len(finished()))
    told = {"settings": best, "dev_ndcg@10": found.dev_ndcg, "usual_dev_ndcg@10": usual, "trials": found.trials}
    (folder / BEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return found


def _given(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """The finished trial of the settings as given; none when it was interrupted, too."""
    return [trial for trial in study.get_trials(states=[optuna.trial.TrialState.COMPLETE]) if trial.user_attrs.get(_GIVEN)]


def _study(folder: Path, paths: BuildPaths, base: TrainingSettings) -> optuna.Study:
    """Another one when the catalogue, its queries, or anything that is not searched is another."""
    fixed = {name: value for name, value in depends_on.chosen(base).items() if name not in RANGES}
    key = depends_on.key(paths, fixed)[:16]
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(JournalFileBackend(str(folder / _STUDY)))
    study = optuna.create_study(
        study_name=key,
        storage=storage,
        direction="maximize",
        load_if_exists=True,
    )
    there = len(study.get_trials(deepcopy=False))
    study.sampler = optuna.samplers.TPESampler(seed=base.seed + there)  # one that goes on must not draw what it drew before
    return study
