"""``python -m perf.report``, which ``make perf-report`` runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from perf.commands import tells_failures
from perf.report import page


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Joins the parts and returns the exit code: 0 whatever is missing or incomplete, which the page tells."""
    parser = argparse.ArgumentParser(prog="python -m perf.report", description="One page from what every performance tool left.")
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all outputs")
    build = parser.parse_args(argv).build
    path = page.write(build)
    found = page.parts(build)
    for one in found:
        print(f"  {one.part.tool}: {one.part.incomplete and 'INCOMPLETE, '}{one.part.made}")
    for tool in page.missing(found):
        print(f"  {tool.name}: missing; {tool.command}")
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
