"""An assessment in a sentence or two."""

from __future__ import annotations

from datapipeline_converters.assessment.estate import Estate
from datapipeline_converters.assessment.summary import Status
from datapipeline_converters.wording import counted


def headline(estate: Estate) -> str:
    """Return what a manager wants to know first."""
    count = estate.statuses
    number = len(estate.pipelines)
    parts = [
        f"{counted(count[Status.READY], 'converts', 'convert')} fully" if count[Status.READY] else "",
        f"{counted(count[Status.ANSWERS], 'needs', 'need')} answers first" if count[Status.ANSWERS] else "",
        f"{counted(count[Status.WORK], 'leaves', 'leave')} work to do by hand" if count[Status.WORK] else "",
        f"{count[Status.REFUSED]} would be refused by Data Pipeline itself" if count[Status.REFUSED] else "",
    ]
    told = ", ".join(part for part in parts if part)
    text = counted(number, "pipeline") + (f": {told}." if told else ".")
    if estate.unfit:
        text += (
            f" Of those that convert, {counted(estate.unfit, 'uses', 'use')} commands or EMR releases that will not run "
            "any more."
        )
    if unread := count[Status.UNREADABLE]:
        text += f" {counted(unread, 'input')} cannot be read."
    return text
