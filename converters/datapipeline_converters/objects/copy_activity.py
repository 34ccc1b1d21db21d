"""CopyActivity: copies data between S3 and databases."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import ACTIVITY, Activity
from datapipeline_converters.plan import Call

# What Data Pipeline's files cannot carry.
_LOSSES = (
    "the operator's `output`; a value with a line feed, which Data Pipeline's files cannot carry, fails the copy: "
    "`--file-format quoted-csv` carries it, `--unwritable space` puts a space there"
)


@dataclass(frozen=True, kw_only=True)
class CopyActivity(Activity):
    """One input copied to one output, record by record or as whole objects."""

    page = "dp-object-copyactivity"
    verdicts = verdict_table(
        ACTIVITY, {"input": exact("the operator's `input`"), "output": exact("the operator's `output`")}
    )

    def operator(self, context: Context) -> Call:
        """Return the copy operator."""
        source = context.get(self.only("input")).as_data_node(context)
        sink = context.get(self.only("output")).as_output(context)
        if source.path.endswith(".SqlDataNode") and _is_unquoted(sink):
            context.note(self.id, "output", exact(_LOSSES))
        return Call(
            "datapipeline_provider.operators.copy_activity.CopyActivityOperator",
            {"input": source, "output": sink, **context.chosen(self, "unwritable", "exactly_once")},
        )


def _is_unquoted(node: Call) -> bool:
    """Tell whether a data node is a file in Data Pipeline's own dialect."""
    data_format = node.arguments.get("data_format")
    path = data_format.path if isinstance(data_format, Call) else "CSV"
    return node.path.endswith(".S3DataNode") and path.endswith(("CSV", "TSV")) and "Quoted" not in path
