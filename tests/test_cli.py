from __future__ import annotations

import pytest

from assortment.cli import COMMANDS, main


@pytest.mark.parametrize("command", ["demo", "export", "evaluate"])
def test_a_launcher_may_not_start_what_writes_for_itself(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main([command]) == 1
    assert f"{command}: '2 processes' is not allowed; allowed: one process" in capsys.readouterr().err
    assert not COMMANDS[command].in_several_processes


def test_training_alone_may_be_started_so() -> None:
    assert [name for name, command in COMMANDS.items() if command.in_several_processes] == ["train"]
