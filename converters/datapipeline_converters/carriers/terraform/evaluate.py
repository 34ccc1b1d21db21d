"""Knows what Terraform's expressions mean; what only Terraform has is a hole in the value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import yaml

from datapipeline_converters.carriers.json_text import Number, parse_json
from datapipeline_converters.carriers.terraform.folder import Folder
from datapipeline_converters.carriers.terraform.functions import (
    LARGEST,
    LOOKING,
    MOVING,
    FailedError,
    Set,
    Value,
    check_size,
    elements,
    number_of,
    text_of,
)
from datapipeline_converters.carriers.terraform.holes import Hole, Holes, has_hole, without_texts
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
_LISTS = ("list", "tuple")
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
        scope = self.within(**names) if names else self
        if len(parts) == 1 and parts[0].kind == "value" and parts[0].node is not None:
            return scope.value(parts[0].node)
        result, rest = scope._pieces(_trimmed(list(parts)), frozenset())
        if rest:
            raise FailedError(f"%{{{rest[0].kind}}} without its beginning")
        return result

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

    def _pieces(self, parts: list[Part], ends: frozenset[str]) -> tuple[str, list[Part]]:
        """Return the text up to one of the ends, and the parts from there on."""
        result = ""
        while parts:
            part = parts.pop(0)
            if len(result) > LARGEST:
                raise FailedError("a text that is too large")
            if part.kind in ends:
                return result, [part, *parts]
            if part.kind == "text":
                result += part.text
            elif part.kind == "value" and part.node is not None:
                result += text_of(self.value(part.node))
            elif part.kind == "if":
                result += self._branches(part, parts)
            elif part.kind == "for":
                result += self._loop(part, parts)
            else:
                raise FailedError(f"%{{{part.kind}}} without its beginning")
        if ends:
            raise FailedError("a template without its %{endif} or %{endfor}")
        return result, []

    def _branches(self, part: Part, parts: list[Part]) -> str:
        chosen = self._condition(part)
        first, rest = self._pieces(parts, frozenset({"else", "endif"}))
        second = ""
        if rest[0].kind == "else":
            second, rest = self._pieces(rest[1:], frozenset({"endif"}))
        parts[:] = rest[1:]
        return first if chosen else second

    def _condition(self, part: Part) -> bool:
        value = self.value(part.node) if part.node is not None else None
        if has_hole(value):
            raise FailedError("a template's condition that has no value here")
        return value in (True, "true")

    def _loop(self, part: Part, parts: list[Part]) -> str:
        body, rest = list(parts), parts
        result = ""
        for key, value in self._elements(self.value(part.node) if part.node is not None else []):
            scope = self.within(**_loop_names(part.names, key, value))
            text, rest = scope._pieces(list(body), frozenset({"endfor"}))
            result += text
        if rest is parts:
            rest = _behind_loop(body)
        parts[:] = rest[1:]
        return result

    def _elements(self, value: Value) -> list[tuple[Value, Value]]:
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
            return LOOKING[name](*values)
        return self._hole(node, values)

    def _decoded(self, name: str, text: str) -> Value:
        if name == "jsondecode":
            return _plain(parse_json(text, self.source)[0])
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
            self.within(**_loop_names(names, key, value))
            for key, value in self._elements(self.value(sequence))
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
        secret = starred or ("sensitive" in own and self.value(own["sensitive"]) is True)
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
            return self._completed(_typed(kind, texts), own), True, written.startswith("*")
        if "default" in own:
            return self._completed(self.value(own["default"]), own), True, False
        return None, False, False

    def _completed(self, value: Value, own: Mapping[str, Node]) -> Value:
        """Return a variable's value with what its type says of the attributes that are not given."""
        return self._with_optional(value, own["type"]) if "type" in own else value

    def _with_optional(self, value: Value, kind: Node) -> Value:
        name, nodes = _called(kind)
        if name == "object" and nodes and isinstance(value, dict):
            result = dict(value)
            for key, of_key in _entries(nodes[0]):
                inner_name, arguments = _called(of_key)
                if inner_name == "optional" and arguments:
                    if result.get(key) is None:
                        result[key] = self.value(arguments[1]) if len(arguments) > 1 else None
                    of_key = arguments[0]
                if result.get(key) is not None:
                    result[key] = self._with_optional(result[key], of_key)
            return result
        if name == "map" and nodes and isinstance(value, dict):
            return {key: self._with_optional(item, nodes[0]) for key, item in value.items()}
        if name in {"list", "set"} and nodes and isinstance(value, list):
            return type(value)(self._with_optional(item, nodes[0]) for item in value)
        return value

    def _local(self, name: str) -> Value:
        if name not in self._locals:
            found = self.folder.local(name)
            if found is None:
                return self.holes.make(f"local.{name}")
            self._locals[name] = self._guarded(f"local.{name}", self, found)
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
        secret = any(hole.secret for hole in self._within(value))
        return self.holes.make(words(node), secret=secret)

    def _within(self, value: Value) -> list[Hole]:
        return self.holes.within(value)


# With a hole where one of these wants a list, there is nothing to move.
_NEEDS_LISTS = frozenset(MOVING) - {"format", "tostring", "nonsensitive", "jsonencode"}


def _called(node: Node) -> tuple[str, list[Node]]:
    """Return the name and the arguments of a function's call; "" where it is none."""
    while node.data == "expr_term":
        trees = [part for part in inner(node) if hasattr(part, "data")]
        if len(trees) != 1:
            return "", []
        node = trees[0]
    if node.data != "function_call":
        return "", []
    parts = inner(node)
    written = next((inner(part) for part in parts if getattr(part, "data", "") == "arguments"), [])
    return words(parts[0]), [part for part in written if hasattr(part, "data")]


def _entries(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the keys and the values of an object as it is written."""
    for part in node.iter_subtrees_topdown():
        if part.data == "object":
            for element in inner(part):
                if getattr(element, "data", "") == "object_elem":
                    pieces = inner(element)
                    yield words(pieces[0]).strip('"'), pieces[-1]
            return


def _loop_names(names: tuple[str, ...], key: Value, value: Value) -> dict[str, Value]:
    return {names[0]: value} if len(names) == 1 else {names[0]: key, names[1]: value}


def _trimmed(parts: list[Part]) -> list[Part]:
    """Return the parts without the white space that `~` takes away."""
    result = list(parts)
    for number, part in enumerate(parts):
        before, behind = part.trims
        if before and number and result[number - 1].kind == "text":
            result[number - 1] = replace(result[number - 1], text=result[number - 1].text.rstrip())
        if behind and number + 1 < len(result) and result[number + 1].kind == "text":
            result[number + 1] = replace(result[number + 1], text=result[number + 1].text.lstrip())
    return result


def _behind_loop(parts: list[Part]) -> list[Part]:
    """Return the parts from the end of a loop on that has no elements."""
    depth = 0
    for number, part in enumerate(parts):
        if part.kind == "for":
            depth += 1
        elif part.kind == "endfor":
            if depth == 0:
                return parts[number:]
            depth -= 1
    raise FailedError("a template without its %{endfor}")


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def _typed(kind: str, texts: tuple[str, ...]) -> Value:
    """Return a given value as its variable's type wants it."""
    if kind.startswith("set"):
        return Set(sorted(texts))
    if kind.startswith(_LISTS) and not (len(texts) == 1 and texts[0].startswith("[")):
        return list(texts)
    if len(texts) != 1:
        return list(texts)
    if kind.startswith(("map", "object", *_LISTS)):
        return _plain(parse_json(texts[0], "--set")[0])
    if kind == "number":
        return number_of(texts[0])
    if kind == "bool":
        return texts[0].lower() == "true"
    return texts[0]


def _plain(value: Any) -> Value:
    """Return what JSON gave as Terraform has it: numbers are numbers."""
    if isinstance(value, Number):
        return number_of(str(value))
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
