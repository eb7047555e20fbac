"""A plan for people (tables) and for programs (JSON)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from export.tensorrt.plan import EnginePlan, Plan

_WIDTH: Final = 130  # of what is written to a file or a pipe


def show(plan: Plan, *, note: str, command: str) -> None:
    """Prints a plan.

    Args:
        plan: what would be built.
        note: what to say of its compute capabilities; may be empty.
        command: what builds it.
    """
    release, settings = plan.release, plan.settings
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    tensorrt = f"{release.tensorrt} (inferred)" if release.inferred else release.tensorrt
    console.print(f"Release {release.container}: Triton {release.triton}, CUDA {release.cuda}, TensorRT {tensorrt}")
    console.print(f"  source: {release.source}")
    console.print(
        f"Workspace {settings.workspace_mib:,} MiB, optimisation level {settings.optimization_level}, {settings.threads} builder "
        f"threads, a timing cache for each kind of GPU, detailed verbosity for the inspection afterwards"
    )
    if note:
        console.print(note)
    console.print(_engines(plan))
    console.print(_profiles(plan))
    for problem in plan.problems:
        console.print(f"cannot be built: {problem}", soft_wrap=True)
    if settings.version_compatible:
        console.print("Serve with: tritonserver --backend-config=tensorrt,version-compatible=true", soft_wrap=True)
    shared = all(engine.runs_everywhere for engine in plan.engines)
    console.print(f"To build them, on {'one such GPU' if shared else 'a GPU of each kind'}:")
    console.print(command, soft_wrap=True, markup=False)


def as_json(plan: Plan, *, note: str) -> dict[str, Any]:
    """A plan as plain values; ``note`` as in ``show``."""
    return {
        "note": note,
        "release": asdict(plan.release),
        "settings": asdict(plan.settings),
        "engines": [
            {
                "filename": engine.filename,
                "model": engine.model,
                "compute_capability": engine.capability,
                "onnx": engine.source.path.name,
                "onnx_sha256": engine.source.sha256,
                "precision": engine.source.precision,
                "num_weights": engine.source.num_weights,
                "weight_bytes": engine.source.weight_bytes,
                "profiles": [{name: asdict(shapes) for name, shapes in profile.items()} for profile in engine.profiles],
                "flags": asdict(engine.flags),
                "problem": engine.source.problem,
            }
            for engine in plan.files
        ],
    }


def _engines(plan: Plan) -> Table:
    table = Table("engine", "from", "precision", "weights", "flags", title="Engines")
    for engine in plan.files:
        source = engine.source
        weights = f"{sum(source.weight_bytes.values()) / 2**20:.1f} MiB" if source.num_weights else "?"
        table.add_row(engine.filename, source.path.name, source.precision, weights, _flags(engine))
    return table


def _profiles(plan: Plan) -> Table:
    table = Table("model", "input", "min", "opt", "max", title="Profiles, batch first")
    for model, profiles in {engine.model: engine.profiles for engine in plan.engines}.items():
        rows = [(name, at) for profile in profiles for name, at in profile.items()]
        for number, (name, at) in enumerate(rows):
            shapes = ("x".join(map(str, shape)) for shape in (at.min, at.opt, at.max))
            table.add_row("" if number else model, name, *shapes, end_section=number == len(rows) - 1)
    return table


def _flags(engine: EnginePlan) -> str:
    chosen = engine.flags
    hardware = [chosen.hardware] if engine.runs_everywhere else []
    return "\n".join([*chosen.network, *chosen.set, *(f"no {flag}" for flag in chosen.cleared), *hardware])
