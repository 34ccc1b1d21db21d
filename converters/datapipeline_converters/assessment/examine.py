"""Looks at one input and gives small summaries of what is in it; runs in many processes, prints nothing, keeps nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from datapipeline_converters.assessment.blockers import invalid, left_to_user
from datapipeline_converters.assessment.commands import unfit_commands
from datapipeline_converters.assessment.datasets import reads_and_writes
from datapipeline_converters.assessment.effort import effort
from datapipeline_converters.assessment.iam import needs
from datapipeline_converters.assessment.inventory import objects_by_type, shape
from datapipeline_converters.assessment.machines import retired_machines
from datapipeline_converters.assessment.schedules import timings
from datapipeline_converters.assessment.subject import Subject
from datapipeline_converters.assessment.summary import Blocker, Place, Status, Summary
from datapipeline_converters.batch import told
from datapipeline_converters.conversion import Conversion, convert
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import InvalidDefinitionError, NoDefinitionError
from datapipeline_converters.modelling import model_of
from datapipeline_converters.options import Options
from datapipeline_converters.plain_secrets import find_plain_secrets
from datapipeline_converters.sources import Input, called, read_input, wanted_name
from datapipeline_converters.values_files import names_known

_FAILS = ".NotConvertedOperator"
# Stands for a first activation that nobody has told us: before all that Data Pipeline ever did.
_LONG_AGO = datetime(2012, 12, 20)  # noqa: DTZ001 - every moment here is without a zone


@dataclass(frozen=True)
class Task:
    """One input to look at.

    :param options: as `convert` would have them
    :param asked: names of parameters; a summary says which of them its definition has
    """

    item: Input
    options: Options
    asked: frozenset[str] = frozenset()


def examine(task: Task) -> tuple[Summary, ...]:
    """Return what is in an input: a summary for each definition, or one that says why it cannot be read."""
    label = task.item.label
    try:
        definitions = read_input(task.item, task.options.values)
    except Exception as error:  # noqa: BLE001 - one input must not stop the others
        other = task.item.found and isinstance(error, NoDefinitionError)
        return (Summary("", label, Status.OTHER if other else Status.UNREADABLE, _told(error, label)),)
    return tuple(
        replace(_guarded(definition, task.options, label), known=task.asked & names_known(definition))
        for definition in definitions
    )


def _guarded(definition: Definition, options: Options, label: str) -> Summary:
    name = wanted_name(definition, options)
    definition, options = called(definition, options, name)
    try:
        return summarise(definition, options, label)
    except Exception as error:  # noqa: BLE001 - one definition must not stop the others
        return Summary(
            name, label, Status.UNREADABLE, _told(error, label), objects=objects_by_type(definition)
        )


def summarise(definition: Definition, options: Options, source: str) -> Summary:
    """Return what is to be known of a definition.

    How far it comes is judged as if the user had answered when it starts: that is a decision, and no work.

    :param options: with the pipeline's name
    :param source: where it was read from, for people
    :raises ConversionError: when it cannot be converted at all
    """
    subject = Subject(definition, options)
    times, decisions = timings(model_of(definition, options), options)
    blockers, conversion = _converted(definition, options)
    required, unknown = needs(subject)
    reads, writes = reads_and_writes(subject)
    tasks = [task for dag in conversion.plan.dags for task in dag.tasks]
    summary = Summary(
        name=options.name or conversion.name,
        source=source,
        status=_status({blocker.kind for blocker in blockers}, decisions),
        problem=_problem(blockers),
        service_status=definition.state.status,
        objects=objects_by_type(definition),
        grades=dict(Counter(str(line.verdict.grade) for line in conversion.lines)),
        dags=len(conversion.plan.dags),
        tasks=len(tasks),
        failing_tasks=sum(task.operator.path.endswith(_FAILS) for task in tasks),
        blockers=blockers,
        decisions=decisions,
        repairs=len(definition.repairs),
        secrets=tuple(_secrets(definition)),
        retired=tuple(dict.fromkeys(retired_machines(subject))),
        commands=tuple(unfit_commands(subject)),
        timings=times,
        reads=reads,
        writes=writes,
        needs=required,
        unknown_needs=unknown,
        shape=shape(definition),
    )
    grade, reasons = effort(summary)
    return replace(summary, effort=grade, effort_reasons=reasons)


def _converted(definition: Definition, options: Options) -> tuple[tuple[Blocker, ...], Conversion]:
    """Return what stands in the way, and the conversion; of what would be refused, the one that is made all the same."""
    assumed = replace(
        options,
        backfill=options.backfill or (options.start is None and options.catchup),
        activated_at=options.activated_at or _LONG_AGO,
    )
    try:
        conversion = convert(definition, assumed)
        return tuple(left_to_user(definition, conversion)), conversion
    except InvalidDefinitionError as error:
        conversion = convert(definition, replace(assumed, allow_invalid=True))
        said = {str(problem) for problem in error.problems}
        # What is listed as a problem is not said a second time.
        left = (b for b in left_to_user(definition, conversion) if b.reason and b.reason not in said)
        return (*invalid(definition, error.problems), *left), conversion


def _status(kinds: set[str], decisions: tuple[str, ...]) -> Status:
    if "invalid" in kinds:
        return Status.REFUSED
    if kinds - {"value"}:
        return Status.WORK
    return Status.ANSWERS if kinds or decisions else Status.READY


def _problem(blockers: tuple[Blocker, ...]) -> str:
    texts = [blocker.reason for blocker in blockers if blocker.kind == "invalid"]
    more = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
    return f"{texts[0]}{more}" if texts else ""


def _secrets(definition: Definition) -> Iterator[Place]:
    for found in find_plain_secrets(definition):
        yield Place(found.object_id, found.field, found.kind, found.place)


def _told(error: Exception, label: str) -> str:
    """Return why something failed, without its label, which stands beside it."""
    text = told(label, error)
    for place in (label, Path(label).name):
        text = text.removeprefix(f"{place}: ")
    return text
