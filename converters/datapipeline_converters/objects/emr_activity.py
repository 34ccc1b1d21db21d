"""EmrActivity: runs steps on an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import approximated, exact, verdict_table
from datapipeline_converters.objects.cluster_activity import CLUSTER_ACTIVITY, HANDLES, RESIZING
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.plan import Argument, Call, FieldText

_BACKSLASHES = approximated(
    r"a `\,` or `\\,` in it is taken for a comma inside an argument, another `\\` for one backslash",
    "Look at the arguments of the step in a first run.",
)


@dataclass(frozen=True, kw_only=True)
class EmrActivity(Activity):
    """Steps of a cluster, one after another, with commands before and after them."""

    step: tuple[FieldText, ...] = ()
    pre_step_command: tuple[FieldText, ...] = ()
    post_step_command: tuple[FieldText, ...] = ()
    resize_cluster_before_running: bool = False
    resize_cluster_max_instances: int | None = None

    page = "dp-object-emractivity"
    works_on_cluster = True
    one_at_a_time = True
    verdicts = verdict_table(
        CLUSTER_ACTIVITY,
        HANDLES,
        RESIZING,
        {
            "postStepCommand": exact("the operator's `post_step_commands`: a step each, after the others"),
            "preStepCommand": exact("the operator's `pre_step_commands`: a step each, before the others"),
            "step": exact("the operator's `steps`"),
        },
    )

    def operator(self, context: Context) -> Call:
        """Return the operator that runs the steps."""
        texts = {
            "pre_step_commands": self.pre_step_command,
            "steps": self.step,
            "post_step_commands": self.post_step_command,
        }
        given: dict[str, Argument] = {name: values for name, values in texts.items() if values}
        if not given:
            raise CannotConvertError(
                "EmrActivity has neither a step nor a command, so there is nothing to run."
            )
        if any("\\" in step.source for step in self.step):
            context.note(self.id, "step", _BACKSLASHES)
        return Call(
            "datapipeline_provider.operators.emr_activity.EmrActivityOperator",
            {**self.cluster(context), **given},
        )
