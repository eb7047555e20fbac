"""``assortment serve``: the embedded Triton server in the foreground."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

from assortment.paths import BuildPaths
from deploy.local import canary
from deploy.local.ports import LOOPBACK, Hosts, Ports
from deploy.local.server import START_TIMEOUT_S, LocalServer
from deploy.local.tls import Tls

_CHECK_EVERY_S: Final = 15.0
_CATALOGUE: Final = "generated"
_BUILD: Final = Path("build")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serves an assembled model repository on the real tritonserver of the nvidia-pytriton package, on 127.0.0.1 unless told "
        "otherwise, until Ctrl-C. It is ready when a canary search has answered; after that, the canary is repeated, because "
        "Triton stays READY when one of its Python processes has died."
    )
    parser.add_argument("--catalogue", default=_CATALOGUE, help="serve build/CATALOGUE/model_repository")
    parser.add_argument("--build", type=Path, default=_BUILD, help="folder of all catalogues")
    parser.add_argument("--repository", type=Path, help="serve this assembled repository instead")
    parser.add_argument("--variant", default="cpu", help="use configs/VARIANT.pbtxt of each model")
    parser.add_argument("--grpc-port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--http-port", type=int, default=8000, help="0 takes a free one")
    parser.add_argument("--metrics-port", type=int, default=8002, help="Prometheus metrics; 0 takes a free one")
    parser.add_argument("--host", default=LOOPBACK, help="IPv4 address that gRPC listens on; 0.0.0.0 is all of this machine's")
    parser.add_argument("--http-host", default=LOOPBACK, metavar="HOST", help="the same for HTTP")
    parser.add_argument("--metrics-host", default=LOOPBACK, metavar="HOST", help="the same for the metrics")
    parser.add_argument(
        "--tls",
        type=Path,
        metavar="FOLDER",
        help="gRPC with server.crt and server.key of FOLDER; HTTP, which has no TLS, is off",
    )
    parser.add_argument(
        "--mutual-tls",
        type=Path,
        metavar="CA",
        help="let in only clients with a certificate of an authority in this file; FOLDER then has client.crt and client.key "
        "too, for the canary",
    )
    parser.add_argument("--log", type=Path, help="the server's log; tritonserver.log beside the repository by default")
    parser.add_argument(
        "--admin-key-file",
        type=Path,
        metavar="FILE",
        help="the key to loading models, statistics and the like, made when it is not there; admin.key beside the repository by "
        "default",
    )
    parser.add_argument(
        "--otlp-url",
        metavar="URL",
        help="send the spans of requests that bring a traceparent there (OTLP over HTTP), as in http://127.0.0.1:4318/v1/traces",
    )
    parser.add_argument(
        "--open-statistics",
        action="store_true",
        help="tell models' configuration and statistics without the admin key, as perf_analyzer needs it",
    )
    parser.add_argument(
        "--start-timeout", type=float, default=START_TIMEOUT_S, metavar="SECONDS", help="time until it must answer"
    )


def run(args: argparse.Namespace) -> int:
    hosts = Hosts(grpc=args.host, http=args.http_host, metrics=args.metrics_host)
    tls = Tls.of(args.tls, args.mutual_tls)
    server = LocalServer(
        args.repository or BuildPaths(args.build / args.catalogue).model_repository,
        variant=args.variant,
        ports=Ports(grpc=args.grpc_port, http=args.http_port, metrics=args.metrics_port),
        hosts=hosts,
        tls=tls,
        log=args.log,
        admin_key_file=args.admin_key_file,
        otlp_url=args.otlp_url,
        open_statistics=args.open_statistics,
        start_timeout_s=args.start_timeout,
    )
    for warning in hosts.warnings(tls=tls is not None):
        print(f"warning: {warning}", file=sys.stderr, flush=True)
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    print(f"starting tritonserver with {server.repository} ...", flush=True)
    try:
        with server:
            print(_introduction(server, time.monotonic() - started, titles=_titles(args)), flush=True)
            while True:
                server.wait(_CHECK_EVERY_S)
                server.canary()
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return 0


def _introduction(server: LocalServer, seconds: float, *, titles: str = "") -> str:
    """What is served and how to reach it; ``titles`` are the options that tell a search where titles are looked up."""
    client = canary.connect(server.grpc_address, server.tls)
    try:
        metadata = client.get_server_metadata()
        models = sorted(model.name for model in client.get_model_repository_index(headers=server.admin_key.headers()).models)
    finally:
        client.close()
    return "\n".join(
        [
            f"ready after {seconds:.1f} s: {metadata.name} {metadata.version}",
            f"  gRPC     {server.grpc_address}{_protection(server)}",
            "  HTTP     off: it has no TLS" if server.tls else f"  HTTP     http://{server.http_address}/v2",
            f"  metrics  http://{server.metrics_address}/metrics",
            f"  models   {', '.join(models)}",
            f"  log      {server.log}",
            f"  key      {server.admin_key_file} (for loading models, statistics and the like)",
            f'search it: assortment search "blue shoes" --url {server.grpc_address}{titles}',
            "stop it:   Ctrl-C",
        ]
    )


def _titles(args: argparse.Namespace) -> str:
    catalogue = "" if args.catalogue == _CATALOGUE else f" --catalogue {shlex.quote(args.catalogue)}"
    return catalogue if args.build == _BUILD else f"{catalogue} --build {shlex.quote(str(args.build))}"


def _protection(server: LocalServer) -> str:
    if server.tls is None:
        return ""
    return " (mutual TLS)" if server.tls.client_ca else " (TLS)"


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
