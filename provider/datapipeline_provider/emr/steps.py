"""Knows how work is said as a step of EMR: a program of the cluster, a shell command on its master, a script in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from datapipeline_provider.emr import commas
from datapipeline_provider.emr.errors import EmrFailError
from datapipeline_provider.operators._common import flat

if TYPE_CHECKING:
    from collections.abc import Sequence

ARGUMENT_CHARACTERS = 10280  # of EMR, for each argument
COMMAND_RUNNER = "command-runner.jar"
"""Runs a program of the cluster: its arguments are the words of the command."""
_SCRIPT_RUNNER = "s3://{region}.elasticmapreduce/libs/script-runner/script-runner.jar"


class ArgumentTooLongError(EmrFailError):
    """A step has an argument that EMR does not take."""

    def __init__(self, step: str, number: int, length: int) -> None:
        super().__init__(
            f"Step {step!r}: argument {number} has {length} characters, EMR takes {ARGUMENT_CHARACTERS}. "
            f"Put the text into a file in S3 and have that run."
        )


class Step(NamedTuple):
    """One step.

    :param name: what it does, in the activity's words: `step 1`
    :param jar: in S3, on the cluster, or `command-runner.jar`
    :param args: its arguments, character for character
    :param main_class: the class to run, where the jar does not say
    """

    name: str
    jar: str
    args: Sequence[str] = ()
    main_class: str | None = None

    def request(self) -> dict[str, Any]:
        """Return EMR's HadoopJarStep; ArgumentTooLongError."""
        for number, argument in enumerate(self.args, 1):
            if len(argument) > ARGUMENT_CHARACTERS:
                raise ArgumentTooLongError(self.name, number, len(argument))
        main = {"MainClass": self.main_class} if self.main_class else {}
        return {"Jar": self.jar, "Args": list(self.args)} | main


def programs(texts: object) -> list[Step]:
    """Return the steps of an EmrActivity, numbered from 1.

    :param texts: `jar,argument,...` each; lists inside are flattened, None and empty texts are left out
    """
    found = [parts for parts in map(commas.split, flat(texts)) if parts]
    return [Step(f"step {n}", jar, arguments) for n, (jar, *arguments) in enumerate(found, 1)]


def command(name: str, text: str, *arguments: str) -> Step:
    """Return the step that runs a text with bash on the master node; the arguments are $1, $2, ..."""
    return Step(name, COMMAND_RUNNER, ("bash", "-c", text, "bash", *arguments))


def script(name: str, uri: str, arguments: Sequence[str], region: str) -> Step:
    """Return the step that runs a script from S3 on the master node, with the interpreter its first line names."""
    return Step(name, _SCRIPT_RUNNER.format(region=region), (uri, *arguments))
