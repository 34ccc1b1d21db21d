"""Knows Data Pipeline's periods: a number and a unit, in any case, singular or plural (dp-object-schedule)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

UNITS = ("minute", "hour", "day", "week", "month", "year")
# Longer than any pipeline ran, and short enough for every calendar that has to count with it.
_LONGEST = timedelta(days=100 * 365)
_LONGEST_TEXT = "100 years"
_MAX_DIGITS = 9
_PERIOD = re.compile(r"\s*0*([0-9]*)\s*(?ai:(minute|hour|day|week|month|year)s?)\s*")
# Only schedules count in calendar months and years; a timeout of a month is 30 days to Airflow.
_LENGTH = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


@dataclass(frozen=True)
class Period:
    """A length of time such as `15 minutes`.

    :param count: a positive whole number
    :param unit: one of `UNITS`
    """

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def length(self) -> timedelta:
        """The length as a duration; a month counts 30 days, a year 365."""
        return self.count * _LENGTH[self.unit]


def parse_period(text: str, default_unit: str = "") -> Period:
    """Return a period from its text.

    :param default_unit: the unit of a bare number, where the field has one (`terminateAfter`: hours)
    :raises ValueError: with a sentence for the user
    """
    if default_unit and text.strip().isdigit():
        text = f"{text} {default_unit}"
    match = _PERIOD.fullmatch(text)
    if match is None or not match[1]:
        raise ValueError(
            f"{_short(text)} is no period. A period is a positive whole number and a unit "
            f"({', '.join(UNITS)}), for example '15 minutes' or '1 day'."
        )
    unit = match[2].lower()
    if len(match[1]) > _MAX_DIGITS or int(match[1]) * _LENGTH[unit] > _LONGEST:
        raise ValueError(f"{_short(text)} is too long a period. The longest is {_LONGEST_TEXT}.")
    return Period(int(match[1]), unit)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}…")
