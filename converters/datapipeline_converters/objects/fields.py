"""Knows how a field's values become an attribute: the annotation says which reading holds."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from math import isfinite
from typing import Any, NewType, Protocol

from datapipeline_converters.definition import Ref, Value
from datapipeline_converters.names import camel_case
from datapipeline_converters.periods import Period, parse_period
from datapipeline_converters.plan import FieldText

Secret = NewType("Secret", str)
# Part of a connection, which the user can fill in there: no value is needed at conversion.
ConnectionText = NewType("ConnectionText", str)

_IDENTITY = frozenset({"id", "name", "type", "trouble"})

# What tools that make definitions of templates put their values in the place of.
_PLACEHOLDER = re.compile(r"\$\{[^{}]+\}|\{\{[^{}]+\}\}|<%=?[^<>%]+%>")

# Bare numbers in these fields count hours (EmrCluster declares it so, and people write it everywhere).
_HOURS = frozenset({"terminateAfter"})


class Reader(Protocol):
    """Binds a field's text for one object."""

    def text(self, field: str, text: str) -> FieldText:
        """Return a text as a template for run time."""

    def constant(self, field: str, text: str) -> tuple[str, ...] | None:
        """Return what a text is once parameters have their values; None when one has none."""


class FieldError(Exception):
    """A value is not what the field takes; the text is for the user."""


def read_field(reader: Reader, key: str, values: tuple[Value, ...], annotation: Any) -> Any:
    """Return the attribute for a field.

    :param annotation: the attribute's type: how the field is to be read
    :raises FieldError: when a value does not fit
    """
    many = typing.get_origin(annotation) is tuple
    readings = [typing.get_args(annotation)[0]] if many else _alternatives(annotation)
    results = [result for value in values for result in _read(reader, key, value, readings)]
    if many:
        return tuple(results)
    if len(results) > 1:
        raise FieldError(f"takes one value and has {len(results)}.")
    return results[0] if results else None


def attributes(cls: Any) -> Mapping[str, tuple[str, Any]]:
    """Return a type's attributes with the keys and annotations of their fields, identity aside."""
    return _attributes(cls)


@cache
def _attributes(cls: Any) -> Mapping[str, tuple[str, Any]]:
    hints = typing.get_type_hints(cls)
    names = [item.name for item in fields(cls) if item.name not in _IDENTITY]
    return {
        name: (("*" if Secret in _alternatives(hints[name]) else "") + camel_case(name), hints[name])
        for name in names
    }


def is_for_connection(annotation: Any) -> bool:
    """Tell whether a field goes to a connection: it may hold a secret, and the user may fill it in there."""
    parts = {part for item in typing.get_args(annotation) for part in (item, *typing.get_args(item))}
    return bool({Secret, ConnectionText} & parts)


def texts(cls: Any) -> frozenset[str]:
    """Return the keys of a type's fields that are texts with expressions."""
    return frozenset(
        key for key, hint in attributes(cls).values() if FieldText in (*typing.get_args(hint), hint)
    )


def _alternatives(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        return [item for item in typing.get_args(annotation) if item is not types.NoneType]
    return [annotation]


def _read(reader: Reader, key: str, value: Value, readings: list[Any]) -> list[Any]:
    if isinstance(value, Ref):
        if Ref not in readings:
            raise FieldError(f"takes text and refers to {value.id!r}.")
        return [value]
    if Ref in readings:
        raise FieldError(f"takes a reference and has the text {value!r}.")
    if FieldText in readings:
        return [reader.text(key, value)]
    constants = reader.constant(key, value)
    return [_first_that_fits(key, constant, value, readings) for constant in constants or ()]


def _first_that_fits(key: str, text: str, written: str, readings: list[Any]) -> Any:
    """Return what a text is.

    :param written: the text before its parameters had their values
    """
    faults = []
    for reading in readings:
        try:
            return _literal(text, reading) if typing.get_origin(reading) else _READINGS[reading](key, text)
        except ValueError as error:
            faults.append(str(error))
    raise FieldError(f"{faults[0]}{whence(text, written)}")


def whence(text: str, written: str) -> str:
    """Return a sentence on where a text that does not fit comes from, and what to do there; "" where it stands as it is.

    :param written: the text before its parameters had their values
    """
    if placeholder := _PLACEHOLDER.search(text):
        return (
            f" {placeholder[0]} is a placeholder that another tool fills in: give the file that this tool makes, or "
            "write the value in its place."
        )
    if text != written and "#{" in written:
        return f" That is what {written!r} comes to: give the parameter another value, with --set NAME=VALUE say."
    return ""


def _literal(text: str, reading: Any) -> str:
    if text.strip().lower() in typing.get_args(reading):
        return text.strip().lower()
    allowed = ", ".join(typing.get_args(reading))
    raise ValueError(f"{text!r} is not one of: {allowed}.")


def _period(key: str, text: str) -> Period:
    return parse_period(text, "hour" if key in _HOURS else "")


def _integer(key: str, text: str) -> int:
    most = 9  # digits: what follows must fit into Airflow's database
    digits = text.strip().removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{text!r} is no whole number.")
    if len(digits.lstrip("0")) > most:
        raise ValueError(f"a number of {len(digits)} digits is too large: it may have {most}.")
    return int(text)


def _number(key: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number.") from None
    if not isfinite(number):
        raise ValueError(f"{text!r} is no number.")
    return number


def _boolean(key: str, text: str) -> bool:
    if text.strip().lower() not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false.")
    return text.strip().lower() == "true"


def _date_time(key: str, text: str) -> datetime:
    return parse_moment(text)


def parse_moment(text: str) -> datetime:
    """Return a moment from its text, UTC, to the second, without a zone.

    :raises ValueError: with a sentence for the user
    """
    try:
        moment = datetime.fromisoformat(text.strip().replace("z", "Z"))
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # an offset can lead out of the years 1 to 9999
        raise ValueError(f"{text!r} is no moment. Write it like 2024-01-31T06:00:00 (UTC).") from None
    return moment.replace(microsecond=0)


_READINGS: Mapping[Any, Callable[[str, str], Any]] = {
    str: lambda key, text: text,
    Secret: lambda key, text: Secret(text),
    ConnectionText: lambda key, text: ConnectionText(text),
    Period: _period,
    int: _integer,
    float: _number,
    bool: _boolean,
    datetime: _date_time,
}
