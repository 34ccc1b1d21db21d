"""The activity EmrActivity, where its steps are Spark's or Hive's, on EMR Serverless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.operators._serverless_jobs import ServerlessJobsOperator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.steps import Step


class EmrActivityOnServerlessOperator(ServerlessJobsOperator):
    r"""Runs the steps of an EmrActivity as job runs of EMR Serverless (dp-object-emractivity).

    Steps that run `spark-submit`, `hive-script` or `hive` by command-runner.jar or script-runner.jar can be had; where
    processes run (`--master`, `--deploy-mode`, `--queue`) is up to the service.

    :param steps: one per element, `jar,argument,...`; a literal comma is `\,` or `\\,`, blanks around an argument are
        dropped. Lists inside are flattened, None and empty texts are left out; templated.
    """

    template_fields: Sequence[str] = ("steps", *ServerlessJobsOperator.template_fields)

    def __init__(self, *, steps: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.steps = steps

    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the steps in their order."""
        from datapipeline_provider.emr.steps import programs

        return programs(self.steps)
