"""Whatever the schedule, and however its pipeline is operated: the timetable makes the runs that the reference says.

DP_EXAMPLES sets the number of random cases; a failure prints the seed that repeats it.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from itertools import islice, pairwise

from datapipeline_converters.periods import Period, parse_period
from datapipeline_converters.schedule_calculator import interval_start
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.converters.reference_runs import runs_of
from tests.provider.timetables.scheduler import scheduled
from tests.schedules import Row

RUNS = 15  # of a schedule, at most
EXAMPLES = int(os.environ.get("DP_EXAMPLES", "1000"))

# Counts of each unit between the shortest period, 15 minutes, and the longest, 3 years.
PERIODS = {
    "minutes": (15, 3 * 365 * 24 * 60),
    "hours": (1, 3 * 365 * 24),
    "days": (1, 3 * 365),
    "weeks": (1, 156),
    "months": (1, 36),
    "years": (1, 3),
}
FIRST = datetime.fromisoformat("1990-01-01")
MONTH_ENDS = st.builds(
    lambda month, days, seconds: (
        interval_start(FIRST, Period(1, "month"), month) + timedelta(days=days, seconds=seconds)
    ),
    st.integers(1, 1300),
    st.integers(-4, 0),
    st.sampled_from([0, 32_820, 86_399]),
)
MOMENTS = st.integers(0, 3_500_000_000).map(lambda seconds: FIRST + timedelta(seconds=seconds))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Return a schedule, limited or not, and a history of its pipeline."""
    unit = draw(st.sampled_from(sorted(PERIODS)))
    least, most = PERIODS[unit]
    count = draw(st.one_of(st.integers(least, min(least + 3, most)), st.integers(least, most)))
    start = draw(st.one_of(MONTH_ENDS, MOMENTS))
    period = parse_period(f"{count} {unit}")

    def near(least: int = -2) -> datetime:
        """Return a moment on an edge of an interval, beside one or somewhere between."""
        edge = interval_start(start, period, draw(st.integers(least, 40)))
        inside = draw(st.integers(0, int(period.length.total_seconds())))
        return edge + timedelta(seconds=draw(st.sampled_from([0, 0, 1, -1, inside])))

    limit = draw(st.sampled_from(["", "occurrences", "end"]))
    points = sorted({near() for _ in range(2 * draw(st.integers(0, 2)))})
    pauses = list(pairwise(points))[::2]
    return Row(
        name="random",
        period=f"{count} {unit}",
        style=draw(st.sampled_from(["cron", "timeseries"])),
        first=(),
        start=start.isoformat(),
        occurrences=draw(st.integers(1, 40)) if limit == "occurrences" else None,
        end=max(near(0), start + timedelta(seconds=1)).isoformat() if limit == "end" else "",
        activated=near().isoformat() if draw(st.booleans()) else "",
        start_timestamp=near().isoformat() if draw(st.booleans()) else "",
        pauses=tuple((begin.isoformat(), resume.isoformat()) for begin, resume in pauses),
        catchup=draw(st.booleans()),
    )


@settings(max_examples=EXAMPLES, deadline=None, print_blob=True)
@given(rows())
def test_the_timetable_makes_the_runs_of_the_reference(row: Row) -> None:
    assert list(islice(scheduled(row), RUNS)) == list(islice(runs_of(row), RUNS))
