"""Model Analyzer's own parser on our files.

The package would bring CUDA bindings and a Docker client; its parser needs neither. So the wheel is unpacked beside the other
tools, not installed, and asked in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from assortment.errors import StepError
from perf import wheels

REQUIREMENT: Final = "triton-model-analyzer==1.58.0"
_SHA256: Final = "74699dd898721e9d9b2d7a6cf887549306aa5313753ebb480770e134f9fd59f5"
_ASK: Final = """
import sys
from argparse import Namespace
from model_analyzer.config.input.config_command_profile import ConfigCommandProfile
config = ConfigCommandProfile()
config.set_config_values(Namespace(config_file=sys.argv[1], mode="online"))
print([model.model_name() for model in config.profile_models],
      [model.model_name() for model in config.ensemble_composing_models])
"""


def fetch(build: Path) -> Path:
    """The folder below ``build/tools/`` to import Model Analyzer from.

    Raises:
        StepError: when pip cannot bring it.
    """
    folder = build / "tools" / REQUIREMENT.replace("==", "-")
    if not (folder / "model_analyzer").is_dir():
        with tempfile.TemporaryDirectory() as downloads:
            zipfile.ZipFile(wheels.download(REQUIREMENT, _SHA256, Path(downloads))).extractall(folder)
    return folder


def check(settings: Path, analyzer: Path, perf_analyzer: Path) -> str:
    """Lets Model Analyzer read a settings file, with all of its rules for quick search.

    Args:
        settings: the YAML file.
        analyzer: what ``fetch`` gave.
        perf_analyzer: the binary; a configuration without one to run is refused.

    Returns:
        The models to profile and the steps to search, as it understood them.

    Raises:
        StepError: when it refuses the file: its own words.
    """
    asked = subprocess.run(
        [sys.executable, "-c", _ASK, str(settings)],
        env={**os.environ, "PYTHONPATH": str(analyzer), "PATH": f"{perf_analyzer.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise StepError(f"Model Analyzer refuses {settings}: {asked.stderr.strip()[-400:]}")
    return asked.stdout.strip().splitlines()[-1]
