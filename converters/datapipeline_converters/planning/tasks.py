"""Makes one task of a step: the operator's own arguments, and those that every task has."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import Problem
from datapipeline_converters.expressions import ExpressionError, UnsupportedExpressionError
from datapipeline_converters.ledger import Verdict, approximated, emulated, exact, refused
from datapipeline_converters.objects.component import CannotConvertError
from datapipeline_converters.objects.resource import Resource
from datapipeline_converters.objects.runnable import Activity, DataNode, Precondition, Runnable
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Argument, Call
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.graph import Step

# What holds when a definition says nothing, by older editions of the guide.
DEFAULT_RETRIES = 2
DEFAULT_RETRY_DELAY = Period(10, "minute")

_IS_OVER = emulated("a Terminate action has nothing left to end when an object has failed or succeeded")
_COMMANDS = frozenset({"command", "scriptUri"})
_ON_A_WORKER = approximated(
    "an Airflow worker runs it, and not the machine that the activity behind it runs on",
    "Let it look only at what an Airflow worker can reach.",
)
_NOT_CONVERTED = "datapipeline_provider.operators.not_converted.NotConvertedOperator"


def not_converted(kind: str, reason: str) -> Call:
    """Return the operator that fails and says why."""
    return Call(_NOT_CONVERTED, {"object_type": kind, "reason": reason})


def is_converted(operator: Call) -> bool:
    """Tell whether an operator does work, rather than fail and say why."""
    return operator.path != _NOT_CONVERTED


@dataclass(frozen=True)
class TaskPlanner:
    """Plans the tasks of one definition.

    :param activities: ids of all its activities
    :param finishes: the data nodes that are finished with a step, and no other
    :param _made_before: ids of the objects that something was made of before the step at hand
    """

    components: Components
    activities: Collection[str]
    finishes: Mapping[Step, Sequence[DataNode]] = dataclasses.field(default_factory=dict)
    _made_before: set[str] = dataclasses.field(default_factory=set)

    def plan(self, step: Step, *, serverless: bool = False) -> Call:
        """Return the operator of a step; one that fails with an explanation where nothing else can be had.

        :param serverless: whether it is a resource whose work EMR Serverless is to do
        """
        runnable = self.runnable(step)
        telling = self._telling(runnable, step)
        if isinstance(runnable, Resource):
            telling = _only_failure(telling)  # it has succeeded when it is ended
        self._made_before.clear()
        self._made_before.update(self.components.model.realised)
        if self.components.model.faults and (fault := self._fault(runnable.id, set())):
            return self._failing(runnable, refusals.FAULTY.why(fault=fault), telling, listed=True)
        try:
            operator = self._operator(runnable, step, serverless=serverless)
            limit = self._limit(runnable)
        except CannotConvertError as error:
            return self._failing(runnable, error.reason, telling)
        place, where = self._place(runnable, step)
        self.components.realise(runnable, where)
        own = {
            **operator.arguments,
            **self._waiting(runnable),
            **limit,
            **self._trying(runnable),
            **place,
            **self._identity(runnable),
        }
        return Call(operator.path, {**own, **telling, **self._showing(runnable)})

    def plan_ending(self, step: Step, launcher: str, *, serverless: bool = False) -> Call:
        """Return the operator that ends what a step launches.

        :param launcher: the id of the task that launches it
        :param serverless: whether it is what does a resource's work on EMR Serverless
        """
        resource = self.runnable(step)
        assert isinstance(resource, Resource)  # noqa: S101 - chosen by its type
        end = resource.application_ending if serverless else resource.ending
        operator = end(self.components, launcher)
        # How often ending it is tried is up to the operator: whatever launching it may be, it has to be ended.
        own = {
            **operator.arguments,
            **self._identity(resource),
            **self._telling(resource, step),
            **self._showing(resource),
        }
        return Call(operator.path, own)

    def _identity(self, runnable: Runnable) -> Mapping[str, Argument]:
        """Return who a task is to AWS: what its role could do, or that of the machine it ran on."""
        if not isinstance(runnable, Activity):
            return self.components.identity(runnable, "role")
        if runnable.runs_on is None:
            return {}
        launched = runnable.launched(self.components) is not None or runnable.serverless(self.components)
        return self.components.identity(
            self.components.get(runnable.runs_on), "role" if launched else "resourceRole"
        )

    def _operator(self, runnable: Runnable, step: Step, *, serverless: bool) -> Call:
        """Return what does the work of a step, without what every task has; CannotConvertError where nothing can."""
        if isinstance(runnable, Precondition):
            return runnable.sensor(self.components, self.components.get(Ref(step.guarded)))
        if serverless and isinstance(runnable, Resource):
            return runnable.application(self.components)
        return runnable.operator(self.components)

    def _fault(self, object_id: str, seen: set[str]) -> str:
        """Return what is wrong with an object or with what it is made of; other activities aside, "" if nothing is."""
        seen.add(object_id)
        model = self.components.model
        if object_id in model.faults:
            return model.faults[object_id]
        fields = model.objects[object_id].fields if object_id in model.objects else {}
        for field in fields.values():
            for value in field.values:
                if isinstance(value, str) or value.id in seen or value.id in self.activities:
                    continue
                if fault := self._fault(value.id, seen):
                    return fault
        return ""

    def unsayable(self, step: Step, error: ExpressionError) -> Call:
        """Return what stands for a task one of whose texts Airflow cannot say.

        An expression that is wrong in itself is a problem of the definition; one that is right is left to the user.
        """
        if not isinstance(error, UnsupportedExpressionError):
            self.components.model.refuse(
                Problem(*(error.field or (step.object_id, "")), str(error), "expression")
            )
        runnable = self.runnable(step)
        fault = error.sentence if error.sentence.endswith("?") else f"{error.sentence}."
        reason = refusals.UNSAYABLE.why(fault=fault)
        return self._failing(runnable, reason, self._telling(runnable, step))

    def runnable(self, step: Step) -> Runnable:
        """Return the object that a step runs."""
        found = self.components.get(Ref(step.object_id), *filter(None, [step.guarded]))
        assert isinstance(found, Runnable)  # noqa: S101 - the graph has only these
        return found

    def _failing(
        self, runnable: Runnable, reason: str, telling: Mapping[str, Argument], *, listed: bool = False
    ) -> Call:
        """Return what stands for a task that cannot be.

        :param listed: whether the reason is among the problems, which are left to the user before all else
        """
        model = self.components.model
        model.failed[runnable.id] = reason
        model.realised.intersection_update(self._made_before)  # nothing was made of what this task would use
        said = "its task fails and says what is wrong" if listed else f"{reason} Its task fails and says so"
        model.leave(f"object `{runnable.id}` ({runnable.type}): {said}")
        operator = not_converted(runnable.type, reason)
        # It tries once, whatever this says: it is for the task that somebody puts in its place.
        own = {**operator.arguments, **_own_limit(runnable), **self._trying(runnable)}
        return Call(operator.path, {**own, **telling, **self._showing(runnable)})

    def _trying(self, runnable: Runnable) -> Mapping[str, Argument]:
        retries = runnable.maximum_retries
        return {
            "retries": DEFAULT_RETRIES if retries is None else retries,
            "retry_delay": (runnable.retry_delay or DEFAULT_RETRY_DELAY).length,
        }

    def _waiting(self, runnable: Runnable) -> Mapping[str, Argument]:
        if not isinstance(runnable, Precondition):
            return {}
        arguments: dict[str, Argument] = {}
        if runnable.retry_delay is not None:
            arguments["poke_interval"] = int(runnable.retry_delay.length.total_seconds())
        # A sensor that waits without a worker has many short executions: only `timeout` covers all of its waiting.
        limits = [
            limit.length for limit in (runnable.precondition_timeout, runnable.attempt_timeout) if limit
        ]
        if limits:
            arguments["timeout"] = int(min(limits).total_seconds())
        return arguments

    def _limit(self, runnable: Runnable) -> Mapping[str, Argument]:
        limit = runnable.time_limit(self.components)
        return {} if limit is None else {"execution_timeout": limit.length}

    def _place(self, runnable: Runnable, step: Step) -> tuple[Mapping[str, Argument], Mapping[str, Verdict]]:
        """Return the arguments that a task has for where it runs, and the verdict on the field that says where."""
        if isinstance(runnable, Precondition) and runnable.by_worker:
            return self._place_of_check(runnable, step.guarded), {}
        if not isinstance(runnable, Activity):
            return {}, {}
        pool = (
            None
            if runnable.runs_on is None
            else self.components.get(runnable.runs_on).as_pool(self.components)
        )
        limit: Mapping[str, Argument] = {} if pool is None else {"pool": pool}
        if (place := runnable.place(self.components)) is None:
            return limit, {}
        key = "workerGroup" if runnable.runs_on is None else "runsOn"
        return {**place.arguments, **limit}, {key: place.verdict}

    def _place_of_check(self, precondition: Precondition, guarded: str) -> Mapping[str, Argument]:
        """Return where a worker checks: where the activities run that wait for it, if they all run in one place."""
        places = []
        for activity_id in self.activities:
            activity = self.components.get(Ref(activity_id))
            assert isinstance(activity, Activity)  # noqa: S101 - chosen by its type
            if guarded not in {activity_id, *(ref.id for ref in (*activity.input, *activity.depends_on))}:
                continue
            place = activity.place(self.components)
            places.append({} if place is None else place.arguments)
            if activity.launched(self.components) or (place and place.kind in {"ec2", "ssh"}):
                for field in _COMMANDS & self.components.model.objects[precondition.id].fields.keys():
                    self.components.note(precondition.id, field, _ON_A_WORKER)
        return places[0] if places and all(place == places[0] for place in places) else {}

    def _telling(self, runnable: Runnable, step: Step) -> Mapping[str, Argument]:
        events = {
            "on_failure_callback": [("onFail", step, ref) for ref in runnable.on_fail],
            "on_success_callback": [
                *(("onSuccess", step, ref) for ref in runnable.on_success),
                *(
                    ("onSuccess", Step(it.id), ref)
                    for it in self.finishes.get(step, ())
                    for ref in it.on_success
                ),
            ],
        }
        calls = {
            argument: [call for event in told if (call := self._alarm(*event)) is not None]
            for argument, told in events.items()
        }
        return {argument: found for argument, found in calls.items() if found}

    def _alarm(self, field: str, step: Step, ref: Ref) -> Call | None:
        try:
            alarm = self.components.get(ref, step.object_id, *filter(None, [step.guarded]))
            if alarm.ends_late_work:
                self.components.realise(alarm)
                self.components.note(step.object_id, field, _IS_OVER)
                return None
            return alarm.as_alarm(self.components)
        except CannotConvertError as error:
            self.components.note(step.object_id, field, refused(refusals.NO_ALARM, fault=error.reason))
            return None

    def _showing(self, runnable: Runnable) -> Mapping[str, Argument]:
        arguments: dict[str, Argument] = {}
        if isinstance(runnable, Activity):
            sides = {"inlets": ("input", runnable.input), "outlets": ("output", runnable.output)}
            for argument, (field, refs) in sides.items():
                uris = {ref.id: self.components.get(ref).as_asset(self.components) for ref in refs}
                assets = [
                    Call("airflow.sdk.Asset", positional=[uri]) for uri in dict.fromkeys(uris.values()) if uri
                ]
                if assets:
                    arguments[argument] = assets
                    self.components.model.told.add((runnable.id, field))
        arguments["doc_md"] = self._doc(runnable)
        return arguments

    def _doc(self, runnable: Runnable) -> str:
        lines = [f"Data Pipeline object `{runnable.id}` ({runnable.type})"]
        if runnable.name != runnable.id:
            lines.append(f"Name: {runnable.name}")
        model = self.components.model
        if comment := model.objects[runnable.id].fields.get("myComment"):
            lines += [value for value in comment.values if isinstance(value, str)]
            model.notes.add(runnable.id, "myComment", exact("the task's documentation"))
        return model.parameters.masked("\n\n".join(lines))


def _only_failure(telling: Mapping[str, Argument]) -> Mapping[str, Argument]:
    return {argument: calls for argument, calls in telling.items() if argument == "on_failure_callback"}


def _own_limit(runnable: Runnable) -> Mapping[str, Argument]:
    """Return the limit of one attempt that an activity sets itself; a sensor's is an argument of sensors."""
    limit = runnable.attempt_timeout if isinstance(runnable, Activity) else None
    return {} if limit is None else {"execution_timeout": limit.length}
