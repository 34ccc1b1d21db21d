"""Knows what becomes of the passwords that stood in texts: a DAG reads them from Variables, or they are left to the user."""

from __future__ import annotations

import re
from dataclasses import replace

from datapipeline_converters.definition import Definition
from datapipeline_converters.ledger import emulated
from datapipeline_converters.model import Model, to_be_filled_in
from datapipeline_converters.plain_secrets import find_plain_secrets
from datapipeline_converters.plan import Plan

_CHANGE_IT = (
    "Import the Variable, keep its file to yourself, and change the password: it stood in a definition."
)
_KEEP_IT = "a password stands in the text: keep it in a Variable or a connection when you write the task"


def note_taken(model: Model, plan: Plan, source: str) -> Plan:
    """Note where a password has become a Variable that a DAG reads; return a plan that says so only where it is true.

    A task that fails in its place reads nothing: the password is the user's to keep when the task is written, and the plan
    has no Variable for it, nor one without a value that nothing reads.

    :param source: the DAG file
    """
    read = set(re.findall(r"\w+", source))
    fates: dict[str, str] = {}
    for taken in model.taken:
        if in_dag := sorted(read.intersection(taken.keys)):
            fates[taken.said] = taken.said
            if taken.place:
                for key in in_dag:
                    reason = f"a password in it is in the Variable `{key}`"
                    model.notes.add(*taken.place, emulated(reason, _CHANGE_IT))
        else:
            fates.setdefault(taken.said, f"{taken.where}: {_KEEP_IT}")
    of_passwords = {key for taken in model.taken for key in taken.keys}
    idle = {
        variable.key
        for variable in plan.variables
        if variable.key not in read and (variable.value is None or variable.key in of_passwords)
    }
    told = {to_be_filled_in(key) for key in idle}
    return replace(
        plan,
        left=list(dict.fromkeys(fates.get(text, text) for text in plan.left)),
        variables=[variable for variable in plan.variables if variable.key not in idle],
        before_first_run=[text for text in plan.before_first_run if text not in told],
    )


def tell_of_passwords(definition: Definition, model: Model, plan: Plan) -> Plan:
    """Return a plan that tells of every password in a longer text that it does not tell of yet.

    Where a task fails in its place, nothing has taken it out, and the user has it to do; elsewhere it is in a connection.
    """
    lost = model.failed.keys() | model.wanted.keys()
    left, before = dict.fromkeys(plan.left), dict.fromkeys(plan.before_first_run)
    for secret in find_plain_secrets(definition):
        owner = f"parameter `{secret.object_id.removeprefix('*')}`" if secret.parameter else secret.place
        if not secret.in_text or any(text.startswith(f"{owner}:") for text in plan.left):
            continue
        if not secret.parameter and secret.object_id in lost:
            left.setdefault(f"{secret.place}: {_KEEP_IT}")
        else:
            before.setdefault(
                f"{secret.place}: a password stands in the text; no DAG has it, but whoever reads the definition does: "
                "change it"
            )
    return replace(plan, left=list(left), before_first_run=list(before))
