"""Writes an assessment for spreadsheets: a table a file, safe to open."""

from __future__ import annotations

import csv
import io

from datapipeline_converters.assessment.tables import Cell, Table

# A spreadsheet takes what begins like this for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(table: Table) -> str:
    """Return a table as CSV; texts that look like formulas get an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def _text(cell: Cell) -> str | int:
    if isinstance(cell, int):
        return cell
    text = "; ".join(cell) if isinstance(cell, tuple) else cell
    return f"'{text}" if text.startswith(_FORMULA) else text
