"""``assortment evaluate --report``."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assortment import manifest
from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths

if TYPE_CHECKING:
    from training.ablation.needs import Given
    from training.ablation.runs import Bench
    from training.ablation.variants import Variant
    from training.settings import TrainingSettings

    Planned = Sequence[tuple[Variant, int]]
    """Variants, each with a seed."""

FOLDER: Final = "ablation"


def run(args: argparse.Namespace) -> int:
    """Trains every variant with every seed that is not there yet; the table is written anew after each.

    Several processes may do so on one folder. Each makes runs that no other makes.
    """
    from training.ablation import side_by_side  # imports torch: not needed for --help
    from training.ablation.needs import Given
    from training.settings import TrainingSettings

    if args.seeds < 1:
        raise InputError("--seeds", args.seeds, "allowed: 1 and above")
    given = Given(translators=args.translators, writer=args.writer)
    variants, left_out = _choose(given, args.only)
    manifest.read(args.catalogue)  # nothing is made beside one that is not there
    paths = BuildPaths(args.catalogue.parent / FOLDER)
    base = TrainingSettings(facet_queries=64, threads=args.threads)  # of the head for named facets: it has no part in ranking
    waiting = f"waiting for another report on {paths.root}"
    with contextlib.ExitStack() as stack:
        with side_by_side.one_at_a_time(paths.root, lambda: print(waiting, file=sys.stderr)):
            bench = _prepared(args.catalogue, paths, base, args.products)
            stack.enter_context(side_by_side.using(paths.root))
        planned = [(variant, base.seed + number) for number in range(args.seeds) for variant in variants]
        wanted = [(variant, seed) for variant, seed in planned if not args.only or variant.name in args.only]
        missing = [(variant, seed) for variant, seed in wanted if not bench.file(variant, seed).is_file()]
        print(f"{len(wanted)} runs, {len(wanted) - len(missing)} of them there already", file=sys.stderr)
        asked = ["assortment", "evaluate", "--report", "--catalogue", str(args.catalogue), "--products", str(args.products)]
        command = shlex.join([*asked, "--seeds", str(args.seeds)])
        write = _writer(paths.root, bench, planned, left_out, command + given.options())
        write()
        elsewhere = _make(bench, missing, write)
        table = write()
    print(table)
    if elsewhere:
        named = ", ".join(f"{variant.name} (seed {seed})" for variant, seed in elsewhere)
        print(f"not in the table yet, for another report is making them: {named}", file=sys.stderr)
    return 0


def _choose(given: Given, only: Sequence[str]) -> tuple[list[Variant], dict[str, str]]:
    """The variants that can be run, with what they need, and those that cannot, with what they lack."""
    from training.ablation.variants import VARIANTS

    names = [variant.name for variant in VARIANTS]
    lacking = {variant.name: lack for variant in VARIANTS if (lack := given.lacks(variant))}
    for name in only:
        if name not in names:
            raise InputError("--only", name, f"allowed: {', '.join(names)}")
        if name in lacking:
            raise InputError("--only", name, lacking[name])
    for name, lack in ({} if only else lacking).items():
        print(f"not run: {name}: {lack}", file=sys.stderr)
    return [given.to(variant) for variant in VARIANTS if variant.name not in lacking], lacking


def _prepared(catalogue: Path, paths: BuildPaths, base: TrainingSettings, products: int) -> Bench:
    """The part of the catalogue with its features and words, made where they are not there and nobody reads others."""
    from training.ablation import side_by_side, subset
    from training.ablation.runs import Bench

    with side_by_side.nobody_uses(paths.root) as free:
        if free:
            subset.cut(catalogue, paths, products=products)
        elif not subset.is_current(catalogue, paths, products=products):
            told = f"{paths.root} is in use by a report on another part or state of the catalogue than --products {products}"
            raise StepError(f"{told} now; give its --products, or wait for its end")
        return Bench(paths, base)


def _make(bench: Bench, missing: Planned, write: Callable[[], str]) -> Planned:
    """Makes runs while there are some that no other process makes; those that others are still making."""
    left, made = missing, 0
    while True:
        before = made
        for variant, seed in left:
            with bench.claimed(variant, seed) as mine:
                done = bench.run(variant, seed) if mine else None
            if done is not None:
                made += 1
                write()
                print(f"{made} of {len(missing)}: {variant.name}, seed {seed}: {done.seconds:.0f} s", file=sys.stderr)
        left = [(variant, seed) for variant, seed in left if not bench.file(variant, seed).is_file()]
        if made == before:
            return left


def _writer(root: Path, bench: Bench, planned: Planned, left_out: Mapping[str, str], command: str) -> Callable[[], str]:
    """Writes the table of all runs that are there, and returns it."""
    from training.ablation import report, side_by_side
    from training.ablation.runs import TEST, Run

    baselines, asked = bench.baselines(), bench.queries[TEST].queries
    names = list(dict.fromkeys(variant.name for variant, _ in planned))
    about = report.About(
        products=bench.num_products,
        queries=len(asked),
        command=command,
        names=names,
        seeds=len({seed for _, seed in planned}),
        left_out=left_out,
    )

    def write() -> str:
        with side_by_side.one_at_a_time(root):
            done = [Run.read(file) for variant, seed in planned if (file := bench.file(variant, seed)).is_file()]
            order = sorted(done, key=lambda found: (names.index(found.name), found.seed))
            return report.write(root, report.rows([*baselines, *order], asked), about)

    return write
