"""What a rule found."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.Enum):
    """What a finding means for the repository."""

    ERROR = "error"
    """It does not load, or answers wrongly: it must not ship."""
    WARNING = "warning"
    """It works, and somebody should know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    file: str
    """Relative to the repository; empty when it is the repository itself."""
    wrong: str
    """What is wrong: names, values, and what is allowed."""
    remedy: str
    """What to do."""
    severity: Severity = Severity.ERROR
    source: str = ""
    """Where it is known from, when that is not plain from the file."""
