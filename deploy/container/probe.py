"""Whether a node answers, asked from inside its container: ``probe.py ready`` and ``probe.py live``.

Triton calls itself and its models ready when a process of the Python backend has died, and never starts it again. So a canary
search decides both: ``ready`` fails when it is not answered, for whatever reason; ``live`` fails only when a process has died,
which nothing but a new start mends. A node that is overloaded, starting or stopping is alive.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from assortment_client import SearchClient
from assortment_client.errors import SearchError
from assortment_client.options import TLS

DEADLINE_S: Final = 8.0
_DEAD: Final = "is not healthy"  # Triton: "Stub process 'diversifier_0_0' is not healthy."


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 for yes and 1 for no, and says why not."""
    args = _parser().parse_args(argv)
    encrypted = args.ca or args.cert
    tls = TLS(ca=args.ca, cert=args.cert, key=args.key, server_name=args.server_name) if encrypted else None
    try:
        with SearchClient(args.endpoint, tls=tls) as client:
            wrong = client.health(deadline_s=args.deadline)[0].error
    except SearchError as error:
        wrong = error
    if wrong is None or (args.question == "live" and _DEAD not in wrong.message):
        return 0
    sys.stderr.write(f"not {args.question}: {type(wrong).__name__}: {wrong}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question", choices=("ready", "live"))
    parser.add_argument("--endpoint", default="127.0.0.1:8001", metavar="HOST:PORT")
    parser.add_argument("--deadline", type=float, default=DEADLINE_S, metavar="SECONDS")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="trust this authority; TLS")
    parser.add_argument("--cert", type=Path, metavar="FILE", help="the probe's certificate, for mutual TLS")
    parser.add_argument("--key", type=Path, metavar="FILE", help="its private key")
    parser.add_argument("--server-name", metavar="NAME", help="whom the server's certificate is for")
    return parser


if __name__ == "__main__":
    sys.exit(main())
