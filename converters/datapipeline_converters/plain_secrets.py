"""Finds where a secret stands in plain text in a definition: the places and the kinds, never the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from datapipeline_converters.definition import Definition, PipelineObject, Value
from datapipeline_converters.expressions import names_in, starred_names_in
from datapipeline_converters.passwords import (
    PASSWORD,
    expressions_for_passwords,
    expressions_for_separate_passwords,
    holds_password,
    is_a_telling_secret,
    kinds_in,
    named_like_a_secret,
    own_name_of_a_secret,
    passwords_in,
    separate_passwords,
)

# The kinds beyond those of `passwords`.
STARRED = "value of a field that is kept secret"
NAMED = "value of what is named like a secret"
FLOWING = "value that ends in a secret field"

# The field of a secret that stands in the definition's block of parameter values.
VALUES = "values"
# The fields that say what something is called: a password that is the same as one of them would be found everywhere.
_CALLED = frozenset(
    {
        "id",
        "name",
        "type",
        "username",
        "databaseName",
        "clusterId",
        "rdsInstanceId",
        "tableName",
        "role",
        "resourceRole",
    }
)
# What a masked value is written with.
_MASKS = frozenset("*x•.")


@dataclass(frozen=True)
class PlainSecret:
    """One place where a secret stands in plain text.

    :param object_id: the object; a parameter's id, its star included, where `parameter` says so
    :param field: the object's field; the parameter's attribute, or `values` for its value
    :param kind: what it is, in words for the user
    """

    object_id: str
    field: str
    kind: str
    parameter: bool = False

    @property
    def in_text(self) -> bool:
        """Whether it stands in a longer text, a command say, and is not the whole value."""
        return self.kind not in {STARRED, NAMED, FLOWING}

    @property
    def place(self) -> str:
        """The place, for the user."""
        if not self.parameter:
            return f"object `{self.object_id}`, field `{self.field}`"
        if self.field == VALUES:
            return f"value of parameter `{self.object_id}`"
        return f"parameter `{self.object_id}`, attribute `{self.field}`"


def find_plain_secrets(definition: Definition) -> tuple[PlainSecret, ...]:
    """Return every place where a secret stands in plain text, in the order of the definition, each kind once.

    A text that only names a parameter or another field holds none; nor does one that is masked.
    """
    secret, again = names_in_secret_fields(definition, {}), typed_secrets(definition, {})
    found: dict[PlainSecret, None] = {}
    for item in definition.objects.values():
        for key in item.fields:
            for kind in _kinds_of_field(item, key, secret, again):
                found.setdefault(PlainSecret(item.id, key, kind))
    for parameter in definition.parameters.values():
        for key, values in parameter.attributes.items():
            for kind in _kinds(
                f"*{parameter.name}" if parameter.starred else parameter.name, values, secret, again
            ):
                if key in {"default", "allowedValues"} or kind not in {STARRED, NAMED, FLOWING}:
                    found.setdefault(PlainSecret(parameter.id, key, kind, parameter=True))
    for name, values in definition.values.items():
        for kind in _kinds(name, values, secret, again):
            found.setdefault(PlainSecret(name, VALUES, kind, parameter=True))
    return tuple(found)


def typed_secrets(definition: Definition, given: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the passwords that stand somewhere in a definition and are told from everything else, the longest first.

    :param given: values from files and the command line
    """
    called = {*definition.objects, *definition.parameters}
    for key, texts in _sources(definition, given):
        if key in _CALLED:
            called.update(texts)
    return tuple(sorted(typed_passwords(definition, given) - called, key=lambda word: (-len(word), word)))


def typed_passwords(definition: Definition, given: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the passwords that stand somewhere in a definition, but for those that may be anything.

    :param given: values from files and the command line
    """
    found: set[str] = set()
    for key, texts in _sources(definition, given):
        found.update(password for text in texts for password in passwords_in(text))
        found.update(texts[place] for place in separate_passwords(texts))
        if key.startswith("*") or key == "password" or own_name_of_a_secret(key):
            found.update(text for text in texts if _is_literal(text))
    return frozenset(word for word in found if "#{" not in word and is_a_telling_secret(word))


def _sources(definition: Definition, given: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, list[str]]]:
    """Yield all texts, those of one field or value together, with the field's key or the parameter's id."""
    for item in definition.objects.values():
        yield from ((key, _texts(values)) for key, values in item.fields.items())
    yield from ((parameter.id, list(parameter.default)) for parameter in definition.parameters.values())
    yield from ((name, list(values)) for name, values in (*definition.values.items(), *given.items()))


def names_in_secret_fields(definition: Definition, given: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return the names whose value ends in a starred field, over any number of steps, or that are named with a star.

    The field decides what is secret, not the parameter; so does the place in a command where passwords stand.

    :param given: values from files and the command line
    """
    texts: dict[str, set[str]] = {}
    for item in definition.objects.values():
        for key, values in item.fields.items():
            texts.setdefault(key, set()).update(value for value in values if isinstance(value, str))
    for name, parameter in definition.parameters.items():
        texts.setdefault(name, set()).update(parameter.default)
    for name, values in (*definition.values.items(), *given.items()):
        texts.setdefault(name.removeprefix("*"), set()).update(values)
    found: set[str] = set()
    lists = [_texts(values) for item in definition.objects.values() for values in item.fields.values()]
    separate = [expression for values in lists for expression in expressions_for_separate_passwords(values)]
    waiting = {name for expression in separate for name in names_in(expression)}
    waiting |= {
        name for key in texts if key.startswith("*") for text in texts[key] for name in names_in(text)
    }
    for key, known in texts.items():
        waiting |= {name for text in known for name in starred_names_in(text)}
        waiting |= {
            name
            for text in known
            for expression in expressions_for_passwords(text)
            for name in names_in(expression)
        }
        if own_name_of_a_secret(key):
            waiting |= {name for text in known for name in names_in(text)}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= {inner for text in texts.get(name, ()) for inner in names_in(text)} - found
    return found


def _kinds_of_field(
    item: PipelineObject, key: str, secret: Iterable[str], again: Sequence[str]
) -> Iterator[str]:
    texts = _texts(item.fields[key])
    # Names of Data Pipeline's own fields say something else (`keyPair`), and none but a starred one holds a secret.
    own = key.startswith(("*", "my")) or key == "password"
    yield from _kinds(key if own else "", texts, secret, again)


def _texts(values: Iterable[Value]) -> list[str]:
    """Return the texts of a field's values, references as empty ones: their places count."""
    return [value if isinstance(value, str) else "" for value in values]


def _kinds(name: str, values: Sequence[str], secret: Iterable[str], again: Sequence[str]) -> Iterator[str]:
    """Yield the kinds of secrets in the values that a name has.

    :param name: "" where it says nothing
    :param again: passwords that stand somewhere in the definition
    """
    for text in values:
        inside = list(kinds_in(text))
        yield from inside
        if inside:
            continue
        repeated = holds_password(text, again)
        if not name or not _is_literal(text):
            if repeated:
                yield PASSWORD
            continue
        if name.startswith("*"):
            yield STARRED
        elif named_like_a_secret(name):
            yield NAMED
        elif name in secret:
            yield FLOWING
        elif repeated:
            yield PASSWORD
    if any(True for _ in separate_passwords(values)):
        yield PASSWORD


def _is_literal(text: str) -> bool:
    """Tell whether a text is a value: not empty, no expression, not masked."""
    return "#{" not in text and not set(text.strip()) <= _MASKS
