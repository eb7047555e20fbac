"""Calls that change the server or tell of it need its key, over gRPC and over HTTP; searching does not."""

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from assortment.admin import AdminKey
from deploy.local.server import LocalServer

pytestmark = pytest.mark.triton

_CALLS: dict[str, Callable[..., Any]] = {
    "statistics": lambda client, **key: client.get_inference_statistics(**key),
    "repository index": lambda client, **key: client.get_model_repository_index(**key),
    "load": lambda client, **key: client.load_model("echo", **key),
    "unload": lambda client, **key: client.unload_model("no such model", **key),
    "configuration": lambda client, **key: client.get_model_config("echo", **key),
    "shared memory": lambda client, **key: client.get_system_shared_memory_status(**key),
    "trace": lambda client, **key: client.get_trace_settings(**key),
    "logging": lambda client, **key: client.update_log_settings({"log_verbose_level": 0}, **key),
}
_PATHS = ["models/stats", "models/echo/config", "logging", "trace/setting", "systemsharedmemory/status"]


def _status(server: LocalServer, path: str, headers: dict[str, str], *, post: bool = False) -> int:
    request = urllib.request.Request(f"http://{server.http_address}/v2/{path}", headers=headers, data=b"" if post else None)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_administrative_calls_need_the_key(echo_repository: Path, tmp_path: Path, echo_ready: Callable[[str], None]) -> None:
    key_file = tmp_path / "keys" / "of-echo"
    key_file.parent.mkdir()
    with LocalServer(echo_repository, ready=echo_ready, admin_key_file=key_file) as server:
        key = AdminKey.read(key_file)
        assert server.admin_key == key
        wrong = AdminKey("another-key-of-its-length-and-kind")
        client = triton.InferenceServerClient(server.grpc_address)
        for call in _CALLS.values():
            for headers in ({}, wrong.headers()):
                with pytest.raises(InferenceServerException, match="This protocol is restricted"):
                    call(client, headers=headers)
            call(client, headers=key.headers())
        client.close()
        for path in _PATHS:
            assert [_status(server, path, headers) for headers in ({}, wrong.http_headers(), key.http_headers())] == [
                403,
                403,
                200,
            ]
        assert _status(server, "repository/index", {}, post=True) == 403
        assert _status(server, "repository/models/echo/load", {}, post=True) == 403
        assert _status(server, "repository/index", key.http_headers(), post=True) == 200
        family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        seen = str([(process.cmdline(), process.environ()) for process in family]) + server.log.read_text()
        assert key.value not in seen
        assert "assortment-admin=****" in seen
