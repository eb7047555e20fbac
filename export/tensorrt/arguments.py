"""``assortment export --tensorrt``: its arguments, and what they start."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields
from pathlib import Path
from typing import Final

from assortment.errors import StepError
from assortment.paths import BuildPaths
from export.tensorrt import releases
from export.tensorrt.settings import PRECISIONS, Settings

BUILD: Final = Path("build")
"""Where all build results lie unless --build says otherwise."""
_DEFAULT: Final = Settings()
_EXAMPLE: Final = "8.9"  # L4, L40S
_MODE: Final = "--tensorrt"
_SETTINGS: Final = frozenset(each.name for each in fields(Settings))
_PLANNED: Final = _SETTINGS | {"tensorrt", "release", "compute_capability"}
OPTIONS: Final = {
    _MODE: _PLANNED,
    f"{_MODE} --dry-run": _PLANNED | {"dry_run", "json"},
    f"{_MODE} --merge": frozenset({"tensorrt", "release", "merge"}),
}
"""The options that each mode reads."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments to those of ``assortment export``."""
    group = parser.add_argument_group(
        "TensorRT",
        "Engines from the exported models, for GPU nodes. They are built on a GPU of the kind that runs them, inside NVIDIA's "
        "tensorrt container of the release that serves them; --dry-run needs neither.",
    )
    group.add_argument("--tensorrt", action="store_true", help="build engines from the models that are exported already")
    group.add_argument("--dry-run", action="store_true", help="print the whole plan, and build nothing")
    group.add_argument("--json", action="store_true", help="the same as JSON")
    group.add_argument("--merge", nargs="+", type=Path, metavar="FOLDER", help="take the engines that other machines have built")
    group.add_argument("--release", metavar="YY.MM", default=releases.DEFAULT, help="the container release that serves")
    group.add_argument("--compute-capability", nargs="+", default=[], metavar="8.9", help="of the GPUs; else this machine's")
    group.add_argument("--precision", choices=PRECISIONS, default=_DEFAULT.precision, help="of the ONNX files they come from")
    group.add_argument("--best-batch", type=int, default=_DEFAULT.best_batch, help="the batch that kernels are chosen for")
    group.add_argument("--workspace-mib", type=int, default=_DEFAULT.workspace_mib, help="the most that one kernel may use")
    group.add_argument("--optimization-level", type=int, default=_DEFAULT.optimization_level, help="0 (quick) to 5 (thorough)")
    group.add_argument("--version-compatible", action="store_true", help="run on later versions of TensorRT too")
    group.add_argument("--hardware-compatible", action="store_true", help="run on every GPU from 8.0 on")
    group.add_argument("--refit", action="store_true", help="engines that take new weights, and new weights into those that do")


def mode(args: argparse.Namespace) -> str:
    """Which of ``OPTIONS`` was chosen."""
    return f"{_MODE} --merge" if args.merge else f"{_MODE} --dry-run" if args.dry_run else _MODE


def run(args: argparse.Namespace) -> int:
    """Runs ``assortment export --tensorrt``.

    Raises:
        InputError: when an argument is wrong.
        StepError: when engines cannot be built here: what is needed, and the command that has it.
    """
    paths = BuildPaths(args.build / args.catalogue)
    release = releases.release(args.release)
    settings = _settings(args)
    if args.dry_run:
        return _dry_run(args, paths, release, settings)
    from export.tensorrt import step

    if args.merge:
        done = step.merge(paths, release, args.merge)
    else:
        try:
            machine = step.this_machine(release)
        except StepError as error:
            raise StepError(f"{error}\n{_needed(args, release)}") from None
        done = step.build_engines(paths, release, machine, settings, capabilities=args.compute_capability)
    print(json.dumps(done.results, indent=1))  # noqa: T201
    return 0


def _dry_run(args: argparse.Namespace, paths: BuildPaths, release: releases.Release, settings: Settings) -> int:
    from export.tensorrt import gpu, show
    from export.tensorrt.plan import plan

    capabilities, note = args.compute_capability, ""
    if not capabilities:
        try:
            capabilities = [gpu.compute_capability()]
        except StepError as error:
            capabilities = [_EXAMPLE]
            note = f"Compute capability {_EXAMPLE} as an example: none was named, and here is no GPU ({error})"
    planned = plan(paths.export, release, capabilities, settings)
    if args.json:
        print(json.dumps(show.as_json(planned, note=note), indent=1))  # noqa: T201
    else:
        show.show(planned, note=note, command=_command(args, release))
    return 0


def _settings(args: argparse.Namespace) -> Settings:
    return Settings(**{name: getattr(args, name) for name in _SETTINGS})


def _needed(args: argparse.Namespace, release: releases.Release) -> str:
    return (
        "Engines are built on a GPU of the kind that runs them, in NVIDIA's container of the release that serves them. Here, "
        f"at the top of a checkout:\n\n{_command(args, release)}\n\nWithout a GPU, --dry-run prints the whole plan."
    )


def _command(args: argparse.Namespace, release: releases.Release) -> str:
    """The command that builds what these arguments ask for."""
    from export.tensorrt.container import docker_run

    words = ["export", "--tensorrt", "--catalogue", args.catalogue, "--release", release.container, "--precision", args.precision]
    for name in ("best_batch", "workspace_mib", "optimization_level", "threads"):
        if getattr(args, name) != getattr(_DEFAULT, name):
            words += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    for name in ("version_compatible", "hardware_compatible", "refit"):
        words += [f"--{name.replace('_', '-')}"] if getattr(args, name) else []
    return docker_run(release, words, build=args.build, default=BUILD)
