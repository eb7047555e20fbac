"""``assortment-client ping | search``: a look at the servers, for operators."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from assortment_client import search_options
from assortment_client.client import SearchClient
from assortment_client.errors import InvalidRequest, SearchError, Unavailable
from assortment_client.options import TLS
from assortment_client.response import EndpointHealth, SearchResponse

_OK, _FAILED, _WRONG_USAGE = 0, 1, 2
_EPILOG: Final = """\
Examples:
  assortment-client ping
  assortment-client ping --endpoint search-a:8001 --endpoint search-b:8001 --watch
  assortment-client ping --endpoint dns:///search.shop.svc:8001 --ca ca.crt --token-file /run/secrets/token
  assortment-client search "blue running shoes" --k 5
  assortment-client search shoes --filter brand=Puma --filter price=..50 --sort price_ascending --json
  cat ids.txt | assortment-client search shoes --candidates - --degrade

Exit status: 0 the servers answered; 1 one failed, for ping: at least one endpoint; 2 the command or the request is wrong.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    args = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = args.run
    try:
        return run(args)
    except SearchError as error:
        print(f"error: {error}", file=sys.stderr)
        return _WRONG_USAGE if isinstance(error, InvalidRequest) else _FAILED
    except KeyboardInterrupt:
        return 130  # as shells report SIGINT
    except BrokenPipeError:  # the reader of a pipe has seen enough
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assortment-client",
        description="Looks at running Assortment search servers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ping = commands.add_parser("ping", help="whether each endpoint answers searches, how quickly, and who it is")
    ping.add_argument(
        "--watch", nargs="?", type=_seconds, const=2.0, metavar="SECONDS", help="again and again, until Ctrl-C (every 2 s)"
    )
    ping.set_defaults(run=_ping)
    search = commands.add_parser("search", help="one search")
    search_options.configure(search)
    search.add_argument(
        "--degrade", action="store_true", help="when no server ranks the candidates in time, show them in the order given"
    )
    search.set_defaults(run=_search)
    for command in (ping, search):
        _configure_connection(command)
        command.add_argument("--deadline", type=float, default=5.0, metavar="SECONDS", help="(default: %(default)s)")
        command.add_argument("--json", action="store_true", help="print JSON, one object a line")
    return parser


def _configure_connection(parser: argparse.ArgumentParser) -> None:
    server = parser.add_argument_group("server")
    server.add_argument(
        "--endpoint",
        action="append",
        metavar="HOST:PORT",
        help="gRPC endpoint; repeat it for several, or dns:///NAME:PORT for all addresses of a name (default: 127.0.0.1:8001)",
    )
    server.add_argument("--tls", action="store_true", help="encrypt, and trust the authorities that gRPC trusts")
    server.add_argument("--ca", type=Path, metavar="FILE", help="encrypt, and trust this authority (PEM) alone")
    server.add_argument("--cert", type=Path, metavar="FILE", help="this client's certificate, for mutual TLS; needs --key")
    server.add_argument("--key", type=Path, metavar="FILE", help="its private key")
    server.add_argument("--server-name", metavar="NAME", help="whom the server's certificate is for, when it is not the host")
    token = server.add_mutually_exclusive_group()
    token.add_argument("--token-env", metavar="VARIABLE", help="environment variable that holds the bearer token")
    token.add_argument("--token-file", type=Path, metavar="FILE", help="file that holds it, read again for every attempt")


def _client(args: argparse.Namespace) -> SearchClient:
    encrypted = args.tls or args.ca or args.cert or args.key or args.server_name
    return SearchClient(
        args.endpoint or "127.0.0.1:8001",
        tls=TLS(ca=args.ca, cert=args.cert, key=args.key, server_name=args.server_name) if encrypted else None,
        token=_token(args.token_env, args.token_file),
    )


def _token(variable: str | None, file: Path | None) -> str | Callable[[], str] | None:
    if variable is not None:
        if not (token := os.environ.get(variable, "").strip()):
            raise InvalidRequest.of("--token-env", variable, "it is not set; allowed: a variable that holds a token")
        return token
    if file is None:
        return None
    path = file

    def read() -> str:
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequest.of("--token-file", str(path), f"the file cannot be read: {error}") from None

    read()
    return read


def _ping(args: argparse.Namespace) -> int:
    with _client(args) as client:
        if args.watch is None:
            found = client.health(deadline_s=args.deadline)
            print(_health_json(found) if args.json else _health_table(found))
            return _OK if all(health.ok for health in found) else _FAILED
        while True:
            try:
                found = client.health(deadline_s=args.deadline)
            except Unavailable as error:  # a name that does not resolve (yet)
                print(f"error: {error}", file=sys.stderr)
            else:
                told = _health_json(found) if args.json else f"{time.strftime('%H:%M:%S')}\n{_health_table(found)}"
                print(told, flush=True)
            time.sleep(args.watch)


def _health_table(found: Sequence[EndpointHealth]) -> str:
    rows = [("endpoint", "canary", "breaker", "latency", "server", "")]
    for health in found:
        latency = "-" if math.isnan(health.latency_s) else f"{health.latency_s * 1e3:.1f} ms"
        canary = "ok" if health.ok else "failed"
        why = f"{type(health.error).__name__}: {health.error.message}" if health.error else ""
        rows.append((health.endpoint, canary, health.breaker, latency, health.server_version or "-", why))
    return _aligned(rows)


def _health_json(found: Sequence[EndpointHealth]) -> str:
    told = [
        {
            "endpoint": health.endpoint,
            "ok": health.ok,
            "breaker": health.breaker,
            "latency_s": None if math.isnan(health.latency_s) else health.latency_s,
            "server_version": health.server_version,
            "error": health.error and {"type": type(health.error).__name__, "message": health.error.message},
        }
        for health in found
    ]
    return json.dumps({"endpoints": told}, ensure_ascii=False)


def _search(args: argparse.Namespace) -> int:
    request = search_options.request_of(args)
    with _client(args) as client:
        started = time.perf_counter()
        response = client.send(request, deadline_s=args.deadline, degrade=args.degrade)
        seconds = time.perf_counter() - started
    print(_response_json(response, seconds) if args.json else _response_table(response, seconds))
    return _OK


def _response_table(response: SearchResponse, seconds: float) -> str:
    rows = [("place", "rank", "relevance", "product", "why")]
    for place, result in enumerate(response, start=1):
        more = f", {result.num_collapsed} more like it" if result.num_collapsed else ""
        why = result.reason.name.lower() + (f", first {result.opens}" if result.opens else "") + more
        rows.append((str(place), str(result.rank or "-"), f"{result.relevance:.3f}", result.product_id, why))
    source = "degraded: no server ranked them" if response.degraded else f"catalogue version {response.catalogue_version}"
    where = f" from {response.endpoint}" if response.endpoint else ""
    took = f"{seconds * 1e3:.1f} ms, {response.attempts} attempt{'s' * (response.attempts != 1)}"
    summary = f"{len(response)} results{where} in {took}, {source}"
    notes = [f"{name}: {text}" for name in ("understood", "unmet") if (text := getattr(response, name))]
    return "\n".join([_aligned(rows), summary, *notes])


def _response_json(response: SearchResponse, seconds: float) -> str:
    results = [
        {
            "id": result.product_id,
            "relevance": result.relevance,
            "rank": result.rank,
            "reason": result.reason.name.lower(),
            "num_collapsed": result.num_collapsed,
            "opens": result.opens,
        }
        for result in response
    ]
    whole = ("understood", "unmet", "catalogue_version", "request_id", "degraded", "endpoint", "attempts")
    told = {name: getattr(response, name) for name in whole}
    return json.dumps({"results": results, **told, "seconds": seconds}, ensure_ascii=False)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{value!r} is not allowed; allowed: seconds, above 0")
    return seconds
