"""Compares the two columns of a forecast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datapipeline_converters.forecasting.columns import Column, Run
from datapipeline_converters.forecasting.expected import Expected
from datapipeline_converters.wording import counted


@dataclass(frozen=True)
class Row:
    """The runs of one interval's start on the two sides, None where a side has none."""

    data_pipeline: Run | None
    airflow: Run | None

    @property
    def mark(self) -> str:
        """What is different, "" if nothing is."""
        if self.airflow is None:
            return "only Data Pipeline"
        if self.data_pipeline is None:
            return "only Airflow"
        return "" if self.data_pipeline == self.airflow else "different"


@dataclass(frozen=True)
class Forecast:
    """The runs of one DAG on both sides.

    :param pipeline: the pipeline's name
    :param dag: the DAG's id
    :param expected: when Data Pipeline runs the activities of this DAG
    :param differences: what differs, in words; empty if nothing does
    :param advice: what the conversion says has to be given, where something differs
    """

    pipeline: str
    dag: str
    expected: Expected
    data_pipeline: Column
    airflow: Column
    differences: Sequence[str]
    advice: Sequence[str]

    @property
    def rows(self) -> list[Row]:
        """The runs side by side, in the order of their starts."""
        ours = {run.start: run for run in self.data_pipeline.runs}
        theirs = {run.start: run for run in self.airflow.runs}
        return [Row(ours.get(start), theirs.get(start)) for start in sorted({*ours, *theirs})]


def compare(
    pipeline: str,
    dag: str,
    expected: Expected,
    data_pipeline: Column,
    airflow: Column,
    advice: Sequence[str],
) -> Forecast:
    """Return the forecast of a DAG from its two columns."""
    found = list(_differences(expected, data_pipeline, airflow))
    return Forecast(pipeline, dag, expected, data_pipeline, airflow, found, advice if found else ())


def _differences(expected: Expected, data_pipeline: Column, airflow: Column) -> Iterator[str]:
    if expected.unknown:
        yield f"the runs of Data Pipeline are not known: {expected.unknown}"
    elif data_pipeline.note != airflow.note:
        yield f"Data Pipeline: {data_pipeline.note or 'by its schedule'}; Airflow: {airflow.note or 'by a schedule'}"
    if data_pipeline.note or airflow.note:
        return
    if data_pipeline.runs != airflow.runs:
        yield "the runs differ"
    if data_pipeline.total != airflow.total:
        yield f"the number of runs differs: {runs_of(data_pipeline)} and {runs_of(airflow)}"
    if data_pipeline.probe != airflow.probe:
        yield "the last runs differ" if data_pipeline.total is not None else "runs far in the future differ"


def runs_of(column: Column) -> str:
    """Return how many runs there are, in words."""
    if column.note:
        return column.note
    if column.total is None:
        return "no end in sight"
    return counted(column.total, "run")
