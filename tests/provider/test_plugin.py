from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from datapipeline_provider.macros import MACROS
from datapipeline_provider.plugin import DatapipelinePlugin
from datapipeline_provider.timetables.anchored import AnchoredTimetable

from tests.provider.dag_files import run_dag

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_is_what_the_entry_point_names() -> None:
    (found,) = entry_points(group="airflow.plugins", name="datapipeline")
    assert found.load() is DatapipelinePlugin


def test_parts() -> None:
    assert DatapipelinePlugin.name == "datapipeline"
    assert DatapipelinePlugin.timetables == [AnchoredTimetable]
    assert [macro.__name__ for macro in DatapipelinePlugin.macros] == [macro.__name__ for macro in MACROS]


def test_macros_in_a_dag(airflow_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_dag(
        airflow_db,
        """
        from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator

        with DAG("DAG_ID", schedule=None) as dag:
            ShellCommandActivityOperator(
                task_id="a",
                aws_conn_id=None,
                command="echo on {{ macros.datapipeline.sunday(logical_date).strftime('%Y-%m-%d') }}",
            )
        """,
        "2026-03-04T05:06:07",
    )
    assert run.state == "success"
    assert "on 2026-03-01" in capsys.readouterr().out
