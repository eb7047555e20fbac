"""Lock files: one holder or several that share, and free when a process is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assortment.errors import StepError
from assortment.one_at_a_time import exclusive, held
from assortment.paths import BuildPaths

HOLDS = """
import pathlib, sys, time
from assortment.one_at_a_time import held
with held(pathlib.Path(sys.argv[1])) as got:
    print(got, flush=True)
    time.sleep(60)
"""


def test_one_holds_alone_or_several_share(tmp_path: Path) -> None:
    file = tmp_path / "a.lock"
    with held(file, shared=True) as first, held(file, shared=True) as second, held(file) as third:
        assert (first, second, third) == (True, True, False)
    with held(file) as first, held(file, shared=True) as second:
        assert (first, second) == (True, False)
    with held(file, wait=True) as first:
        assert first


def test_what_a_killed_process_held_is_free(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(file)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with held(file) as got:
            assert not got
        with pytest.raises(StepError, match="is being changed by another process"), exclusive(BuildPaths(tmp_path)):
            pass
        other.send_signal(signal.SIGKILL)
    with exclusive(BuildPaths(tmp_path)), held(file) as got:
        assert not got, "it is held here"
