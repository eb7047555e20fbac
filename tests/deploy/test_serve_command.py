"""What ``assortment serve`` prints: where it can be reached, and the command that searches it."""

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from assortment import search_command
from deploy.local import command
from deploy.local.server import LocalServer


def parsed(configure: Callable[[argparse.ArgumentParser], None], words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    configure(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("given", "titles"),
    [
        ([], ""),
        (["--catalogue", "generated", "--build", "build"], ""),
        (["--catalogue", "my shop"], " --catalogue 'my shop'"),
        (["--build", "/tmp/a b"], " --build '/tmp/a b'"),
        (["--catalogue", "mine", "--build", "b"], " --catalogue mine --build b"),
    ],
)
def test_the_options_that_say_where_titles_are(given: list[str], titles: str) -> None:
    args = parsed(command.configure, given)
    assert command._titles(args) == titles
    searched = parsed(search_command.configure, shlex.split(f'"blue shoes"{titles}'))
    assert (searched.catalogue, searched.build) == (args.catalogue, args.build)


@pytest.mark.triton
def test_what_is_printed_leads_to_the_server(echo_repository: Path, echo_ready: Callable[[str], None]) -> None:
    args = parsed(command.configure, ["--catalogue", "my shop", "--build", "some where"])
    with LocalServer(echo_repository, ready=echo_ready) as server:
        told = command._introduction(server, 1.26, titles=command._titles(args)).splitlines()
        assert told[0] == "ready after 1.3 s: triton 2.51.0"
        lines = dict(line.split(maxsplit=1) for line in told[1:-2])
        assert lines == {
            "gRPC": server.grpc_address,
            "HTTP": f"http://{server.http_address}/v2",
            "metrics": f"http://{server.metrics_address}/metrics",
            "models": "echo",
            "log": str(server.log),
            "key": f"{server.admin_key_file} (for loading models, statistics and the like)",
        }
        searching = shlex.split(told[-2].removeprefix("search it: "))
        assert searching[:2] == ["assortment", "search"]
        searched = parsed(search_command.configure, searching[2:])
        assert (searched.url, searched.catalogue, searched.build) == (server.grpc_address, "my shop", Path("some where"))
