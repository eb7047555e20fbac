"""``python -m perf.client.replay FILE``: a gRPC server as fast as Python can be, which replays answers of the real one.

It neither reads nor writes protobuf: a request's bytes hold the query, and the answer to it was recorded. Nothing of it is
measured; it is there for what the real server is too slow, too well behaved or too limited in its queues for. With ``--never`` it
takes every call and answers none. It prints its port and ends when its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import grpc
import grpc.aio

_INFER: Final = "/inference.GRPCInferenceService/ModelInfer"


class ReplayServer:
    """The server in a process of its own, for as long as a ``with`` block lasts."""

    def __init__(self, answers: Path, *, never: bool = False) -> None:
        self._command = [sys.executable, "-m", "perf.client.replay", str(answers), *(["--never"] if never else [])]
        self.address = ""
        self.pid = 0

    def __enter__(self) -> ReplayServer:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.address = f"127.0.0.1:{int(self._process.stdout.readline())}"
        self.pid = self._process.pid
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()  # it may be frozen
        self._process.communicate()


class _Replay(grpc.GenericRpcHandler):  # type: ignore[misc]
    def __init__(self, answers: Mapping[bytes, bytes], *, never: bool) -> None:
        self._answers = answers
        self._handler = grpc.unary_unary_rpc_method_handler(self._never if never else self._answer)

    def service(self, handler_call_details: Any) -> Any:
        return self._handler if handler_call_details.method == _INFER else None

    async def _answer(self, request: bytes, context: Any) -> bytes:
        for query, answer in self._answers.items():
            if query in request:
                return answer
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "QUERY: was not recorded")
        raise AssertionError("abort raises")

    async def _never(self, request: bytes, context: Any) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets the event")


async def _serve(answers: Mapping[str, str], *, never: bool) -> None:
    tensors = {struct.pack("<I", len(query.encode())) + query.encode(): answer for query, answer in answers.items()}
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    replay = _Replay({query: base64.b64decode(answer) for query, answer in tensors.items()}, never=never)
    server.add_generic_rpc_handlers((replay,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop(None)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m perf.client.replay", description="Replays recorded answers over gRPC.")
    parser.add_argument("answers", type=Path, help="what `perf.client.record` wrote")
    parser.add_argument("--never", action="store_true", help="answer nothing")
    args = parser.parse_args()
    asyncio.run(_serve(json.loads(args.answers.read_text(encoding="utf-8")), never=args.never))


if __name__ == "__main__":
    main()
