"""Steps in the calendar where it is uneven: month ends, leap days, daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from datapipeline_converters.expressions import (
    Facts,
    Name,
    Node,
    Runtime,
    Template,
    bind,
    evaluate,
    parse,
    write_jinja,
)

from tests.converters.expressions.rendering import SCHEDULED, context, render

PACIFIC = "inTimeZone(s,'America/Los_Angeles')"  # daylight saving: 2024-03-10 02:00, 2024-11-03 02:00
BERLIN = "inTimeZone(s,'Europe/Berlin')"
CAIRO = "inTimeZone(s,'Africa/Cairo')"
HAVANA = "inTimeZone(s,'America/Havana')"  # skips 00:00 to 01:00 on 2012-04-01
BEIRUT = "inTimeZone(s,'Asia/Beirut')"  # skips midnight on 2024-03-31


def _start(_: Name) -> Node:
    return Runtime("@scheduledStartTime")


@pytest.mark.parametrize(
    ("expression", "start", "expected"),
    [
        ("plusMonths(s,1)", "2023-01-31T05:06:07", "2023-02-28T05:06:07 +0000"),
        ("plusMonths(s,12)", "2024-02-29T05:06:07", "2025-02-28T05:06:07 +0000"),
        ("plusMonths(s,-1)", "2024-01-31T00:00:00", "2023-12-31T00:00:00 +0000"),
        ("plusYears(s,4)", "2024-02-29T00:00:00", "2028-02-29T00:00:00 +0000"),
        ("minusYears(s,1)", "2024-02-29T00:00:00", "2023-02-28T00:00:00 +0000"),
        ("plusWeeks(s,1)", "2024-02-26T23:00:00", "2024-03-04T23:00:00 +0000"),
        ("minusHours(s,25)", "2024-03-01T00:30:00", "2024-02-28T23:30:00 +0000"),
        ("midnight(s)", "2024-03-01T23:59:59", "2024-03-01T00:00:00 +0000"),
        ("firstOfMonth(s)", "2024-02-29T23:59:59", "2024-02-01T23:59:59 +0000"),
        ("sunday(s)", "2024-01-01T01:02:03", "2023-12-31T01:02:03 +0000"),
        ("yesterday(s)", "2024-01-01T01:02:03", "2023-12-31T01:02:03 +0000"),
        (PACIFIC, "2024-03-10T10:30:00", "2024-03-10T03:30:00 -0700"),
        (f"plusDays({PACIFIC},1)", "2024-03-09T10:30:00", "2024-03-10T03:30:00 -0700"),
        (f"plusMonths({PACIFIC},1)", "2024-02-10T10:30:00", "2024-03-10T03:30:00 -0700"),
        (f"plusHours({PACIFIC},1)", "2024-03-10T09:30:00", "2024-03-10T03:30:00 -0700"),
        # A local time that occurs twice: the first, however it was come to; a step of none does not move it.
        (f"plusDays({PACIFIC},1)", "2024-11-02T08:30:00", "2024-11-03T01:30:00 -0700"),
        (f"minusDays({PACIFIC},1)", "2024-11-04T09:30:00", "2024-11-03T01:30:00 -0700"),
        (f"plusMonths({PACIFIC},1)", "2024-10-03T08:30:00", "2024-11-03T01:30:00 -0700"),
        (f"yesterday({PACIFIC})", "2024-11-04T09:30:00", "2024-11-03T01:30:00 -0700"),
        (f"sunday({PACIFIC})", "2024-11-06T09:30:00", "2024-11-03T01:30:00 -0700"),
        (f"sunday({PACIFIC})", "2024-11-03T09:30:00", "2024-11-03T01:30:00 -0800"),
        (f"plusDays({PACIFIC},0)", "2024-11-03T09:30:00", "2024-11-03T01:30:00 -0800"),
        (f"plusHours({PACIFIC},25)", "2024-11-02T08:30:00", "2024-11-03T01:30:00 -0800"),
        # The first of the month keeps the offset it comes from, where both are possible.
        (f"firstOfMonth({PACIFIC})", "2015-11-20T09:30:00", "2015-11-01T01:30:00 -0800"),
        (f"firstOfMonth({HAVANA})", "2015-11-20T05:30:00", "2015-11-01T00:30:00 -0500"),
        (f"midnight({HAVANA})", "2015-11-01T20:00:00", "2015-11-01T00:00:00 -0400"),
        (f"plusMinutes({PACIFIC},60)", "2024-11-03T08:30:00", "2024-11-03T01:30:00 -0800"),
        (f"yesterday({PACIFIC})", "2024-03-11T09:30:00", "2024-03-10T03:30:00 -0700"),
        (f"sunday({PACIFIC})", "2024-03-13T09:30:00", "2024-03-10T03:30:00 -0700"),
        (f"firstOfMonth({BERLIN})", "2024-03-31T12:00:00", "2024-03-01T14:00:00 +0100"),
        (f"midnight({BERLIN})", "2024-03-31T12:00:00", "2024-03-31T00:00:00 +0100"),
        (f"firstOfMonth({CAIRO})", "2010-05-10T23:30:00", "2010-05-01T02:30:00 +0300"),
        (f"firstOfMonth({HAVANA})", "2012-04-10T04:30:00", "2012-04-01T01:30:00 -0400"),
        (f"midnight({BEIRUT})", "2024-03-31T12:00:00", "2024-03-31T01:00:00 +0300"),
    ],
)
def test_step(expression: str, start: str, expected: str) -> None:
    text = f"#{{format({expression},\"yyyy-MM-dd'T'HH:mm:ss Z\")}}"
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC)
    bound: Template = bind(parse(text), _start)
    assert evaluate(bound, Facts({"@scheduledStartTime": moment})) == expected
    assert render(write_jinja(bound, SCHEDULED).text or "", context(moment)) == expected
