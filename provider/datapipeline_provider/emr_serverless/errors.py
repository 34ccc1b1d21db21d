"""What can go wrong with EMR Serverless, told with AWS's own words, the job, and what to do."""

from __future__ import annotations

from datapipeline_provider.emr.errors import EmrError, EmrFailError


class StepRefusedError(EmrFailError):
    """A step that EMR Serverless cannot do."""

    def __init__(self, step: str, problem: str, advice: str) -> None:
        super().__init__(f"{step}: {problem}. {advice} What has to stay as it is runs on an EMR cluster.")


class JobFailedError(EmrError):
    """A job ended otherwise than it should.

    :param job: its ids and name
    :param details: what EMR Serverless says, "" if nothing
    :param logs: where its logs are, "" for nowhere
    """

    def __init__(self, task_id: str, job: str, state: str, details: str, logs: str) -> None:
        reason = f": {details}" if details else ""
        kept = f"Its logs are in {logs}" if logs else "The task has no log_uri, so no logs are kept in S3"
        super().__init__(f"{task_id}: {job} ended as {state}{reason}. {kept}.")


class ApplicationError(EmrError):
    """An application that did not get to the state it should."""
