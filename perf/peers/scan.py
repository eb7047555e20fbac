"""``python -m perf.peers.scan``: the scorer in float32 and its compact twin, side by side, on one shop's test queries.

Processor time of one thread, both in turn, and the median: what others do to the machine hardly moves it. And how many of the
rows that the float32 one returns the compact one returns too.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from assortment import artefacts
from assortment.contract import NO_FILTER, NUM_BY_WORDS
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.onnx_session import OnnxSession
from perf.commands import new_parser, tells_failures
from perf.peers.function import Int8, QueryVectors
from perf.peers.material import Material

BATCHES: Final = (1, 4, 8)
_ROUNDS: Final = 25
_SCORERS: Final = (artefacts.SCORER, artefacts.SCORER_INT8)

Inputs = dict[str, npt.NDArray[Any]]


def measure(material: Material, queries: list[str], batch: int) -> tuple[dict[str, float], float]:
    """Milliseconds a query of each scorer in batches of ``batch``, and the share of float32's rows that the compact one finds."""
    vectors = QueryVectors(Int8(material.export), material)
    sessions = {name: OnnxSession(material.index / name) for name in _SCORERS}
    spent: dict[str, list[float]] = {name: [] for name in _SCORERS}
    found: dict[str, list[set[int]]] = {name: [] for name in _SCORERS}
    for number in range(_ROUNDS):
        texts = [queries[(number * batch + place) % len(queries)] for place in range(batch)]
        fused = vectors(texts)
        inputs: Inputs = {
            **{name: fused[name] for name in ("QUERY_VECTOR", "INTENT")},
            "ALLOW": np.full((batch, 1), NO_FILTER, dtype=np.uint8),
            "SORT": np.zeros((batch, 1), dtype=np.int32),
            "WORD_ROW": np.full((batch, NUM_BY_WORDS), -1, dtype=np.int32),
        }
        for name, session in sessions.items():
            began = time.thread_time()
            rows = session.run(inputs)["ROW"]
            spent[name].append((time.thread_time() - began) / batch * 1_000)
            found[name] += [set(of_query.tolist()) for of_query in rows]
    pairs = list(zip(*found.values(), strict=True))
    return (
        {name: statistics.median(times[1:]) for name, times in spent.items()},
        sum(len(exact & compact) / len(exact) for exact, compact in pairs) / len(pairs),
    )


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Measures one shop and returns the exit code."""
    parser = new_parser("peers.scan", "The scorer in float32 beside its compact twin.", catalogue="an indexed catalogue")
    args = parser.parse_args(argv)
    material = Material(BuildPaths(args.build / args.catalogue))
    table = Table(title=f"{args.catalogue}: processor time of the scorer, ms a query", title_justify="left")
    for column in ("batch", "float32", "compact", "the same rows"):
        table.add_column(column, justify="right")
    if missing := [name for name in _SCORERS if not (material.index / name).is_file()]:
        raise InputError(
            "catalogue", args.catalogue, f"its index lacks {missing[0]}; allowed: a catalogue that is large enough (ADR 0020)"
        )
    queries = [query.query for query in Protocol.open(material.paths.protocol).queries("test")]
    for batch in BATCHES:
        spent, same = measure(material, queries, batch)
        table.add_row(str(batch), *(f"{spent[name]:.2f}" for name in _SCORERS), f"{same:.4%}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
