"""A part in the terminal, as its tool ends."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from perf.report.part import Part


def show(part: Part, console: Console) -> None:
    """Prints the tables, the finding and the notes; why it is incomplete goes to standard error."""
    for table in part.tables:
        shown = Table(title=table.title, title_justify="left", caption=table.note or None, caption_justify="left")
        for number, column in enumerate(table.columns):
            shown.add_column(column, justify="right" if number else "left")
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)
    console.print(part.finding, highlight=False, soft_wrap=True)
    for note in part.notes:
        console.print(f"  {note}", highlight=False, soft_wrap=True)
    if part.incomplete:
        print(f"incomplete: {part.incomplete}", file=sys.stderr)
