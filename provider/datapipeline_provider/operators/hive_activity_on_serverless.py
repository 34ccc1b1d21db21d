"""The activity HiveActivity on EMR Serverless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.emr.errors import EmrFailError
from datapipeline_provider.operators._common import once
from datapipeline_provider.operators._serverless_jobs import ServerlessJobsOperator
from datapipeline_provider.operators.hive_activity import HiveScript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context


class HiveActivityOnServerlessOperator(HiveScript, ServerlessJobsOperator):
    """Runs a script of Hive as a job run of EMR Serverless (dp-object-hiveactivity).

    The tables for data nodes are made in the catalog that the application uses, and removed after the script. Without
    settings of its own, Hive keeps what it writes for itself below `scratch_uri`, or else below `log_uri`.
    """

    template_fields: Sequence[str] = once(HiveScript.template_fields, ServerlessJobsOperator.template_fields)

    def to_run(self, context: Context) -> str:
        """Return the S3 address of the script: the user's own where nothing has to be added to it."""
        return self.made_script(context) if self._set_in_script(context) else super().to_run(context)

    def script_text(self, context: Context) -> str:
        """Return the user's script behind the variables that cannot be given to a job, between the tables' statements."""
        from datapipeline_provider.emr_serverless import hive

        return hive.set_statements(self._set_in_script(context)) + super().script_text(context)

    def variables(self, context: Context) -> list[str]:
        """Return the variables that are given to the job."""
        in_script = {f"{name}={value}" for name, value in self._set_in_script(context)}
        return [each for each in super().variables(context) if each not in in_script]

    def _set_in_script(self, context: Context) -> list[tuple[str, str]]:
        """Return the variables with values that a job's parameters would take apart."""
        from datapipeline_provider.emr_serverless import hive
        from datapipeline_provider.emr_serverless.words import is_plain

        found = []
        for each in super().variables(context):
            name, _, value = each.partition("=")
            if not each.strip() or is_plain(each):
                continue
            if not hive.can_be_set(value):
                raise EmrFailError(
                    f"{self.task_id}: the variable {name} is {value!r}. A job gets no value with a semicolon, a line break, "
                    f"a quote without its fellow, or blanks around it: write it into the script, or keep the cluster."
                )
            found.append((name, value))
        return found
