"""The arguments that all commands on definitions share, and how each definition is given to one of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

from datapipeline_converters.cli.status import fail

if TYPE_CHECKING:
    from datapipeline_converters.conversion import Conversion
    from datapipeline_converters.definition import Definition
    from datapipeline_converters.options import Options
    from datapipeline_converters.sources import Input
    from datapipeline_converters.values_files import Given

    _MomentType = click.ParamType[datetime]
else:  # in older versions of click it is not generic
    _MomentType = click.ParamType

_Command = TypeVar("_Command", bound=Callable[..., Any])
Action: TypeAlias = "Callable[[Definition, Options], tuple[int, Conversion]]"


class Moment(_MomentType):
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
        "--no-catchup",
        "catchup",
        is_flag=True,
        flag_value=False,
        default=True,
        help="Pass over intervals that are missed, but for the latest; Data Pipeline makes up for all.",
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
        "--environment",
        metavar="NAME",
        help="Environment to convert for: stands behind the pipeline's name, and chooses its values in files that "
        "hold several.",
    ),
    click.option(
        "--split", is_flag=True, help="Give parts that do not depend on each other DAGs of their own."
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
    action: Action,
    finish: Callable[[], int] | None = None,
) -> int:
    """Read each file and act on its definition; return the highest exit status.

    :param chosen: the other options, as `Options` names them
    :param action: gives an exit status and what the definition has become; raises ConversionError where it is at fault
    :param finish: acts once, behind the last file, on what the action has collected; raises ConversionError
    """
    from datapipeline_converters.errors import ConversionError, UsageError
    from datapipeline_converters.options import Options
    from datapipeline_converters.sources import find_inputs
    from datapipeline_converters.values_files import merge_values, read_given, words

    try:
        if chosen.get("name") is not None and len(files) > 1:
            raise UsageError("--name names one pipeline; give one file with it.")
        if chosen["backfill"] and not chosen["catchup"]:
            raise UsageError(
                "--backfill runs every interval, --no-catchup passes missed ones over; give one of them."
            )
        given = read_given(values_files, settings, chosen.get("environment"))
        options = Options(values=merge_values(given), **chosen)
    except ConversionError as error:
        return fail(str(error))
    taken: set[str] = set()
    unknown = {name for part in given for name in part.names}
    unknown -= words(value for values in options.values.values() for value in values)
    try:
        inputs = find_inputs(files)
    except ConversionError as error:
        return fail(str(error))
    status = max(_one(item, options, taken, unknown, action) for item in inputs)
    for part in given:
        _warn(part, unknown)
    if finish is not None:
        try:
            status = max(status, finish())
        except ConversionError as error:
            return fail(str(error))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - what it says may hold a secret
            return _internal("", error)
    return status


def _warn(given: Given, unknown: Set[str]) -> None:
    """Tell of values that nothing reads.

    :param unknown: names that no definition has
    """
    unused = sorted(given.names & unknown)
    if given.unread:
        beside = ", ".join(given.unread)
        click.echo(f"Warning: {given.place}: {beside}: beside `values`, so not read", err=True)
    if given.place == "--set":
        for name in unused:
            click.echo(f"Warning: --set {name}: the definition has no such parameter", err=True)
    elif unused:
        names = ", ".join(unused)
        click.echo(f"Warning: {given.place}: no definition has a parameter {names}", err=True)


def _one(item: Input, options: Options, taken: set[str], unknown: set[str], action: Action) -> int:
    """Act on each definition of one input and return the highest exit status.

    :param taken: names of pipelines and DAGs already given; the input's are added
    :param unknown: names that values were given for and no input had so far; those that this one has are taken out
    """
    from datapipeline_converters.errors import UnreadableError
    from datapipeline_converters.sources import read_input

    try:
        definitions = read_input(item)
    except UnreadableError as error:
        unknown.clear()  # nobody can tell what this file has
        return fail(str(error))
    except RecursionError:
        return fail(f"{item.label}: nested too deeply. A definition has only a few levels.")
    except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not stop the others
        return _internal(f"{item.label}: ", error)
    return max(_act(item, definition, options, taken, unknown, action) for definition in definitions)


def _act(
    item: Input,
    definition: Definition,
    options: Options,
    taken: set[str],
    unknown: set[str],
    action: Action,
) -> int:
    from datapipeline_converters.errors import ConversionError
    from datapipeline_converters.sources import named
    from datapipeline_converters.values_files import names_known

    try:
        definition, options = named(definition, options, taken)
        unknown -= names_known(definition)
        others = frozenset(taken) - {options.name}
        status, conversion = action(definition, replace(options, taken=others))
        taken.update(dag.id for dag in conversion.plan.dags)
        return status
    except ConversionError as error:
        return fail(str(error))
    except RecursionError:
        return fail(f"{item.label}: nested or chained too deeply. Shorten the chain, or take levels out.")
    except BrokenPipeError:  # whoever read the output has gone: click ends the program
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not stop the others
        return _internal(f"{item.label}: ", error)


def _internal(where: str, error: Exception) -> int:
    """Tell of a fault of ours: what the exception says may hold a secret of the definition; its type and place do not."""
    fault = f"{type(error).__name__} at {_place(error)}"
    return fail(
        f"{where}internal error, {fault}; please report it with the definition, its secrets taken out."
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
