"""The flags that this locustfile adds to Locust's own, and what they mean.

Their values are text and numbers alone: Locust sends them from its master to its workers, and its web page shows them as fields.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from assortment.errors import InputError
from perf.load_test.mix import MixSettings
from perf.load_test.shapes import SHAPES, Phase

HOST: Final = "127.0.0.1:8001"
"""Where ``assortment serve`` listens."""
LEAD_S: Final = 3.0
"""From the start until the first phase, for queries to be read and users to be started; a closed loop warms up meanwhile."""


def add(parser: Any) -> None:
    """Adds the flags to Locust's parser."""
    default = MixSettings()
    group = parser.add_argument_group("Assortment", "A schedule of arrivals, and what is asked")
    group.add_argument("--shape", default="steady", choices=sorted(SHAPES), help="how the rate changes")
    group.add_argument("--rates", default="", help="requests due a second, with commas; empty: closed loop, as Locust does")
    group.add_argument("--seconds", type=float, default=60.0, help="length of a phase")
    group.add_argument("--deadline-ms", type=float, default=1_000.0, help="after which an answer is of no use")
    group.add_argument("--catalogue", default=default.catalogue, help="whose queries, pictures and products are asked for")
    group.add_argument("--build", default=str(default.build), help="folder of all outputs")
    group.add_argument("--queries", default="", help="a file with one query a line, instead of the catalogue's")
    group.add_argument("--zipf", type=float, default=default.zipf, help="exponent of Zipf's law over the catalogue's queries")
    group.add_argument("--text", type=float, default=default.text, help="weight of searches by words")
    group.add_argument("--picture", type=float, default=default.picture, help="weight of searches by picture")
    group.add_argument("--rerank", type=float, default=default.rerank, help="weight of reranking 200 products")
    group.add_argument("--seed", type=int, default=default.seed, help="of schedule and mix")
    group.add_argument("--samples", default="", help="folder for one line a request; empty: none are written")
    group.add_argument("--admin-key-file", default="", help="the server's admin key, for its stages' times; empty: without")
    group.add_argument("--metrics", default="", help="host:port of the server's metrics, for what is inside text_search")
    parser.add_argument("--num-workers", type=int, default=1, include_in_web_ui=False, help="set by Locust's master")
    parser.add_argument("--start-at", type=float, default=0.0, include_in_web_ui=False, help="set by Locust's master")


def rates_of(text: str) -> tuple[float, ...]:
    """Rates from ``20,40,60``; none from empty text.

    Raises:
        InputError: when one of them is no number above 0.
    """
    try:
        rates = tuple(float(rate) for rate in text.split(",") if rate.strip())
    except ValueError:
        rates = (0.0,)
    if rates and not min(rates) > 0:
        raise InputError("rates", text, "allowed: numbers above 0, separated by commas")
    return rates


def phases_of(options: Namespace) -> tuple[Phase, ...]:
    """The schedule's phases; none for a closed loop.

    Raises:
        InputError: when rates and shape do not fit together.
    """
    rates = rates_of(options.rates)
    return SHAPES[options.shape](rates, options.seconds) if rates else ()


def mix_of(options: Namespace) -> MixSettings:
    """What is asked.

    Raises:
        InputError: for a value that is not allowed.
    """
    return MixSettings(
        catalogue=options.catalogue,
        build=Path(options.build),
        queries=Path(options.queries) if options.queries else None,
        zipf=options.zipf,
        text=options.text,
        picture=options.picture,
        rerank=options.rerank,
        seed=options.seed,
    )


def arguments(values: dict[str, object]) -> Sequence[str]:
    """The same as a command line: ``{"deadline_ms": 200}`` to ``--deadline-ms=200``."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]
