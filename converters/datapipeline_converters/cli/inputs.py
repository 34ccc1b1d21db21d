"""The arguments that all commands on definitions share, and how each definition is given to one of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from datapipeline_converters.cli.status import fail

if TYPE_CHECKING:
    from datapipeline_converters.definition import Definition
    from datapipeline_converters.options import Options

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Moment(click.ParamType[datetime]):
    """A moment in UTC, to the second."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment that a text says."""
        from datapipeline_converters.objects.fields import parse_moment

        try:
            return parse_moment(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


_PARAMETERS = (
    click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)),
    click.option(
        "--values",
        "values_files",
        multiple=True,
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Parameter values, JSON or YAML; later files win.",
    ),
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="One parameter value; repeat it for a list.",
    ),
    click.option(
        "--start",
        type=Moment(),
        metavar="WHEN",
        help="First interval to run (UTC); earlier ones are passed over.",
    ),
    click.option(
        "--backfill", is_flag=True, help="Run every interval since the schedule's start, however long ago."
    ),
    click.option(
        "--activated-at",
        type=Moment(),
        metavar="WHEN",
        help="When the pipeline was first activated (UTC), for FIRST_ACTIVATION_DATE_TIME.",
    ),
    click.option(
        "--name", metavar="NAME", help="The pipeline's name, for a single file. [default: the file's]"
    ),
    click.option(
        "--allow-invalid",
        is_flag=True,
        help="Convert what Data Pipeline would refuse; it becomes tasks that fail.",
    ),
)


def conversion_arguments(command: _Command) -> _Command:
    """Give a command the arguments that say which definitions to convert, and how."""
    for parameter in reversed(_PARAMETERS):
        command = parameter(command)
    return command


def for_each(
    files: tuple[Path, ...],
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    chosen: Mapping[str, Any],
    action: Callable[[Definition, Options], int],
) -> int:
    """Read each file and act on its definition; return the highest exit status.

    :param chosen: the other options, as `Options` names them
    :param action: raises ConversionError where a definition is at fault
    """
    from datapipeline_converters.errors import ConversionError, UsageError
    from datapipeline_converters.options import Options
    from datapipeline_converters.values_files import merge_values

    try:
        if chosen.get("name") is not None and len(files) > 1:
            raise UsageError("--name names one pipeline; give one file with it.")
        options = Options(values=merge_values(values_files, settings), **chosen)
    except ConversionError as error:
        return fail(str(error))
    taken: set[str] = set()
    unknown = {setting.partition("=")[0].removeprefix("*") for setting in settings}
    status = max(_one(file, options, taken, unknown, action) for file in files)
    for setting in sorted(unknown):
        click.echo(f"Warning: --set {setting}: the definition has no such parameter", err=True)
    return status


def _one(
    file: Path,
    options: Options,
    taken: set[str],
    unknown: set[str],
    action: Callable[[Definition, Options], int],
) -> int:
    """Act on one file and return its exit status.

    :param taken: names of pipelines already given; the file's is added
    :param unknown: names given with --set that no file had so far; those that this one has are taken out
    """
    from datapipeline_converters.errors import ConversionError, UnreadableError
    from datapipeline_converters.sources import read_named
    from datapipeline_converters.values_files import names_known

    try:
        definition, options = read_named(file, options, taken)
        unknown -= names_known(definition)
        return action(definition, options)
    except UnreadableError as error:
        unknown.clear()  # nobody can tell what this file has
        return fail(str(error))
    except ConversionError as error:
        return fail(str(error))
    except RecursionError:
        return fail(f"{file}: nested or chained too deeply. Shorten the chain, or take levels out.")
    except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not stop the others
        # What the exception says may hold a secret of the definition; its type and its place do not.
        fault = f"{type(error).__name__} at {_place(error)}"
        return fail(
            f"{file}: internal error, {fault}; please report it with the definition, its secrets taken out."
        )


def _place(error: Exception) -> str:
    """Return the last line of our own code that an exception came through."""
    root = Path(__file__).parent.parent
    places = [
        f"{Path(frame.filename).relative_to(root).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(root)
    ]
    return places[-1] if places else "an unknown place"
