"""``assortment catalogue publish | list | rollback | refresh``: the versions of a catalogue, while it is being served."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from assortment.catalogue.offers import read_offers
from assortment.catalogue.readers.table_columns import parse_map
from assortment.catalogue.store import Catalogue
from assortment.catalogue.summary import ReadSummary
from assortment.errors import InputError
from assortment.paths import BuildPaths
from export.defaults import THREADS

ACTIONS: Final = {
    "publish": "index what is new in a catalogue and serve it, without a pause",
    "list": "the versions of a catalogue, and which one is served",
    "rollback": "serve the version before the current one again",
    "refresh": "change prices, stock and ratings without indexing, and serve them",
}
_URL: Final = "127.0.0.1:8001"


def configure(actions: Any) -> None:
    """Adds the four subcommands to those of ``assortment catalogue``."""
    shape = argparse.ArgumentDefaultsHelpFormatter
    parsers = {
        name: actions.add_parser(name, help=told, description=told, formatter_class=shape) for name, told in ACTIONS.items()
    }
    parsers["list"].add_argument("--json", action="store_true", help="as JSON")
    parsers["refresh"].add_argument("source", type=Path, help="CSV, JSON lines or Parquet: id, and price, stock, rating ...")
    parsers["refresh"].add_argument("--map", action="append", default=[], metavar="COLUMN=YOURS", help="as for an import")
    parsers["refresh"].add_argument("--decimal", default="", metavar="MARK", help='decimal mark of prices, "." or ","')
    parsers["refresh"].add_argument("--strict", action="store_true", help="stop at the first faulty row instead of counting it")
    parsers["publish"].add_argument("--threads", type=int, default=THREADS, help="threads of ONNX Runtime")
    for name, parser in parsers.items():
        parser.set_defaults(run_while_served=run)
        parser.add_argument("--catalogue", default="generated", help="name of the folder under --build")
        parser.add_argument("--build", type=Path, default=Path("build"), help="the folder of everything made")
        if name != "list":
            _add_servers(parser)


def run(args: argparse.Namespace) -> int:
    """Runs one subcommand."""
    paths = BuildPaths(args.build / args.catalogue)
    if args.action == "list":
        return _list(paths, as_json=args.json)
    from assortment.one_at_a_time import exclusive
    from export.live import publish

    servers = _servers(args, paths)
    with exclusive(paths):
        if args.action == "rollback":
            change = publish.rollback(paths, servers)
        else:
            _make(paths, args)
            change = publish.publish(paths, servers)
    where = ", ".join(server.url for server in servers) or f"{paths.model_repository}, for the next start of a server"
    print(f"catalogue version {change.version} (before: {change.before}) is served by {where}")
    print(json.dumps({name: value for name, value in change.results.items() if name not in ("diversity_sweep", "default")}))
    return 0


def _make(paths: BuildPaths, args: argparse.Namespace) -> None:
    """The version to publish: of the catalogue as it is now, or of news about its products."""
    if args.action == "publish":
        from export.index_step import index  # imports torch

        index(paths, threads=args.threads)
        return
    from export.refresh import refresh

    summary = ReadSummary(source=args.source.name, strict=args.strict)
    currency_of = {product.id: product.currency for product in Catalogue.open(paths.catalogue).products}
    columns = parse_map(args.map)
    offers = read_offers(args.source, summary, columns=columns, decimal=args.decimal, currency_of=currency_of)
    print(f"{summary.source}: {summary.read:,} rows read, {summary.kept:,} offers")
    if summary.findings:
        Console().print(summary.table())
    refresh(paths, offers)


def _list(paths: BuildPaths, *, as_json: bool) -> int:
    from export.live import listing

    found = listing.versions(paths)
    if as_json:
        print(json.dumps([version.row() for version in found], indent=1))
    elif found:
        Console().print(listing.table(found))
    else:
        print(f"{paths.index} holds no version yet; make one with `assortment index --catalogue {paths.root.name}`")
    return 0


def _add_servers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", action="append", help=f"gRPC address of a replica; repeat it for several ({_URL})")
    parser.add_argument("--no-server", action="store_true", help="change the repository only; the next start serves it")
    parser.add_argument("--admin-key-file", type=Path, help="key of the servers; build/CATALOGUE/admin.key when left out")
    parser.add_argument("--tls-ca", type=Path, help="certificate that the servers' own are signed with: speak TLS")
    parser.add_argument("--tls-cert", type=Path, help="our certificate, for mutual TLS")
    parser.add_argument("--tls-key", type=Path, help="its private key")


def _servers(args: argparse.Namespace, paths: BuildPaths) -> list[Any]:
    from assortment.admin import AdminKey
    from export.live.server import RunningServer

    if args.no_server:
        return []
    tls = _tls(args)
    key_file: Path = args.admin_key_file or paths.admin_key
    headers = AdminKey.read(key_file).headers()
    return [RunningServer(url=url, headers=headers, tls=tls) for url in args.url or [_URL]]


def _tls(args: argparse.Namespace) -> dict[str, Any]:
    """Arguments of ``tritonclient.grpc.InferenceServerClient``; empty without TLS."""
    given = {"--tls-cert": args.tls_cert, "--tls-key": args.tls_key, "--tls-ca": args.tls_ca}
    lacking = [option for option, path in given.items() if not path]
    if lacking and (args.tls_cert or args.tls_key):
        option = "--tls-cert" if args.tls_cert else "--tls-key"
        raise InputError(option, str(given[option]), f"allowed: together with {' and '.join(lacking)}")
    if not args.tls_ca:
        return {}
    told = {"root_certificates": args.tls_ca, "certificate_chain": args.tls_cert, "private_key": args.tls_key}
    return {"ssl": True, **{name: str(path) for name, path in told.items() if path}}
