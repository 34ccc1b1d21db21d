"""`dp2airflow forecast`."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datapipeline_converters.cli.inputs import Moment, conversion_arguments, for_each
from datapipeline_converters.cli.status import COMPLETE, DIFFERENT

if TYPE_CHECKING:
    from datapipeline_converters.batch import Worked
    from datapipeline_converters.definition import Definition
    from datapipeline_converters.forecasting import Pipeline
    from datapipeline_converters.forecasting.columns import Window
    from datapipeline_converters.options import Options

_SHOWN = 10
_MOST_SHOWN = 10_000


@click.command()
@conversion_arguments
@click.option(
    "--from",
    "earliest",
    type=Moment(),
    metavar="WHEN",
    help="Show runs whose interval starts then (UTC) or later.",
)
@click.option(
    "--to", "before", type=Moment(), metavar="WHEN", help="Show runs whose interval starts before (UTC)."
)
@click.option(
    "--count",
    type=click.IntRange(1, _MOST_SHOWN),
    metavar="N",
    help=f"Show at most so many runs of each DAG. [default: {_SHOWN}; with --to, {_MOST_SHOWN}]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON.")
def forecast(
    files: tuple[Path, ...],
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    earliest: datetime | None,
    before: datetime | None,
    count: int | None,
    as_json: bool,
    **chosen: Any,
) -> int:
    """Show the runs that Data Pipeline makes beside those that Airflow makes.

    Each definition is converted, and nothing is written. On the left stand the runs that follow from the definition by
    the rules of Data Pipeline; on the right, what Airflow answers when it is asked for the runs of the generated DAG.
    For each run: the interval, and the earliest moment of its execution. How many runs there are, and the last one, are
    compared too.

    Exit status: 0, both sides make the same runs; 1, they differ, or a DAG has no schedule yet where Data Pipeline has
    one; 2, a file could not be converted.
    """
    pipelines: list[Pipeline] = []

    def collect(pipeline: Pipeline) -> int:
        pipelines.append(pipeline)
        return COMPLETE

    def finish(_: Counter[int]) -> int:
        from datapipeline_converters.forecasting.columns import Window

        window = Window(earliest, before, count or (_SHOWN if before is None else _MOST_SHOWN))
        return _tell(pipelines, window, as_json=as_json)

    return for_each(files, values_files, settings, chosen, _forecast, collect, finish)


def _forecast(definition: Definition, options: Options) -> Worked[Pipeline]:
    from datapipeline_converters.batch import Worked
    from datapipeline_converters.forecasting import pipeline

    found = pipeline(definition, options)
    return Worked(found, tuple(dag.id for dag in found.conversion.plan.dags))


def _tell(pipelines: list[Pipeline], window: Window, *, as_json: bool) -> int:
    import json

    from datapipeline_converters.forecasting import forecast as forecast_pipelines
    from datapipeline_converters.forecasting.report import report_json, report_lines
    from datapipeline_converters.wording import counted

    found = forecast_pipelines(pipelines, window)
    if as_json:
        click.echo(json.dumps({"dags": [report_json(one) for one in found]}, indent=2))
    else:
        for one in found:
            click.echo("\n".join([*report_lines(one), ""]))
        different = sum(bool(one.differences) for one in found)
        click.echo(f"{counted(len(found), 'DAG')}, {different or 'none'} with differences")
    return DIFFERENT if any(one.differences for one in found) else COMPLETE
