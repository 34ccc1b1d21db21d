"""Date patterns, letter by letter."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from datapipeline_converters.expressions import ExpressionError
from datapipeline_converters.expressions.joda import format_instant, suspicions

MORNING = datetime(2011, 2, 5, 0, 7, 9, 123456, UTC)
EVENING = datetime(2008, 12, 31, 23, 59, 58, tzinfo=UTC)
PACIFIC = datetime(2011, 7, 4, 17, 10, tzinfo=UTC).astimezone(ZoneInfo("America/Los_Angeles"))


@pytest.mark.parametrize(
    ("moment", "pattern", "text"),
    [
        (MORNING, "G C CC CCC", "AD 21 21 021"),
        (datetime(2000, 1, 1, tzinfo=UTC), "CC YY", "20 00"),
        (MORNING, "Y YY YYY YYYY YYYYY", "2011 11 2011 2011 02011"),
        (MORNING, "y yy yyy yyyy yyyyy", "2011 11 2011 2011 02011"),
        (MORNING, "x xx xxx xxxx", "2011 11 2011 2011"),
        (EVENING, "YYYY xxxx xx ww w e", "2008 2009 09 01 1 3"),
        (MORNING, "E EE EEE EEEE EEEEE", "Sat Sat Sat Saturday Saturday"),
        (MORNING, "D DD DDD DDDD", "36 36 036 0036"),
        (MORNING, "M MM MMM MMMM MMMMM", "2 02 Feb February February"),
        (MORNING, "d dd ddd", "5 05 005"),
        (MORNING, "a aa K KK h hh H HH k kk", "AM AM 0 00 12 12 0 00 24 24"),
        (EVENING, "a K h H k", "PM 11 11 23 23"),
        (MORNING, "m mm s ss", "7 07 9 09"),
        (MORNING, "S SS SSS SSSSSS", "1 12 123 123000"),
        (MORNING, "z zzz zzzz Z ZZ ZZZ", "UTC UTC Coordinated Universal Time +0000 +00:00 UTC"),
        (PACIFIC, "HH z Z ZZ ZZZ", "10 PDT -0700 -07:00 America/Los_Angeles"),
        (MORNING, "yyyy-MM-dd'T'HH:mm", "2011-02-05T00:07"),
        (MORNING, "h 'o''clock' ''d''", "12 o'clock '5'"),
        (MORNING, "'unclosed", "unclosed"),
        (MORNING, "YYYY年MM月%d é", "2011年02月%5 é"),
        (MORNING, "-", "-"),
    ],
)
def test_pattern(moment: datetime, pattern: str, text: str) -> None:
    assert format_instant(moment, pattern) == text


@pytest.mark.parametrize("letter", [*"ABFILNOPQRTUVWX", *"bcfgijlnopqrtuv"])
def test_illegal_letter(letter: str) -> None:
    with pytest.raises(ExpressionError, match=f'"{letter}" is no letter of a date pattern'):
        format_instant(MORNING, f"YYYY{letter}")


def test_empty_pattern() -> None:
    with pytest.raises(ExpressionError, match="the date pattern is empty"):
        format_instant(MORNING, "")


@pytest.mark.parametrize(
    ("pattern", "warnings"),
    [
        ("YYYY-MM-dd HH:mm:ss", 0),
        ("YYYY-MM-dd-HH-mm-ss", 0),
        ("EEEE, MMM d, yyyy h:mm a", 0),
        ("YYYY-DDD", 0),
        ("xxxx-'W'ww-e", 0),
        ("HH:mm", 0),
        ("YYYYMMddHHmmssSSS", 0),
        ("'SS DD hh'", 0),
        ("YYYY-MM-dd hh:mm:ss", 1),
        ("YYYY-MM-DD", 1),
        ("yyyy-mm-dd", 1),
        ("HH:MM", 1),
        ("HH:mm:SS", 1),
        ("YYYY-ww", 1),
        ("YY-MM-DD HH:MM:SS", 3),
    ],
)
def test_likely_mistakes_are_named(pattern: str, warnings: int) -> None:
    assert len(suspicions(pattern)) == warnings
