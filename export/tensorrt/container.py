"""Where engines are built: in NVIDIA's tensorrt container of the release that serves them, on a GPU of the kind that will."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import Final

from assortment.errors import StepError
from export.tensorrt.releases import Release
from export.tensorrt.settings import version_of

_TREE: Final = "/assortment"
_BUILD: Final = "/build"
_RELEASE_VARIABLE: Final = "NVIDIA_TENSORRT_VERSION"
"""NVIDIA's images name their own release in it, for instance "26.07"; those for Jetson, the version of TensorRT."""
_RELEASE: Final = re.compile(r"2\d\.(0[1-9]|1[0-2])")


def docker_run(wanted: Release, arguments: list[str], *, build: Path, default: Path) -> str:
    """The command that runs ``assortment export`` in a container, from the top of a checkout.

    Args:
        wanted: the release whose container it is.
        arguments: of ``assortment``, without ``--build``.
        build: the folder of all build results; one outside of the checkout is put into the container beside it.
        default: what ``--build`` is when left out.
    """
    checkout, place, volume = Path.cwd().resolve(), build.resolve(), ""
    if place.is_relative_to(checkout):
        inside_checkout = place.relative_to(checkout)
        arguments = arguments if inside_checkout == default else [*arguments, "--build", str(inside_checkout)]
    else:
        arguments = [*arguments, "--build", _BUILD]
        volume = f" --volume {shlex.quote(f'{place}:{_BUILD}')}"
    install = 'pip install --quiet --break-system-packages -e client -e ".[tensorrt]"'  # the container is thrown away
    inside = f"{install} && assortment {shlex.join(arguments)}"
    return (
        f'docker run --rm --gpus device=0 --volume "$PWD:{_TREE}"{volume} --workdir {_TREE} \\\n'
        f"  nvcr.io/nvidia/tensorrt:{wanted.container}-py3 \\\n"
        f"  bash -c {shlex.quote(inside)}"
    )


def check(tensorrt: str, wanted: Release) -> None:
    """Checks that this TensorRT is that of the release.

    Args:
        tensorrt: the version that was found.
        wanted: the release that will serve the engines.

    Raises:
        StepError: when it is not, and what to do.
    """
    found = os.environ.get(_RELEASE_VARIABLE, "")
    inside = found if _RELEASE.fullmatch(found) else ""
    if inside and inside != wanted.container:
        raise StepError(f"this is the container {inside}, and engines for {wanted.container} are built in that one")
    known = wanted.tensorrt.split(".")
    if tensorrt.split(".")[: len(known)] == known:
        return
    if wanted.inferred and inside and version_of(tensorrt)[0] == wanted.major:
        return  # the table only concluded it; the container itself says that it is the right one
    raise StepError(
        f"TensorRT here is {tensorrt}, and release {wanted.container} has {wanted.tensorrt}: an engine runs on the version that "
        f"built it"
    )
