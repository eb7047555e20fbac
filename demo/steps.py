"""The steps from raw files to a model repository, in order; each one skips itself when its folder's manifest is current."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from assortment.errors import AssortmentError, StepError
from assortment.manifest import FILENAME
from demo.settings import DemoSettings


@dataclass(frozen=True, slots=True)
class Step:
    """One step and the folder whose manifest it writes last."""

    name: str
    doing: str
    """What it does, in a few words."""
    run: Callable[[], object]
    folder: Path
    """The manifest may lie in a folder below it."""


@dataclass(slots=True)
class Part:
    """A part of a run that is under way."""

    skipped: bool = False
    """Set by whoever finds that there was nothing to do."""


@dataclass(slots=True)
class Clock:
    """Seconds of each part of a run, announced as it goes."""

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    @contextmanager
    def part(self, name: str, doing: str) -> Iterator[Part]:
        """Announces a part, times it, and says in one line how it ended."""
        self.console.print(f"[bold]{name}[/bold]  {doing}", highlight=False, soft_wrap=True)
        part = Part()
        start = time.perf_counter()
        yield part
        self.seconds[name] = round(time.perf_counter() - start, 2)
        if part.skipped:
            self.skipped.append(name)
        told = "already there" if part.skipped else "done"
        self.console.print(f"  {told}, {self.seconds[name]:.1f} s", style="dim", highlight=False, soft_wrap=True)


def steps(settings: DemoSettings) -> list[Step]:
    """The steps for a catalogue. Their modules are imported when a step runs: PyTorch alone takes seconds."""
    paths = settings.paths
    imported = settings.catalogue != "generated"
    return [
        Step(
            "catalogue",
            "read the raw files" if imported else "make the built-in products",
            lambda: _catalogue(settings),
            paths.catalogue,
        ),
        Step("protocol", "freeze test queries and derived judgments", lambda: _protocol(settings), paths.protocol),
        Step("train", "train encoders, fusion, intent and scorer", lambda: _train(settings), paths.checkpoints),
        Step("export", "write the models as ONNX, checked against PyTorch", lambda: _export(settings), paths.export),
        Step("index", "compute every product's vector with the exported models", lambda: _index(settings), paths.index),
        Step(
            "assemble",
            "arrange models and index as a Triton model repository",
            lambda: _assemble(settings),
            paths.model_repository,
        ),
    ]


def run_steps(planned: list[Step], clock: Clock) -> None:
    """Runs the steps in order.

    Raises:
        StepError: naming the step that failed, and why.
    """
    for step in planned:
        with clock.part(step.name, step.doing) as part:
            before = stamps(step.folder)
            try:
                step.run()
            except AssortmentError as error:
                raise StepError(f"the {step.name} step failed: {error}") from error
            part.skipped = bool(before) and before == stamps(step.folder)


def stamps(folder: Path) -> dict[Path, int]:
    """When each manifest in ``folder`` or right below it was written: a step that changes none of them had nothing to do."""
    found = [folder / FILENAME, *folder.glob(f"*/{FILENAME}")]
    return {path: path.stat().st_mtime_ns for path in found if path.is_file()}


def _catalogue(settings: DemoSettings) -> None:
    from assortment.catalogue import steps as catalogue

    if settings.data is None:
        catalogue.generate(settings.paths, products=settings.products)
    else:
        catalogue.import_catalogue(settings.paths, reader=settings.catalogue, source=settings.data, limit=settings.limit)


def _protocol(settings: DemoSettings) -> None:
    from assortment.protocol import steps as protocol

    protocol.freeze(settings.paths)


def _train(settings: DemoSettings) -> None:
    from training import settings as presets
    from training.steps import train

    preset = presets.quick if settings.data is None else presets.full  # without data of one's own, ten minutes are the limit
    train(settings.paths, preset(**settings.training))


def _export(settings: DemoSettings) -> None:
    from export.steps import export

    export(settings.paths)


def _index(settings: DemoSettings) -> None:
    from export.index_step import index

    index(settings.paths)


def _assemble(settings: DemoSettings) -> None:
    from export.steps import assemble

    assemble(settings.paths)
