"""Tells a forecast: a table for people, everything for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from datapipeline_converters.forecasting.columns import MOST_RUNS, Column, Run
from datapipeline_converters.forecasting.comparison import Forecast, Row, runs_of
from datapipeline_converters.wording import counted

_SIDES = ("Data Pipeline", "Airflow")
_HEAD = ("start", "end", "execution")


def report_lines(forecast: Forecast) -> list[str]:
    """Return a forecast as lines: what it is of, the table, and what differs."""
    return [
        f"{forecast.dag}: {_title(forecast)}",
        *(f"  {line}" for line in _table(forecast)),
        *(f"  Different: {text}" for text in forecast.differences),
        *(f"  To do: {text}" for text in forecast.advice),
    ]


def report_json(forecast: Forecast) -> dict[str, Any]:
    """Return a forecast as JSON values; moments are UTC."""
    return {
        "pipeline": forecast.pipeline,
        "dag": forecast.dag,
        "schedule": forecast.expected.schedule or None,
        "style": forecast.expected.style or None,
        "same": not forecast.differences,
        "data_pipeline": {**_column(forecast.data_pipeline), "overdue": forecast.data_pipeline.overdue},
        "airflow": _column(forecast.airflow),
        "differences": list(forecast.differences),
        "advice": list(forecast.advice),
    }


def _title(forecast: Forecast) -> str:
    expected, facts = forecast.expected, forecast.expected.facts
    if facts is None or facts.start is None:
        return forecast.data_pipeline.note
    until = ""
    if facts.occurrences is not None:
        until = f", {counted(facts.occurrences, 'time')}"
    if facts.end is not None:
        until = f", until {facts.end.isoformat()}"
    return (
        f"every {facts.period} from {facts.start.isoformat()}{until}, {facts.style} (`{expected.schedule}`)"
    )


def _table(forecast: Forecast) -> list[str]:
    """Return the runs as aligned lines, and how many there are; no lines where there is no run on either side."""
    if forecast.data_pipeline.note and forecast.airflow.note:
        return []
    rows = forecast.rows
    last = Row(forecast.data_pipeline.last, forecast.airflow.last)
    hidden = any(run and run not in side for run, side in zip(_pair(last), _shown(rows), strict=True))
    cells = [*map(_cells, rows), *([["…"], _cells(last)] if hidden else [])]
    with_seconds = any(cell[16:19] not in {"", ":00"} for row in cells for cell in row[:6])
    width = 19 if with_seconds else 16
    side = 3 * width + 4
    lines = [
        f"{_SIDES[0]:<{side}}   {_SIDES[1]}",
        *(_line(row, width) for row in ([*_HEAD, *_HEAD], *cells)),
        f"{runs_of(forecast.data_pipeline):<{side}}   {runs_of(forecast.airflow)}",
    ]
    overdue = forecast.data_pipeline.overdue
    if overdue and not forecast.airflow.note:
        number = f"{overdue} and more" if overdue == MOST_RUNS else overdue
        lines.append(f"{number} overdue: made up for as soon as the DAG is unpaused")
    return lines


def _pair(row: Row) -> tuple[Run | None, Run | None]:
    return row.data_pipeline, row.airflow


def _shown(rows: Sequence[Row]) -> tuple[list[Run | None], list[Run | None]]:
    return [row.data_pipeline for row in rows], [row.airflow for row in rows]


def _cells(row: Row) -> list[str]:
    """Return a row's six moments, and its mark."""
    return [
        *(str(moment) for run in _pair(row) for moment in run or ("", "", "")),
        row.mark if any(_pair(row)) else "",
    ]


def _line(cells: Sequence[str], width: int) -> str:
    moments = [f"{cell[:width]:<{width}}" for cell in cells[:6]]
    return "   ".join(["  ".join(moments[:3]), "  ".join(moments[3:]), *cells[6:]]).rstrip()


def _column(column: Column) -> dict[str, Any]:
    return {
        "by": column.note or "schedule",
        "runs": [_run(run) for run in column.runs],
        "count": column.total,
        "last": None if column.last is None else _run(column.last),
    }


def _run(run: Run) -> dict[str, str]:
    return {key: _text(moment) for key, moment in zip(_HEAD, run, strict=True)}


def _text(moment: datetime) -> str:
    return moment.isoformat()
