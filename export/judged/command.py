"""``assortment evaluate --judged``."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from assortment import manifest
from assortment.catalogue.store import Catalogue
from assortment.errors import InputError
from assortment.judgments import from_csv, parse_columns
from assortment.metrics import bootstrap_mean
from assortment.paths import BuildPaths
from export.judged.gate import MARGIN, Bar, Judged, Verdict

_FAILED: Final = 1


def run(args: argparse.Namespace) -> int:
    """Prints a table and returns 0 when all models pass, else 1."""
    from export.judged import reranking  # imports torch: not needed for --help

    folder: Path = args.catalogue
    catalogue = Catalogue.open(folder)
    known = {product.id: row for row, product in enumerate(catalogue.products)}
    judged = Judged.of(from_csv(args.judged, parse_columns(args.map)), known)
    if not judged.queries:
        raise InputError("--judged", str(args.judged), f"allowed: judgments above grade 0 of products in {folder}")
    rows, texts = [known[product] for product in judged.products], [query.text for query in judged.queries]
    lenders = [models if models.is_dir() else folder.parent.parent / models for models in args.models]
    exports = [BuildPaths(lender).export for lender in lenders or [folder.parent]]
    for export in exports:
        manifest.verify(export)
    bar = Bar.of(judged, reranking.of_untrained(args.text_backbone, catalogue, rows, texts))
    verdicts: list[Verdict] = []
    for export in exports:
        relevance = reranking.of_models(export, catalogue, rows, texts, threads=args.threads)
        verdicts.append(bar.verdict(export.parent.name, judged.ndcg(relevance)))
    print(_table(judged, bar, verdicts))
    for note in _notes(judged):
        print(note, file=sys.stderr)
    if args.output:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(json.dumps(_summary(judged, bar, verdicts), indent=1) + "\n", encoding="utf-8")
    return 0 if all(verdict.passed for verdict in verdicts) else _FAILED


def _table(judged: Judged, bar: Bar, verdicts: list[Verdict]) -> str:
    """Markdown."""
    untrained = bootstrap_mean(bar.values)
    lines = [
        f"{len(judged.queries)} queries, {len(judged.products)} products: ndcg@10 of the judged ones, with 95 % intervals.",
        "",
        "| | ndcg@10 | less the untrained encoder | |",
        "|---|---|---|---|",
        f"| untrained encoder, {bar.mix} | {untrained.mean:.3f} [{untrained.low:.3f}, {untrained.high:.3f}] | | |",
    ]
    for verdict in verdicts:
        own, less = verdict.ndcg, verdict.difference
        told = "passed" if verdict.passed else f"**failed**: below -{MARGIN}"
        figures = f"{own.mean:.3f} [{own.low:.3f}, {own.high:.3f}] | {less.mean:+.3f} [{less.low:+.3f}, {less.high:+.3f}]"
        lines.append(f"| models of {verdict.models} | {figures} | {told} |")
    others = ", ".join(f"{mix} {mean:.3f}" for mix, mean in bar.mixes.items() if mix != bar.mix)
    return "\n".join([*lines, "", f"The untrained encoder's other mixes: {others}."])


def _notes(judged: Judged) -> list[str]:
    notes = ["products without a judgment are left out"]
    if judged.not_in_catalogue:
        notes.append(f"{len(judged.not_in_catalogue)} judged products are not in the catalogue: {_some(judged.not_in_catalogue)}")
    if judged.nothing_to_find:
        notes.append(f"{len(judged.nothing_to_find)} queries have nothing above grade 0 to find: {_some(judged.nothing_to_find)}")
    return notes


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(repr(name) for name in names[:5]) + (" ..." if len(names) > 5 else "")


def _summary(judged: Judged, bar: Bar, verdicts: list[Verdict]) -> dict[str, object]:
    return {
        "queries": len(judged.queries),
        "products": len(judged.products),
        "not_in_catalogue": list(judged.not_in_catalogue),
        "nothing_to_find": list(judged.nothing_to_find),
        "margin": MARGIN,
        "untrained": {"mix": bar.mix, "mixes": dict(bar.mixes), "ndcg": asdict(bootstrap_mean(bar.values))},
        "models": [verdict.summary() for verdict in verdicts],
        "passed": all(verdict.passed for verdict in verdicts),
    }
