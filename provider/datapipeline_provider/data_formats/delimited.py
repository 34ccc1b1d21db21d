"""What every text format of separated columns has in common."""

from __future__ import annotations

from typing import ClassVar, Protocol

from datapipeline_provider.exceptions import DatapipelineError


class DataFormat(Protocol):
    """A format whose records are lines of separated columns; each property is one character."""

    extension: ClassVar[str]
    """The ending of a generated file name, without the dot."""

    @property
    def column_separator(self) -> str:
        """What stands between two columns."""

    @property
    def record_separator(self) -> str:
        """What ends a record."""

    @property
    def escape(self) -> str:
        """What precedes a separator, or itself, inside a value."""

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values."""


class FormatError(DatapipelineError):
    """A format that cannot be read back: its special characters are missing, too long or equal."""

    def __init__(self, name: str, field: str, value: str) -> None:
        super().__init__(
            f"{name}: {field} is {value!r}; it has to be one character, different from the other separators "
            "and the escape character."
        )


def check(data_format: DataFormat) -> None:
    """Raise FormatError unless the three special characters are single and all different."""
    seen: set[str] = set()
    for field in ("column_separator", "record_separator", "escape"):
        value = getattr(data_format, field)
        if len(value) != 1 or value in seen:
            raise FormatError(type(data_format).__name__, field, value)
        seen.add(value)


def same(one: DataFormat, other: DataFormat) -> bool:
    """Say whether two formats write the same bytes."""
    return _characters(one) == _characters(other)


def _characters(data_format: DataFormat) -> tuple[str, str, str]:
    return data_format.column_separator, data_format.record_separator, data_format.escape
