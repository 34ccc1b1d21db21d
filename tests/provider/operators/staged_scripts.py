"""Asks operators that run scripts on clusters for their step, without a cluster; S3 is the emulator's."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.provider.operators.emr_runs import Tries

if TYPE_CHECKING:
    from tests.servers.emr import Emr

DIGEST = "{digest}"


@dataclass
class Asked:
    """A step, and the script that it runs.

    :param uri: where the script is
    :param script: its text, with `{digest}` for what distinguishes this run's tables
    :param arguments: what stands behind its address
    """

    program: list[str]
    uri: str
    script: str
    arguments: list[str]


def ask(emr: Emr, kind: Any, log_uri: str = "s3://logs/emr/", **fields: Any) -> Asked:
    """Make a task on the cluster `j-1`, render it, and give its only step."""
    from datapipeline_provider.emr import names

    tries = Tries()
    task = tries.task(kind, "work", cluster_id="j-1", **fields)
    context = tries.context("work")
    task.render_template_fields(context)
    task._context, task.running = context, SimpleNamespace(id="j-1", log_uri=log_uri)
    (step,) = task.steps_to_run(context)
    assert list(task.steps_to_run(context)) == [step]  # as often as it is asked
    assert step.jar == "command-runner.jar"
    program, uri, arguments = list(step.args[:4]), step.args[4], list(step.args[5:])
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    text = emr.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    digest = names.digest(context)
    replaced = [each.replace(digest, DIGEST) for each in (uri, text, *arguments)]
    return Asked(program, replaced[0], replaced[1], replaced[2:])
