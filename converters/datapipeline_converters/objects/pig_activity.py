"""PigActivity: runs a Pig script on an EMR cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated, exact, verdict_table
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.script_on_cluster import OWN_SCRIPT, OwnScript
from datapipeline_converters.plan import Call, FieldText

_ESCAPES = approximated(
    "Pig's own storage reads and writes it, which knows no escape character: a separator inside a value separates",
    "Choose a separator that no value has.",
)


@dataclass(frozen=True, kw_only=True)
class PigActivity(OwnScript):
    """One Pig script, in the definition or in S3, with its data as relations where `stage` is on."""

    script: FieldText | None = None
    stage: bool = False

    page = "dp-object-pigactivity"
    names = re.compile(OwnScript.names.pattern, re.IGNORECASE | re.ASCII)
    verdicts = verdict_table(
        OWN_SCRIPT,
        {
            "script": exact("the operator's `script`"),
        },
    )

    def operator(self, context: Context) -> Call:
        """Return the Pig operator."""
        return Call(
            "datapipeline_provider.operators.pig_activity.PigActivityOperator",
            {**self.around(context), **self.scripted(context, "script", self.script, stage=self.stage)},
        )

    def node_for(self, context: Context, side: str, ref: Ref) -> Call:
        """Return the data node for an input or output; what is stored has the columns that the script gives it."""
        component = context.get(ref)
        if not component.in_s3:
            raise CannotConvertError(refusals.NOT_FOR_PIG, type=component.type, id=ref.id)
        format_ref: Ref | None = getattr(component, "data_format", None)
        if format_ref is None:
            raise CannotConvertError(refusals.NO_COLUMNS_FOR_PIG, type=component.type, id=ref.id)
        if side == "output" and context.get(format_ref).only_read:
            raise CannotConvertError(refusals.NOT_WRITTEN_BY_PIG, type=component.type, id=ref.id)
        node = component.as_staged(context, columns=side == "input")
        data_format = node.arguments["data_format"]
        if isinstance(data_format, Call) and data_format.path.endswith((".CSV", ".TSV")):
            context.note(ref.id, "dataFormat", _ESCAPES)
        return node
