"""The forecast of a conversion: the runs that Data Pipeline makes beside the runs that Airflow makes of the generated DAGs.

The two come about independently: one from the definition's own fields through the reference for schedules, the other
from Airflow itself, in a process of its own, through the generated file's timetable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from datapipeline_converters.airflow_process import ask
from datapipeline_converters.conversion import Conversion, convert
from datapipeline_converters.definition import Definition
from datapipeline_converters.forecasting.columns import Window, of_airflow, of_data_pipeline, question
from datapipeline_converters.forecasting.comparison import Forecast, compare
from datapipeline_converters.forecasting.expected import Expected, Reader
from datapipeline_converters.ledger import Grade
from datapipeline_converters.modelling import model_of
from datapipeline_converters.options import Options
from datapipeline_converters.plan import Dag


@dataclass(frozen=True)
class Pipeline:
    """A converted definition.

    :param expected: when Data Pipeline runs each activity, by the activity's id
    :param checked: when it checks the preconditions of each data node that has some, by the node's id
    """

    conversion: Conversion
    options: Options
    expected: Mapping[str, Expected]
    checked: Mapping[str, Expected]

    def of(self, dag: Dag) -> Sequence[Expected]:
        """Return when Data Pipeline runs what a DAG runs; one that has no activities checks data nodes."""
        found = [self.expected[member] for member in dag.members]
        if not found:
            sources = (text.source for task in dag.tasks for text in task.texts)
            nodes = {name for source in sources for name in (source.object_id, *source.referrers)}
            # What could not be converted has no text that leads to its node: it may be any that no activity runs with.
            found = [one for node, one in self.checked.items() if node in nodes] or [
                one for one in self.checked.values() if one not in self.expected.values()
            ]
        return list(dict.fromkeys(found))


def pipeline(definition: Definition, options: Options) -> Pipeline:
    """Convert a definition, and read its schedules once more.

    :raises InvalidDefinitionError: when Data Pipeline would refuse it, unless `options.allow_invalid`
    """
    conversion = convert(definition, options)
    reader = Reader(model_of(definition, options), options)
    return Pipeline(conversion, options, reader.of_activities(), reader.of_nodes())


def forecast(pipelines: Sequence[Pipeline], window: Window) -> list[Forecast]:
    """Return the runs of each DAG on both sides.

    :param pipelines: with different names
    :raises AirflowProcessError: when Airflow cannot be asked
    """
    parts = [
        (item, dag, expected)
        for item in pipelines
        for dag in item.conversion.plan.dags
        for expected in item.of(dag)
    ]
    questions = {dag.id: question(expected, window) for _, dag, expected in parts}
    sources = {item.conversion.dag_file: item.conversion.source for item in pipelines}
    answers, errors = ask("schedules", sources, {"asked": questions}) if parts else ({}, {})
    return [
        _one(item, dag, expected, window, _import_error(item.conversion.dag_file, errors) or answers[dag.id])
        for item, dag, expected in parts
    ]


def _import_error(file: str, errors: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return what stands for the answer where Airflow cannot import a file."""
    return (
        {"error": f"cannot import {file}: {errors[file].strip().splitlines()[-1]}"}
        if file in errors
        else None
    )


def _one(item: Pipeline, dag: Dag, expected: Expected, window: Window, answer: Mapping[str, Any]) -> Forecast:
    asked = datetime.fromisoformat(answer["now"]) if "now" in answer else item.options.now
    advice = [
        f"`{line.object_id}`, field `{line.field}`: {line.verdict.reason}"
        for line in item.conversion.lines
        if line.object_id == expected.schedule and line.verdict.grade == Grade.REFUSED
    ]
    return compare(
        item.conversion.name,
        dag.id,
        expected,
        of_data_pipeline(expected, window, item.options, asked),
        of_airflow(answer),
        advice,
    )
