"""Compares what Airflow makes of a task's texts with what the reference evaluator makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from datapipeline_converters.expressions import (
    ExpressionError,
    Facts,
    Parameter,
    Variable,
    evaluate,
    leaves,
)
from datapipeline_converters.plan import ArrayParam, Call, FieldText, Task, WrittenText
from datapipeline_converters.verification.facts import FIELDS, PLACES, Run

_SEPARATOR = ","  # where a list ends in a text for one value

# As `in_airflow.rendering` answers: kind, key, value, error.
Leaf: TypeAlias = Sequence[Any]


@dataclass(frozen=True)
class Failure:
    """Why there is no text."""

    reason: str


Result: TypeAlias = "str | tuple[str, ...] | Failure"


@dataclass(frozen=True)
class Difference:
    """A text of which the two make something different in a run, or nothing.

    :param source: what it was written from; None for a text that has no expression and is rendered nevertheless
    :param place: the callback it stands in, "" for the task's own fields
    :param template: the text as the generated file has it
    :param expected: what the reference evaluator makes of it
    :param rendered: what Airflow makes of it; the template itself where it does not render it
    :param templated: whether Airflow renders it at all
    """

    task_id: str
    source: FieldText | None
    place: str
    run: Run
    template: str | tuple[str | ArrayParam, ...]
    expected: Result
    rendered: Result
    templated: bool = True

    @property
    def both_fail(self) -> bool:
        """Tell whether there is no text on either side, so that the two agree after all."""
        return isinstance(self.expected, Failure) and isinstance(self.rendered, Failure)

    @property
    def made_up(self) -> bool:
        """Tell whether the text depends on a made-up value."""
        return self.source is not None and any(
            isinstance(leaf, Variable) or (isinstance(leaf, Parameter) and leaf.name in self.run.given)
            for leaf in leaves(self.source.template)
        )


class Comparison:
    """The texts of one task, and where each stands."""

    def __init__(self, task: Task) -> None:
        """Find the texts in the task's arguments: both are in the same order."""
        self._task = task
        self._placed: dict[str, list[WrittenText]] = {place: [] for place in PLACES}
        self._written: dict[str, set[str]] = {place: set() for place in PLACES}
        arguments = list(_arguments(task))
        for place, leaf in arguments:
            if isinstance(leaf, str):
                self._written[place].add(leaf)
        waiting = iter(arguments)
        for text in task.texts:
            items = _items(text)
            place = next((place for place, leaf in waiting if items and leaf == items[0]), FIELDS)
            self._placed[place].append(text)

    def differences(self, run: Run, answer: Mapping[str, Sequence[Leaf]]) -> Iterator[Difference]:
        """Yield where the two differ in a run.

        :param answer: what Airflow says: the leaves of each place
        """
        for place, texts in self._placed.items():
            rendered_leaves: dict[tuple[str, str], list[Leaf]] = defaultdict(list)
            for leaf in answer[place]:
                rendered_leaves[leaf[0], leaf[1]].append(leaf)
            facts = run.facts(self._task, place)
            for text in texts:
                expected = _expected(text, facts)
                rendered, templated = _rendered(text, rendered_leaves)
                if not templated or expected != rendered or isinstance(expected, Failure):
                    found = (text.written, expected, rendered, templated)
                    yield Difference(self._task.id, text.source, place, run, *found)
            for _, template, value, error in (leaf for left in rendered_leaves.values() for leaf in left):
                if template in self._written[place] and template != value:
                    rendered = Failure(error) if error else value
                    yield Difference(self._task.id, None, place, run, template, template, rendered)


def _arguments(task: Task) -> Iterator[tuple[str, str | ArrayParam]]:
    """Yield the texts and array parameters in a task's arguments, and whether each is for a callback."""
    for key, argument in task.operator.arguments.items():
        for leaf in _leaves(argument):
            yield (key if key in PLACES else FIELDS), leaf


def _leaves(argument: Any) -> Iterator[str | ArrayParam]:
    if isinstance(argument, str | ArrayParam):
        yield argument
    elif isinstance(argument, Call):
        yield from _leaves([*argument.arguments.values(), *argument.positional])
    elif isinstance(argument, Mapping):
        yield from _leaves(list(argument.values()))
    elif isinstance(argument, Sequence):
        for item in argument:
            yield from _leaves(item)


def _items(text: WrittenText) -> tuple[str | ArrayParam, ...]:
    return (text.written,) if isinstance(text.written, str) else text.written


def _expected(text: WrittenText, facts: Facts) -> Result:
    many = not isinstance(text.written, str)
    try:
        value = evaluate(text.source.template, facts, many=many)
    except ExpressionError as error:
        return Failure(error.sentence)
    if many:
        return (value,) if isinstance(value, str) else value
    return value if isinstance(value, str) else _SEPARATOR.join(value)


def _rendered(text: WrittenText, found: Mapping[tuple[str, str], list[Leaf]]) -> tuple[Result, bool]:
    """Return what Airflow made of a text, taking its leaves away, and whether it rendered all of it."""
    texts: list[str] = []
    templated = True
    for item in _items(text):
        key = ("text", item) if isinstance(item, str) else ("param", item.name)
        if not found[key]:
            templated = False
            texts.append(item if isinstance(item, str) else f"dag.param({item.name!r})")  # it stays as it is
            continue
        _, _, value, error = found[key].pop(0)
        if error:
            return Failure(error), True
        texts += _flat(value)
    return texts[0] if isinstance(text.written, str) else tuple(texts), templated


def _flat(value: Any) -> list[str]:
    """Return the texts that an operator makes of a value in a list: lists in it are flattened, None is left out."""
    values = value if isinstance(value, list) else [value]
    return [str(item) for item in values if item is not None]
