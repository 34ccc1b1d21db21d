"""What becomes of a value that a format cannot carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.copy.choices import checked

if TYPE_CHECKING:
    from collections import Counter


class Unwritable:
    """What is done with a character that the format cannot write.

    :param choice: `fail`: the copy fails and names the row; `space`: a space stands there instead; `remove`:
        nothing does; `escape`: the escape character precedes it, which readers such as Redshift's COPY with
        ESCAPE take, but CopyActivity does not.
    :param counted: gets, under `rewritten`, the number of values that were changed.
    :raises UnwritableChoiceError: another choice.
    """

    def __init__(self, choice: str, counted: Counter[str]) -> None:
        self.choice = checked(choice)
        self.fails = choice == "fail"
        self.counted = counted

    def instead(self, character: str, escape: str) -> str:
        """Give what stands for a character."""
        return {"space": " ", "remove": "", "escape": escape + character}[self.choice]

    def rewritten(self) -> None:
        """Count a value that was changed."""
        self.counted["rewritten"] += 1
