"""Shows an assessment in a terminal: what matters first; plain text where the output is no terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from datapipeline_converters.assessment.estate import Estate
from datapipeline_converters.assessment.summary import MEANINGS, Status
from datapipeline_converters.assessment.tables import Cell, Table, tables
from datapipeline_converters.assessment.words import headline

# So many rows of a table are shown; all of them are in the other outputs.
_SHOWN = 15
_PLAIN_WIDTH = 220
# What is shown of a table; the rest is for the page and the spreadsheets.
_COLUMNS = {
    "pipelines": ("Pipeline", "Status", "Effort", "Wave", "Tasks", "Runs", "Fields kept %", "Left to you"),
    "objects": ("Type", "Objects", "Pipelines"),
    "unreadable": ("Input", "Why"),
    "blockers": ("Kind", "What", "Pipelines", "Why"),
    "secrets": ("Pipeline", "Place", "Kind"),
    "retired": ("What", "Weight", "Pipelines", "Why"),
    "commands": ("What", "Weight", "Pipelines", "What to do"),
    "lineage": ("Written", "Read", "Sure", "Writers", "Readers"),
    "waves": ("Wave", "Pipelines", "Effort"),
}
_COLOURS = {
    Status.READY: "green",
    Status.ANSWERS: "cyan",
    Status.WORK: "yellow",
    Status.REFUSED: "red",
    Status.UNREADABLE: "red",
    "must change": "yellow",
}


def show(estate: Estate, file: TextIO) -> None:
    """Print an assessment."""
    console = Console(file=file, highlight=False)
    if console.is_terminal:
        _print(estate, console)
        return
    plain = StringIO()
    _print(estate, Console(file=plain, highlight=False, width=_PLAIN_WIDTH, color_system=None))
    file.writelines(f"{line.rstrip()}\n" for line in plain.getvalue().splitlines())


def _print(estate: Estate, console: Console) -> None:
    console.print(Text(headline(estate), style="bold"))
    console.print()
    console.print(_statuses(estate, console))
    for table in tables(estate):
        if table.name in _COLUMNS and (rows := _rows(table)):
            console.print()
            for part in _parts(table, rows, console):
                console.print(part)
    if estate.policies:
        console.print()
        console.print("The smallest IAM policy for all of it is in what --html and --json write.")


def _statuses(estate: Estate, console: Console) -> Grid:
    grid = _grid(console)
    grid.add_column("Inputs", justify="right")
    grid.add_column("Status")
    grid.add_column("Meaning")
    for status, number in estate.statuses.items():
        if number:
            grid.add_row(
                str(number), Text(str(status), style=_COLOURS.get(status, "")), Text(MEANINGS[status])
            )
    return grid


def _rows(table: Table) -> list[tuple[Cell, ...]]:
    """Return what is shown of each row; what cannot be read and has no name is in a table of its own."""
    places = [table.columns.index(name) for name in _COLUMNS[table.name]]
    return [tuple(row[place] for place in places) for row in table.rows if row[places[0]] != ""]


def _parts(table: Table, rows: Sequence[tuple[Cell, ...]], console: Console) -> Iterator[Grid | Text]:
    yield Text(table.title, style="bold")
    grid = _grid(console)
    for name, *cells in zip(_COLUMNS[table.name], *rows, strict=True):
        numeric = all(isinstance(cell, int) or cell == "" for cell in cells)
        grid.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows[:_SHOWN]:
        grid.add_row(*map(_text, row))
    yield grid
    if len(rows) > _SHOWN:
        yield Text(f"… and {len(rows) - _SHOWN:,} more: see --html, --csv or --json", style="dim")


def _grid(console: Console) -> Grid:
    return Grid(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False, show_edge=False)


def _text(cell: Cell) -> Text:
    text = "; ".join(cell) if isinstance(cell, tuple) else str(cell)
    # What a definition holds must not move the cursor, or ring.
    plain = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(text.split())
    )
    return Text(plain, style=_COLOURS.get(text, ""))
