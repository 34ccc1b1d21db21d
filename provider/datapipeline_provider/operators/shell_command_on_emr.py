"""The activity ShellCommandActivity, where it runs on an EMR cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.operators._command import StagedCommandOperator
from datapipeline_provider.operators._emr_steps import EmrStepsOperator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.steps import Step

_LONGEST_TEXT = 8000  # longer ones go by way of S3; EMR takes 10,280 characters
_WITHOUT_LIMIT = (1 << 40, 1 << 40)


class ShellCommandOnEmrOperator(StagedCommandOperator, EmrStepsOperator):
    """Runs a command or script with bash on the master node of a cluster (dp-object-shellcommandactivity).

    It runs as a step, in a new, empty directory, and is to AWS what the cluster's instance profile is; what is staged is
    copied there by the cluster's own AWS CLI. Both streams are in the logs of the step.

    :param command: text for bash; templated. Exactly one of this and `script_uri`.
    :param script_uri: `s3://bucket/key` of a script; templated. Run by the interpreter in its first line, else bash.
    :param script_arguments: what the command sees as $1, $2, ...; lists inside are flattened, None is left out; templated.
    :param stage: whether the S3 data nodes are copied, as ShellCommandActivityOperator does it.
    :param input: data nodes; templated.
    :param output: likewise.
    :param stdout: `s3://bucket/key` that gets the standard output too, also on failure; templated.
    :param stderr: likewise for the standard error.
    :param kms_key_id: a key of KMS with which these two are encrypted; templated.
    :raises CommandArgumentError: if not exactly one of `command` and `script_uri` is given.
    """

    node_fields = (*StagedCommandOperator.node_fields, *EmrStepsOperator.node_fields)
    template_fields: Sequence[str] = (
        *StagedCommandOperator.template_fields,
        *EmrStepsOperator.template_fields,
    )

    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the one step.

        :raises CommandArgumentError: if the command is empty after rendering
        :raises DatapipelineError: if a place to stage from or to is none
        """
        from datapipeline_provider.emr.steps import command, script

        self.check_arguments()
        text = self.remote_script(
            places=self.streams,
            encryption=self.encryption,
            limits=_WITHOUT_LIMIT if self.streams else None,
        ).text()
        if len(text) <= _LONGEST_TEXT:
            return [command("command", text)]
        return [script("command", self.put("command.sh", f"#!/bin/bash\n{text}"), [], self.region)]
