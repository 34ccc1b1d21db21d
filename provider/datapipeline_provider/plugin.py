"""Registers the provider's timetables, deadlines and template macros with Airflow."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from datapipeline_provider._compat import DeadlineAlert
from datapipeline_provider.macros import MACROS
from datapipeline_provider.timetables.anchored import AnchoredTimetable

_deadline_references: list[Any] = []
if DeadlineAlert is not None:
    from datapipeline_provider.lateness.deadline import RunIsDue

    _deadline_references.append(RunIsDue)


class DatapipelinePlugin(AirflowPlugin):
    """Loaded through the `airflow.plugins` entry point; templates find the macros at `macros.datapipeline`."""

    name = "datapipeline"
    macros = list(MACROS)
    timetables = [AnchoredTimetable]
    deadline_references = _deadline_references
