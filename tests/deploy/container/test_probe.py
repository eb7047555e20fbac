"""What decides whether a node is given requests, and whether it is started again."""

from __future__ import annotations

import pytest

from assortment_client.testing import FakeServer, failures
from deploy.container.probe import main


@pytest.mark.parametrize(
    ("failure", "ready", "live"),
    [
        (None, 0, 0),
        (failures.dead_process(), 1, 1),
        (failures.overloaded(), 1, 0),
        (failures.draining(), 1, 0),
        (failures.exiting(), 1, 0),
    ],
    ids=["well", "dead process", "overloaded", "draining", "exiting"],
)
def test_only_a_dead_process_ends_a_node(failure: failures.Failure | None, ready: int, live: int, capsys) -> None:
    with FakeServer() as server:
        if failure:
            server.always(failure)
        told = ["--endpoint", server.endpoint, "--deadline", "2"]
        assert main(["ready", *told]) == ready
        assert capsys.readouterr().err.startswith("not ready: " if ready else "")
        assert main(["live", *told]) == live


def test_a_node_that_does_not_listen_yet_is_alive_and_not_ready(capsys) -> None:
    with FakeServer() as server:
        address = server.endpoint
    assert main(["ready", "--endpoint", address, "--deadline", "1"]) == 1
    assert main(["live", "--endpoint", address, "--deadline", "1"]) == 0
