"""Knows the command line of Hive's shell, and says the same in the words of EMR Serverless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.emr_serverless.errors import StepRefusedError
from datapipeline_provider.emr_serverless.jobs import HIVE, Job, configured
from datapipeline_provider.emr_serverless.words import is_plain, options, s3, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FILE, _FIRST = {"-f", "--file"}, {"-i", "--init"}
_VARIABLE = {"-d", "--define", "--hivevar", "-hivevar"}
_SETTING = {"--hiveconf", "-hiveconf"}
_SWITCHES = {"-S", "--silent", "-v", "--verbose", "--run-hive-script", "--args"}
# Of Amazon's program around Hive's shell, for AMIs: which Hive it is to be, and where that is.
_OF_AMIS = {"--base-path", "--hive-versions"}


def job(name: str, arguments: Sequence[str]) -> Job:
    """Return the job of a step that runs a script of Hive.

    :param arguments: those of `hive` or of `hive-script`, character for character
    :raises StepRefusedError: if EMR Serverless cannot do it
    """
    left, driver = list(arguments), dict[str, Any]()
    variables, settings = dict[str, str](), dict[str, str]()
    while left:
        option, joined, value = _taken(left)
        if option in _SWITCHES:
            continue
        if not joined:
            value = value_of(name, f"Hive's {option}", left)
        if option in _FILE:
            driver["query"] = s3(value)
        elif option in _FIRST:
            driver["initQueryFile"] = s3(value)
        elif option in _VARIABLE | _SETTING:
            key, _, text = value.partition("=")
            (variables if option in _VARIABLE else settings)[key] = text
        elif option not in _OF_AMIS:
            advice = "Put the statements into a file in S3, and run it with -f."
            raise StepRefusedError(name, f"EMR Serverless has nothing like Hive's {option}", advice)
    if not driver.get("query", "").startswith("s3"):
        found = f"its script is {driver['query']!r}" if "query" in driver else "it has no -f"
        raise StepRefusedError(name, f"EMR Serverless runs scripts in S3, and {found}", "Put it there.")
    plain = {key: value for key, value in settings.items() if is_plain(f"{key}={value}")}
    for key, text in variables.items():
        if not is_plain(f"{key}={text}"):
            advice = "Set it in the script, by SET hivevar:NAME=value."
            raise StepRefusedError(
                name, f"the variable {key} is {text!r}, and what is given to a job has no blanks", advice
            )
    words = [*options("--hiveconf", plain.items()), *options("--hivevar", variables.items())]
    if words:
        driver["parameters"] = " ".join(words)
    others = {key: value for key, value in settings.items() if key not in plain}
    return Job(name, HIVE, {"hive": driver}, configured("hive-site", others))


def can_be_set(text: str) -> bool:
    """Say whether a statement SET can give a variable this value: its end is found, and nothing of it gets lost."""
    return (
        not {";", "\n", "\r"} & set(text)
        and text == text.strip()
        and not any(text.count(quote) % 2 for quote in "'\"")
    )


def set_statements(variables: Iterable[tuple[str, str]]) -> str:
    """Return the statements that give variables their values."""
    return "".join(f"SET hivevar:{name}={value};\n" for name, value in variables)


def _taken(left: list[str]) -> tuple[str, str, str]:
    """Take the next word: an option, and what is joined to it."""
    word = left.pop(0)
    return word.partition("=") if word.startswith("--") else (word, "", "")
