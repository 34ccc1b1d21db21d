"""MySqlDataNode: the older spelling of SqlDataNode."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.objects.table import TABLE, TableNode


@dataclass(frozen=True, kw_only=True)
class MySqlDataNode(TableNode):
    """A table in MySQL and the queries that read and write it."""

    page = "dp-object-mysqldatanode"
    verdicts = TABLE
