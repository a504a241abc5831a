"""Lists, as the commands print them."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table


def show(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Prints a table; into a file or a pipe with each row on a line of its own."""
    table = Table(*headings, box=None)
    for row in rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else 500
    Console(width=width, markup=False, highlight=False).print(table)
