"""Publishing a catalogue version to running servers, and taking it back.

A version is checked against its manifest and answers in this process before a server hears of it, answers from every
ensemble before it counts as published, and is withdrawn when it does not. The version before it stays beside it until the
next one comes.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from assortment import manifest
from assortment.errors import ManifestError, ServerError, StepError
from assortment.paths import BuildPaths
from export import index_versions
from export.assemble import INDEXED, version_files
from export.live.rehearsal import rehearse
from export.live.repository import LiveRepository
from export.live.server import RunningServer
from export.steps import TEMPLATES, assembled_from, servable

_LOCK: Final = "catalogue.lock"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a change of the served catalogue came to."""

    version: int
    """Served now."""
    before: int
    """Served before."""
    results: dict[str, Any] = field(default_factory=dict)
    """What the version's manifest tells: products, how many are new, removed, changed ..."""


def publish(paths: BuildPaths, servers: Sequence[RunningServer]) -> Change:
    """Serves the newest index of a catalogue from its repository.

    Args:
        paths: with a finished index and an assembled repository.
        servers: replicas that read this repository; without any, it is served when a server starts next.

    Raises:
        ServerError: when a server cannot be reached, or does not answer from the new version; the version before is served.
        StepError: when there is nothing to publish, it was made with other models than those that are served, or it is damaged
            or does not answer; then the servers hear nothing of it.
    """
    with exclusive(paths):
        repository = LiveRepository.of(paths)
        for broken in repository.recover():
            _log.warning("version %d was left unfinished by a publication that was cut short; removed", broken)
        indices = servable(paths)
        version, before = max(indices), repository.versions()[-1]
        if repository.models != manifest.fingerprint(paths.export):
            raise StepError(
                f"{paths.model_repository} serves other models than {paths.export} holds; run `assortment assemble --catalogue "
                f"{paths.root.name}` and start the server again: queries and products have to meet in one model"
            )
        for server in servers:
            server.reach()
        if version > before:
            _examine(paths, version)
            _put(paths, repository, {number: indices[number] for number in (before, version) if number in indices}, servers)
        _serve(servers, version)
        return Change(version=version, before=before, results=manifest.read(paths.index / str(version)).results)


def rollback(paths: BuildPaths, servers: Sequence[RunningServer]) -> Change:
    """Serves the version before the current one again, and marks the current one as withdrawn.

    Raises:
        ServerError: when a server cannot be reached or does not answer from the version before; then nothing has changed.
        StepError: when there is no version before.
    """
    with exclusive(paths):
        repository = LiveRepository.of(paths)
        repository.recover()
        versions = repository.versions()
        if len(versions) < 2:
            raise StepError(f"{paths.model_repository} holds version {versions[-1]} alone; there is none to go back to")
        before, version = versions[-1], versions[-2]
        for server in servers:
            server.reach()
        repository.hide(before)
        try:
            _serve(servers, version)
        except ServerError:
            repository.show(before)
            _go_back(servers)
            raise
        if before in index_versions.finished(paths.index):
            index_versions.withdraw(paths.index, before)
        repository.forget_hidden(before, _inputs(paths, {version: paths.index / str(version)}))
        return Change(version=version, before=before, results=manifest.read(paths.index / str(version)).results)


@contextlib.contextmanager
def exclusive(paths: BuildPaths) -> Iterator[None]:
    """One change of a catalogue at a time.

    Raises:
        StepError: when another process is changing it.
    """
    with (paths.root / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StepError(f"{paths.root} is being changed by another process; try again when it has ended") from None
        yield


def _examine(paths: BuildPaths, version: int) -> None:
    """Lets only a whole version that answers come near a server."""
    try:
        manifest.verify(paths.index / str(version))
        rehearse(paths, version)
    except (ManifestError, StepError) as error:
        index_versions.withdraw(paths.index, version)
        raise StepError(f"version {version} was withdrawn; publish again to make it anew. {error}") from error


def _put(paths: BuildPaths, repository: LiveRepository, indices: dict[int, Path], servers: Sequence[RunningServer]) -> None:
    """Adds the newest of ``indices`` beside the version that is served, lets it answer, and removes all others."""
    version, served = max(indices), repository.versions()[-1]
    repository.remove(number for number in repository.table_versions() if number > served)  # withdrawn: servers keep two
    files = version_files(version, TEMPLATES, paths.export, indices[version])
    sums = _sums(files, paths.export, indices[version])
    kept = manifest.read(repository.folder)
    repository.add(version, files, sums, _inputs(paths, indices))
    try:
        _serve(servers, version)
    except ServerError as error:
        repository.remove([version])
        manifest.save(repository.folder, kept)
        index_versions.withdraw(paths.index, version)
        _go_back(servers)
        raise ServerError(f"version {version} was not published, version {served} is served: {error}") from None
    repository.remove(number for number in repository.table_versions() if number not in (served, version))
    index_versions.prune(paths.index)


def _serve(servers: Sequence[RunningServer], version: int) -> None:
    for server in servers:
        server.load(INDEXED)
        server.check(version)


def _go_back(servers: Sequence[RunningServer]) -> None:
    """Lets every server load what the repository holds again; what one says to it is logged, for another error is raised."""
    for server in servers:
        try:
            server.load(INDEXED)
        except ServerError as error:
            _log.error("going back to the version before: %s", error)


def _inputs(paths: BuildPaths, indices: dict[int, Path]) -> dict[str, str]:
    return {name: manifest.fingerprint(folder) for name, folder in assembled_from(paths, indices).items()}


def _sums(files: dict[str, Path], *folders: Path) -> dict[str, str]:
    """SHA-256 of every file: what the manifest of its folder tells, so that a file damaged by now is found later."""
    told = {folder / name: told_sum for folder in folders for name, told_sum in manifest.read(folder).files.items()}
    return {name: told.get(source) or manifest.sha256(source) for name, source in files.items()}
