"""What the server is told to keep to those who have its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.flags import Flags
from deploy.local.ports import Hosts, Ports


@pytest.mark.parametrize("open_statistics", [False, True])
def test_only_configuration_and_statistics_can_be_told_without_the_key(open_statistics: bool) -> None:
    flags = Flags(
        repository=Path("r"),
        variant="cpu",
        backends=Path("b"),
        shm_prefix="p",
        hosts=Hosts(),
        ports=Ports(),
        tls=None,
        exit_timeout_s=5,
        open_statistics=open_statistics,
    )
    (restricted,) = (flag.partition("=")[2] for flag in flags.listed() if flag.startswith("--grpc-restricted-protocol="))
    calls = set(restricted.partition(":")[0].split(","))
    assert calls >= {"model-repository", "shared-memory", "trace", "logging"}
    assert ({"model-config", "statistics"} <= calls) is not open_statistics
    assert restricted in [flag.partition("=")[2] for flag in flags.listed() if flag.startswith("--http-restricted-api=")]
