"""A part in the terminal, as its tool ends."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table as RichTable

from perf.report.part import Part, Table


def show(part: Part, console: Console) -> None:
    """Prints the tables, the finding and the notes; why it is incomplete goes to standard error."""
    for table in part.tables:
        show_table(table, console)
    console.print(part.finding, highlight=False, soft_wrap=True)
    for note in part.notes:
        console.print(f"  {note}", highlight=False, soft_wrap=True)
    if part.incomplete:
        print(f"incomplete: {part.incomplete}", file=sys.stderr)


def show_table(table: Table, console: Console) -> None:
    """Prints one table with its note: words to the left, figures to the right."""
    shown = RichTable(title=table.title, title_justify="left", caption=table.note or None, caption_justify="left")
    for place, column in enumerate(table.columns):
        shown.add_column(column, justify="left" if place in table.word_columns else "right")
    for row in table.rows:
        shown.add_row(*row)
    console.print(shown)
