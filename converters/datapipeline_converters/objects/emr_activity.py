"""EmrActivity: runs steps on an EMR cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.ledger import approximated, emulated, exact, verdict_table
from datapipeline_converters.objects import serverless
from datapipeline_converters.objects.cluster_activity import CLUSTER_ACTIVITY, HANDLES, RESIZING
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.plan import Argument, Call, FieldText

_BACKSLASHES = approximated(
    r"a `\,` or `\\,` in it is taken for a comma inside an argument, another `\\` for one backslash",
    "Look at the arguments of the step in a first run.",
)
_AS_JOBS = emulated(
    "the operator's `steps`: each becomes a job run; where its processes run (`--master`, `--deploy-mode`, `--queue`) is up to "
    "EMR Serverless",
    "Have all that Spark and Hive read in S3.",
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

    def engines(self, context: Context) -> Sequence[str]:
        """Return the engines of EMR Serverless that can do its steps."""
        if self.pre_step_command or self.post_step_command:
            raise serverless.NeedsClusterError("there is no machine that its commands could run on")
        return list(dict.fromkeys(self._engine(context, step.source) for step in self.step))

    def _engine(self, context: Context, step: str) -> str:
        """Return the engine of a step, by the value that a parameter has now where it is all that the activity does."""
        if not step.startswith("#{") or len(self.step) > 1:
            return serverless.engine_of(step)
        beginning, _ = context.fixed_beginning(self, "step")
        try:
            return serverless.engine_of(beginning)
        except serverless.NeedsClusterError:
            raise serverless.NeedsClusterError(
                f"only Spark and Hive run there, and not what `{step}` is"
            ) from None

    def operator(self, context: Context) -> Call:
        """Return the operator that runs the steps."""
        texts = {
            "pre_step_commands": self.pre_step_command,
            "steps": self.step,
            "post_step_commands": self.post_step_command,
        }
        given: dict[str, Argument] = {name: values for name, values in texts.items() if values}
        if not given:
            raise CannotConvertError(refusals.NO_STEP)
        if any("\\" in step.source for step in self.step):
            context.note(self.id, "step", _BACKSLASHES)
        if engines := self.serverless(context):
            context.note_instead(self, {**serverless.RESIZING, "step": _AS_JOBS})
            return Call(
                "datapipeline_provider.operators.emr_activity_on_serverless.EmrActivityOnServerlessOperator",
                {**self.on_serverless(context, engines), **given},
            )
        return Call(
            "datapipeline_provider.operators.emr_activity.EmrActivityOperator",
            {**self.cluster(context), **given},
        )
