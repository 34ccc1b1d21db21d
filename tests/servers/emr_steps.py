"""Which program a step of EMR runs: what command-runner.jar, script-runner.jar and any other jar stand for."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.machine import runnable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    Fetch = Callable[[str], Path]

OWN_BUCKET = "elasticmapreduce"
"""The bucket of Amazon's, or the end of its name, that has the tools of the old images: `libs/hive/hive-script`."""
MISSING = 'Cannot run program "{name}": error=2, No such file or directory'


class StepError(Exception):
    """A step cannot be run; the text is what its standard error says."""


@dataclass(frozen=True)
class JarStep:
    """What a step asks for: HadoopJarStepConfig's fields."""

    jar: str
    arguments: Sequence[str]
    main_class: str | None
    properties: Mapping[str, str]


def command_of(step: JarStep, fetch: Fetch, path: str) -> list[str]:
    """Give the command of a step.

    :param fetch: gives the file of an address: of S3, or a path on the cluster
    :param path: where programs are, PATH's text
    :raises StepError: the program is not there
    """
    name = step.jar.rpartition("/")[2]
    command = _RUNNERS.get(name, _jar)(step, fetch)
    if shutil.which(command[0], path=path) is None:
        raise StepError(MISSING.format(name=command[0]))
    return command


def _program(step: JarStep, fetch: Fetch) -> list[str]:
    if not step.arguments:
        raise StepError("command-runner.jar: no command given")
    return list(step.arguments)


def _script(step: JarStep, fetch: Fetch) -> list[str]:
    if not step.arguments:
        raise StepError("script-runner.jar: no script given")
    script, *arguments = step.arguments
    if script.partition("://")[2].partition("/")[0].endswith(OWN_BUCKET):
        return [script.rpartition("/")[2], *arguments]
    return [*runnable(fetch(script)), *arguments]


def _jar(step: JarStep, fetch: Fetch) -> list[str]:
    options = [f"-D{name}={value}" for name, value in step.properties.items()]
    main = [step.main_class] if step.main_class else []
    return ["hadoop", "jar", str(fetch(step.jar)), *main, *options, *step.arguments]


_RUNNERS: dict[str, Callable[[JarStep, Fetch], list[str]]] = {
    "command-runner.jar": _program,
    "script-runner.jar": _script,
}
