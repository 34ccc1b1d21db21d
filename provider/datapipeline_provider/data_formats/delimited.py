"""What formats have in common: all of them, and those of separated columns without quotes."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from datapipeline_provider.data_formats import columns
from datapipeline_provider.exceptions import DatapipelineError


class DataFormat(Protocol):
    """A way to write records into a file."""

    extension: ClassVar[str]
    """The ending of a generated file name, without the dot."""
    portable: ClassVar[bool]
    """Whether values have the form of `hooks.portable`, rather than the one they have for Data Pipeline."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns as `name TYPE`; empty if they are not given."""

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values."""


@runtime_checkable
class Delimited(DataFormat, Protocol):
    """A format whose records are lines of separated columns; the three special ones are one character each."""

    @property
    def column_separator(self) -> str:
        """What stands between two columns."""

    @property
    def record_separator(self) -> str:
        """What ends a record."""

    @property
    def escape(self) -> str:
        """What precedes a separator, or itself, inside a value."""

    @property
    def header(self) -> bool:
        """Whether the first record of a file holds the names of the columns."""


class FormatError(DatapipelineError):
    """A format that cannot be read back: its special characters are missing, too long or equal."""

    def __init__(self, name: str, field: str, value: str) -> None:
        super().__init__(
            f"{name}: {field} is {value!r}; it has to be one character, different from the other separators "
            "and the escape character."
        )


def check(data_format: Delimited) -> None:
    """Raise FormatError unless the special characters are single and all different; ColumnsError for `columns`."""
    seen: set[str] = set()
    name = type(data_format).__name__
    for field in ("column_separator", "record_separator", "escape"):
        value = getattr(data_format, field)
        if len(value) != 1 or value in seen:
            raise FormatError(name, field, value)
        seen.add(value)
    columns.check(data_format.columns, name)


def same(one: DataFormat, other: DataFormat) -> bool:
    """Say whether two formats write the same bytes."""
    return _bytes_of(one) == _bytes_of(other)


def _bytes_of(data_format: DataFormat) -> object:
    """Give what decides about the bytes: without a header, the list of columns does not."""
    if not isinstance(data_format, Delimited):
        told = data_format.serialize()
        return told if told.get("header", True) else {**told, "columns": ()}
    names = columns.names(data_format.columns) if data_format.header else ()
    characters = data_format.column_separator, data_format.record_separator, data_format.escape
    return *characters, data_format.header, names
