"""The errors of the converter; each takes facts and writes the sentence. A secret is never among the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute


class ConversionError(Exception):
    """Base class of all errors of the converter; its text is meant for the user."""


class UsageError(ConversionError):
    """The command line or an option is wrong."""


class UnreadableError(ConversionError):
    """An input cannot be read as a pipeline definition."""

    def __init__(self, source: str, fault: str, advice: str) -> None:
        super().__init__(f"{source}: {fault}. {advice}")
        self.facts = (source, fault, advice)


class NoDefinitionError(UnreadableError):
    """An input is something else than a pipeline definition."""

    @classmethod
    def of(cls, error: UnreadableError) -> NoDefinitionError:
        """Return the same error, of an input that need not be a definition."""
        return cls(*error.facts)


class UnwritableError(ConversionError):
    """An output cannot be written; what was there before is unchanged."""

    def __init__(self, path: str, fault: str) -> None:
        super().__init__(f"{path}: cannot be written: {fault}. Choose another place.")


class WorkerLostError(ConversionError):
    """A worker process has ended before its work was done, or could not start.

    :param what: what happened, as a sentence
    """

    def __init__(self, what: str = "A worker process ended by itself; often memory ran out.") -> None:
        super().__init__(f"{what} Give fewer files at a time.")


@dataclass(frozen=True)
class Problem:
    """One thing Data Pipeline itself would refuse: where it is and what it is.

    :param object_id: the object concerned, or "" for the definition as a whole
    :param field: the field concerned, or "" for the object as a whole; without an object, what else is concerned
    :param text: what is wrong and what would be right
    :param rule: the id of the rule that says so, "" where none was named (see `validation`)
    :param others: ids of further objects that it concerns as much
    """

    object_id: str
    field: str
    text: str
    rule: str = attribute(default="", compare=False)
    others: tuple[str, ...] = attribute(default=(), compare=False)

    def __str__(self) -> str:
        where = " ".join(
            part
            for part in (
                f"object {self.object_id!r}" if self.object_id else "",
                f"field {self.field!r}" if self.field and self.object_id else self.field,
            )
            if part
        )
        return f"{where}: {self.text}" if where else self.text


class InvalidDefinitionError(ConversionError):
    """Data Pipeline would refuse the definition; all problems are listed at once.

    :param source: the file or pipeline that was read
    :param problems: all of them, in the order of the definition
    """

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            f"{source}: Data Pipeline would refuse this definition:\n{lines}\n"
            "Correct the definition, or convert it as it is with --allow-invalid "
            "(what is wrong becomes a task that fails)."
        )
