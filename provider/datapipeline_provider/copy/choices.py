"""What a user can choose about a value that the format of a file cannot carry."""

from __future__ import annotations

from datapipeline_provider.exceptions import DatapipelineError

CHOICES = ("fail", "space", "remove", "escape")


class UnwritableChoiceError(DatapipelineError):
    """A word that is no choice."""

    def __init__(self, choice: str) -> None:
        super().__init__(f"unwritable is {choice!r}; valid: {', '.join(CHOICES)}.")


def checked(choice: str) -> str:
    """Give the choice; UnwritableChoiceError if it is none."""
    if choice not in CHOICES:
        raise UnwritableChoiceError(choice)
    return choice
