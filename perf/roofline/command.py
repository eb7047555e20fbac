"""``python -m perf.roofline``: the stages' work, counted from the exported graphs, and expected times on L4, A10 and H100."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from assortment.errors import InputError
from assortment.paths import BuildPaths
from perf.commands import new_parser, settings_of, tells_failures
from perf.report import results
from perf.roofline import estimate, report, stages
from perf.roofline.report import Roofline

TOOL: Final = "roofline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to count."""

    catalogue: str = "generated"
    build: Path = Path("build")
    batches: Sequence[int] = (1, 8, 16)
    """Requests in a batch."""
    products: Sequence[int] = (1_000, 40_000, 400_000)
    """Sizes of catalogues for the scorer."""

    def __post_init__(self) -> None:
        """Checks the numbers.

        Raises:
            InputError: naming the field.
        """
        if not self.batches or not all(1 <= batch <= 256 for batch in self.batches):
            raise InputError("batches", self.batches, "allowed: one or more, each 1 to 256")
        if not self.products or not all(512 <= size <= 100_000_000 for size in self.products):
            raise InputError("products", self.products, "allowed: one or more, each 512 to 100,000,000")

    @classmethod
    def quick(cls, **given: Any) -> Settings:
        """One batch size and one catalogue size."""
        return cls(**{"batches": (1,), "products": (40_000,), **given})


def run(settings: Settings) -> Roofline:
    """Counts, estimates, and writes ``build/roofline/``. No server and no GPU is needed.

    Raises:
        AssortmentError: when the catalogue is not exported and indexed, or the results folder is somebody else's.
    """
    paths = BuildPaths(settings.build / settings.catalogue)
    works = [work for batch in settings.batches for work in stages.works(paths, batch=batch, products=settings.products)]
    found = Roofline(catalogue=settings.catalogue, works=works, fit=estimate.fit())
    report.write(found, results.claim(settings.build / TOOL, TOOL))
    return found


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``Settings``."""
    default = Settings()
    parser.add_argument("--batches", type=int, nargs="+", default=default.batches, help="requests in a batch")
    parser.add_argument("--products", type=int, nargs="+", default=default.products, help="sizes of catalogues for the scorer")
    parser.add_argument("--quick", action="store_true", help="one batch size and one catalogue size")


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code."""
    parser = new_parser(
        "roofline",
        "On paper: work of each stage, counted from its graph, and its expected time on GPUs. Nothing is measured.",
        catalogue="an indexed catalogue",
    )
    configure(parser)
    settings = settings_of(parser, argv, Settings)
    console = Console()
    report.show(run(settings), console)
    console.print(f"\n{settings.build / TOOL}", highlight=False, soft_wrap=True)
    return 0
