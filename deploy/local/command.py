"""``assortment serve``: the embedded Triton server in the foreground."""

from __future__ import annotations

import argparse
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any, Final

import tritonclient.grpc as triton

from assortment.paths import BuildPaths
from deploy.local.ports import Ports
from deploy.local.server import START_TIMEOUT_S, LocalServer

_CHECK_EVERY_S: Final = 15.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serves an assembled model repository on the real tritonserver of the nvidia-pytriton package, on 127.0.0.1, until "
        "Ctrl-C. It is ready when a canary search has answered; after that, the canary is repeated, because Triton stays READY "
        "when one of its Python processes has died."
    )
    parser.add_argument("--catalogue", default="generated", help="serve build/CATALOGUE/model_repository")
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all catalogues")
    parser.add_argument("--repository", type=Path, help="serve this assembled repository instead")
    parser.add_argument("--variant", default="cpu", help="use configs/VARIANT.pbtxt of each model")
    parser.add_argument("--grpc-port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--http-port", type=int, default=8000, help="0 takes a free one")
    parser.add_argument("--metrics-port", type=int, default=8002, help="Prometheus metrics; 0 takes a free one")
    parser.add_argument("--log", type=Path, help="the server's log; tritonserver.log beside the repository by default")
    parser.add_argument(
        "--admin-key-file",
        type=Path,
        metavar="FILE",
        help="the key to loading models, statistics and the like, made when it is not there; admin.key beside the repository by "
        "default",
    )
    parser.add_argument(
        "--start-timeout", type=float, default=START_TIMEOUT_S, metavar="SECONDS", help="time until it must answer"
    )


def run(args: argparse.Namespace) -> int:
    server = LocalServer(
        args.repository or BuildPaths(args.build / args.catalogue).model_repository,
        variant=args.variant,
        ports=Ports(grpc=args.grpc_port, http=args.http_port, metrics=args.metrics_port),
        log=args.log,
        admin_key_file=args.admin_key_file,
        start_timeout_s=args.start_timeout,
    )
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    print(f"starting tritonserver with {server.repository} ...", flush=True)
    try:
        with server:
            print(_introduction(server, time.monotonic() - started), flush=True)
            while True:
                server.wait(_CHECK_EVERY_S)
                server.canary()
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return 0


def _introduction(server: LocalServer, seconds: float) -> str:
    client: Any = triton.InferenceServerClient(server.grpc_address)
    try:
        metadata = client.get_server_metadata()
        models = sorted(model.name for model in client.get_model_repository_index(headers=server.admin_key.headers()).models)
    finally:
        client.close()
    return "\n".join(
        [
            f"ready after {seconds:.1f} s: {metadata.name} {metadata.version}",
            f"  gRPC     {server.grpc_address}",
            f"  HTTP     http://{server.http_address}/v2",
            f"  metrics  http://{server.metrics_address}/metrics",
            f"  models   {', '.join(models)}",
            f"  log      {server.log}",
            f"  key      {server.admin_key_file} (for loading models, statistics and the like)",
            f'search it: assortment search "blue shoes" --url {server.grpc_address}',
            "stop it:   Ctrl-C",
        ]
    )


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
