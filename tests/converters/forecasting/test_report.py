"""How a forecast reads."""

from __future__ import annotations

from datetime import datetime

from datapipeline_converters.forecasting.columns import Column, Run
from datapipeline_converters.forecasting.comparison import compare
from datapipeline_converters.forecasting.expected import Expected
from datapipeline_converters.forecasting.report import report_json, report_lines
from datapipeline_converters.periods import parse_period
from datapipeline_converters.schedule_calculator import PeriodicSchedule

utc = datetime.fromisoformat
FACTS = PeriodicSchedule(parse_period("1 day"), "timeseries", utc("2026-10-29T02:30"), occurrences=4)
EXPECTED = Expected("Nightly", "timeseries", FACTS)
FIRST, SECOND, LAST = (
    Run(utc(f"2026-10-{day}T02:30"), utc(f"2026-10-{day + 1}T02:30"), utc(f"2026-10-{day + 1}T02:30"))
    for day in (27, 28, 30)
)
COLUMN = Column("", (FIRST, SECOND), 4, (LAST,), overdue=2)


def test_two_columns_that_agree() -> None:
    assert report_lines(compare("x", "x_Nightly", EXPECTED, COLUMN, COLUMN, ["do this"])) == [
        "x_Nightly: every 1 day from 2026-10-29T02:30:00, 4 times, timeseries (`Nightly`)",
        "  Data Pipeline                                          Airflow",
        "  start             end               execution          start             end               execution",
        "  2026-10-27 02:30  2026-10-28 02:30  2026-10-28 02:30   2026-10-27 02:30  2026-10-28 02:30  2026-10-28 02:30",
        "  2026-10-28 02:30  2026-10-29 02:30  2026-10-29 02:30   2026-10-28 02:30  2026-10-29 02:30  2026-10-29 02:30",
        "  …",
        "  2026-10-30 02:30  2026-10-31 02:30  2026-10-31 02:30   2026-10-30 02:30  2026-10-31 02:30  2026-10-31 02:30",
        "  4 runs                                                 4 runs",
        "  2 overdue: made up for as soon as the DAG is unpaused",
    ]


def test_differences_stand_in_their_rows_and_below() -> None:
    late = SECOND._replace(execution=utc("2026-10-29T02:30:07"))
    airflow = Column("", (late, LAST), 1, (LAST,))
    assert report_lines(compare("x", "x", EXPECTED, COLUMN, airflow, ["do this"])) == [
        "x: every 1 day from 2026-10-29T02:30:00, 4 times, timeseries (`Nightly`)",
        "  Data Pipeline                                                   Airflow",
        "  start                end                  execution             start                end                  execution",
        "  2026-10-27 02:30:00  2026-10-28 02:30:00  2026-10-28 02:30:00" + 67 * " " + "only Data Pipeline",
        "  2026-10-28 02:30:00  2026-10-29 02:30:00  2026-10-29 02:30:00   2026-10-28 02:30:00  2026-10-29 02:30:00"
        "  2026-10-29 02:30:07   different",
        "  " + 64 * " " + "2026-10-30 02:30:00  2026-10-31 02:30:00  2026-10-31 02:30:00   only Airflow",
        "  …",
        "  2026-10-30 02:30:00  2026-10-31 02:30:00  2026-10-31 02:30:00   2026-10-30 02:30:00  2026-10-31 02:30:00"
        "  2026-10-31 02:30:00",
        "  4 runs" + 58 * " " + "1 run",
        "  2 overdue: made up for as soon as the DAG is unpaused",
        "  Different: the runs differ",
        "  Different: the number of runs differs: 4 runs and 1 run",
        "  To do: do this",
    ]


def test_on_trigger_there_is_no_table() -> None:
    on_trigger = Column("on trigger")
    found = compare("x", "x", Expected("", "ondemand"), on_trigger, on_trigger, [])
    assert report_lines(found) == ["x: on trigger"]


def test_json() -> None:
    found = compare("x", "x_Nightly", EXPECTED, COLUMN, Column("on trigger"), ["do this"])
    first = {"start": "2026-10-27T02:30:00", "end": "2026-10-28T02:30:00", "execution": "2026-10-28T02:30:00"}
    second = {
        "start": "2026-10-28T02:30:00",
        "end": "2026-10-29T02:30:00",
        "execution": "2026-10-29T02:30:00",
    }
    last = {"start": "2026-10-30T02:30:00", "end": "2026-10-31T02:30:00", "execution": "2026-10-31T02:30:00"}
    assert report_json(found) == {
        "pipeline": "x",
        "dag": "x_Nightly",
        "schedule": "Nightly",
        "style": "timeseries",
        "same": False,
        "data_pipeline": {
            "by": "schedule",
            "runs": [first, second],
            "count": 4,
            "last": last,
            "overdue": 2,
        },
        "airflow": {"by": "on trigger", "runs": [], "count": None, "last": None},
        "differences": ["Data Pipeline: by its schedule; Airflow: on trigger"],
        "advice": ["do this"],
    }
