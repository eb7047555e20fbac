"""Answers of the real server to text searches, in the file that ``replay`` reads."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import grpc
from tritonclient.grpc import service_pb2_grpc

from assortment.errors import ServerError
from assortment_client import contract
from perf.load import search_request
from perf.patience import ATTEMPTS, PAUSE_S, SHED

_DEADLINE_S: Final = 10.0


def record(address: str, queries: Sequence[str], path: Path) -> None:
    """Asks the server at ``address`` (host:port) each query and writes its answers.

    Raises:
        ServerError: when it fails a search, or sheds one ATTEMPTS times.
    """
    with grpc.insecure_channel(address) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        answers = {query: base64.b64encode(_answer(stub, query, address)).decode() for query in queries}
    path.write_text(json.dumps(answers), encoding="utf-8")


def _answer(stub: Any, query: str, address: str) -> bytes:
    request = search_request(query, contract.DEFAULT_K)
    del request.outputs[:]  # all of them, as clients ask for
    for attempt in range(1, ATTEMPTS + 1):
        try:
            answer: bytes = stub.ModelInfer(request, timeout=_DEADLINE_S).SerializeToString()
            return answer
        except grpc.RpcError as error:
            told = f"{error.code().name}, {error.details()}"
            if SHED not in told:
                raise ServerError(f"{address} failed the search {query!r}: {told}") from error
            if attempt == ATTEMPTS:
                raise ServerError(f"{address} shed {query!r} {ATTEMPTS} times: the machine is too busy ({told})") from error
            time.sleep(PAUSE_S)
    raise AssertionError("the loop returns or raises")
