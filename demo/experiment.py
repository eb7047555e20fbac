"""Everything that needs the running server: answers, measures, times, the sweep, and the lists to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assortment.catalogue.store import Catalogue
from assortment.protocol.store import Protocol
from assortment.serving.catalogue_tables import ProductTable, newest
from assortment.serving.pipeline import Pipeline
from assortment_client import SearchClient, SearchResponse
from demo import measure, served, showcase, summary
from demo.comparison import Comparer
from demo.page import Comparison
from demo.pictures import picture_queries
from demo.settings import DemoSettings, K
from demo.steps import Clock
from demo.sweep import settings as sweep_settings
from demo.sweep import sweep
from demo.thumbnails import data_uri
from perf.patience import PatientSearch

Answers = Mapping[str, SearchResponse]
"""Query id to the server's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the server's answers came to."""

    measured: summary.Measured
    comparisons: Sequence[Comparison]


def run(settings: DemoSettings, client: SearchClient, clock: Clock) -> Found:
    """Asks, measures and compares.

    Raises:
        ServerError: when the server fails a search.
        StepError: when an earlier step left nothing to measure against.
    """
    catalogue, protocol = Catalogue.open(settings.paths.catalogue), Protocol.open(settings.paths.protocol)
    queries = protocol.queries("test")
    index = settings.paths.index / newest(settings.paths.model_repository / "scorer").name
    table, judge = ProductTable.open(index), measure.Judge(protocol, index)
    search, told = PatientSearch(client), client.server_info()
    default = (table.default_strategy, table.default_diversity)
    with clock.part("search", f"{len(queries)} frozen test queries, by relevance alone and diversified"):
        relevance, diversified = served.ask_all(search, queries, diversity=0.0), served.ask_all(search, queries)
        arms = {
            "zero_shot": judge.measure(measure.zero_shot_rankings(settings.paths.checkpoints)),
            "relevance": judge.measure(served.rankings(relevance)),
            "diversified": judge.measure(served.rankings(diversified)),
        }
    with clock.part("latency", f"{settings.requests:,} requests, one after the other"):
        latency = served.measure_latency(search, queries, settings.requests)
    planned = sweep_settings(settings.sweep, default)
    with clock.part("sweep", f"the test queries at {len(planned)} settings of the diversifier"):
        points = sweep(Pipeline.open(settings.paths.model_repository), judge, queries, planned)
    with clock.part("compare", "the lists to show, side by side"):
        picks = showcase.pick(queries, arms["relevance"], arms["diversified"])
        comparer = Comparer(catalogue)
        comparisons = _picked(comparer, picks, relevance, diversified) + _pictured(comparer, catalogue, protocol, search)
    measured = summary.Measured(
        server={"name": told.name, "version": told.version},
        num_products=len(catalogue),
        num_queries={
            "test": len(queries),
            "ambiguous": sum(bool(query.open) for query in queries),
            "dev": len(protocol.queries("dev")),
        },
        default={"strategy": default[0], "diversity": default[1]},
        arms={arm: measure.estimates(found) for arm, found in arms.items()},
        paired={(ours, theirs): measure.differences(arms[ours], arms[theirs]) for ours, theirs in summary.PAIRS},
        sweep=points,
        latency=latency,
        refused=search.refused,
        seconds=clock.seconds,
        skipped=clock.skipped,
    )
    return Found(measured=measured, comparisons=comparisons)


def _picked(comparer: Comparer, picks: Sequence[showcase.Pick], relevance: Answers, diversified: Answers) -> list[Comparison]:
    """Test queries, whose answers are known already."""
    return [
        comparer.compare(
            relevance[picked.query.id],
            diversified[picked.query.id],
            query=picked.query.query,
            kind=picked.kind,
            note=picked.note,
            open_facets=picked.query.open,
        )
        for picked in picks
    ]


def _pictured(comparer: Comparer, catalogue: Catalogue, protocol: Protocol, search: PatientSearch) -> list[Comparison]:
    """Queries with a picture; no judgments belong to them."""
    compared = []
    for asked in picture_queries(catalogue, protocol, protocol.queries("test")):
        relevance, diversified = (search(asked.text, image=asked.picture, k=K, diversity=diversity) for diversity in (0.0, None))
        picture = data_uri(asked.picture)
        compared.append(
            comparer.compare(relevance, diversified, query=asked.text, picture=picture, kind=asked.kind, note=asked.note)
        )
    return compared
