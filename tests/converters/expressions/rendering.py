"""Renders templates as Airflow does, for the tests of the expression writer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import jinja2
import jinja2.sandbox
import pendulum
from datapipeline_converters.expressions import RuntimeField
from datapipeline_provider import macros

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ENVIRONMENT = jinja2.sandbox.SandboxedEnvironment(
    undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"], cache_size=0
)

SCHEDULED = {
    "@scheduledStartTime": RuntimeField("data_interval_start", "datetime"),
    "@scheduledEndTime": RuntimeField("data_interval_end", "datetime"),
    "@status": RuntimeField("ti.state", "text"),
    "errorMessage": RuntimeField("exception | default('')", "text"),
}
_ACTIVATION = RuntimeField(
    "dag_run.run_after", "datetime", False, "macros.datapipeline.activation_time(dag_run)"
)
ON_DEMAND = SCHEDULED | {"@scheduledStartTime": _ACTIVATION, "@scheduledEndTime": _ACTIVATION}


class Variables:
    """Airflow's accessor: attributes only, no subscripts."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getattr__(self, key: str) -> str:
        return self._values[key]


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
        "dag_run": SimpleNamespace(run_after=start),
        "ti": SimpleNamespace(state="running"),
        "exception": ValueError("boom"),
        "params": dict(params or {}),
        "var": SimpleNamespace(value=Variables(variables or {})),
        "macros": SimpleNamespace(
            datapipeline=SimpleNamespace(**{macro.__name__: macro for macro in macros.MACROS})
        ),
    }


def render(template: str, names: Mapping[str, Any]) -> str:
    """Return what Airflow would make of a template."""
    return ENVIRONMENT.from_string(template).render(names)
