"""Publishing a catalogue version to running servers, and taking it back.

A version is checked against its manifest and answers in this process before a server hears of it, answers from every
ensemble before it counts as published, and is withdrawn when it does not. The version before it stays beside it until the
next one comes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assortment import manifest
from assortment.errors import ManifestError, ServerError, StepError
from assortment.one_at_a_time import exclusive
from assortment.paths import BuildPaths
from export import index_versions
from export.assemble import INDEXED, version_files
from export.live.rehearsal import rehearse
from export.live.repository import LiveRepository
from export.live.server import RunningServer
from export.steps import TEMPLATES, assembled_from, digest, servable

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
        for broken in repository.recover(index_versions.withdrawn(paths.index)):
            _log.warning("a change of version %d was cut short; what it left was cleared away", broken)
        version, before = max(servable(paths)), repository.versions()[-1]
        _check_belongs(paths, repository)
        if version < before:
            raise StepError(f"{paths.index} holds version {version} at most, version {before} is served; index again")
        for server in servers:
            server.reach()
        if version > before:
            _examine(paths, version)
            _put(paths, repository, version, servers)
        else:
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
        repository.recover(index_versions.withdrawn(paths.index))
        versions = repository.versions()
        if len(versions) < 2:
            raise StepError(f"{paths.model_repository} holds version {versions[-1]} alone; there is none to go back to")
        before, version = versions[-1], versions[-2]
        if version not in index_versions.finished(paths.index):
            raise StepError(f"{paths.index / str(version)} is gone, so version {version} could not be served again; publish anew")
        inputs, results = _inputs(paths, repository, [version]), manifest.read(paths.index / str(version)).results
        for server in servers:
            server.reach()
        repository.hide(before)
        try:
            _serve(servers, version)
        except BaseException:
            repository.show(before)
            _go_back(servers)
            raise
        if before in index_versions.finished(paths.index):
            index_versions.withdraw(paths.index, before)
        repository.forget_hidden(before, inputs)
        return Change(version=version, before=before, results=results)


def _check_belongs(paths: BuildPaths, repository: LiveRepository) -> None:
    """What a new version is put beside has to be of the same models and the same source tree."""
    restart = f"run `assortment assemble --catalogue {paths.root.name}` and start the server again"
    if repository.made_of.inputs["export"] != manifest.fingerprint(paths.export):
        raise StepError(
            f"{paths.model_repository} serves other models than {paths.export} holds; {restart}: queries and products have to "
            "meet in one model"
        )
    if repository.made_of.settings["templates"] != digest(TEMPLATES):
        raise StepError(f"{paths.model_repository} was assembled from other configurations than {TEMPLATES} has now; {restart}")


def _examine(paths: BuildPaths, version: int) -> None:
    """Lets only a whole version that answers come near a server."""
    try:
        manifest.verify(paths.index / str(version))
        rehearse(paths, version)
    except (ManifestError, StepError) as error:
        index_versions.withdraw(paths.index, version)
        raise StepError(f"version {version} was withdrawn; publish again to make it anew. {error}") from error


def _put(paths: BuildPaths, repository: LiveRepository, version: int, servers: Sequence[RunningServer]) -> None:
    """Adds a version beside the one that is served, lets it answer, and removes all others."""
    served = repository.versions()[-1]
    repository.remove(number for number in repository.table_versions() if number > served)  # withdrawn: servers keep two
    files = version_files(version, TEMPLATES, paths.export, paths.index / str(version))
    sums = _sums(files, paths.export, paths.index / str(version))
    kept = repository.made_of
    repository.add(version, files, sums, _inputs(paths, repository, [served, version]))
    try:
        _serve(servers, version)
    except BaseException as error:
        manifest.save(repository.folder, kept)
        repository.remove([version])
        index_versions.withdraw(paths.index, version)
        _go_back(servers)
        if isinstance(error, ServerError):
            raise ServerError(f"version {version} was not published, version {served} is served: {error}") from None
        raise
    repository.remove(number for number in repository.table_versions() if number not in (served, version))
    index_versions.prune(paths.index, keep=(served, version))


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


def _inputs(paths: BuildPaths, repository: LiveRepository, versions: Sequence[int]) -> dict[str, str]:
    indices = {version: paths.index / str(version) for version in versions if version in index_versions.finished(paths.index)}
    kept = {
        name: told for name, told in repository.made_of.inputs.items() if name == "engines"
    }  # a version brings none of its own
    return kept | {name: manifest.fingerprint(folder) for name, folder in assembled_from(paths, indices).items()}


def _sums(files: dict[str, Path], *folders: Path) -> dict[str, str]:
    """SHA-256 of every file: what the manifest of its folder tells, so that a file damaged by now is found later."""
    told = {folder / name: told_sum for folder in folders for name, told_sum in manifest.read(folder).files.items()}
    return {name: told.get(source) or manifest.sha256(source) for name, source in files.items()}
