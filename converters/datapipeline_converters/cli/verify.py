"""`dp2airflow verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datapipeline_converters.cli.convert import converted
from datapipeline_converters.cli.inputs import conversion_arguments, for_each
from datapipeline_converters.cli.status import COMPLETE, DIFFERENT

if TYPE_CHECKING:
    from datapipeline_converters.conversion import Conversion


@click.command()
@conversion_arguments
@click.option("--json", "as_json", is_flag=True, help="Print everything that was found, as JSON.")
def verify(
    files: tuple[Path, ...],
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    as_json: bool,
    **chosen: Any,
) -> int:
    """Prove that Airflow renders what Data Pipeline would have made of each expression.

    Each definition is converted, and nothing is written. Airflow loads the DAGs and renders the templates of every task
    at many instants (month ends, leap days, year ends, daylight saving, the schedule's first and last runs), with made-up
    values for parameters and Variables; each text is compared with what the reference evaluator makes of the
    definition's expression.

    Exit status: 0, no difference; 1, Airflow makes something else of a text, or cannot import the DAG; 2, a file could
    not be converted.
    """
    conversions: list[Conversion] = []

    def collect(conversion: Conversion) -> int:
        conversions.append(conversion)
        return COMPLETE

    return for_each(
        files,
        values_files,
        settings,
        chosen,
        converted,
        collect,
        lambda _: _tell(conversions, as_json=as_json),
    )


def _tell(conversions: list[Conversion], *, as_json: bool) -> int:
    import json

    from datapipeline_converters.verification import verify as verify_conversions
    from datapipeline_converters.verification.report import report_json, report_lines

    found = verify_conversions(conversions) if conversions else []
    if as_json:
        click.echo(json.dumps({"pipelines": [report_json(one) for one in found]}, indent=2))
    else:
        for line in (line for one in found for line in report_lines(one)):
            click.echo(line)
    return COMPLETE if all(one.good for one in found) else DIFFERENT
