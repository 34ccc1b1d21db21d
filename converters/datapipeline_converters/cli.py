"""The command `dp2airflow`: arguments, progress and exit status; how anything is done is elsewhere."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datapipeline_converters.conversion import Conversion
    from datapipeline_converters.options import Options

COMPLETE, WORK_LEFT, FAILED = 0, 1, 2


class _Moment(click.ParamType[datetime]):
    """A moment in UTC, to the second."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment that a text says."""
        from datapipeline_converters.objects.fields import parse_moment

        try:
            return parse_moment(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="airflow-provider-datapipeline")
def cli() -> None:
    """Move AWS Data Pipeline workloads to Apache Airflow."""


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    default=Path(),
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write into; made if missing. [default: here]",
)
@click.option(
    "--values",
    "values_files",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Parameter values, JSON or YAML; later files win.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="One parameter value; repeat it for a list.",
)
@click.option(
    "--start",
    type=_Moment(),
    metavar="WHEN",
    help="First interval to run (UTC); earlier ones are passed over.",
)
@click.option(
    "--backfill", is_flag=True, help="Run every interval since the schedule's start, however long ago."
)
@click.option(
    "--activated-at",
    type=_Moment(),
    metavar="WHEN",
    help="When the pipeline was first activated (UTC), for FIRST_ACTIVATION_DATE_TIME.",
)
@click.option("--name", metavar="NAME", help="The pipeline's name, for a single file. [default: the file's]")
@click.option(
    "--allow-invalid",
    is_flag=True,
    help="Convert what Data Pipeline would refuse; it becomes tasks that fail.",
)
def convert(
    files: tuple[Path, ...],
    output: Path,
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    start: datetime | None,
    backfill: bool,
    activated_at: datetime | None,
    name: str | None,
    allow_invalid: bool,
) -> int:
    """Convert pipeline definitions to Airflow DAGs.

    For a pipeline NAME it writes NAME.py, NAME.ledger.json, NAME.report.md, NAME.connections.json and, where a
    template needs one, NAME.variables.json.

    Exit status: 0, the DAG does the work once connections and credentials are filled in; 1, something else is left
    to you; 2, a file could not be converted, and nothing is written for it.
    """
    from datapipeline_converters.errors import ConversionError, UsageError
    from datapipeline_converters.options import Options
    from datapipeline_converters.values_files import merge_values

    try:
        if name is not None and len(files) > 1:
            raise UsageError("--name names one pipeline; give one file with it.")
        options = Options(
            values=merge_values(values_files, settings),
            start=start,
            backfill=backfill,
            activated_at=activated_at,
            name=name,
            allow_invalid=allow_invalid,
        )
    except ConversionError as error:
        return _fail(str(error))
    taken: set[str] = set()
    unknown = {setting.partition("=")[0].removeprefix("*") for setting in settings}
    status = max(_convert_one(file, output, options, taken, unknown) for file in files)
    for setting in sorted(unknown):
        click.echo(f"Warning: --set {setting}: the definition has no such parameter", err=True)
    return status


def _convert_one(file: Path, output: Path, options: Options, taken: set[str], unknown: set[str]) -> int:
    """Convert one file and return its exit status.

    :param taken: names of pipelines already given; the file's is added
    :param unknown: names given with --set that no file had so far; those that this one has are taken out
    """
    from datapipeline_converters.conversion import convert as convert_definition
    from datapipeline_converters.errors import ConversionError, UnreadableError
    from datapipeline_converters.output import write_files
    from datapipeline_converters.sources import read_named
    from datapipeline_converters.values_files import names_known

    try:
        definition, options = read_named(file, options, taken)
        unknown -= names_known(definition)
        conversion = convert_definition(definition, options)
        written = write_files(output, conversion.files)
    except UnreadableError as error:
        unknown.clear()  # nobody can tell what this file has
        return _fail(str(error))
    except ConversionError as error:
        return _fail(str(error))
    except RecursionError:
        return _fail(f"{file}: nested or chained too deeply. Shorten the chain, or take levels out.")
    except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not stop the others
        # What the exception says may hold a secret of the definition; its type and its place do not.
        fault = f"{type(error).__name__} at {_place(error)}"
        return _fail(
            f"{file}: internal error, {fault}; please report it with the definition, its secrets taken out."
        )
    _tell(conversion, written)
    return COMPLETE if conversion.complete else WORK_LEFT


def _place(error: Exception) -> str:
    """Return the last line of our own code that an exception came through."""
    root = Path(__file__).parent
    places = [
        f"{Path(frame.filename).relative_to(root).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(root)
    ]
    return places[-1] if places else "an unknown place"


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
                click.echo(f"    - {item}")


def _fail(text: str) -> int:
    click.echo(f"Error: {text}", err=True)
    return FAILED


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    :param argv: the arguments without the command's name; those of the process if None
    """
    try:
        status = cli.main(
            args=None if argv is None else list(argv), prog_name="dp2airflow", standalone_mode=False
        )
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return FAILED
    except click.ClickException as error:
        error.show()
        return FAILED
    except click.Abort:
        click.echo("Interrupted; nothing more is written.", err=True)
        return FAILED
    return status if isinstance(status, int) else COMPLETE


def run() -> None:
    """Run the command as a program."""
    sys.exit(main())
