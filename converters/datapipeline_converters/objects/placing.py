"""Knows where the work of an activity runs: on an Airflow worker, unless the user chose another place."""

from __future__ import annotations

from datapipeline_converters import refusals
from datapipeline_converters.ledger import emulated, refused
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.place import NO_COMMAND, Place
from datapipeline_converters.plan import Connection

_SSH_HINT = (
    "fill in the host, the user that commands run as (login), and the password, or in the extra `private_key` or `key_file`; "
    "`host_key` there has the host checked"
)


def in_queue(name: str, meaning: str, context: Context) -> Place:
    """Return the place of the workers of a queue.

    :param meaning: what the queue is, for the ledger
    """
    context.tell(
        f"Queue `{name}`: have an Airflow worker of that queue run where its work can be done: see docs/workers.md"
    )
    said = emulated(f"the work runs on a worker of the queue `{name}`, {meaning}")
    return Place("queue", said, {"queue": name})


def by_ssh(component: Component, context: Context, *, commands: bool) -> Place:
    """Return the place of a host that is there already, and plan the connection to it unless one was chosen.

    :param commands: whether the work is a shell command
    """
    if not commands:
        return NO_COMMAND
    context.chosen(component, "run_on")
    name = context.chosen(component, "ssh_conn_id").get("ssh_conn_id") or context.add_connection(
        Connection(component.id, "ssh"), (_SSH_HINT,)
    )
    said = emulated(f"commands run by SSH on the host of the connection `{name}`")
    return Place("ssh", said, connection=str(name))


def of_worker_group(component: Component, context: Context, *, commands: bool) -> Place | None:
    """Return where the work of an activity with a worker group runs; None for Airflow's default queue.

    :param commands: whether the work is a shell command
    """
    wanted = context.wanted(component, "run_on")
    if wanted == "ssh":
        return by_ssh(component, context, commands=commands)
    if wanted == "worker":
        context.chosen(component, "run_on")
    if wanted != "queue":
        return None
    context.chosen(component, "run_on")
    if name := context.chosen(component, "queue").get("queue"):
        return in_queue(str(name), "which was chosen for it", context)
    groups = context.constants(component, "workerGroup")
    if len(groups) == 1:
        return in_queue(groups[0], "which has the name of the group", context)
    return Place("worker", refused(refusals.QUEUE_OF_A_RUN))
