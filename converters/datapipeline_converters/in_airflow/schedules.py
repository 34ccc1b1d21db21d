"""Asks loaded DAGs for their runs as the scheduler does: after a trip through serialization, one question after the other."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

import pendulum

if TYPE_CHECKING:
    from airflow.sdk import DAG
    from airflow.timetables.base import DagRunInfo


def schedules(dags: Mapping[str, DAG], asked: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the runs that Airflow makes of each DAG.

    :param asked: by DAG id: `from` and `to`, between which intervals start, `count`, how many runs at most; `probe`, a
        moment: two runs are wanted from there; `count_up_to`, how far to count the runs there are in all. Moments are
        texts in UTC without a zone; null: no bound
    :return: by DAG id: `on_trigger`, `runs` and `probe` as triples of start, end and execution, `total`, null if
        it is not less than `count_up_to`, and `now`, when it was asked; or `error`, why the scheduler can make nothing of the DAG
    """
    logging.disable()  # what goes wrong is part of the answer
    return {dag_id: _answer(dags.get(dag_id), question) for dag_id, question in asked.items()}


def _answer(dag: DAG | None, question: Mapping[str, Any]) -> Mapping[str, Any]:
    if dag is None:
        return {"error": "there is no such DAG"}
    now = _text(datetime.now(UTC))
    try:
        seen = _as_the_scheduler_sees_it(dag)
        if not seen.timetable.can_be_scheduled:
            return {"on_trigger": True, "runs": [], "probe": [], "total": None, "now": now}
        until = question["to"]
        shown = takewhile(
            lambda run: until is None or run[0] < until, map(_texts, _runs(seen, question["from"]))
        )
        total = sum(1 for _ in islice(_runs(seen, None), question["count_up_to"]))
        return {
            "on_trigger": False,
            "runs": list(islice(shown, question["count"])),
            "probe": [_texts(run) for run in islice(_runs(seen, question["probe"]), 2)],
            "total": total if total < question["count_up_to"] else None,
            "now": now,
        }
    except Exception as error:  # noqa: BLE001 - the scheduler logs it and makes no run
        return {"error": f"{type(error).__name__}: {error}"}


def _as_the_scheduler_sees_it(dag: DAG) -> Any:
    """Return a DAG serialized and read again: where its timetable is not registered, this fails."""
    module: Any = import_module("airflow.serialization.serialized_objects")
    form = getattr(module, "DagSerialization", None) or module.SerializedDAG  # the latter before Airflow 3.2
    return form.from_dict(json.loads(json.dumps(form.to_dict(dag))))


def _runs(dag: Any, earliest: str | None) -> Iterator[DagRunInfo]:
    """Yield the DAG's runs: what `next_dagrun_info` of a DAG asks its timetable, after each run about the next.

    :param earliest: leave out intervals that start before this, as if it were the DAG's start_date
    """
    restriction = dag._time_restriction
    if earliest is not None:
        moment = pendulum.instance(datetime.fromisoformat(earliest), tz="UTC")
        restriction = restriction._replace(earliest=max(restriction.earliest or moment, moment))
    last = None
    while True:
        run = dag.timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        if run is None:
            return
        yield run
        last = run.data_interval


def _texts(run: DagRunInfo) -> tuple[str, str, str]:
    start, end = run.data_interval or (run.run_after, run.run_after)
    return _text(start), _text(end), _text(run.run_after)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()
