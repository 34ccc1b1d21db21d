"""Renders templates in Airflow's own environment, with its own macros, for the tests of the expression writer."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pendulum
from airflow.sdk import DAG
from airflow.sdk.definitions.context import render_template_to_string
from airflow.sdk.execution_time.context import MacrosAccessor
from airflow.sdk.plugins_manager import integrate_macros_plugins
from datapipeline_converters.periods import Period
from datapipeline_converters.planning.runtime import runtime_fields
from datapipeline_converters.planning.timing import ON_DEMAND as ON_DEMAND_STYLE
from datapipeline_converters.planning.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jinja2

_ANCHOR = datetime.fromisoformat("2024-01-01T00:00:00")
SCHEDULED = runtime_fields(Timing("S", "cron", Period(1, "day"), _ANCHOR, _ANCHOR))
ON_DEMAND = runtime_fields(Timing("", ON_DEMAND_STYLE))

DAG_ID = "pipeline"
ATTEMPT = 2
HOST = "worker-7.example.com"
STARTED = datetime(2026, 11, 21, 1, 2, 3, 456789, UTC)


class Variables:
    """Airflow's accessor: attributes only, no subscripts."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getattr__(self, key: str) -> str:
        return self._values[key]


@cache
def _environment() -> jinja2.Environment:
    """Return the environment in which Airflow renders the templates of a DAG's tasks."""
    integrate_macros_plugins()  # puts our macros at `macros.datapipeline`
    return DAG(DAG_ID, schedule=None).get_template_env()


def context(
    start: datetime,
    end: datetime | None = None,
    params: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what Airflow gives to templates, as far as generated ones use it."""
    return {
        "data_interval_start": pendulum.instance(start),
        "data_interval_end": pendulum.instance(end or start),
        "dag": SimpleNamespace(dag_id=DAG_ID),
        "dag_run": SimpleNamespace(run_after=start),
        "ti": SimpleNamespace(start_date=STARTED, try_number=ATTEMPT, max_tries=3, hostname=HOST),
        "params": dict(params or {}),
        "var": {"value": Variables(variables or {})},
        "macros": MacrosAccessor(),
    }


def render(template: str, names: Mapping[str, Any]) -> str:
    """Return what Airflow makes of a template."""
    return render_template_to_string(_environment().from_string(template), names)  # type: ignore[arg-type]


def runtime_facts(start: datetime, end: datetime) -> dict[str, datetime | str]:
    """Return the run-time fields that `context` says the same of, for the reference evaluator."""
    return {
        "@scheduledStartTime": start,
        "@scheduledEndTime": end,
        "@actualStartTime": STARTED,
        "@attemptCount": str(ATTEMPT),
        "@pipelineId": DAG_ID,
        "@sphere": "INSTANCE",
        "@status": "RUNNING",
        "@triesLeft": "2",
        "cancellationReason": "",
        "errorMessage": "",
        "hostname": HOST,
    }
