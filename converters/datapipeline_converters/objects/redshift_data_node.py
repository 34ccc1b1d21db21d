"""RedshiftDataNode: a table in Redshift."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import later
from datapipeline_converters.objects.runnable import DATA_NODE, DataNode
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class RedshiftDataNode(DataNode):
    """A table that is loaded or unloaded, with the keys by which its rows are told apart."""

    database: Ref
    table_name: FieldText
    schema_name: FieldText | None = None
    create_table_sql: FieldText | None = None
    primary_keys: tuple[FieldText, ...] = ()

    page = "dp-object-redshiftdatanode"
    awaits = "tables of Redshift"
    verdicts = verdict_table(
        DATA_NODE,
        {
            "createTableSql": later(
                "Run it before the load, with Amazon's `RedshiftDataOperator`, where the table is missing."
            ),
            "database": later("It is the connection of the operator that you write."),
            "primaryKeys": later("They are `upsert_keys` of Amazon's `S3ToRedshiftOperator`."),
            "schemaName": later(
                "It is `schema` of Amazon's `S3ToRedshiftOperator` and `RedshiftToS3Operator`; PUBLIC if unset."
            ),
            "tableName": later(
                "It is `table` of Amazon's `S3ToRedshiftOperator` and `RedshiftToS3Operator`."
            ),
        },
    )
