"""Knows by what one try finds the machines that another has launched: a tag and a token that depend on the run alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.shell import marks

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context

_TAG_LIMIT = 256
_COMMENT_LIMIT = 100


def resource_of(context: Context, task_id: str) -> str:
    """Return what marks everything that a task launches in this run, whatever the try.

    :param task_id: the task that launches it, of the same DAG
    """
    ti: Any = context["ti"]
    return marks.digest(ti.dag_id, task_id, ti.run_id)


def tags_of(context: Context, task_id: str) -> dict[str, str]:
    """Return tags by which people find what a task launches."""
    ti: Any = context["ti"]
    tags = {
        "Name": f"{ti.dag_id}.{task_id}",
        "datapipeline:dag": ti.dag_id,
        "datapipeline:run": ti.run_id,
        "datapipeline:task": task_id,
    }
    return {key: value[:_TAG_LIMIT] for key, value in tags.items()}


def of_command(context: Context, instance_id: str) -> str:
    """Return the comment of the command that a try sends to an instance."""
    ti: Any = context["ti"]
    return f"{marks.of_task(context)} try {ti.try_number} {instance_id}"[:_COMMENT_LIMIT]


def token(resource: str, what: str) -> str:
    """Return the ClientToken of one launch: the same launch asked for again gives the same machine.

    :param what: which launch it is of a resource: the try, or the machine that is replaced
    """
    return marks.digest(resource, what)
