"""Runs operators of EMR as tries of tasks of one run, without Airflow's database; deferred ones wait by their trigger."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pendulum
from airflow.sdk import DAG
from datapipeline_provider._compat import TaskDeferred
from datapipeline_provider.operators.emr_cluster import CreateEmrClusterOperator, TerminateEmrClusterOperator

OVERRIDES: dict[str, Any] = {
    "ReleaseLabel": "emr-6.15.0",
    "LogUri": "s3n://logs/emr/",
    "Instances": {"MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "m5.xlarge", "InstanceCount": 1},
}
NAME = "nightly.create.run 1"


@dataclass
class Tries:
    """The tasks of a DAG in one run.

    :param deferrable: whether they wait in the triggerer
    :param xcoms: what tasks have returned
    """

    deferrable: bool = False
    xcoms: dict[str, Any] = field(default_factory=dict)
    dag: DAG = field(
        default_factory=lambda: DAG("nightly", schedule=None, start_date=pendulum.datetime(2026, 3, 1))
    )

    def create(self, **fields: Any) -> CreateEmrClusterOperator:
        """Make the task that launches."""
        arguments = {"job_flow_overrides": OVERRIDES, **fields}
        made: CreateEmrClusterOperator = self.task(CreateEmrClusterOperator, "create", **arguments)
        return made

    def terminate(self, **fields: Any) -> TerminateEmrClusterOperator:
        """Make the task that terminates."""
        arguments = {"cluster": "create", **fields}
        made: TerminateEmrClusterOperator = self.task(TerminateEmrClusterOperator, "terminate", **arguments)
        return made

    def task(self, kind: Any, task_id: str, **fields: Any) -> Any:
        """Make a task."""
        given = {"poke_interval": 0.1, "deferrable": self.deferrable, "retries": 0, **fields}
        return kind(task_id=task_id, dag=self.dag, **given)

    def context(self, task_id: str, number: int = 1, tries: int = 1) -> Any:
        """Make the context of a try."""
        ti = SimpleNamespace(dag_id="nightly", task_id=task_id, run_id="run 1", map_index=-1)
        ti.try_number, ti.max_tries = number, tries - 1
        ti.xcom_pull = lambda task_ids: self.xcoms.get(task_ids)
        return {"ti": ti}

    def run(self, task: Any, number: int = 1, tries: int = 1) -> Any:
        """Run a try to its end; give what the task returns.

        :param number: which try it is
        :param tries: how many the task may have
        """
        context = self.context(task.task_id, number, tries)
        task.render_template_fields(context)
        call = partial(task.execute, context)
        while True:
            try:
                self.xcoms[task.task_id] = call()
                return self.xcoms[task.task_id]
            except TaskDeferred as deferred:
                event = asyncio.run(first_event(deferred.trigger))
                call = partial(task.resume_execution, deferred.method_name, {"event": event}, context)


async def first_event(trigger: Any) -> Any:
    """Give what a trigger says first, after it went through the database."""
    path, arguments = trigger.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(import_module(module), name)(**json.loads(json.dumps(arguments)))
    return json.loads(json.dumps((await anext(again.run())).payload))
