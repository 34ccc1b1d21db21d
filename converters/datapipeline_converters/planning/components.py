"""Builds typed objects from effective ones; what cannot be built stands there with its trouble."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, get_args

from datapipeline_converters import expressions, refusals
from datapipeline_converters.choices import Value as Chosen
from datapipeline_converters.definition import Ref, Value
from datapipeline_converters.errors import ConversionError, Problem
from datapipeline_converters.expressions import Template, constant, is_constant
from datapipeline_converters.ledger import Verdict, approximated, emulated, refused
from datapipeline_converters.model import NOT_SHOWN, Model
from datapipeline_converters.names import identifier, unique
from datapipeline_converters.objects import class_of, types
from datapipeline_converters.objects.component import CannotConvertError, Component
from datapipeline_converters.objects.fields import FieldError, attributes, is_for_connection, read_field
from datapipeline_converters.objects.runnable import DataNode, Runnable
from datapipeline_converters.objects.unsupported import STAND_IN, base_of
from datapipeline_converters.passwords import holds_password, named_like_a_secret
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Connection, FieldText, Pool
from datapipeline_converters.planning.prefix import fixed_beginning
from datapipeline_converters.planning.tls import tls_extra
from datapipeline_converters.presence import present
from datapipeline_converters.scope import MissingValueError, Scope

# The guide writes a call without #{} as a Schedule's moment (dp-pipeline-reference-functions-datetime).
_BARE_DATE = re.compile(r"makeDate(Time)?\([\d\s,]+\)")


# What the readings of a field take, for those who are not shown the value.
_SORTS: Mapping[object, str] = {
    int: "a whole number",
    bool: "true or false",
    Period: "a number and a unit, such as 1 day",
    datetime: "a moment such as 2024-01-31T06:00:00 (UTC)",
    Ref: "a reference",
}
# What AWS does not look at until it needs it.
_LET_PASS = frozenset({"terminateAfter"})
_SMALLEST = {"maxActiveInstances": 1, "maximumRetries": 0, "occurrences": 1}


@dataclass(frozen=True)
class Reader:
    """Reads the texts of one object's fields, as one object refers to it."""

    scope: Scope

    def text(self, field: str, text: str) -> FieldText:
        """Return a text as a template for run time."""
        referrers = tuple(referrer.id for referrer in self.scope.referrers)
        return FieldText(self._at(field, late=True).bind(text), self.scope.owner.id, field, text, referrers)

    def fixed(self, field: str, text: str) -> Template:
        """Return a text as a template with the values put in that parameters have now."""
        return self._at(field, late=False).bind(text)

    def constant(self, field: str, text: str) -> tuple[str, ...] | None:
        """Return what a text is once parameters have their values; None, with a note, when one has none."""
        owner, model = self.scope.owner.id, self.scope.model
        if _BARE_DATE.fullmatch(text.strip()):
            text = f"#{{{text.strip()}}}"
        try:
            template = self._at(field, late=False).bind(text)
        except MissingValueError as missing:
            model.missing[owner, field] = missing.name
            return None
        if not is_constant(template):
            raise FieldError("is needed before any run, so it cannot hold a run-time field.")
        value = constant(template)
        return (value,) if isinstance(value, str) else value

    def _at(self, field: str, *, late: bool) -> Scope:
        return replace(self.scope, late=late, trail=((self.scope.owner.id, field),))


class Components:
    """The typed objects of a definition, each built when first asked for; this is the objects' `Context`."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._built: dict[tuple[str, ...], Component] = {}
        self._connection_ids: dict[str, str] = {}
        self.launchers: dict[str, str] = {}
        """The ids of the tasks that launch what activities work on, by the activities' ids."""
        self.users: dict[str, list[str]] = {}
        """The ids of the activities that work on a resource which is launched for them, by its id."""
        self.serverless: dict[str, list[str]] = {}
        """The ids of the activities of a cluster whose work EMR Serverless does, by its id."""

    def get(self, ref: Ref, *referrers: str) -> Component:
        """Return the object that a reference means.

        :param referrers: ids of the object that refers to it (what `node` means in it), of what refers to that, and so on
        """
        key = (ref.id, *referrers)
        if key not in self._built:
            self._built[key] = self._build(ref.id, referrers)
        return self._built[key]

    def reader(self, object_id: str, *referrers: str) -> Reader:
        """Return a reader for an object's fields."""
        objects = self.model.objects
        return Reader(
            Scope(self.model, objects[object_id], tuple(objects[referrer] for referrer in referrers))
        )

    def note(self, object_id: str, field: str, verdict: Verdict) -> None:
        """Note a verdict on a field."""
        self.model.notes.add(object_id, field, verdict)

    def realise(self, component: Component, left_out: Mapping[str, Verdict] = MappingProxyType({})) -> None:
        """Take note that something in a DAG is made of an object.

        :param left_out: the fields that it is not made of, with the verdict on each; what else is made of the object may need them
        """
        before = self.model.left_out.get(component.id, left_out)
        self.model.left_out[component.id] = {
            key: verdict for key, verdict in before.items() if key in left_out
        }
        self.model.realised.add(component.id)

    def constants(self, component: Component, field: str) -> tuple[str, ...]:
        """Return a field's values, none where a value is not known before a run."""
        reader, found = self.reader(component.id), list[str]()
        for value in present(self.model, self.model.objects[component.id], field):
            if not isinstance(value, str):
                return ()
            try:
                texts = reader.constant(field, value)
            except (FieldError, ConversionError):
                return ()
            if texts is None:
                return ()
            found += texts
        if any(map(holds_password, found)):
            raise CannotConvertError(
                refusals.PASSWORD_BEFORE_RUNS, type=component.type, id=component.id, field=field
            )
        return tuple(found)

    def chosen(self, component: Component, *names: str) -> dict[str, Chosen]:
        """Return what the user chose for an object, of the choices that matter now."""
        return self._taken(component.id, names)

    def texts(self, component: Component, field: str) -> tuple[FieldText, ...]:
        """Return the texts of a field that is read only where it is needed; CannotConvertError when one cannot be read."""
        values = present(self.model, self.model.objects[component.id], field)
        try:
            return tuple(
                self.reader(component.id).text(field, value) for value in values if isinstance(value, str)
            )
        except (FieldError, ConversionError) as error:
            fault = self.shown(error, component.id, field, FieldText)
            raise CannotConvertError(refusals.FAULTY, fault=fault) from None

    def note_instead(self, component: Component, verdicts: Mapping[str, Verdict]) -> None:
        """Take note of what becomes of fields as the user chose, instead of what the type's table says."""
        self.model.instead.setdefault(component.id, {}).update(verdicts)

    def identity(self, component: Component, field: str) -> dict[str, str]:
        """Return the operator's argument that says who it is to AWS: a connection for the role that a field names.

        Nothing where the user has not asked for that, or the role is not known before a run.
        """
        if not self.wanted(component, "connection_per_role"):
            return {}
        roles = self.constants(component, field)
        if len(roles) != 1 or not roles[0]:
            return {}
        self.chosen(component, "connection_per_role")
        name = f"aws_{identifier(roles[0].rpartition('/')[2])}"
        arn = roles[0] if roles[0].startswith("arn:") else ""
        self.model.connections[name] = Connection(name, "aws", extra={"role_arn": arn})
        which = "" if arn else f", as `role_arn` that of `{roles[0]}`"
        self.tell(
            f"Connection `{name}`: fill in in the extra `region_name`{which}, and who may take on the role"
        )
        self.note_instead(component, {field: emulated(f"the AWS connection `{name}` takes on this role")})
        return {"aws_conn_id": name}

    def is_own(self, component: Component, field: str) -> bool:
        """Tell whether an object has a field itself, and does not inherit it."""
        found = self.model.objects[component.id].fields.get(field)
        return found is not None and found.owner == component.id

    def wanted(self, component: Component, name: str) -> Chosen | None:
        """Return what the user chose for an object, without taking note that it has an effect."""
        return self._chosen(component.id).get(name)

    def _taken(self, object_id: str, names: Collection[str]) -> dict[str, Chosen]:
        """Return what was chosen for an object of these choices, and take note that it has an effect."""
        found = {name: value for name, value in self._chosen(object_id).items() if name in names}
        if found:
            self.model.chosen.setdefault(object_id, {}).update(found)
        return found

    def chosen_in_vain(self) -> dict[str, dict[str, Chosen]]:
        """Return what was chosen for single objects and has had no effect."""
        model = self.model
        single, found = model.choices.single(model.name), {}
        for object_id in model.objects:
            had = model.chosen.get(object_id, {})
            lost = {name: value for name, value in single.get(object_id, {}).items() if name not in had}
            if lost:
                found[object_id] = lost
        return found

    def _chosen(self, object_id: str) -> dict[str, Chosen]:
        model = self.model
        object_type = model.objects[object_id].type or ""
        written = object_id in self._outputs or not issubclass(class_of(object_type), DataNode)
        return model.choices.of(model.name, object_id, object_type, written=written)

    @cached_property
    def _outputs(self) -> frozenset[str]:
        """The ids of the objects that are an output of another."""
        return frozenset(ref.id for item in self.model.objects.values() for ref in item.refs("output"))

    def connection_id(self, object_id: str) -> str:
        """Return the id of the connection that an object has or would have."""
        if object_id not in self._connection_ids:
            taken = set(self._connection_ids.values())
            self._connection_ids[object_id] = unique(f"{self.model.name}_{identifier(object_id)}", taken)
        return self._connection_ids[object_id]

    def add_pool(self, component: Component, slots: int) -> str:
        """Plan the Airflow pool of a machine's tasks and return its name."""
        name = self.connection_id(component.id)
        said = f"Tasks on {component.id} ({component.type}) of the pipeline {self.model.name} that may run at once"
        self.model.pools[name] = Pool(name, slots, said)
        return name

    def add_connection(self, connection: Connection, hints: tuple[str, ...] = ()) -> str:
        """Plan a connection; the object's id it comes with becomes the pipeline's own connection id."""
        key = self.connection_id(connection.id)
        extra, lack = tls_extra(connection.conn_type, self._taken(connection.id, ("tls", "tls_ca")))
        self.model.connections[key] = replace(connection, id=key, extra={**connection.extra, **extra})
        hints = (*hints, *lack)
        for hint in hints:
            self.model.before_first_run.setdefault(f"Connection `{key}`: {hint}")
        return key

    def fixed_beginning(self, component: Component, field: str) -> tuple[str, bool]:
        """Return what a text field starts with before anything that only a run knows, and whether that is all of it."""
        effective = self.model.objects[component.id]
        for value in present(self.model, effective, field):
            if isinstance(value, str):
                template = self.reader(component.id).text(field, value).template
                beginning, whole = fixed_beginning(template, self.model.parameters)
                if beginning:
                    self.model.shown[component.id, field] = whole
                return beginning, whole
        return "", False

    def cluster_of(self, activity: Component) -> str | None:
        """Return the id of the task that launches what an activity works on, None where none is launched for it."""
        return self.launchers.get(activity.id)

    def users_of(self, resource: Component) -> Sequence[Component]:
        """Return the activities that work on a resource which is launched for them."""
        return [self.get(Ref(user)) for user in self.users.get(resource.id, ())]

    def on_serverless(self, cluster: Component) -> Sequence[Component]:
        """Return the activities of a cluster whose work EMR Serverless does."""
        return [self.get(Ref(user)) for user in self.serverless.get(cluster.id, ())]

    def text(self, component: Component, field: str, text: str) -> FieldText:
        """Return a text with expressions as if it stood in a field of an object."""
        return self.reader(component.id).text(field, text)

    def tell(self, text: str) -> None:
        """Tell the user what to fill in or to check before the first run."""
        self.model.before_first_run.setdefault(text)

    @property
    def pipeline_tags(self) -> Mapping[str, str]:
        """The pipeline's own tags, without what may hold a password."""
        written = self.model.tags
        return {
            key: value
            for key, value in self.model.own_tags.items()
            if not named_like_a_secret(key) and written[key] in {key, f"{key}:{value}"}
        }

    def _build(self, object_id: str, referrers: tuple[str, ...]) -> Component:
        effective = self.model.objects.get(object_id)
        if effective is None:
            trouble = refusals.NO_SUCH_OBJECT.why(id=object_id)
            return Component(id=object_id, name=object_id, type="", trouble=trouble)
        cls = types().get(effective.type or "")
        if fault := self.model.faults.get(object_id):
            return self._read(base_of(class_of(effective.type or "")), object_id, referrers, fault)[0]
        if cls is None:
            trouble = refusals.NO_SUCH_TYPE.why(name=effective.type or "")
            return self._read(STAND_IN, object_id, referrers, trouble)[0]
        if cls.awaits:
            which = "" if issubclass(cls, Runnable) else f" {object_id!r}"
            trouble = refusals.NOT_YET_AT_ALL.why(type=cls.__name__, which=which)
            return self._read(base_of(cls), object_id, referrers, trouble)[0]
        component, problems = self._read(cls, object_id, referrers)
        if not problems:
            return component
        self.model.refuse(*problems)
        return self._read(base_of(cls), object_id, referrers, " ".join(map(str, problems)))[0]

    def _read(
        self, cls: type[Component], object_id: str, referrers: tuple[str, ...], trouble: str = ""
    ) -> tuple[Component, list[Problem]]:
        """Return an object of a class, and a problem for each field that cannot be read."""
        effective = self.model.objects[object_id]
        problems: list[Problem] = []
        found: dict[str, Any] = {}
        required = {item.name for item in fields(cls) if item.default is MISSING} & attributes(cls).keys()
        for attribute, (key, annotation) in attributes(cls).items():
            values = present(self.model, effective, key)
            if not values:
                if attribute in required:
                    problems.append(Problem(object_id, key, f"is missing: {effective.type} needs it."))
                continue
            try:
                value = self._value(object_id, referrers, key, values, annotation)
            except (FieldError, ConversionError) as error:
                fault = self.shown(error, object_id, key, annotation)
                if key in _LET_PASS and isinstance(error, FieldError):
                    self.note(object_id, key, approximated(f"{fault} AWS let it pass and set no limit"))
                else:
                    rule = "expression" if isinstance(error, expressions.ExpressionError) else ""
                    problems.append(Problem(object_id, key, fault, rule))
                continue
            if value is not None or attribute in required:
                found[attribute] = value
        if not required <= found.keys():
            return Component(id=object_id, name=effective.name, type=effective.type or ""), problems
        identity = {"id": object_id, "name": effective.name, "type": effective.type or "", "trouble": trouble}
        return cls(**identity, **found), problems

    def _value(
        self,
        object_id: str,
        referrers: tuple[str, ...],
        key: str,
        values: tuple[Value, ...],
        annotation: object,
    ) -> Any:
        value = read_field(self.reader(object_id, *referrers), key, values, annotation)
        if isinstance(value, int) and value < _SMALLEST.get(key, value):
            raise FieldError(f"is {value}; the smallest value is {_SMALLEST[key]}.")
        if FieldText not in (annotation, *get_args(annotation)) and not is_for_connection(annotation):
            self._note_revealed(object_id, key)
            if any(map(holds_password, _texts(value))):
                raise FieldError("has a password in it, which would stand in the DAG file.")
        if missing := self.model.missing.get((object_id, key)):
            fault = f"parameter `{missing}` has no value"
            if is_for_connection(annotation):
                self.note(
                    object_id,
                    key,
                    emulated(
                        f"{fault}: fill it in in the connection",
                        "Fill it in in the connection before the first run.",
                    ),
                )
                star = "*" if self.model.parameters.is_starred(missing) else ""
                self.model.before_first_run.setdefault(
                    f"Connection `{self.connection_id(object_id)}`: `{key}` was the parameter `{star}{missing}`, which has no "
                    "value"
                )
            else:
                self.note(object_id, key, refused(refusals.NO_VALUE, name=missing))
        return value

    def _note_revealed(self, object_id: str, key: str) -> None:
        """Note the secrets whose values stand in a DAG file, because the field is needed before any run."""
        for secret, parameter in self.model.revealed.get((object_id, key), {}).items():
            self.model.in_dag.add(parameter)
            reason = f"the value of the secret {secret} is put in at conversion, so it stands in the DAG file"
            self.note(object_id, key, approximated(reason))
            self.model.leave(
                f"object `{object_id}`, field `{key}`: {reason}. "
                "If it is a secret, write something else there; if it is none, name it otherwise and without a star"
            )

    def shown(self, error: Exception, object_id: str, key: str, annotation: object) -> str:
        """Return an error's text; where the field holds a secret, only what would be right.

        :param annotation: how the field was to be read
        """
        values = present(self.model, self.model.objects[object_id], key)
        texts = [value for value in values if isinstance(value, str)]
        secret = (
            is_for_connection(annotation)
            or (object_id, key) in self.model.revealed
            or any(map(self.model.parameters.names_secret, texts))
            or any(map(self.model.parameters.holds_password, texts))
        )
        if not secret:
            return str(error)
        # What follows a colon may be the value.
        fault = error.problem.partition(": ")[0] if isinstance(error, expressions.ExpressionError) else ""
        problem = fault and f": {fault}"
        right = _right(annotation)
        return f"cannot be read{problem}; {right}. {NOT_SHOWN}"


def _texts(value: object) -> list[str]:
    """Return the texts that a field's value is made of."""
    return [item for item in (value if isinstance(value, tuple) else (value,)) if isinstance(item, str)]


def _right(annotation: object) -> str:
    """Return what a field takes that is read in a certain way."""
    readings = (annotation, *get_args(annotation))
    choices = [choice for reading in readings for choice in get_args(reading) if isinstance(choice, str)]
    sorts = [sort for reading, sort in _SORTS.items() if reading in readings]
    return f"it takes {' or '.join([*sorts, *dict.fromkeys(choices)]) or 'one text that is known before any run'}"
