"""The arguments that all commands on definitions share, and how each definition is given to one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from datapipeline_converters.choices import CHOICES, Choice
from datapipeline_converters.cli.progress import bar
from datapipeline_converters.cli.status import fail

if TYPE_CHECKING:
    from datapipeline_converters.batch import Earlier, Keep, Outcome, Work
    from datapipeline_converters.options import Options
    from datapipeline_converters.sources import Input
    from datapipeline_converters.values_files import Given

    _MomentType = click.ParamType[datetime]
else:  # in older versions of click it is not generic
    _MomentType = click.ParamType

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Result = TypeVar("_Result")
# So many files are named where many were passed over.
_SHOWN = 5


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


def _option(choice: Choice) -> Callable[[_Command], _Command]:
    """Return the option that chooses something for every object; None stands for no choice."""
    how: dict[str, Any] = {"metavar": "TEXT"}
    if choice.kind is bool:
        how = {"is_flag": True, "flag_value": True}
    elif choice.kind is int:
        how = {"type": click.IntRange(min=1)}
    elif choice.valid:
        how = {"type": click.Choice(choice.valid)}
    return click.option(choice.option, choice.name, default=None, help=choice.help, **how)


FILES = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
VALUES = click.option(
    "--values",
    "values_files",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Parameter values, JSON or YAML; later files win.",
)
SETTINGS = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="One parameter value; repeat it for a list.",
)
NAME = click.option(
    "--name", metavar="NAME", help="The pipeline's name, for a single file. [default: the file's]"
)
_PARAMETERS = (
    FILES,
    VALUES,
    SETTINGS,
    click.option(
        "--start",
        type=Moment(),
        metavar="WHEN",
        help="First interval to run (UTC); earlier ones are passed over.",
    ),
    click.option(
        "--carry-on",
        is_flag=True,
        help="Start each pulled pipeline behind the last interval that all of its activities have finished.",
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
    NAME,
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
    click.option(
        "--overrides",
        "overrides",
        multiple=True,
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="What you choose for single objects or all of them, JSON or YAML; later files win.",
    ),
    *map(_option, CHOICES),
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
    work: Work[Any],
    tell: Callable[[_Result], int],
    finish: Callable[[Counter[int]], int] | None = None,
    label: str = "Converting",
    keep: Keep[Any, _Result] | None = None,
    earlier: Callable[[Sequence[Input]], Earlier] | None = None,
) -> int:
    """Read each file, work on its definitions and tell of them in order; return the highest exit status.

    :param chosen: the other options, as `Options` names them
    :param work: makes of a definition what is to be told; a function of a module or a `partial` of one, because many
        definitions are worked on by other processes; raises ConversionError where the definition is at fault
    :param tell: takes what was made, prints or writes, in this process and in the files' order, and gives an exit status;
        raises ConversionError where it cannot
    :param finish: acts once, behind the last file; takes how many definitions, and files that hold none, came to which
        exit status, and gives another; raises ConversionError
    :param label: what is going on, for people who wait
    :param keep: writes what was made, in whichever process, and gives what `tell` takes in its place; like `work`
    :param earlier: gives the names that pipelines of these inputs had before
    """
    from datapipeline_converters.errors import ConversionError

    try:
        options, inputs, given = asked(files, values_files, settings, chosen)
    except ConversionError as error:
        return fail(str(error))
    statuses: Counter[int] = Counter()

    def everything() -> int:
        names = earlier(inputs) if earlier else None
        status = _each(inputs, options, given, work, keep, tell, label, statuses, names)
        return status if finish is None else max(status, finish(statuses))

    return _guarded(everything)


def asked(
    files: tuple[Path, ...],
    values_files: tuple[Path, ...],
    settings: tuple[str, ...],
    chosen: Mapping[str, Any],
) -> tuple[Options, list[Input], tuple[Given, ...]]:
    """Return the options, the inputs and where parameters are given values, as the arguments say.

    :param chosen: the other options, as `Options` names them
    :raises ConversionError: when they do not go together, or cannot be read
    """
    from datapipeline_converters.choices import read_choices
    from datapipeline_converters.errors import UsageError
    from datapipeline_converters.options import Options
    from datapipeline_converters.sources import find_inputs
    from datapipeline_converters.values_files import merge_values, read_given

    if chosen.get("name") is not None and len(files) > 1:
        raise UsageError("--name names one pipeline; give one file with it.")
    if chosen.get("backfill") and not chosen.get("catchup", True):
        raise UsageError(
            "--backfill runs every interval, --no-catchup passes missed ones over; give one of them."
        )
    given = read_given(values_files, settings, chosen.get("environment"))
    names = {choice.name for choice in CHOICES}
    everywhere = {name: value for name, value in chosen.items() if name in names and value is not None}
    options = Options(
        values=merge_values(given),
        choices=read_choices(chosen.get("overrides", ())).over(everywhere),
        **{name: value for name, value in chosen.items() if name not in {*names, "overrides"}},
    )
    return options, find_inputs(files), given


def names_given(given: Sequence[Given], options: Options) -> set[str]:
    """Return the parameters that are given values, but those that another value names."""
    from datapipeline_converters.values_files import words

    names = {name for part in given for name in part.names}
    return names - words(value for values in options.values.values() for value in values)


def _each(
    inputs: Sequence[Input],
    options: Options,
    given: Sequence[Given],
    work: Work[Any],
    keep: Keep[Any, _Result] | None,
    tell: Callable[[_Result], int],
    label: str,
    statuses: Counter[int],
    earlier: Earlier | None,
) -> int:
    """Work on all inputs, tell of each, and of values that nothing reads; return the highest exit status.

    :param statuses: how often each exit status has come is counted here
    """
    from datapipeline_converters.batch import work_on

    unknown = names_given(given, options)
    passed_over: list[str] = []
    with (
        bar(len(inputs), label) as advance,
        closing(
            work_on(inputs, options, work, frozenset(unknown), advance, keep=keep, earlier=earlier)
        ) as outcomes,
    ):
        for outcome in outcomes:
            unknown -= unknown if outcome.known is None else outcome.known
            if outcome.passed_over:
                passed_over.append(outcome.passed_over)
                continue
            statuses[_told(outcome, tell)] += 1
    for part in given:
        warn_of_unread(part)
        _warn_of_unused(part, unknown)
    if passed_over:
        _tell_of_others(passed_over)
    if not statuses:
        statuses[fail("There is no pipeline definition among the files.")] += 1
    return max(statuses)


def _tell_of_others(labels: Sequence[str]) -> None:
    """Tell in one line of files that were found and are no definitions."""
    from datapipeline_converters.wording import counted

    files = counted(len(labels), "file that holds", "files that hold")
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    shown = ", ".join(labels[:_SHOWN])
    click.echo(f"Passed over {files} no pipeline definition: {shown}{more}", err=True)


def _told(outcome: Outcome[_Result], tell: Callable[[_Result], int]) -> int:
    if outcome.worked is None:
        return fail(outcome.error)
    result = outcome.worked.result
    return _guarded(lambda: tell(result))


def _guarded(act: Callable[[], int]) -> int:
    """Return the exit status of an act; what goes wrong in it is told, and does not stop the others."""
    from datapipeline_converters.batch import internal_fault
    from datapipeline_converters.errors import ConversionError

    try:
        return act()
    except ConversionError as error:
        return fail(str(error))
    except BrokenPipeError:  # whoever read the output has gone: click ends the program
        raise
    except Exception as error:  # noqa: BLE001 - what it says may hold a secret
        return fail(internal_fault("", error))


def warn_of_unread(given: Given) -> None:
    """Tell of what stands in a values file and is no value."""
    if given.unread:
        beside = ", ".join(given.unread)
        click.echo(f"Warning: {given.place}: {beside}: beside `values`, so not read", err=True)


def _warn_of_unused(given: Given, unknown: Set[str]) -> None:
    """Tell of values that nothing reads.

    :param unknown: names that no definition has
    """
    unused = sorted(given.names & unknown)
    if given.place == "--set":
        for name in unused:
            click.echo(f"Warning: --set {name}: the definition has no such parameter", err=True)
    elif unused:
        names = ", ".join(unused)
        click.echo(f"Warning: {given.place}: no definition has a parameter {names}", err=True)
