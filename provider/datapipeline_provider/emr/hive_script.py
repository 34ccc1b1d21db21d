"""Puts together the script that Hive runs: the tables it needs, and the user's own text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.data_nodes.dynamo_db_data_node import DynamoDBDataNode
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.emr import hive_tables, staged_names
from datapipeline_provider.emr.sql_staging import FORMAT, NULL_TEXT
from datapipeline_provider.emr.staged import directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider.emr.sql_staging import SqlStaging
    from datapipeline_provider.emr.staged import Staged


def script(text: str, found: Sequence[Staged], tables: Mapping[str, str], staging: SqlStaging) -> str:
    """Return the whole script, and stage what it needs.

    :param text: the user's
    :param tables: see `staged.table_names`
    :raises StagingError: if something cannot be a table
    """
    if not found:
        return text
    made = [statement for each in found for statement in _statements(each, tables[each.name], staging)]
    before = "".join(f"{statement};\n" for statement in made)
    after = "".join(f"{hive_tables.drop(tables[each.name])};\n" for each in found)
    return f"{before}\n{staged_names.replaced(text, tables)}\n;\n\n{after}"


def _statements(each: Staged, table: str, staging: SqlStaging) -> list[str]:
    return [hive_tables.drop(table), *_created(each, table, staging)]


def _created(each: Staged, table: str, staging: SqlStaging) -> list[str]:
    node = each.node
    if isinstance(node, SqlDataNode):
        columns = staging.columns(node) if each.written else staging.export(node, each.directory)
        rows = hive_tables.delimited_with_null(FORMAT.column_separator, FORMAT.escape, NULL_TEXT)
        return [hive_tables.text_table(table, columns, rows, each.directory)]
    if isinstance(node, S3DataNode) and not node.is_directory and not each.written:
        created = hive_tables.create(each.name, table, node, each.directory, written=False)
        staging.bring(node, each.directory)
        return created
    location = None if isinstance(node, DynamoDBDataNode) else directory(node)
    return hive_tables.create(each.name, table, node, location, written=each.written)
