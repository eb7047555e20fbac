"""The recipes as ``summary.json``, as a part of the report's page, and as tables in a terminal."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from assortment_client.contract import MAX_K
from export.defaults import MAX_INT8_LOSS
from export.precision.tolerances import TOLERANCES
from perf.recipes import plot
from perf.recipes.congruence import Congruence
from perf.recipes.found import Found, Row
from perf.recipes.settings import TOOL, RecipesSettings
from perf.report import origin
from perf.report.part import SUMMARY, Part, Picture, Table
from perf.report.terminal import show_table

_MIB: Final = 1 << 20
_FUSED: Final = (
    "Attention", "SkipLayerNormalization", "EmbedLayerNormalization", "BiasGelu", "FusedMatMul", "DynamicQuantizeMatMul",
    "MatMulIntegerToFloat", "MatMul",
)  # fmt: skip


def write(found: Found, settings: RecipesSettings, folder: Path, *, incomplete: str = "") -> None:
    """Writes ``summary.json``, ``part.json`` and the plot into the results folder, of whatever was found."""
    told = {"incomplete": incomplete, "catalogue": settings.catalogue, **summary(found)}
    (folder / SUMMARY).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    pictures = [plot.draw(found.texts, folder)] if found.texts else []
    part(found, settings, pictures, incomplete=incomplete).write(folder)


def summary(found: Found) -> dict[str, Any]:
    """Every figure: sizes in bytes, times in milliseconds, ndcg@10 from 0 to 1."""
    congruence = [{**asdict(one), "within": one.within} for one in found.congruence]
    return {
        **asdict(found),
        "congruence": congruence,
        "tolerances": {name: asdict(tolerance) for name, tolerance in TOLERANCES.items()},
    }


def part(found: Found, settings: RecipesSettings, pictures: list[Picture], *, incomplete: str = "") -> Part:
    """The part of the report's page."""
    return Part(
        tool=TOOL,
        title="Recipes of the encoders",
        command=origin.command("recipes", settings.catalogue),
        finding=finding(found),
        made=origin.made(),
        machine=f"{origin.machine()}; one thread a call",
        incomplete=incomplete,
        tables=tables(found),
        pictures=pictures,
        notes=[
            "Speed is the median ratio to float32 over interleaved blocks of the same queries; below 1 is faster.",
            "float16 and int8-static are made for GPUs, where nothing was run; ONNX Runtime has few CPU kernels for them.",
            "ndcg@10 is over the dev queries, by relevance alone; judgments derive from product attributes.",
            "Picture queries show the product that a dev query was drawn from in the place of its words.",
            "Pages of PyTorch and of ONNX come of the same ONNX scorers, at diversity 0; served ones of the public ensembles.",
            f"RELEVANCE is that of up to {MAX_K} candidates, spread over the catalogue, which a rerank is given with each query.",
        ],
    )


def finding(found: Found) -> str:
    """The answer in a sentence or two."""
    if not found.texts:
        return "Nothing was measured."
    rows = found.texts
    best = min((name for name in rows if rows[name].loss <= MAX_INT8_LOSS), key=lambda name: rows[name].speeds[1].ratio)
    row = rows[best]
    strayed = [one.way for one in found.congruence if not one.within]
    agreed = f"outside its tolerance: {', '.join(strayed)}." if strayed else "every way keeps to its tolerance."
    held = f" Held against PyTorch, {agreed}" if found.congruence else ""
    return (
        f"Of the text encoders that lose at most {MAX_INT8_LOSS} of dev ndcg@10, {best} is the fastest: "
        f"{row.speeds[1].ratio:.2f} of float32's time at batch 1, {row.speeds[16].ratio:.2f} at batch 16, for a loss of "
        f"{row.loss:.4f}.{held}"
    )


def tables(found: Found) -> list[Table]:
    """Those that there is something for."""
    shown: list[Table] = []
    if found.texts:
        shown.append(_recipes("Query text encoder", found.texts, f"{found.queries} dev queries in words"))
    if found.images:
        shown.append(_recipes("Image encoder", found.images, f"{found.picture_queries} dev queries asked by a picture"))
    if found.texts:
        shown.append(_fused(found.texts))
    if found.congruence:
        shown += [_vectors(found.congruence), _pages(found.congruence)]
    return shown


def _recipes(title: str, rows: dict[str, Row], note: str) -> Table:
    batches = list(next(iter(rows.values())).speeds)
    columns = ["recipe", "", "MiB", *(f"ms, batch {batch}" for batch in batches), *(f"x float32, {batch}" for batch in batches)]
    return Table(
        title=title,
        columns=[*columns, "ndcg@10", "loss", "95 %"],
        rows=[
            [
                name,
                row.told,
                f"{row.size / _MIB:.1f}",
                *(f"{row.speeds[batch].ms:.2f}" for batch in batches),
                *(f"{row.speeds[batch].ratio:.2f}" for batch in batches),
                f"{row.ndcg:.4f}",
                f"{row.loss:+.4f}",
                f"{row.loss_interval[0]:+.3f} to {row.loss_interval[1]:+.3f}",
            ]
            for name, row in rows.items()
        ],
        note=note,
    )


def _fused(rows: dict[str, Row]) -> Table:
    return Table(
        title="Operators of the text encoder's graph in a session on the CPU",
        columns=["recipe", *_FUSED, "all"],
        rows=[
            [name, *(str(row.fused.get(operator, 0)) for operator in _FUSED), str(sum(row.fused.values()))]
            for name, row in rows.items()
        ],
    )


def _vectors(ways: list[Congruence]) -> Table:
    return Table(
        title="Vectors, held against PyTorch's",
        columns=["way", "vector", "largest difference", "mean", "allowed", "least cosine", "mean", "allowed", ""],
        rows=[
            [
                one.way,
                name,
                f"{off.largest:.1e}",
                f"{off.mean:.1e}",
                f"{TOLERANCES[one.precision].difference:.0e}",
                f"{off.least_cosine:.6f}",
                f"{off.mean_cosine:.6f}",
                str(TOLERANCES[one.precision].cosine),
                "within" if off.within(TOLERANCES[one.precision]) else "OUTSIDE",
            ]
            for one in ways
            for name, off in one.vectors.items()
        ],
    )


def _pages(ways: list[Congruence]) -> Table:
    return Table(
        title="First pages, held against PyTorch's",
        columns=["way", "asked", "top-10 overlap", "identical"],
        rows=[
            [one.way, asked, f"{pages.overlap:.3f}", f"{pages.share:.0%} of {pages.answers}"]
            for one in ways
            for asked, pages in (("words", one.word_pages), ("pictures", one.picture_pages), ("rerank", one.rerank_pages))
        ],
    )


def show(found: Found, console: Console) -> None:
    """Prints the same tables."""
    for table in tables(found):
        show_table(table, console)
    console.print(finding(found), highlight=False)
