"""SqlActivity: runs a script in a database."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import ACTIVITY, ORDER, Activity
from datapipeline_converters.plan import Argument, Call, FieldText


@dataclass(frozen=True, kw_only=True)
class SqlActivity(Activity):
    """One SQL script, in the definition or in S3."""

    database: Ref
    script: FieldText | None = None
    script_uri: FieldText | None = None
    script_argument: tuple[FieldText, ...] = ()
    queue: FieldText | None = None

    page = "dp-object-sqlactivity"
    verdicts = verdict_table(
        ACTIVITY,
        {
            "database": exact("the operator's `conn_id`"),
            "input": ORDER,
            "output": ORDER,
            "queue": exact("the operator's `query_group`"),
            "script": exact("the operator's `sql`"),
            "scriptArgument": exact("the operator's `parameters`"),
            "scriptUri": exact("the operator's `script_uri`"),
        },
    )

    def operator(self, context: Context) -> Call:
        """Return the SQL operator."""
        arguments: dict[str, Argument] = {"conn_id": context.get(self.database).as_connection(context)}
        arguments |= {"sql": self.script} if self.script else {"script_uri": self.script_uri}
        if self.script_argument:
            arguments["parameters"] = self.script_argument
        if self.queue:
            arguments["query_group"] = self.queue
        table = self._table_to_create(context)
        if table is not None:
            arguments["output"] = table
            context.note(
                self.id, "output", exact("its `createTableSql` runs first where the table is missing")
            )
        return Call("datapipeline_provider.operators.sql_activity.SqlActivityOperator", arguments)

    def _table_to_create(self, context: Context) -> Call | None:
        """Return the output where it is a table that may have to be created first."""
        if not self.output:
            return None
        output = context.get(self.only("output"))
        return output.as_table(context) if getattr(output, "create_table_sql", None) is not None else None
