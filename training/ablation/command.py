"""``assortment evaluate --report``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from assortment.errors import InputError
from assortment.paths import BuildPaths

FOLDER: Final = "ablation"


def run(args: argparse.Namespace) -> int:
    """Trains every variant with every seed that is not there yet; the table is written anew after each."""
    from training.ablation import report, subset  # imports torch: not needed for --help
    from training.ablation.runs import TEST, Bench, Run
    from training.ablation.variants import VARIANTS
    from training.settings import TrainingSettings

    if args.seeds < 1:
        raise InputError("--seeds", args.seeds, "allowed: 1 and above")
    names = [variant.name for variant in VARIANTS]
    for name in args.only:
        if name not in names:
            raise InputError("--only", name, f"allowed: {', '.join(names)}")
    catalogue: Path = args.catalogue
    paths = BuildPaths(catalogue.parent / FOLDER)
    subset.cut(catalogue, paths, products=args.products)
    base = TrainingSettings(facet_queries=64, threads=args.threads)  # of the head for named facets: it has no part in ranking
    bench = Bench(paths, base)
    planned = [(variant, base.seed + number) for number in range(args.seeds) for variant in VARIANTS]
    wanted = [(variant, seed) for variant, seed in planned if not args.only or variant.name in args.only]
    missing = [(variant, seed) for variant, seed in wanted if not bench.file(variant, seed).is_file()]
    print(f"{len(wanted)} runs, {len(wanted) - len(missing)} of them there already", file=sys.stderr)
    command = f"assortment evaluate --report --catalogue {catalogue} --products {args.products} --seeds {args.seeds}"
    baselines = bench.baselines()

    def write() -> None:
        done = [Run.read(file) for variant, seed in planned if (file := bench.file(variant, seed)).is_file()]
        order = sorted(done, key=lambda found: (names.index(found.name), found.seed))
        asked = bench.queries[TEST].queries
        table = report.rows([*baselines, *order], asked)
        report.write(paths.root, table, products=bench.num_products, queries=len(asked), command=command)

    write()
    for number, (variant, seed) in enumerate(missing, start=1):
        done = bench.run(variant, seed)
        write()
        print(f"{number} of {len(missing)}: {variant.name}, seed {seed}: {done.seconds:.0f} s", file=sys.stderr)
    print((paths.root / report.TABLE).read_text(encoding="utf-8"))
    return 0
