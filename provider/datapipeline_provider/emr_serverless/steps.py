"""Knows which steps of a cluster EMR Serverless can do, and says each as a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.emr_serverless import hive, spark_submit
from datapipeline_provider.emr_serverless.errors import StepRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datapipeline_provider.emr.steps import Step
    from datapipeline_provider.emr_serverless.jobs import Job

RUNNERS = frozenset({"command-runner.jar", "script-runner.jar"})
"""The jars that run a program of the cluster's."""
PROGRAMS: dict[str, Callable[[str, Sequence[str]], Job]] = {
    "hive": hive.job,
    "hive-script": hive.job,
    "spark-submit": spark_submit.job,
}
"""The programs that EMR Serverless has in another form, by their names without folders."""


def job_of(step: Step) -> Job:
    """Return the job that does what a step says.

    :raises StepRefusedError: if there is none
    """
    program, *arguments = step.args or ("",)
    made = PROGRAMS.get(_last(program)) if _last(step.jar) in RUNNERS else None
    if made is None:
        what = program if _last(step.jar) in RUNNERS else step.jar
        known = " and ".join(sorted(PROGRAMS))
        advice = f"It knows no programs but {known}, by command-runner.jar."
        raise StepRefusedError(step.name, f"EMR Serverless cannot run {what!r}", advice)
    return made(step.name, arguments)


def _last(path: str) -> str:
    return path.strip().rpartition("/")[2]
