"""What all later stages share about one definition: its objects in effect, its parameters, and what is found out on the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from datapipeline_converters.choices import Choices
from datapipeline_converters.errors import Problem
from datapipeline_converters.expressions import Node
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.ledger import Notes, Verdict
from datapipeline_converters.names import identifier
from datapipeline_converters.parameters import Parameters
from datapipeline_converters.plan import Connection, Pool, Variable

NOT_SHOWN = "The value is not shown because it may hold a secret."

# A field or parameter that is read: object id ("" for a parameter's), key, in whose scope and seen from which objects it is
# read, whether parameters stay open, whether it goes to a Variable.
Reading: TypeAlias = tuple[str, str, str, tuple[str, ...], bool, bool]


@dataclass(frozen=True)
class TakenPassword:
    """A password that was taken out of a text, for a Variable.

    :param where: the text, for the user
    :param said: what is left to the user about it
    :param keys: the Variables, one of which a DAG reads unless a task fails in its place
    :param place: the object and the field of the text, None for a parameter
    """

    where: str
    said: str
    keys: Collection[str]
    place: tuple[str, str] | None = None


@dataclass
class Model:
    """One definition on its way to a plan.

    :param name: the pipeline's name, its environment included
    :param environment: the environment it is converted for, "" for none
    :param source: what the definition was read from
    :param description: what its carrier says of the pipeline, on one line
    :param own_tags: the pipeline's tags
    :param scheduled: whether any DAG runs by a timetable: such a DAG cannot have a Param without a value
    :param problems: what Data Pipeline would refuse
    :param on_demand: whether the whole pipeline runs on demand
    :param faults: what is wrong with objects that are to be converted all the same, by object id
    :param failed: why a task fails in an object's place, by object id
    :param realised: ids of the objects that something in a DAG was made of
    :param used: ids of the objects that the activities lead to, themselves included, over any number of references
    :param wanted: for each object that only tasks that fail would use, the id of one of those
    :param left_out: the fields of those that nothing was made of, with the verdict on each, by their ids
    :param instead: what becomes of fields, by object id and key, where the user chose something else than the types' tables say
    :param shown: the fields of data nodes that name them in Airflow's inlets or outlets, by object id and key, and
        whether their whole text does
    :param orders: the `input` and `output` fields of activities that order tasks, by object id and key
    :param told: those that Airflow's inlets and outlets are made of
    :param read: the fields that expressions name, with the fields in which they do, and those that DAGs contain, with
        None; by object id and key
    :param missing: parameters without value that a field needs before any run, by object id and field
    :param revealed: the secrets that are put into fields at conversion, by object id and field ("" and a parameter's name); their names for the user,
        with the parameter each is, if it is one
    :param in_dag: the secret parameters whose values stand in a DAG file all the same
    :param secret_keys: the keys of the Variables that hold the values of secret parameters, by name
    :param taken: the passwords that were taken out of texts
    :param nodes: what fields mean that expressions name, and the values of parameters that are put in, these by the object
        and key of the field that they are put into
    :param absent: optional parameters without value that take a field away, by object id and field
    :param choices: what the user chose better than Data Pipeline had it
    :param chosen: what of it had an effect, by object id
    :param left: what is left to the user, beyond connections and credentials
    :param before_first_run: what the user fills in or checks before the first run
    """

    name: str
    source: str
    objects: Mapping[str, EffectiveObject]
    parameters: Parameters
    environment: str = ""
    scheduled: bool = False
    on_demand: bool = False
    notes: Notes = field(default_factory=Notes)
    problems: list[Problem] = field(default_factory=list)
    faults: Mapping[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    realised: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    wanted: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, Mapping[str, Verdict]] = field(default_factory=dict)
    instead: dict[str, dict[str, Verdict]] = field(default_factory=dict)
    shown: dict[tuple[str, str], bool] = field(default_factory=dict)
    orders: set[tuple[str, str]] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)
    read: dict[tuple[str, str], set[tuple[str, str] | None]] = field(default_factory=dict)
    missing: dict[tuple[str, str], str] = field(default_factory=dict)
    left: dict[str, None] = field(default_factory=dict)
    before_first_run: dict[str, None] = field(default_factory=dict)
    revealed: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    in_dag: set[str] = field(default_factory=set)
    secret_keys: dict[str, dict[str, None]] = field(default_factory=dict)
    taken: list[TakenPassword] = field(default_factory=list)
    nodes: dict[tuple[tuple[str, str] | None, Reading], Node] = field(default_factory=dict)
    absent: dict[tuple[str, str], str] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    chosen: dict[str, dict[str, bool | int | str]] = field(default_factory=dict)
    description: str = ""
    own_tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def tags(self) -> Mapping[str, str]:
        """The pipeline's tags, each as `key:value` for people, by key."""
        written = {key: f"{key}:{value}" if value else key for key, value in self.own_tags.items()}
        return {key: self.parameters.masked(text) for key, text in written.items()}

    def schedule_of(self, object_id: str) -> str:
        """Return the id of the Schedule that an object has in effect, "" if it has none."""
        item = self.objects.get(object_id)
        return next((ref.id for ref in item.refs("schedule")), "") if item else ""

    def note_read(self, step: tuple[str, str], reader: tuple[str, str] | None = None) -> None:
        """Take note that an expression in a field names another, or that a DAG contains the field's own text."""
        self.read.setdefault(step, set()).add(reader)

    def refuse(self, *problems: Problem) -> None:
        """Take note of what Data Pipeline would refuse, each problem once."""
        for problem in map(self._masked, problems):
            if problem not in self.problems:
                self.problems.append(problem)

    def _masked(self, problem: Problem) -> Problem:
        """Return a problem that does not show a secret that was put into the field."""
        if (problem.object_id, problem.field) not in self.revealed or problem.text.endswith(NOT_SHOWN):
            return problem
        return replace(problem, text=f"does not fit. {NOT_SHOWN}")

    def leave(self, text: str) -> None:
        """Leave something to the user; the conversion then ends with exit status 1."""
        self.left.setdefault(text)

    def variable_key(self, name: str) -> str:
        """Return the key of a parameter's Airflow Variable."""
        return f"{self.name}_{name}"

    def secret_key(self, name: str) -> str:
        """Return the key of a secret's Airflow Variable: Airflow masks the values of such keys."""
        return f"{self.name}_secret_{identifier(name)}"

    def variable(self, name: str) -> str:
        """Plan the Airflow Variable of a parameter that has no value yet, and return its key."""
        return self._variable(self.variable_key(name), None)

    def secret(self, name: str, value: str | None) -> str:
        """Plan the Airflow Variable of a secret, and return its key."""
        return self._variable(self.secret_key(name), value)

    def take_password(self, owner: str, field: str, place: tuple[str, str], password: str) -> str:
        """Take a password out of a text and return the name of the secret parameter that it becomes.

        :param owner: the object whose field is converted
        :param field: that field
        :param place: the object and the field in whose text it stands
        """
        name = self.parameters.add_secret(f"{identifier(owner)}_{identifier(field)}_password", password)
        where = f"object `{owner}`, field `{field}`"
        said = f"{where}: a password was taken out of the text; it is in a Variable now"
        self.leave(said)
        self.taken.append(TakenPassword(where, said, (self.secret_key(name),), place))
        return name

    def _variable(self, key: str, value: str | None) -> str:
        self.variables[key] = Variable(key, value)
        if value is None:
            self.before_first_run.setdefault(to_be_filled_in(key))
        return key


def to_be_filled_in(key: str) -> str:
    """Return what the user is told of a Variable without value."""
    return f"Variable `{key}`: give it a value"
