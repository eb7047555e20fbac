"""Commands of docs/gpu-nodes.md, as far as they run without Docker and without a GPU."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "gpu-nodes.md").read_text(encoding="utf-8")


def test_the_key_is_installed_where_no_folder_is_yet(tmp_path: Path) -> None:
    (command,) = re.findall(r"^install .*admin\.key", PAGE, re.MULTILINE)
    words = shlex.split(command)
    source, target = tmp_path / words[-2], tmp_path / words[-1].lstrip("/")
    source.parent.mkdir(parents=True)
    source.write_text("key", encoding="ascii")
    for owner, own in (("-o", os.getuid()), ("-g", os.getgid())):  # only root may give files away
        words[words.index(owner) + 1] = str(own)
    subprocess.run([*words[:-2], source, target], check=True)
    assert target.read_text(encoding="ascii") == "key"
    assert target.stat().st_mode & 0o777 == 0o600
