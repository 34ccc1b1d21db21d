"""Registers the provider's timetables and template macros with Airflow."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from datapipeline_provider.macros import MACROS
from datapipeline_provider.timetables.anchored import AnchoredTimetable


class DatapipelinePlugin(AirflowPlugin):
    """Loaded through the `airflow.plugins` entry point; templates find the macros at `macros.datapipeline`."""

    name = "datapipeline"
    macros = list(MACROS)
    timetables = [AnchoredTimetable]
