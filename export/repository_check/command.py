"""``assortment repository check``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assortment.paths import BuildPaths

if TYPE_CHECKING:
    from export.repository_check.check import Checked
    from export.repository_check.finding import Finding


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description = "Proves a model repository before it ships."
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="configs, wiring, models, profiles, manifest and the target release's known traps",
        description=(
            "Checks an assembled model repository as nodes of one variant will see it: configurations parse and are wired, "
            "names, types and shapes agree with the ONNX models, TensorRT profiles cover the limits, files match the manifest, "
            "engines match the release, and what that release is known to do wrong is refused by name. Exit status 1: errors."
        ),
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    check.add_argument("folder", nargs="?", type=Path, help="an assembled model repository; instead of --catalogue")
    check.add_argument("--catalogue", default="generated", help="name of the folder under --build")
    check.add_argument("--build", type=Path, default=Path("build"), help="folder of all build results")
    check.add_argument(
        "--variant",
        action="append",
        metavar="NAME",
        help="default, cpu, ort_tensorrt or tensorrt; repeat it; else all that can be meant",
    )
    check.add_argument(
        "--release", metavar="YY.MM", help="the container release that will serve it; else 24.10 for cpu, 26.07 for others"
    )
    check.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    from export.repository_check.check import can_be_served_by_tensorrt, check
    from export.repository_check.repository import VARIANTS

    folder = args.folder or BuildPaths(args.build / args.catalogue).model_repository
    skipped = [] if args.variant or can_be_served_by_tensorrt(folder) else ["tensorrt"]
    variants = args.variant or [variant for variant in VARIANTS if variant not in skipped]
    checked = [check(folder, variant, args.release) for variant in variants]
    if args.json:
        print(json.dumps({"folder": str(folder), "skipped": skipped, "variants": [_told(one) for one in checked]}, indent=1))
    else:
        for one in checked:
            print(_shown(one))
        for variant in skipped:
            print(f"{variant}: not checked, the repository holds no plans; `assortment assemble --engines` puts them in")
    return 1 if any(one.num_errors for one in checked) else 0


def _shown(checked: Checked) -> str:
    """A line for the variant, and a paragraph for each finding."""
    release, num_errors = checked.release, checked.num_errors
    num_warnings = len(checked.findings) - num_errors
    state = f"{num_errors} errors, {num_warnings} warnings" if checked.findings else "ok"
    head = f"{checked.variant}: {state} ({checked.num_models} models, release {release.container}, Triton {release.triton})"
    return "\n".join([head, *(_paragraph(rule, finding) for rule, finding in checked.findings)])


def _paragraph(rule: str, finding: Finding) -> str:
    source = f"\n      known from: {finding.source}" if finding.source else ""
    return f"  {finding.severity.value} {rule}: {finding.file}\n      {finding.wrong}\n      do: {finding.remedy}{source}"


def _told(checked: Checked) -> dict[str, Any]:
    return {
        "variant": checked.variant,
        "release": checked.release.container,
        "models": checked.num_models,
        "errors": checked.num_errors,
        "findings": [
            {
                "rule": rule,
                "severity": finding.severity.value,
                "file": finding.file,
                "wrong": finding.wrong,
                "remedy": finding.remedy,
                "source": finding.source,
            }
            for rule, finding in checked.findings
        ],
    }
