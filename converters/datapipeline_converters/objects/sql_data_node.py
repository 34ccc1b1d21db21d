"""SqlDataNode: a table in any database that JDBC reaches."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.objects.table import TABLE, TableNode


@dataclass(frozen=True, kw_only=True)
class SqlDataNode(TableNode):
    """A table and the queries that read and write it."""

    page = "dp-object-sqldatanode"
    verdicts = TABLE
