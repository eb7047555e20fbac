"""All rules, in the order in which their findings are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from export.repository_check import configs, engines, files, graphs, profiles, traps, wiring
from export.repository_check.finding import Finding, Severity
from export.repository_check.repository import Repository
from export.tensorrt.releases import DEFAULT, Release, release

Rule = Callable[[Repository], Iterator[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    *files.RULES, *configs.RULES, *wiring.RULES, *graphs.RULES, *profiles.RULES, *engines.RULES, *traps.RULES
)  # fmt: skip
EMBEDDED: Final = "24.10"
"""The release of the embedded CPU server."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One variant of a repository, checked."""

    variant: str
    release: Release
    num_models: int
    findings: list[tuple[str, Finding]]
    """Name of the rule, and what it found."""

    @property
    def num_errors(self) -> int:
        """Findings with which the repository must not ship."""
        return sum(finding.severity is Severity.ERROR for _, finding in self.findings)


def check(folder: Path, variant: str, container: str | None = None) -> Checked:
    """Applies every rule to a repository as nodes of one variant see it.

    Args:
        folder: an assembled model repository.
        variant: one of ``repository.VARIANTS``.
        container: the release that will serve it, for instance "26.07"; None for the one that this source tree is made for.

    Raises:
        InputError: when there is no such variant or release.
        StepError: when the folder is no model repository.
    """
    its_release = release(container or (EMBEDDED if variant == "cpu" else DEFAULT))
    repository = Repository.open(folder, variant, its_release)
    found = [(rule.__name__, finding) for rule in RULES for finding in rule(repository)]
    return Checked(variant, its_release, len(repository.configs) + len(repository.unparsed), found)


def can_be_served_by_tensorrt(folder: Path) -> bool:
    """Whether a repository holds any plan, without which the variant ``tensorrt`` cannot be meant."""
    return any(folder.glob("*/*/*.plan"))
