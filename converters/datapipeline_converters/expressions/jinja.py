"""Writes a bound template as a Jinja template of Airflow: native objects first, macros where there are none."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import timedelta

from datapipeline_converters.expressions import patterns
from datapipeline_converters.expressions.bind import is_constant_node
from datapipeline_converters.expressions.checks import check_call
from datapipeline_converters.expressions.code import ADD, ATOM, FILTER, MULTIPLY, SIGN, Code, concatenated
from datapipeline_converters.expressions.errors import ExpressionError, UnsupportedExpressionError
from datapipeline_converters.expressions.escaping import literal, quoted
from datapipeline_converters.expressions.evaluate import LIST_SEPARATOR, NOTHING, text_of
from datapipeline_converters.expressions.functions import FUNCTIONS, Kind, usage
from datapipeline_converters.expressions.instants import offset
from datapipeline_converters.expressions.kinds import (
    NUMBERS,
    RuntimeField,
    RuntimeFields,
    first_year,
    is_array,
    is_natural,
    kind_of,
    runtime_field,
    zone_of,
)
from datapipeline_converters.expressions.lists import combinations
from datapipeline_converters.expressions.suspicions import suspicions
from datapipeline_converters.expressions.tree import (
    Call,
    Items,
    Joined,
    Negation,
    Node,
    Number,
    Operation,
    Parameter,
    Runtime,
    Template,
    Text,
    Variable,
)

MACROS = "macros.datapipeline"

_TEXT_OF_DATETIME = "yyyy-MM-dd'T'HH:mm:ss"
_LEVELS = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "//": MULTIPLY}


@dataclass(frozen=True)
class Written:
    """A field as Airflow takes it: either `text`, one Jinja template, or `items`, a list.

    :param text: the template; None where the value is a list
    :param items: A template for each element; an array Parameter stands for all its elements
    :param notes: sentences for the user: what is approximated, and patterns that are likely mistakes
    :param exact: whether nothing was approximated
    :param needed: names of optional parameters that have to have a value, because something is calculated with them
    """

    text: str | None = None
    items: tuple[str | Parameter, ...] | None = None
    notes: tuple[str, ...] = ()
    exact: bool = True
    needed: tuple[str, ...] = ()


def write_jinja(template: Template, runtime: RuntimeFields, *, many: bool = False) -> Written:
    """Write a bound template for Airflow.

    :param template: the field's text, after `bind`
    :param runtime: what the runtime fields are; the schedule decides
    :param many: whether the field takes several values; as in `evaluate`
    :raises UnsupportedExpressionError: no template can say it; the field has to be refused
    :raises ExpressionError: the expression is wrong, such as a date plus a number
    """
    writer = _Writer(runtime)
    parts = template.parts
    if len(parts) == 1 and (isinstance(parts[0], Items) or is_array(parts[0])):
        nodes = parts[0].nodes if isinstance(parts[0], Items) else (parts[0],)
        items = tuple(node if is_array(node) else writer.template((node,)) for node in nodes)
        return Written(None, items, *writer.verdict)  # type: ignore[arg-type]
    if many and any(isinstance(part, Items) or is_array(part) for part in parts):
        choices = [part.nodes if isinstance(part, Items) else (part,) for part in parts]
        if any(is_array(part) for choice in choices for part in choice):
            raise _no_mapping()
        texts = tuple(writer.template(choice) for choice in combinations(choices))
        return Written(None, texts, *writer.verdict)
    text = writer.template(parts)
    return Written(text, None, *writer.verdict)


def _unwrapped(node: Node) -> Node:
    """Return the expression that a text is, if it is exactly one."""
    while (
        isinstance(node, Joined)
        and len(node.template.parts) == 1
        and not isinstance(node.template.parts[0], str)
    ):
        node = node.template.parts[0]
    return node


def _values(node: Parameter) -> str:
    """Return a list parameter as a list, also where it has no value."""
    value = _subscript("params", node.name)
    return f"({value} or [])" if node.optional else value


def _no_mapping() -> UnsupportedExpressionError:
    return UnsupportedExpressionError(
        "the values of a list parameter have to be known at conversion when text is added to each"
    )


class _Writer:
    """Writes the expressions of one field; collects what is to be said about them."""

    def __init__(self, runtime: RuntimeFields) -> None:
        self._runtime = runtime
        self._notes: dict[str, None] = {}
        self._needed: dict[str, None] = {}
        self._exact = True

    @property
    def verdict(self) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
        return tuple(self._notes), self._exact, tuple(self._needed)

    def _approximate(self, sentence: str) -> None:
        self._notes.setdefault(sentence)
        self._exact = False

    # Text

    def template(self, parts: tuple[str | Node, ...]) -> str:
        """Return Jinja that renders as the parts one after the other."""
        pieces = [piece for part in parts for piece in self._pieces(part)]
        runs: list[str | Code] = []
        for piece in pieces:
            if isinstance(piece, str) and runs and isinstance(runs[-1], str):
                runs[-1] += piece
            else:
                runs.append(piece)
        runs = [run for run in runs if run != ""]
        last = len(runs) - 1
        return "".join(
            f"{{{{ {run.text} }}}}" if isinstance(run, Code) else literal(run, before_code=index < last)
            for index, run in enumerate(runs)
        )

    def _pieces(self, part: str | Node) -> list[str | Code]:
        """Return a node's text in pieces: literal text, and expressions that Jinja turns into the right text."""
        if isinstance(part, str):
            return [part]
        try:
            return self._pieces_of(part)
        except ExpressionError as error:
            raise error.at(getattr(part, "origin", None)) from None

    def _pieces_of(self, node: Node) -> list[str | Code]:
        if isinstance(node, Text):
            return [node.value]
        if isinstance(node, Runtime) and isinstance(field := runtime_field(node, self._runtime), str):
            return [field]
        if isinstance(node, Joined):
            return [piece for part in node.template.parts for piece in self._pieces(part)]
        if isinstance(node, Items):
            self._approximate("a list stands in a text for one value: its elements are joined with commas")
            if any(is_array(_unwrapped(item)) for item in node.nodes):
                return [self._list_text(node)]
            separated = [piece for item in node.nodes for piece in (LIST_SEPARATOR, *self._pieces(item))]
            return separated[1:]
        if isinstance(node, Parameter):
            return [self._parameter_text(node)]
        if isinstance(node, Operation) and self._kind(node) is Kind.TEXT:
            if is_array(node.left) or is_array(node.right):
                raise _no_mapping()
            self._note_appending(node)
            return self._pieces(node.left) + self._pieces(node.right)
        if is_constant_node(node) and isinstance(text := text_of(node, NOTHING), str):
            return [text]
        return [self._as_text(node)]

    def _note_appending(self, node: Operation) -> None:
        """Note a text parameter or a Variable in what looks like an addition."""
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, Parameter) and one.kind == "text" and self._kind(other) in NUMBERS:
                self._approximate(f"`{one.name}` is a text, so that + appends instead of adding")
            if isinstance(one, Variable) and self._kind(other) in NUMBERS:
                self._approximate(
                    f"the value of the Variable `{one.key}` is a text, so that + appends instead of adding"
                )

    def _parameter_text(self, node: Parameter) -> Code:
        """Return a parameter as the text the user gave."""
        value = _subscript("params", node.name)
        if node.is_array:
            self._approximate(
                f"the list `{node.name}` stands in a text for one value: its elements are joined with commas"
            )
            return Code(f"{_values(node)} | join({quoted(LIST_SEPARATOR)})", FILTER)
        if not node.optional:
            return Code(value)
        if node.kind == "text":
            return Code(f"{value} or ''", FILTER)
        return Code(f"'' if {value} is none else {value}", FILTER)

    def _list_text(self, items: Items) -> Code:
        """Return a list as a text, with elements that only the run knows: none of them leaves no comma."""
        lists = [
            _values(item)
            if isinstance(item, Parameter) and item.is_array
            else f"[{self._joined_text(item).text}]"
            for item in map(_unwrapped, items.nodes)
        ]
        return Code(f"({' + '.join(lists)}) | join({quoted(LIST_SEPARATOR)})", FILTER)

    def _as_text(self, node: Node) -> Code:
        kind = self._kind(node)
        if kind is Kind.DATETIME:
            return self._printed(node, _TEXT_OF_DATETIME)
        code = self._value(node)
        if kind in {Kind.FLOAT, Kind.NUMERIC}:
            return Code(f"{MACROS}.text({code.text})")
        return code

    def _joined_text(self, node: Node) -> Code:
        """Return a node's text as one expression."""
        codes = [Code(quoted(piece)) if isinstance(piece, str) else piece for piece in self._pieces(node)]
        return concatenated(codes) if codes else Code("''")

    # Values

    def _kind(self, node: Node) -> Kind:
        return kind_of(node, self._runtime)

    def _value(self, node: Node) -> Code:
        """Return a node as a Jinja value of its own kind."""
        try:
            return self._value_of(node)
        except ExpressionError as error:
            raise error.at(getattr(node, "origin", None)) from None

    def _value_of(self, node: Node) -> Code:
        if is_array(node):
            raise _no_mapping()
        if isinstance(node, Number):
            return _number(node.value)
        if isinstance(node, Parameter):
            if node.optional:
                self._needed.setdefault(node.name)
            return Code(_subscript("params", node.name))
        if isinstance(node, Variable):
            return Code(_subscript("var.value", node.key))
        if isinstance(node, Runtime):
            field = runtime_field(node, self._runtime)
            return Code(quoted(field)) if isinstance(field, str) else _atom_or_filter(field.expression)
        if isinstance(node, Negation):
            return Code(f"-{self._number(node.operand).at(ATOM)}", SIGN)
        if isinstance(node, Operation) and self._kind(node) is not Kind.TEXT:
            return self._arithmetic(node)
        if isinstance(node, Call):
            return self._call(node)
        return self._joined_text(node)

    def _number(self, node: Node) -> Code:
        """Return a node as an operand of arithmetic."""
        kind = self._kind(node)
        code = self._value(node)
        if kind is Kind.TEXT:
            self._approximate(
                "a text is calculated with: it is read as a number, what Data Pipeline does is not known"
            )
            return Code(f"{MACROS}.number({code.text})")
        if isinstance(node, Parameter) and kind is Kind.FLOAT:
            return Code(f"{code.text} | float", FILTER)
        return code

    def _arithmetic(self, node: Operation) -> Code:
        left, right = self._number(node.left), self._number(node.right)
        operator = self._native_operator(node)
        if operator is None:
            macro = "power" if node.operator == "^" else "divide"
            return Code(f"{MACROS}.{macro}({left.text}, {right.text})")
        level = _LEVELS[operator]
        return Code(f"{left.at(level)} {operator} {right.at(level + 1)}", level)

    def _native_operator(self, node: Operation) -> str | None:
        """Return Jinja's operator where it does the same; Java divides towards zero, and floats by zero."""
        if node.operator == "^":
            return None
        if node.operator != "/":
            return node.operator
        known_divisor = isinstance(node.right, Number) and node.right.value > 0
        kind = self._kind(node)
        if kind is Kind.INTEGER:
            return "//" if known_divisor and is_natural(node.left) else None
        return "/" if known_divisor and kind is Kind.FLOAT else None

    # Calls

    def _call(self, node: Call) -> Code:
        check_call(node)
        if node.function == "format":
            return self._format(*node.arguments)
        function = FUNCTIONS[node.function]
        if not function.jinja:
            raise UnsupportedExpressionError(f"the period of {node.function} has to be known at conversion")
        arguments = [
            self._argument(argument, kind, node.function)
            for argument, kind in zip(node.arguments, function.arguments, strict=True)
        ]
        in_utc = not function.zoned or zone_of(node) == "UTC"
        return Code((function.jinja if in_utc else function.zoned).format(*arguments))

    def _argument(self, node: Node, kind: Kind, function: str) -> str:
        if kind is Kind.DATETIME:
            return self._instant(node, function, pendulum=not FUNCTIONS[function].anywhere)
        if kind is Kind.ZONE and isinstance(node, Text) and (ahead := offset(node.value)) is not None:
            return _offset(ahead)
        if kind is not Kind.INTEGER:
            return self._joined_text(node).text
        if self._kind(node) is Kind.TEXT:
            return self._number(node).text
        if self._kind(node) not in {Kind.INTEGER, Kind.NUMERIC}:
            raise self._misfit(kind, node, function)
        return self._value(node).text

    def _instant(self, node: Node, function: str, *, pendulum: bool) -> str:
        """Return a date and time that an attribute can follow.

        :param node: what it is made of
        :param function: the function whose argument it is
        :param pendulum: whether it has to be one of pendulum's
        """
        kind = self._kind(node)
        if kind in NUMBERS:
            raise self._misfit(Kind.DATETIME, node, function)
        field = runtime_field(node, self._runtime) if isinstance(node, Runtime) else None
        if isinstance(field, RuntimeField) and kind is Kind.DATETIME:
            if not pendulum or field.pendulum:
                return _atom_or_filter(field.expression).at(ATOM)
            return field.pendulum_expression or f"{MACROS}.instant({field.expression})"
        if kind is Kind.TEXT:
            return f"{MACROS}.instant({self._joined_text(node).text})"
        return self._value(node).at(ATOM)

    def _misfit(self, needed: Kind, node: Node, function: str) -> ExpressionError:
        return ExpressionError(
            f"{needed.value} is needed",
            found=self._kind(node).value,
            expected=f"expected a call such as {usage(function)}",
            origin=getattr(node, "origin", None),
        )

    def _format(self, moment: Node, pattern: Node) -> Code:
        if not isinstance(pattern, Text):
            raise UnsupportedExpressionError("the date pattern of format has to be known at conversion")
        zone = zone_of(moment)
        for sentence in suspicions(pattern.value):
            self._notes.setdefault(sentence)
        if patterns.names_a_zone(pattern.value) and zone != "UTC":
            self._approximate("names of time zones other than UTC may differ from Java's")
        return self._printed(moment, pattern.value)

    def _printed(self, moment: Node, pattern: str) -> Code:
        receiver = self._instant(moment, "format", pendulum=patterns.needs_pendulum(pattern))
        return patterns.write_pattern(
            pattern, receiver, zone_of(moment), padded=first_year(moment) >= patterns.FIRST_PADDED_YEAR
        )


def _number(value: int | float) -> Code:
    if not math.isfinite(value):
        raise UnsupportedExpressionError("the number has left what can be calculated with")
    return Code(repr(value), SIGN if value < 0 else ATOM)


def _offset(ahead: timedelta) -> str:
    """Return an offset as pendulum takes it: hours, whole or decimal; it knows no `+05:30`."""
    seconds = int(ahead.total_seconds())
    hours = seconds // 3600 if seconds % 3600 == 0 else seconds / 3600
    if int(hours * 3600) != seconds:
        raise UnsupportedExpressionError("a template cannot say this offset of a time zone")
    return "'UTC'" if hours == 0 else repr(hours)


def _atom_or_filter(expression: str) -> Code:
    return Code(expression, FILTER if re.search(r"[|~%*/+-]|\b(if|or|and|not|is|in)\b", expression) else ATOM)


def _subscript(owner: str, name: str) -> str:
    """Return a member by name; by subscript where a dot would find a method of dict, or is no valid name."""
    dotted = name.isascii() and name.isidentifier() and not name.startswith("_") and not hasattr(dict, name)
    return f"{owner}.{name}" if dotted else f"{owner}[{quoted(name)}]"
