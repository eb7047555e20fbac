"""Every call of TensorRT is type-checked against what NVIDIA published, of both majors. Nothing is run: that takes a GPU.

``make lint`` holds the same files against the stubs of 10.13 on every change, so all tests look at 11 only. Others are named in
TENSORRT_VERSIONS, as ``make engines-api`` does.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assortment.contract import DType
from export.tensorrt.inspection import IO_TYPES
from export.tensorrt.settings import PRECISIONS, Settings, flags
from tests.export.tensorrt.published_api import NotToBeHadError, read

VERSIONS = os.environ.get("TENSORRT_VERSIONS", "11.4.0.106").split()
ROOT = Path(__file__).parents[3]
# What TensorRT 11 took away shows that its stubs are really looked at.
PROBE = """
import tensorrt as trt

def weakly_typed(config: trt.IBuilderConfig) -> None:
    config.set_flag(trt.BuilderFlag.FP16)
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_call_is_one_that_tensorrt_has(version: str, tmp_path: Path) -> None:
    try:
        stubs, enums = read(version, tmp_path)
    except NotToBeHadError as error:
        pytest.skip(str(error))
    major = int(version.partition(".")[0])
    for precision, on in itertools.product(PRECISIONS, (False, True)):
        asked = flags(major, Settings(version_compatible=on, hardware_compatible=on, refit=on), precision)
        assert set(asked.network) <= set(enums["NetworkDefinitionCreationFlag"])
        assert {*asked.set, *asked.cleared} <= set(enums["BuilderFlag"])
        assert asked.hardware in enums["HardwareCompatibilityLevel"]
    assert set(IO_TYPES.values()) <= set(enums["DataType"])
    assert set(IO_TYPES) <= set(DType.__args__)  # type: ignore[attr-defined]
    assert ("FP16" in enums["BuilderFlag"]) == (major == 10)

    wrong = type_errors(stubs, tmp_path)
    assert [message for file, message in wrong if file != "probe.py"] == []
    assert ["FP16" in message for _, message in wrong] == ([True] if major == 11 else [])


def type_errors(stubs: Path, folder: Path) -> list[tuple[str, str]]:
    """File and message of what pyright finds wrong in the code that calls TensorRT, and in the probe."""
    (folder / "probe.py").write_text(PROBE)
    ours = [str(ROOT / "export" / "tensorrt" / f"{name}.py") for name in ("build", "runtime", "refit")]
    ours.append(str(folder / "probe.py"))
    settings = {
        "include": ours,
        "stubPath": str(stubs),
        "extraPaths": [str(ROOT), str(ROOT / "client")],
        "typeCheckingMode": "standard",
        "reportMissingModuleSource": False,
        "reportMissingTypeStubs": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    pyright = [str(Path(sys.executable).with_name("pyright")), "--outputjson", "--pythonpath", sys.executable]
    told = subprocess.run([*pyright, "--project", str(folder)], capture_output=True, text=True, check=False).stdout
    report = json.loads(told)
    assert report["summary"]["filesAnalyzed"] >= len(ours)
    # The generated stubs have errors of their own: some defaults, and a variable called bool.
    errors = [found for found in report["generalDiagnostics"] if found["severity"] == "error"]
    return [(Path(found["file"]).name, found["message"]) for found in errors if found["file"] in ours]
