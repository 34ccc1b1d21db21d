"""Runs inside another environment, without pytest: loads every example DAG, or runs one; prints JSON.

`python inside.py load` prints {"errors": {...}, "dags": [...]} after a round trip through serialisation;
`python inside.py run DAG_ID MOMENT CONF` prints {"state": ..., "tasks": {...}, "airflow": ...}.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

DAGS = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])


def load() -> dict[str, Any]:
    """Import all DAG files as Airflow's DAG processor does."""
    bag = _dag_bag_class()(str(DAGS))
    for dag in bag.dags.values():
        _round_trip(dag)
    return {
        "errors": {str(file): error for file, error in bag.import_errors.items()},
        "dags": sorted(bag.dags),
    }


def _dag_bag_class() -> Any:
    try:
        return import_module("airflow.dag_processing.dagbag").DagBag
    except ImportError:  # before Airflow 3.2
        return import_module("airflow.models.dagbag").DagBag


def _round_trip(dag: Any) -> None:
    module = import_module("airflow.serialization.serialized_objects")
    # The second name is the one before Airflow 3.2.
    serialization: Any = getattr(module, "DagSerialization", None) or module.SerializedDAG
    again = serialization.from_dict(json.loads(json.dumps(serialization.to_dict(dag))))
    assert again.dag_id == dag.dag_id
    assert type(again.timetable).__name__ == type(dag.timetable).__name__


def run(dag_id: str, moment: str, conf: str) -> dict[str, Any]:
    """Run a DAG once, here and now, and return the states."""
    import pendulum
    from airflow import __version__
    from airflow.utils.db import initdb

    initdb()
    # Before Airflow 3.2, `DAG.test` does not do this itself, and finds the assets inactive.
    subprocess.run([sys.executable, "-m", "airflow", "dags", "reserialize"], check=True)
    dag = runpy.run_path(str(DAGS / f"{dag_id}.py"))["dag"]
    done = dag.test(logical_date=pendulum.parse(moment), run_conf=json.loads(conf))
    states = {task.task_id: str(task.state) for task in done.get_task_instances()}
    return {"state": str(done.state), "tasks": states, "airflow": __version__}


if __name__ == "__main__":
    result = load() if sys.argv[1] == "load" else run(*sys.argv[2:])
    print("\n" + json.dumps(result))
