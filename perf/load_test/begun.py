"""What Locust began: the options of each test, beside its samples.

Locust's page can begin one test after the other, with other options each. ``options.json`` holds those of the last one, and
whether its schedule reached its end; what an earlier test left goes into a folder of its own first, ``test-1`` and so on.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from perf.load_test import flags, samples, server_times
from perf.load_test.settings import LoadSettings

FILE: Final = "options.json"
_EARLIER: Final = "test-{}"
_NOTED: Final = (
    *("shape", "rates", "seconds", "deadline_ms", "num_users"),
    *("catalogue", "build", "queries", "zipf", "text", "picture", "rerank", "seed"),
)


def note(folder: Path, options: Namespace) -> None:
    """A test begins: moves away what the one before left, and notes the options.

    Raises:
        InputError: when a value is not allowed; what the one before left stays in its place then.
    """
    _changed(LoadSettings(), options)
    if (folder / FILE).exists():
        earlier_folder = folder / _EARLIER.format(1 + max(map(_number, earlier(folder)), default=0))
        earlier_folder.mkdir()
        for path in [*folder.glob(samples.PATTERN), *folder.glob(server_times.FILE), folder / FILE]:
            path.rename(earlier_folder / path.name)
    _write(folder, {name: getattr(options, name) for name in _NOTED if hasattr(options, name)} | {"ended": False})


def note_end(folder: Path) -> None:
    """The schedule of the last test reached its end."""
    _write(folder, {**_read(folder), "ended": True})


def has_ended(folder: Path) -> bool:
    """Whether the schedule of the last test reached its end."""
    return bool(_read(folder).get("ended"))


def earlier(folder: Path) -> list[Path]:
    """The folders of the tests before the last one."""
    return sorted(folder.glob(_EARLIER.format("[0-9]*")), key=_number)


def settings_of(folder: Path, asked: LoadSettings) -> LoadSettings | None:
    """The settings of the last test: ``asked``, with what was changed on Locust's page; None before the first.

    Without rates it was a closed loop.
    """
    noted = _read(folder)
    return _changed(asked, Namespace(**noted)) if noted else None


def _number(earlier_folder: Path) -> int:
    return int(earlier_folder.name.rpartition("-")[2])


def _changed(asked: LoadSettings, options: Namespace) -> LoadSettings:
    return replace(
        asked,
        mix=flags.mix_of(options),
        shape=options.shape,
        rates=flags.rates_of(options.rates),
        seconds=options.seconds,
        deadline_ms=options.deadline_ms,
        users=max(asked.workers, getattr(options, "num_users", None) or asked.users),
    )


def _read(folder: Path) -> dict[str, object]:
    try:
        noted: dict[str, object] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return noted


def _write(folder: Path, noted: Mapping[str, object]) -> None:
    written = folder / f"{FILE}.part"
    written.write_text(json.dumps(noted) + "\n", encoding="utf-8")
    written.replace(folder / FILE)  # whoever reads it meanwhile reads it whole
