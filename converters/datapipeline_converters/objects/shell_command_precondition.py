"""ShellCommandPrecondition: waits until a command succeeds."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import LATER_WAITING, later
from datapipeline_converters.objects.runnable import PRECONDITION, Precondition
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class ShellCommandPrecondition(Precondition):
    """Passes when the command, in the definition or in S3, ends with 0."""

    command: FieldText | None = None
    script_uri: FieldText | None = None
    script_argument: tuple[FieldText, ...] = ()
    stdout: FieldText | None = None
    stderr: FieldText | None = None

    page = "dp-object-shellcommandprecondition"
    awaits = "waiting for a command to succeed"
    verdicts = verdict_table(
        PRECONDITION,
        LATER_WAITING,
        {
            "command": later("It is the `bash_command` of Airflow's `BashSensor`."),
            "scriptArgument": later(
                "Put it into the `bash_command` of Airflow's `BashSensor`, quoted for bash."
            ),
            "scriptUri": later(
                "Let the `bash_command` of Airflow's `BashSensor` fetch the script and run it."
            ),
            "stderr": later(
                "The sensor's log has what the command says; copy it to S3 in the command if you need it there."
            ),
            "stdout": later(
                "The sensor's log has what the command says; copy it to S3 in the command if you need it there."
            ),
        },
    )
