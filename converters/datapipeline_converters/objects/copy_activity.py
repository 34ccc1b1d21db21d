"""CopyActivity: copies data between S3 and databases."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import ACTIVITY, Activity
from datapipeline_converters.plan import Call


@dataclass(frozen=True, kw_only=True)
class CopyActivity(Activity):
    """One input copied to one output, record by record or as whole objects."""

    page = "dp-object-copyactivity"
    verdicts = verdict_table(
        ACTIVITY, {"input": exact("the operator's `input`"), "output": exact("the operator's `output`")}
    )

    def operator(self, context: Context) -> Call:
        """Return the copy operator."""
        return Call(
            "datapipeline_provider.operators.copy_activity.CopyActivityOperator",
            {
                "input": context.get(self.only("input")).as_data_node(context),
                "output": context.get(self.only("output")).as_data_node(context),
            },
        )
