"""``python -m perf.report``, which ``make perf-report`` runs."""

from __future__ import annotations

import sys

from perf.commands import new_parser, tells_failures
from perf.report import page


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Joins the parts and returns the exit code: 0 whatever is missing or incomplete, which the page tells."""
    build = new_parser("report", "One page from what every performance tool left.", catalogue=None).parse_args(argv).build
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
