"""``python -m perf.diversify``: every strategy of ours against every peer that can be installed, in one run.

Fairness:

- One thread for everybody, and the same candidates at the same strength: where a peer has the same objective, selections are
  compared and must be identical up to near ties (``matches``).
- Contenders take turns within a shape (``timing``). Ours is the public function, its checks and explanations included.
- Candidates are made up: seeded, unit vectors in clusters. How much lazy steps spare depends on the candidates.
- A peer that is not installed is reported and left out. What was expected and was not met is told; it is no failure.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from rich.console import Console

from assortment.catalogue.progress import progress
from assortment.diversify import warm_up
from perf.commands import new_parser, settings_of, tells_failures
from perf.diversify import machine, part, peers, plot, report
from perf.diversify.candidates import Candidates, generate
from perf.diversify.matches import MATCHES, Match
from perf.diversify.peers import Absent, Peer
from perf.diversify.report import DiversifyResult
from perf.diversify.settings import DiversifySettings
from perf.diversify.timing import BOUND, OURS, Cell, Prepare, bound, in_turns
from perf.report import origin, results
from perf.report.part import SUMMARY

TABLE: Final = "table.csv"
PLOT: Final = "plot.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One strategy at one shape, to be timed."""

    match: Match
    num_candidates: int
    k: int
    dim: int
    peers: tuple[Peer, ...]
    skipped: dict[str, str]
    """Peer to why it is not timed here."""


def plan(settings: DiversifySettings, absent: dict[str, Absent]) -> list[Planned]:
    """Everything to be timed, in an order in which each set of candidates is made once. ``absent`` goes by the peer's name."""
    planned = []
    for dim in settings.dims:
        for num in settings.num_candidates:
            for k in settings.lengths:
                for match in MATCHES:
                    skipped = {
                        peer.name: reason for peer in match.peers if (reason := _why_not(peer, num, settings.full, absent))
                    }
                    peers = tuple(peer for peer in match.peers if peer.name not in skipped)
                    planned.append(Planned(match=match, num_candidates=num, k=k, dim=dim, peers=peers, skipped=skipped))
    return planned


def _why_not(peer: Peer, num_candidates: int, full: bool, absent: dict[str, Absent]) -> str:
    if peer.name in absent:
        return f"absent: pip install {peer.package}"
    most = peer.num_candidates_at_most
    if most is not None and num_candidates > most and not full:
        return f"slow: more than {most} candidates only with --full"
    return ""


def run(settings: DiversifySettings) -> DiversifyResult:
    """Times everything and writes the summary, the part, the table and the plot.

    Raises:
        InputError: when the results folder holds something else.
    """
    command = origin.command("bench-diversify", None)
    with results.claimed(settings.folder, tool=part.TOOL, title=part.TITLE, command=command) as folder:
        result = _timed(settings)
        (folder / SUMMARY).write_text(json.dumps(report.summary(result), indent=1) + "\n", encoding="utf-8")
        (folder / TABLE).write_text(report.table(result), encoding="utf-8")
        plot.draw(result.cells, folder / PLOT)
        part.part_of(result, PLOT, command).write(folder)
    return result


def _timed(settings: DiversifySettings) -> DiversifyResult:
    known = list({peer.name: peer for match in MATCHES for peer in match.peers}.values())
    modules: dict[str, Any] = {peer.name: peers.load(peer) for peer in known}
    absent = {name: module for name, module in modules.items() if isinstance(module, Absent)}
    _warm_up([peer for peer in known if peer.name not in absent], modules)
    planned = plan(settings, absent)
    return DiversifyResult(
        cells=list(_measure(planned, modules, settings)),
        absent={missing.peer.package: missing.reason for missing in absent.values()},
        machine=machine.facts(known),
        settings={name: value for name, value in asdict(settings).items() if name != "build"},
    )


def _warm_up(peers: list[Peer], modules: dict[str, Any]) -> None:
    """First calls compile and load; they are nobody's time."""
    warm_up()
    few = generate(24, 16, seed=0)
    for peer in peers:
        peer.prepare(modules[peer.name], few, 5, 0.5)()
    for match in MATCHES:
        match.ours(few, 5, 0.5)()


def _measure(planned: list[Planned], modules: dict[str, Any], settings: DiversifySettings) -> Iterator[Cell]:
    shape, sets = (0, 0), list[Candidates]()
    for one in progress(planned, doing="timing strategies and peers", total=len(planned)):
        if shape != (one.num_candidates, one.dim):
            shape = (one.num_candidates, one.dim)
            sets = [generate(*shape, seed=settings.seed + number) for number in range(settings.num_sets)]
        contenders: dict[str, Prepare] = {
            OURS: partial(one.match.ours, k=one.k, diversity=settings.diversity),
            BOUND: partial(bound, k=one.k),
        }
        for peer in one.peers:
            contenders[peer.name] = partial(_prepared, peer, modules[peer.name], one.k, settings.diversity)
        other_aim = {peer.name for peer in one.peers if not peer.same_selection}
        timings = in_turns(
            contenders, sets, repetitions=settings.repetitions, cap_s=settings.cap_s, not_compared=other_aim
        )  # fmt: skip
        yield Cell(
            strategy=one.match.strategy,
            num_candidates=one.num_candidates,
            k=one.k,
            dim=one.dim,
            ours=timings[OURS],
            bound=timings[BOUND],
            peers=[timings[peer.name] for peer in one.peers],
            skipped=one.skipped,
        )


def _prepared(peer: Peer, module: Any, k: int, diversity: float, candidates: Candidates) -> peers.Call:
    return peer.prepare(module, candidates, k, diversity)


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``DiversifySettings``."""
    default = DiversifySettings()
    parser.add_argument("--seed", type=int, default=default.seed, help="of the candidates")
    parser.add_argument("--repetitions", type=int, default=default.repetitions, help="timed calls of each contender and shape")
    parser.add_argument("--cap-s", type=float, default=default.cap_s, help="seconds a contender may take for a shape")
    parser.add_argument("--quick", action="store_true", help="fewer shapes, and a smaller cap")
    parser.add_argument("--full", action="store_true", help="slow peers at every number of candidates: minutes more")


@tells_failures("interrupted; no figures were written")
def main(argv: list[str] | None = None) -> int:
    """Runs the bench and returns the exit code, 0 whatever it finds."""
    parser = new_parser("diversify", "Every strategy of ours against every peer, times and selections.", catalogue=None)
    configure(parser)
    settings = settings_of(parser, argv, DiversifySettings)
    console = Console()
    result = run(settings)
    report.show(result, console)
    for name in (SUMMARY, TABLE, PLOT):
        console.print(f"{settings.folder / name}", highlight=False, soft_wrap=True)
    return 0
