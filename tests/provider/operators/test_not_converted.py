from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from datapipeline_provider._compat import AirflowFailException
from datapipeline_provider.operators.not_converted import NotConvertedOperator

from tests.provider.dag_files import run_dag

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "reason", ["There is no such service any more", "There is no such service any more."]
)
def test_says_what_why_and_what_to_do(reason: str) -> None:
    task = NotConvertedOperator(task_id="Proxy", object_type="HttpProxy", reason=reason)
    with pytest.raises(AirflowFailException) as caught:
        task.execute({})
    assert str(caught.value) == (
        "Proxy, of type HttpProxy in AWS Data Pipeline, was not converted: There is no such service any more. "
        "Write a task in the DAG's file that does its work and put it in this one's place, or delete this one if "
        "the work is not needed; then clear this task to go on."
    )


def test_fails_at_once_and_what_follows_does_not_run(airflow_db: Path) -> None:
    run = run_dag(
        airflow_db,
        """
        from airflow.providers.standard.operators.empty import EmptyOperator
        from datapipeline_provider.operators.not_converted import NotConvertedOperator

        with DAG("DAG_ID", schedule=None, default_args={"retries": 5, "retry_delay": timedelta(hours=1)}) as dag:
            NotConvertedOperator(
                task_id="Proxy", object_type="HttpProxy", reason="{{ not a template }} {% at all"
            ) >> EmptyOperator(task_id="Next")
        """,
    )
    tasks = {task.task_id: task for task in run.get_task_instances()}
    assert run.state == "failed"
    assert (tasks["Proxy"].state, tasks["Proxy"].try_number) == ("failed", 1)
    assert tasks["Next"].state == "upstream_failed"
