"""Knows what Terraform's expressions mean; what only Terraform has is a hole in the value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import yaml

from datapipeline_converters.carriers.terraform.folder import Folder
from datapipeline_converters.carriers.terraform.functions import (
    LOOKING,
    MOVING,
    FailedError,
    UnknownError,
    Value,
    check_size,
    elements,
    number_of,
    text_of,
)
from datapipeline_converters.carriers.terraform.holes import Holes, has_hole, without_texts
from datapipeline_converters.carriers.terraform.syntax import (
    Block,
    Node,
    Part,
    heredoc_parts,
    inner,
    string_parts,
    template_parts,
    words,
)
from datapipeline_converters.carriers.terraform.templates import loop_names, rendered
from datapipeline_converters.carriers.terraform.variable_types import from_json, from_texts, with_optional
from datapipeline_converters.passwords import named_like_a_secret

# The attribute that another one always equals (Terraform's AWS provider).
_SAME = {
    ("aws_dynamodb_table", "id"): "name",
    ("aws_emr_security_configuration", "id"): "name",
    ("aws_iam_instance_profile", "id"): "name",
    ("aws_iam_role", "id"): "name",
    ("aws_key_pair", "id"): "key_name",
    ("aws_s3_bucket", "id"): "bucket",
    ("awscc_iam_role", "id"): "role_name",
    ("awscc_s3_bucket", "id"): "bucket_name",
}
# An evaluation that goes on for longer is no pipeline's.
_MOST_STEPS = 300_000
_LARGEST_NUMBER = 1e30
_FOLDERS = {"module": ".", "root": ".", "cwd": "."}
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_WRONG = (ArithmeticError, AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError)


@dataclass(frozen=True)
class Reference:
    """A resource or a data source, not yet one of its attributes.

    :param path: its first words, such as `aws_s3_bucket.logs`
    :param key: which one of several, by `count` or `for_each`
    """

    path: tuple[str, ...]
    key: Value = None


class Evaluator:
    """Gives expressions their values.

    :param source: the file's name, for messages
    :param given: values of variables, from the command line
    :param arguments: values of variables that the folder's caller gives, where it is a module
    """

    def __init__(
        self,
        folder: Folder,
        source: str,
        given: Mapping[str, tuple[str, ...]],
        holes: Holes,
        arguments: Mapping[str, Value] | None = None,
    ) -> None:
        self.folder = folder
        self.source = source
        self.holes = holes
        self._given = {name.removeprefix("*"): (name, values) for name, values in given.items()}
        self._arguments = arguments or {}
        self.used: set[str] = set()
        """Names of given values that were needed."""
        self._names: dict[str, Value] = {}
        self._locals: dict[str, Value] = {}
        self._steps = count(1)
        self._open: list[str] = []

    def within(self, **names: Value) -> Evaluator:
        """Return one that knows more names, such as `each`."""
        other = copy(self)
        other._names = self._names | names
        return other

    def value(self, node: Node) -> Value:
        """Return an expression's value.

        :raises FailedError: when it has none
        """
        from lark import Token

        if isinstance(node, Token):
            raise FailedError(f"{node} is no expression")
        if next(self._steps) > _MOST_STEPS:
            raise FailedError("more work than any pipeline needs")
        kind = str(node.data)
        parts = inner(node)
        if kind == "expr_term":
            if len(parts) == 1:
                return self.value(parts[0])
            return self.value(parts[1])  # between parentheses
        found: Callable[[Node, list[Any]], Value] | None = getattr(self, f"_{kind}", None)
        if found is None:
            raise FailedError(f"{kind.replace('_', ' ')} is not read")
        try:
            return found(node, parts)
        except _WRONG:
            raise FailedError(f"{without_texts(words(node))} has no value") from None

    def text(self, parts: Sequence[Part], names: Mapping[str, Value] | None = None) -> Value:
        """Return what a template becomes; one that is a single value is that value.

        :param names: the template's own names, where it is a file of its own
        """
        return rendered(parts, self.within(**names) if names else self)

    def resource(self, node: Node) -> Reference | None:
        """Return the resource that an expression asks for an attribute, None where there is none."""
        for part in node.find_data("get_attr_expr_term"):
            value = self.value(inner(part)[0])
            if isinstance(value, Reference) and len(value.path) > 1:
                return value
        return None

    def of_instance(self, block: Block, key: Value) -> Evaluator:
        """Return one that knows the names that hold in one of a resource's instances.

        :param key: its index or key; None where there is only one
        """
        if key is None:
            return self
        if "count" in block.attributes:
            return self.within(count={"index": key})
        return self.within(each={"key": key, "value": self._each_value(block, key)})

    def template(self, text: str, names: Mapping[str, Value]) -> Value:
        """Return what the text of a template file becomes with these names."""
        return self.text(template_parts(text, self.source), names)

    def elements(self, value: Value) -> list[tuple[Value, Value]]:
        """Return the keys and values that a loop goes through.

        :raises FailedError: when they are not known, or there is nothing to go through
        """
        hole = self.holes.whole(value)
        if hole is not None:
            raise FailedError(f"the elements of {hole.shown} are not known here. Give it with --set")
        return elements(value)

    # What follows is called by the name of the grammar's rule.

    def _int_lit(self, node: Node, parts: list[Any]) -> Value:
        return int(words(node))

    def _float_lit(self, node: Node, parts: list[Any]) -> Value:
        return float(words(node))

    def _literal_value(self, node: Node, parts: list[Any]) -> Value:
        return {"true": True, "false": False}.get(words(node))

    def _string(self, node: Node, parts: list[Any]) -> Value:
        return self.text(string_parts(node, self.source))

    def _template_string(self, node: Node, parts: list[Any]) -> Value:
        return words(node).replace('\\"', '"')[1:-1]

    def _heredoc_template(self, node: Node, parts: list[Any]) -> Value:
        return self.text(heredoc_parts(str(parts[0]), self.source))

    _heredoc_template_trim = _heredoc_template

    def _tuple(self, node: Node, parts: list[Any]) -> Value:
        return [self.value(part) for part in parts if hasattr(part, "data")]

    def _object(self, node: Node, parts: list[Any]) -> Value:
        result = {}
        for part in parts:
            if getattr(part, "data", "") != "object_elem":
                continue
            key, value = inner(part)[0], inner(part)[-1]
            word = words(key)
            name = word if word.replace("-", "_").isidentifier() else text_of(self.value(inner(key)[0]))
            result[name] = self.value(value)
        return result

    def _conditional(self, node: Node, parts: list[Any]) -> Value:
        condition, first, second = (part for part in parts if hasattr(part, "data"))
        chosen = self.value(condition)
        if has_hole(chosen):
            return self._hole(node, chosen)
        if chosen not in (True, False, "true", "false"):
            raise FailedError("a condition that is neither true nor false")
        return self.value(first if chosen in (True, "true") else second)

    def _unary_op(self, node: Node, parts: list[Any]) -> Value:
        value = self.value(parts[1])
        if has_hole(value):
            return self._hole(node, value)
        return value not in (True, "true") if str(parts[0]).strip() == "!" else -number_of(value)

    def _binary_op(self, node: Node, parts: list[Any]) -> Value:
        term = inner(parts[1])
        sign = words(term[0]).strip()
        left, right = self.value(parts[0]), self.value(term[-1])
        if sign in {"&&", "||"}:
            return self._logic(node, sign, left, right)
        if has_hole([left, right]):
            return self._hole(node, [left, right])
        if sign in {"==", "!="}:
            return _equal(left, right) == (sign == "==")
        result = _OPERATORS[sign](number_of(left), number_of(right))
        if abs(result) > _LARGEST_NUMBER:
            raise FailedError("a number that is too large")
        return int(result) if isinstance(result, float) and result.is_integer() else result

    def _logic(self, node: Node, sign: str, left: Value, right: Value) -> Value:
        decides = sign == "||"
        for value in (left, right):
            if not has_hole(value) and (value in (True, "true")) == decides:
                return decides
        return self._hole(node, [left, right]) if has_hole([left, right]) else not decides

    def _function_call(self, node: Node, parts: list[Any]) -> Value:
        name = words(parts[0])
        written = next((inner(part) for part in parts if getattr(part, "data", "") == "arguments"), [])
        nodes = [part for part in written if hasattr(part, "data")]
        if name in {"try", "can"}:
            return self._try(name, nodes)
        values = [self.value(part) for part in nodes]
        if any(getattr(part, "type", "") == "ELLIPSIS" for part in written):
            values = [*values[:-1], *values[-1]]
        return self._call(node, name, values)

    def _call(self, node: Node, name: str, values: list[Value]) -> Value:
        check_size(values)
        if name == "sensitive":
            known = None if has_hole(values[0]) else text_of(values[0])
            return self.holes.make(words(node), secret=True, value=known)
        if name in {"file", "templatefile", "filebase64"} and not has_hole(values[0]):
            text = self.folder.read(text_of(values[0]))
            return text if name == "file" else self.template(text, values[1])
        if name in {"jsondecode", "yamldecode"} and self.holes.whole(values[0]) is None:
            return self._decoded(name, values[0])
        if name in MOVING and not any(self.holes.whole(value) for value in values if name in _NEEDS_LISTS):
            return MOVING[name](*values)
        lists = name == "length" and isinstance(values[0], list | dict)
        if name in LOOKING and (lists or not has_hole(values)):
            try:
                return LOOKING[name](*values)
            except UnknownError:
                pass
        return self._hole(node, values)

    def _decoded(self, name: str, text: str) -> Value:
        if name == "jsondecode":
            return from_json(text, self.source)
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError:
            raise FailedError("no YAML") from None

    def _try(self, name: str, nodes: list[Node]) -> Value:
        for part in nodes:
            try:
                value = self.value(part)
            except FailedError:
                continue
            return True if name == "can" else value
        if name == "can":
            return False
        raise FailedError("none of try's expressions has a value")

    def _for_tuple_expr(self, node: Node, parts: list[Any]) -> Value:
        return [scope.value(parts[2]) for scope in self._scopes(parts)]

    def _for_object_expr(self, node: Node, parts: list[Any]) -> Value:
        grouped = any(getattr(part, "type", "") == "ELLIPSIS" for part in parts)
        result: dict[str, Value] = {}
        for scope in self._scopes(parts):
            key, value = text_of(scope.value(parts[2])), scope.value(parts[4])
            if grouped:
                result.setdefault(key, []).append(value)
            else:
                result[key] = value
        return result

    def _scopes(self, parts: list[Any]) -> list[Evaluator]:
        intro = inner(parts[1])
        names = tuple(words(part) for part in intro if getattr(part, "data", "") == "identifier")
        sequence = next(part for part in reversed(intro) if hasattr(part, "data"))
        condition = next((inner(part)[-1] for part in parts if getattr(part, "data", "") == "for_cond"), None)
        scopes = [
            self.within(**loop_names(names, key, value)) for key, value in self.elements(self.value(sequence))
        ]
        return [scope for scope in scopes if condition is None or scope._holds(condition)]

    def _holds(self, condition: Node) -> bool:
        value = self.value(condition)
        if has_hole(value):
            raise FailedError(f"whether {without_texts(words(condition))} is not known here")
        return value in (True, "true")

    def _identifier(self, node: Node, parts: list[Any]) -> Value:
        name = words(node)
        if name in self._names:
            return self._names[name]
        return Reference((name,))

    def _get_attr_expr_term(self, node: Node, parts: list[Any]) -> Value:
        return self._attribute(self.value(parts[0]), words(inner(parts[1])[-1]), node)

    def _index_expr_term(self, node: Node, parts: list[Any]) -> Value:
        index = inner(parts[1])
        key = int(words(index[-1])) if parts[1].data == "short_index" else self.value(index[1])
        return self._item(self.value(parts[0]), key, node)

    def _full_splat_expr_term(self, node: Node, parts: list[Any]) -> Value:
        value = self.value(parts[0])
        if isinstance(value, Reference) or self.holes.whole(value):
            return self._hole(node, value)
        values = value if isinstance(value, list) else [] if value is None else [value]
        for step in inner(parts[1])[1:]:
            if step.data == "get_attr":
                values = [self._attribute(item, words(inner(step)[-1]), node) for item in values]
            else:
                values = [self._item(item, self.value(inner(step)[1]), node) for item in values]
        return values

    _attr_splat_expr_term = _full_splat_expr_term

    def _attribute(self, value: Value, name: str, node: Node) -> Value:
        if isinstance(value, Reference):
            return self._follow(value, name, node)
        hole = self.holes.whole(value)
        if hole is not None:
            return self.holes.make(f"{hole.path}.{name}", secret=hole.secret, description=hole.description)
        if isinstance(value, dict) and name in value:
            return value[name]
        raise FailedError(f"no attribute {name!r}")

    def _item(self, value: Value, key: Value, node: Node) -> Value:
        if isinstance(value, Reference):
            return replace(value, key=key)
        hole = self.holes.whole(value)
        if hole is not None or has_hole(key):
            return self._hole(node, [value, key])
        return value[int(number_of(key)) if isinstance(value, list) else text_of(key)]

    def _follow(self, reference: Reference, name: str, node: Node) -> Value:
        path = reference.path
        if path == ("path",):
            return _FOLDERS[name]
        if path == ("var",):
            return self._variable(name)
        if path == ("local",):
            return self._local(name)
        whole = 3 if path[0] == "data" else 2
        if len(path) < whole and path[0] not in {"module", "terraform"}:
            return Reference((*path, name))
        return self._of_resource(reference, name, node)

    def _of_resource(self, reference: Reference, name: str, node: Node) -> Value:
        path = reference.path
        data = path[0] == "data"
        labels = path[1:] if data else path
        block = self.folder.find("data" if data else "resource", *labels)
        if block is not None:
            if data and labels[0] == "template_file" and name == "rendered":
                return self._template_file(block)
            if labels[0] == "local_file" and name == "content" and "filename" in block.attributes and data:
                return self.folder.read(text_of(self.value(block.attributes["filename"])))
            name_there = _SAME.get((labels[0], name), name)
            if name_there in block.attributes:
                return self._guarded(
                    ".".join((*path, name)),
                    self.of_instance(block, reference.key),
                    block.attributes[name_there],
                )
        return self.holes.make(words(node))

    def _each_value(self, block: Block, key: Value) -> Value:
        if "for_each" not in block.attributes:
            raise FailedError("not one of several")
        values = self.value(block.attributes["for_each"])
        return values[key] if isinstance(values, dict) else key

    def _template_file(self, block: Block) -> Value:
        text = self.value(block.attributes["template"])
        if has_hole(text):
            raise FailedError("a template that is not known here")
        names = self.value(block.attributes["vars"]) if "vars" in block.attributes else {}
        # Its own `$${` were undone where the text was written in the file; in a file of its own they were not.
        return self.template(text, names)

    def _variable(self, name: str) -> Value:
        block = self.folder.find("variable", name)
        own = block.attributes if block else {}
        description = ""
        if "description" in own:
            description = text_of(self.value(own["description"]))
        value, known, starred = self._variable_value(name, own)
        sensitive = "sensitive" in own and self.value(own["sensitive"]) is True
        secret = starred or sensitive or _is_password(name, value)
        hole = self.holes.whole(value)
        if known and (not secret or (hole is not None and hole.secret)):
            return value
        shown = None
        if known and not isinstance(value, list | dict) and value is not None and not has_hole(value):
            shown = text_of(value)
        return self.holes.make(f"var.{name}", secret=secret, description=description, value=shown)

    def _variable_value(self, name: str, own: Mapping[str, Node]) -> tuple[Value, bool, bool]:
        """Return a variable's value, whether it is known, and whether it was given with a star."""
        kind = words(own["type"]) if "type" in own else ""
        argument = self._arguments.get(name)
        if argument is not None and (name not in self._given or not has_hole(argument)):
            return self._completed(argument, own), True, False
        if name in self._given:
            written, texts = self._given[name]
            self.used.add(name)
            return self._completed(from_texts(kind, texts), own), True, written.startswith("*")
        if "default" in own:
            return self._completed(self.value(own["default"]), own), True, False
        return None, False, False

    def _completed(self, value: Value, own: Mapping[str, Node]) -> Value:
        return with_optional(value, own["type"], self) if "type" in own else value

    def _local(self, name: str) -> Value:
        if name not in self._locals:
            found = self.folder.local(name)
            if found is None:
                return self.holes.make(f"local.{name}")
            value = self._guarded(f"local.{name}", self, found)
            if _is_password(name, value):
                value = self.holes.make(f"local.{name}", secret=True, value=value)
            self._locals[name] = value
        return self._locals[name]

    def _guarded(self, path: str, scope: Evaluator, node: Node) -> Value:
        """Return a value that another one asks for; one that asks for itself has none."""
        if path in self._open:
            raise FailedError(f"{path} asks for itself")
        self._open.append(path)
        try:
            return scope.value(node)
        finally:
            self._open.remove(path)

    def _hole(self, node: Node, value: Value) -> str:
        secret = any(hole.secret for hole in self.holes.within(value))
        return self.holes.make(words(node), secret=secret)


# With a hole where one of these wants a list, there is nothing to move.
_NEEDS_LISTS = frozenset(MOVING) - {"format", "tostring", "nonsensitive", "jsonencode"}


def _is_password(name: str, value: Value) -> bool:
    """Tell whether a value is a secret by its name; a place for a password is none, nor are several values."""
    return isinstance(value, str) and value != "" and not has_hole(value) and named_like_a_secret(name)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)
