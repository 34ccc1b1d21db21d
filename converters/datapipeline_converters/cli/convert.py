"""`dp2airflow convert`."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datapipeline_converters.cli.inputs import conversion_arguments, for_each
from datapipeline_converters.cli.status import COMPLETE, WORK_LEFT

if TYPE_CHECKING:
    from datapipeline_converters.conversion import Conversion
    from datapipeline_converters.definition import Definition
    from datapipeline_converters.options import Options


@click.command()
@conversion_arguments
@click.option(
    "-o",
    "--output",
    default=Path(),
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write into; made if missing. [default: here]",
)
def convert(
    files: tuple[Path, ...],
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    output: Path,
    **chosen: Any,
) -> int:
    """Convert pipeline definitions to Airflow DAGs.

    For a pipeline NAME it writes NAME.py, NAME.ledger.json, NAME.report.md, NAME.connections.json and, where a
    template needs one, NAME.variables.json.

    Exit status: 0, the DAG does the work once connections and credentials are filled in; 1, something else is left
    to you; 2, a file could not be converted, and nothing is written for it.
    """

    def convert_one(definition: Definition, options: Options) -> tuple[int, Conversion]:
        from datapipeline_converters.conversion import convert as convert_definition
        from datapipeline_converters.output import write_files

        conversion = convert_definition(definition, options)
        written = write_files(output, conversion.files)
        _tell(conversion, written)
        return (COMPLETE if conversion.complete else WORK_LEFT), conversion

    return for_each(files, values_files, settings, chosen, convert_one)


def _tell(conversion: Conversion, written: Sequence[Path]) -> None:
    from datapipeline_converters.reports.report import before_first_run

    tasks = sum(len(dag.tasks) for dag in conversion.plan.dags)
    click.echo(f"{conversion.name}: {tasks} task{'' if tasks == 1 else 's'} in {written[0]}")
    for title, items in (
        ("Left to you", conversion.plan.left),
        ("Before the first run", before_first_run(conversion.plan)),
    ):
        if items:
            click.echo(f"  {title}:")
            for item in items:
                click.echo(textwrap.indent(f"- {item}", "    ").replace("\n", "\n  "))
