"""The plan of a conversion: data only. Operators are named by dotted path; nothing here knows Python's or Jinja's syntax."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from datapipeline_converters.definition import Parameter
from datapipeline_converters.expressions import ParameterKind, Template
from datapipeline_converters.periods import Period

# Names that a generated file may use for itself, so that no task and no variable can have them.
NAMES_OF_THE_FILE = frozenset(
    {
        "AnchoredTimetable",
        "Asset",
        "DAG",
        "Param",
        "EmptyOperator",
        "ProducerSensor",
        "annotations",
        "cross_downstream",
        "dag",
    }
    | {"pendulum", "timedelta", "when_late"}
)


@dataclass(frozen=True)
class FieldText:
    """A field's text as a template, and where it stands, so that whatever is noted about it finds its ledger line.

    :param template: bound: its names are replaced by what they mean
    :param object_id: the object that has the field
    :param field: the field's key
    :param source: the text as it was written
    :param referrers: what `node` means in it, see `Components.get`
    """

    template: Template
    object_id: str
    field: str
    source: str = ""
    referrers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArrayParam:
    """A list parameter whose elements are known when the task runs."""

    name: str


@dataclass(frozen=True)
class Call:
    """Something made by calling a class, named by its dotted path.

    :param path: for example `airflow.sdk.Asset`
    :param arguments: keyword arguments
    :param positional: positional arguments, for the few classes that read better so
    :param name: what it may be called where several tasks use it, "" for what is always written in its place
    """

    path: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    positional: Sequence[Argument] = ()
    name: str = ""


def calls_in(argument: Any) -> Iterator[Call]:
    """Yield all calls in an argument, however deep, each before those inside it."""
    if isinstance(argument, Call):
        yield argument
        yield from calls_in([*argument.positional, *argument.arguments.values()])
    elif isinstance(argument, Mapping):
        yield from calls_in(list(argument.values()))
    elif isinstance(argument, Sequence) and not isinstance(argument, str):
        for item in argument:
            yield from calls_in(item)


Argument: TypeAlias = (
    "bool | int | float | str | timedelta | datetime | FieldText | ArrayParam | Call"
    " | Sequence[Argument] | Mapping[str, Argument] | None"
)


@dataclass(frozen=True)
class WrittenText:
    """A text as it stands in a task, beside what it was written from: what a verification compares.

    :param source: the text with its meaning, evaluated by the reference
    :param written: a Jinja template; a list of them, and of array parameters, where the field takes several values
    """

    source: FieldText
    written: str | tuple[str | ArrayParam, ...]


@dataclass(frozen=True)
class Task:
    """One task of a DAG.

    :param id: both its task id and the variable's name
    :param operator: the class and its arguments, without the task id
    :param texts: every text in the arguments that came from a field
    """

    id: str
    operator: Call
    texts: Sequence[WrittenText] = ()


@dataclass(frozen=True)
class Watch:
    """What happens when tasks are late.

    :param tasks: their ids; they are late as long as one of them has not finished
    :param call: the function that says it in the file, with its arguments except for the tasks
    :param texts: every text in the arguments that came from a field
    """

    tasks: Sequence[str]
    call: Call
    texts: Sequence[WrittenText] = ()


@dataclass(frozen=True)
class Teardown:
    """A task that ends what another has launched, whatever becomes of the work in between.

    :param task: its id
    :param setup: the id of the task that launches it
    """

    task: str
    setup: str


@dataclass(frozen=True)
class Dag:
    """One DAG.

    :param schedule: the timetable, None for a run on trigger
    :param start: the earliest interval to run, None with no schedule
    :param every: the period, also of a run on trigger that has one
    :param catchup: whether intervals that were missed are made up for; else only the latest of them runs
    :param members: ids of the activities it runs, in the order of the definition
    :param default_args: arguments all tasks share unless they say otherwise
    :param edges: pairs of task ids, upstream first
    :param params: the parameters its templates use, in order, with the values that hold
    :param tags: what it is found by in Airflow's list of DAGs
    :param watches: what happens when its tasks are late
    :param teardowns: the tasks that end what others launch; if they fail, so does the run
    """

    id: str
    description: str
    schedule: Call | None
    start: datetime | None
    max_active_runs: int
    default_args: Mapping[str, Argument]
    params: Mapping[str, Param]
    tasks: Sequence[Task]
    edges: Sequence[tuple[str, str]]
    members: Sequence[str]
    catchup: bool = True
    every: Period | None = None
    tags: Sequence[str] = ("data-pipeline",)
    teardowns: Sequence[Teardown] = ()
    watches: Sequence[Watch] = ()


@dataclass(frozen=True)
class Param:
    """A parameter as a DAG shows it in its trigger form.

    :param values: the values that hold unless the user gives others, one for a scalar; None when there are none
    :param kind: what its values are: each text, written as one, comes back the same
    """

    declared: Parameter
    values: tuple[str, ...] | None
    kind: ParameterKind = "text"


@dataclass(frozen=True)
class Connection:
    """An Airflow connection that the user imports; the only place, with `Variable`, for a password."""

    id: str
    conn_type: str
    host: str | None = None
    port: int | None = None
    schema: str | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Variable:
    """An Airflow Variable that a template reads; None where the user has to give the value."""

    key: str
    value: str | None = field(repr=False)


@dataclass(frozen=True)
class Pool:
    """An Airflow pool that the user imports.

    :param slots: how many tasks of it run at once
    """

    name: str
    slots: int
    description: str


@dataclass(frozen=True)
class Plan:
    """All that is to be written.

    :param left: what is left to the user beyond connections and credentials; not empty means exit status 1
    :param before_first_run: what the user fills in or checks before the first run
    :param chosen: what the user chose better than Data Pipeline had it, object by object
    """

    name: str
    dags: Sequence[Dag]
    connections: Sequence[Connection]
    variables: Sequence[Variable]
    left: Sequence[str]
    before_first_run: Sequence[str]
    chosen: Sequence[str] = ()
    pools: Sequence[Pool] = ()
