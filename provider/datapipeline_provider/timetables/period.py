"""Knows Data Pipeline's periods ("15 minutes", "3 Months") and counts them from an anchor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pendulum

from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from datetime import datetime

    from pendulum import DateTime

_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
_MONTHS = {"month": 1, "year": 12}
_PERIOD = re.compile(rf"\s*([0-9]+)\s+({'|'.join(_MINUTES | _MONTHS)})s?\s*", re.IGNORECASE)


class InvalidPeriodError(DatapipelineError, ValueError):
    """A text is not a period."""

    def __init__(self, text: object) -> None:
        units = ", ".join(_MINUTES | _MONTHS)
        super().__init__(
            f"{text!r} is not a period. Write a whole number from 1 and a unit, such as '15 minutes' or '1 day'; "
            f"the units are {units}, in any case, singular or plural."
        )


@dataclass(frozen=True)
class Period:
    """A length of time in one unit; months and years follow the calendar (dp-object-schedule, `period`).

    :param count: how many units, from 1.
    :param unit: minute, hour, day, week, month or year.
    """

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read "N unit".

        :raises InvalidPeriodError: if the text has another form, or N is 0.
        """
        match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
        if match is None or int(match[1]) == 0:
            raise InvalidPeriodError(text)
        return cls(int(match[1]), match[2].lower())

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def after(self, anchor: DateTime, steps: int) -> DateTime:
        """Return the moment `steps` periods after the anchor, which is in UTC; a day its month lacks becomes the last.

        Multiplied from the anchor, so that 31 January is followed by 28 February and then by 31 March.
        """
        if self.unit in _MONTHS:
            return anchor.add(months=steps * self.count * _MONTHS[self.unit])
        return anchor.add(minutes=steps * self.count * _MINUTES[self.unit])

    def steps(self, anchor: DateTime, moment: datetime) -> int:
        """Return how many whole periods lie between the anchor and the moment; -1 if it is before the anchor."""
        moment = pendulum.instance(moment).in_timezone("UTC")  # so that months are the anchor's months
        if moment < anchor:
            return -1
        if self.unit not in _MONTHS:
            length = timedelta(minutes=self.count * _MINUTES[self.unit])
            return (moment - anchor).as_timedelta() // length
        months = (moment.year - anchor.year) * 12 + moment.month - anchor.month
        steps = months // (self.count * _MONTHS[self.unit])
        return steps if self.after(anchor, steps) <= moment else steps - 1  # same month, later day
