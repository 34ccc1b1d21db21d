"""Resolves the values of a template: functions are called, dynamic references and unknown values become holes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NoReturn

from datapipeline_converters.carriers.cloudformation.conditions import Outcome, decide
from datapipeline_converters.carriers.cloudformation.functions import FUNCTIONS, STAGING
from datapipeline_converters.carriers.cloudformation.template import (
    PLACEHOLDER,
    SERVERLESS,
    GivenValues,
    Template,
)
from datapipeline_converters.carriers.cloudformation.texts import (
    NO_VALUE,
    Hole,
    ObjectRef,
    Text,
    UnknownList,
    joined,
    text_of,
    word,
)
from datapipeline_converters.carriers.shapes import kind
from datapipeline_converters.carriers.yaml_document import FlagWord
from datapipeline_converters.definition import Repair
from datapipeline_converters.errors import Problem, UnreadableError
from datapipeline_converters.passwords import named_like_a_secret

# `{{resolve:ssm:/name:version}}`: CloudFormation looks it up when it makes the resource.
_DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]*)\}\}")


# The plane of Unicode whose characters have no meaning: one stands for each hole.
_FIRST, _MOST = 0xF0000, 60_000


class Resolver:
    """Resolves the values of one pipeline's resource.

    :ivar object_ids: the ids of the pipeline's objects, as far as they are written out
    """

    def __init__(
        self, template: Template, given: GivenValues, object_ids: frozenset[str] = frozenset()
    ) -> None:
        self.template = template
        self.given = given
        self.object_ids = object_ids
        self.repairs: dict[Repair, None] = {}
        self.problems: dict[Problem, None] = {}
        self.left: dict[str, None] = {}
        self.assumed: dict[str, str] = {}
        """What values that are not known are taken to be where a branch has to be taken, by the hole's origin."""
        self._conditions: dict[str, Outcome] = {}
        self._inside: list[str] = []

    def value(self, node: Any, place: str) -> Any:
        """Return what a value of the template comes to.

        Dictionaries and lists stay what they are, without what `AWS::NoValue` takes away.

        :param place: where it stands, for messages
        :raises UnreadableError: when a function is not what it has to be
        """
        if isinstance(node, dict):
            function = next((key for key in node if key == "Ref" or key.startswith("Fn::")), None)
            if function is not None:
                return self._call(function, node, place)
            items = {key: self.value(item, f"{place}.{key}") for key, item in node.items()}
            return {key: item for key, item in items.items() if item is not NO_VALUE}
        if isinstance(node, list):
            found = [
                self.value(item, f"{place}{_label(item, number)}") for number, item in enumerate(node, 1)
            ]
            return [item for item in found if item is not NO_VALUE]
        node = self.unquoted(node, place)
        if type(node) is str and (self.template.has_placeholders or SERVERLESS.search(node)):
            return self._filled(node)
        return node

    def unquoted(self, node: Any, place: str) -> Any:
        """Return a scalar of the template; words that YAML takes for true or false are that."""
        if not isinstance(node, FlagWord):
            return node
        flag = "true" if node.flag else "false"
        self.note(place, f"{node} without quotes: read as {flag}, as CloudFormation reads it")
        return flag

    def text(self, value: Any, place: str) -> Text:
        """Return a resolved value as a text.

        :raises UnreadableError: when it is none
        """
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, UnknownList):
            value = Text((value.hole,))
        if isinstance(value, ObjectRef):
            self.fail(place, f"{value.id!r} is no parameter and no resource", "Correct the name.")
        if not isinstance(value, str | bool | Text):
            self.fail(place, f"{kind(value)} where a text goes", "Write a text.")
        return text_of(value)

    def known(self, node: Any, place: str) -> str:
        """Return what a value comes to that has to be known.

        :raises UnreadableError: when it is not
        """
        text = self.text(self.value(node, place), place)
        if text.holes:
            self.ask(text, place)
        return str(text.known)

    def fill(self, hole: Hole, *names: str) -> Any:
        """Return the value that is given for a hole, or the hole; a secret stays one.

        :param names: what a value can be given for beside the hole's own name
        """
        names = (*names, hole.name)
        given = self.given.take(*names)
        if hole.secret or self.given.is_starred(*names) or named_like_a_secret(hole.name):
            hole = replace(hole, secret=True, value=None if given is None else ",".join(given))
            if given is not None:
                return Text((replace(hole, is_list=False),))
        if given is None:
            return UnknownList(hole) if hole.is_list else Text((hole,))
        return given[0] if len(given) == 1 else list(given)

    def looked_up(self, text: str | Text) -> str | Text:
        """Return a text with holes where CloudFormation looks something up when it makes the resource.

        What it looks up may be named by a value that is not known.
        """
        if not any("{{resolve:" in part for part in text_of(text).parts if isinstance(part, str)):
            return text
        holes = text_of(text).holes
        # A hole is a character that no text has: of those that Unicode leaves to private use.
        marked = "".join(
            chr(_FIRST + holes.index(part)) if isinstance(part, Hole) else part
            for part in text_of(text).parts
        )
        if len(holes) > _MOST:
            return text
        parts: list[Text] = []
        position = 0
        for match in _DYNAMIC.finditer(marked):
            path = "".join(
                item.name if isinstance(item, Hole) else item for item in _unmarked(match[2], holes)
            )
            parts += [Text(_unmarked(marked[position : match.start()], holes)), self._dynamic(match[1], path)]
            position = match.end()
        return joined([*parts, Text(_unmarked(marked[position:], holes))])

    def condition(self, name: Any, place: str) -> Outcome:
        """Return whether one of the template's conditions holds."""
        if not isinstance(name, str) or name not in self.template.conditions:
            self.fail(place, f"the template has no condition {name!r}", "Correct the name, or add it.")
        if name not in self._conditions:
            with self.inside(f"condition {name}", place):
                self._conditions[name] = decide(self, self.template.conditions[name], f"Conditions.{name}")
        return self._conditions[name]

    @contextmanager
    def inside(self, what: str, place: str) -> Iterator[None]:
        """Refuse what depends on itself."""
        if what in self._inside:
            self.fail(place, f"{what} depends on itself", "Break the circle.")
        self._inside.append(what)
        try:
            yield
        finally:
            self._inside.pop()

    def note(self, place: str, text: str) -> None:
        """Report what was read in a way that is not plain to see; once."""
        self.repairs[Repair(place, text)] = None

    def problem(self, place: str, text: str) -> None:
        """Report what CloudFormation would refuse."""
        self.problems[Problem("", place, text)] = None

    def undeclared(self, name: str, place: str) -> Text:
        """Return what stands for a name that the template does not declare, which CloudFormation would refuse.

        The rest of a template of which there are only resources may have it, and so may who gives it a value.
        """
        if self.template.has_placeholders and name.isidentifier():
            return self.placeholder(name)
        has_it = (
            "the rest of the template has" if self.template.is_fragment else "the template does not declare"
        )
        hole = Hole(word(name), f"{name}, which {has_it}", name)
        found = self.text(self.fill(hole, name), name)
        if not self.template.is_fragment and found == Text((hole,)):
            self.problem(
                place,
                f"{name!r} is neither a parameter nor a resource of the template. Correct it, or add it.",
            )
        return found

    def ask(self, text: Text, place: str) -> NoReturn:
        """Refuse a place that has to be known, and say what to give."""
        asked = [hole.asked for hole in text.holes if hole.value is None]
        if not asked:
            self.fail(place, "a secret stands where names are", "Write out what belongs there.")
        self.fail(
            place,
            f"this has to be known, and {', '.join(asked)} is not",
            f"Give it with --set {asked[0]}=...",
        )

    def fail(self, place: str, fault: str, advice: str) -> NoReturn:
        """Refuse the template."""
        raise UnreadableError(self.template.source, f"{place}: {fault}", advice)

    def _call(self, function: str, node: dict[str, Any], place: str) -> Any:
        if "Fn::Transform" in node:  # the one that stands beside what it adds to
            function = "Fn::Transform"
        elif len(node) > 1:
            others = ", ".join(key for key in node if key != function)
            self.fail(place, f"{function} stands beside {others}", "A function stands alone.")
        if function not in FUNCTIONS:
            self.fail(
                place, f"{function} is no function that can be resolved here", "Write its value instead."
            )
        return FUNCTIONS[function](self, node[function], place)

    def _filled(self, text: str) -> str | Text:
        """Return a text with what another tool puts into it before CloudFormation sees it."""
        parts: list[Text] = []
        position = 0
        for match in SERVERLESS.finditer(text):
            parts += [*self._names_filled(text[position : match.start()]), self.placeholder(match[1])]
            position = match.end()
        return joined([*parts, *self._names_filled(text[position:])])

    def _names_filled(self, text: str) -> Iterator[Text]:
        """Yield a text in parts, `${name}` with what another tool has for it."""
        position = 0
        for match in PLACEHOLDER.finditer(text) if self.template.has_placeholders else ():
            yield Text((text[position : match.start()],))
            escape, name = match.groups()
            if escape or STAGING.fullmatch(name):
                yield Text((f"${{{name}}}",))
            else:
                yield self.placeholder(name)
            position = match.end()
        yield Text((text[position:],))

    def placeholder(self, written: str) -> Text:
        """Return what another tool puts in the place of `${written}`."""
        origin = f"the placeholder ${{{written}}}, which another tool fills in before CloudFormation reads it"
        name = word(written)
        return self.text(self.fill(Hole(name, origin, name), written), written)

    def _dynamic(self, service: str, path: str) -> Text:
        name = word(path.removeprefix("arn:"))
        store = "Secrets Manager" if service == "secretsmanager" else "Systems Manager"
        hole = Hole(name, f"{path!r} of {store}", name, secret=service != "ssm")
        return self.text(self.fill(hole, path), path)


def _unmarked(text: str, holes: tuple[Hole, ...]) -> tuple[str | Hole, ...]:
    """Return the parts of a text in which a character stands for each hole."""
    last = _FIRST + len(holes)
    pieces = re.split(f"([{chr(_FIRST)}-{chr(last)}])", text)
    return tuple(
        holes[ord(piece) - _FIRST] if len(piece) == 1 and _FIRST <= ord(piece) < last else piece
        for piece in pieces
        if piece
    )


def _label(item: Any, number: int) -> str:
    """Return what an item of a list is called: its id or key where it has one."""
    names = (item.get(key) for key in ("Id", "id", "Key", "key")) if isinstance(item, dict) else ()
    name = next((name for name in names if isinstance(name, str)), None)
    return f".{name}" if name else f"[{number}]"
