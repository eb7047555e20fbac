"""Where the curves of a run go: TensorBoard always, Weights & Biases beside it when it is asked for.

Weights & Biases stays offline unless the environment says otherwise (``WANDB_MODE=online``): it writes a folder that
``wandb sync`` uploads. Neither console, source code, git state nor figures of the machine are recorded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from torch.utils.tensorboard.writer import SummaryWriter

from assortment.errors import StepError
from training import devices
from training.settings import TrainingSettings

_PROJECT: Final = "assortment"

Record = Callable[[Mapping[str, float], int], None]
"""Takes the figures of an epoch and its number."""


def check(settings: TrainingSettings) -> None:
    """Before anything is trained.

    Raises:
        StepError: when ``settings.tracker`` names a package that is not installed.
    """
    if settings.tracker == "wandb" and find_spec("wandb") is None:
        raise StepError(
            "tracker=wandb: wandb is not installed; `pip install 'assortment[tracking]'`, or take tracker=tensorboard"
        )


@contextmanager
def curves(folder: Path, settings: TrainingSettings) -> Iterator[Record]:
    """A run's curves under ``folder``; they are complete when the context ends. Only the main process has any."""
    if not devices.is_main():
        yield lambda figures, epoch: None
        return
    with ExitStack() as stack:
        board: Any = stack.enter_context(SummaryWriter(str(folder)))
        run = stack.enter_context(_wandb_run(folder, settings)) if settings.tracker == "wandb" else None

        def record(figures: Mapping[str, float], epoch: int) -> None:
            for name, value in figures.items():
                board.add_scalar(f"train/{name}", value, epoch)
            if run is not None:
                run.log({f"train/{name}": value for name, value in figures.items()}, step=epoch)

        yield record


@contextmanager
def _wandb_run(folder: Path, settings: TrainingSettings) -> Iterator[Any]:
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # read at import; its own faults would be reported over the network
    import wandb

    folder.mkdir(parents=True, exist_ok=True)
    quiet = wandb.Settings(console="off", silent=True, disable_git=True, save_code=False, x_disable_stats=True)
    mode: Any = os.environ.get("WANDB_MODE", "offline")
    run = wandb.init(project=_PROJECT, dir=str(folder), mode=mode, config=settings.as_dict(), settings=quiet)
    code = 1  # of a run that did not end well
    try:
        yield run
        code = 0
    finally:
        run.finish(exit_code=code)
        wandb.teardown()  # ends its service, which on a busy machine goes on writing the run behind ``finish``
