"""ShellCommandPrecondition: waits until a command succeeds."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import PRECONDITION, Precondition
from datapipeline_converters.plan import Argument, Call, FieldText


@dataclass(frozen=True, kw_only=True)
class ShellCommandPrecondition(Precondition):
    """Passes when the command, in the definition or in S3, ends with 0."""

    command: FieldText | None = None
    script_uri: FieldText | None = None
    script_argument: tuple[FieldText, ...] = ()
    stdout: FieldText | None = None
    stderr: FieldText | None = None

    page = "dp-object-shellcommandprecondition"
    verdicts = verdict_table(
        PRECONDITION,
        {
            "command": exact("the sensor's `command`"),
            "scriptArgument": exact("the sensor's `script_arguments`"),
            "scriptUri": exact("the sensor's `script_uri`"),
            "stderr": exact("the sensor's `stderr`: that of the latest check"),
            "stdout": exact("the sensor's `stdout`: that of the latest check"),
        },
    )

    def operator(self, context: Context) -> Call:
        """Return the sensor."""
        arguments: dict[str, Argument] = {}
        arguments |= {"command": self.command} if self.command else {"script_uri": self.script_uri}
        if self.script_argument:
            arguments["script_arguments"] = self.script_argument
        arguments |= {key: text for key in ("stdout", "stderr") if (text := getattr(self, key)) is not None}
        return Call(
            "datapipeline_provider.sensors.shell_command_precondition.ShellCommandPreconditionSensor",
            arguments,
        )
