"""Parquet: typed columns, compressed inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats import columns as lists
from datapipeline_provider.exceptions import DatapipelineError

CODECS = ("snappy", "zstd", "gzip", "none")


class CodecError(DatapipelineError):
    """A codec that Parquet does not have here."""

    def __init__(self, codec: str) -> None:
        super().__init__(f"Parquet: codec is {codec!r}; valid: {', '.join(CODECS)}.")


@dataclass
class Parquet:
    r"""A Parquet file; needs the extra `parquet` (pyarrow).

    Columns are strings, except for those that `columns` gives a type of SQL: integers, DECIMAL(p,s), REAL, DOUBLE,
    BOOLEAN, DATE, TIMESTAMP and binary become Parquet's own. A value that is not of its type is an error. In a
    column of strings a binary value is `\x` and hexadecimal digits, which a binary column of a database takes. Row
    groups are small (some MiB), so that memory stays bounded when writing; when reading it is bounded by the
    file's own row groups.

    :param columns: entries `name TYPE`. The names replace the query's.
    :param codec: how pages are compressed: `snappy`, `zstd`, `gzip` or `none`. A data node's `compression` stays
        `none`, since readers do not take a compressed Parquet file.
    :raises ColumnsError: an entry has no name, or two have the same.
    :raises CodecError: another codec.
    """

    columns: tuple[str, ...] = ()
    codec: str = "snappy"

    extension: ClassVar[str] = "parquet"
    portable: ClassVar[bool] = True
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.columns = tuple(self.columns)
        lists.check(self.columns, "Parquet")
        if self.codec not in CODECS:
            raise CodecError(self.codec)

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {"type": "Parquet", "columns": list(self.columns), "codec": self.codec}
