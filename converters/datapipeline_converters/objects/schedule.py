"""Schedule: the intervals for which things run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from datapipeline_converters.ledger import exact, not_needed
from datapipeline_converters.objects.component import Component
from datapipeline_converters.periods import Period


@dataclass(frozen=True, kw_only=True)
class Schedule(Component):
    """When intervals start, how long they are, and how many there are."""

    period: Period | Literal["ondemand_period"]
    start_at: Literal["first_activation_date_time", "ondemand_activation_time"] | None = None
    start_date_time: datetime | None = None
    end_date_time: datetime | None = None
    occurrences: int | None = None

    page = "dp-object-schedule"
    idle = not_needed("no DAG has a timetable made of this schedule: it runs when it is triggered")
    verdicts = {
        "endDateTime": exact("the timetable's `end`"),
        "occurrences": exact("the timetable's `occurrences`"),
        "parent": exact("the parent's fields are applied"),
        "period": exact("the timetable's `every`"),
        "startAt": exact("the timetable's `start`"),
        "startDateTime": exact("the timetable's `start`"),
    }
