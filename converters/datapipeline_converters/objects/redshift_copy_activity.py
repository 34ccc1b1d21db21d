"""RedshiftCopyActivity: loads a table of Redshift from S3 or DynamoDB, or unloads one to S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import STAGED, later
from datapipeline_converters.objects.runnable import ACTIVITY, Activity
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class RedshiftCopyActivity(Activity):
    """A load by way of a staging table, whose rows then go into the target as `insertMode` says."""

    insert_mode: Literal["keep_existing", "overwrite_existing", "truncate", "append"]
    command_options: tuple[FieldText, ...] = ()
    transform_sql: FieldText | None = None
    queue: FieldText | None = None

    page = "dp-object-redshiftcopyactivity"
    awaits = "loads and unloads of Redshift tables"
    verdicts = verdict_table(
        ACTIVITY,
        STAGED,
        {
            "commandOptions": later(
                "Put it into `copy_options` of Amazon's `S3ToRedshiftOperator`, or `unload_options` of its "
                "`RedshiftToS3Operator`."
            ),
            "insertMode": later(
                "Amazon's `S3ToRedshiftOperator` has a `method`: REPLACE is TRUNCATE, UPSERT is OVERWRITE_EXISTING; for "
                "KEEP_EXISTING insert the missing rows from a staging table."
            ),
            "queue": later("Begin the statements with `SET query_group TO …;`."),
            "runsOn": later("An Airflow worker runs the operator that you write; it needs no machine."),
            "transformSql": later(
                "Load a staging table, and insert into the target what this selects from it."
            ),
            "workerGroup": later("An Airflow worker runs the operator that you write."),
        },
    )
