"""Date patterns, letter by letter. The expected texts are Joda-Time's own (2.10, English)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from datapipeline_converters.expressions import Call, ExpressionError, Runtime, Template, Text, write_jinja
from datapipeline_converters.expressions.joda import ALL_LETTERS, format_instant
from datapipeline_converters.expressions.suspicions import suspicions

from tests.converters.expressions.rendering import ON_DEMAND, SCHEDULED, context, render

START = Runtime("@scheduledStartTime")

MORNING = datetime(2011, 2, 5, 0, 7, 9, 123000, UTC)
EVENING = datetime(2008, 12, 31, 23, 59, 58, tzinfo=UTC)
PACIFIC = datetime(2011, 7, 4, 17, 10, tzinfo=UTC).astimezone(ZoneInfo("America/Los_Angeles"))


@pytest.mark.parametrize(
    ("moment", "pattern", "text"),
    [
        (MORNING, "G C CC CCC", "AD 20 20 020"),
        (datetime(2000, 1, 1, tzinfo=UTC), "CC YY", "20 00"),
        (datetime(1999, 12, 31, tzinfo=UTC), "CC YY", "19 99"),
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


# What one to five of each letter print at 2011-02-05T00:07:09.123, a Saturday, and at 2008-12-31T23:59:58, a Wednesday.
LONG_UTC = "Coordinated Universal Time"
LETTERS = {
    "G": (["AD"] * 5, ["AD"] * 5),
    "C": (["20", "20", "020", "0020", "00020"], ["20", "20", "020", "0020", "00020"]),
    "Y": (["2011", "11", "2011", "2011", "02011"], ["2008", "08", "2008", "2008", "02008"]),
    "y": (["2011", "11", "2011", "2011", "02011"], ["2008", "08", "2008", "2008", "02008"]),
    "x": (["2011", "11", "2011", "2011", "02011"], ["2009", "09", "2009", "2009", "02009"]),
    "w": (["5", "05", "005", "0005", "00005"], ["1", "01", "001", "0001", "00001"]),
    "e": (["6", "06", "006", "0006", "00006"], ["3", "03", "003", "0003", "00003"]),
    "E": (["Sat", "Sat", "Sat", "Saturday", "Saturday"], ["Wed", "Wed", "Wed", "Wednesday", "Wednesday"]),
    "D": (["36", "36", "036", "0036", "00036"], ["366", "366", "366", "0366", "00366"]),
    "M": (["2", "02", "Feb", "February", "February"], ["12", "12", "Dec", "December", "December"]),
    "d": (["5", "05", "005", "0005", "00005"], ["31", "31", "031", "0031", "00031"]),
    "a": (["AM"] * 5, ["PM"] * 5),
    "K": (["0", "00", "000", "0000", "00000"], ["11", "11", "011", "0011", "00011"]),
    "h": (["12", "12", "012", "0012", "00012"], ["11", "11", "011", "0011", "00011"]),
    "H": (["0", "00", "000", "0000", "00000"], ["23", "23", "023", "0023", "00023"]),
    "k": (["24", "24", "024", "0024", "00024"], ["23", "23", "023", "0023", "00023"]),
    "m": (["7", "07", "007", "0007", "00007"], ["59", "59", "059", "0059", "00059"]),
    "s": (["9", "09", "009", "0009", "00009"], ["58", "58", "058", "0058", "00058"]),
    "S": (["1", "12", "123", "1230", "12300"], ["0", "00", "000", "0000", "00000"]),
    "z": (["UTC", "UTC", "UTC", LONG_UTC, LONG_UTC], ["UTC", "UTC", "UTC", LONG_UTC, LONG_UTC]),
    "Z": (["+0000", "+00:00", "UTC", "UTC", "UTC"], ["+0000", "+00:00", "UTC", "UTC", "UTC"]),
}


@pytest.mark.parametrize("letter", LETTERS)
def test_letter(letter: str) -> None:
    for moment, texts in zip((MORNING, EVENING), LETTERS[letter], strict=True):
        assert [format_instant(moment, letter * count) for count in range(1, 6)] == texts


@pytest.mark.parametrize("letter", LETTERS)
def test_letter_in_airflow(letter: str) -> None:
    for moment, texts in zip((MORNING, EVENING), LETTERS[letter], strict=True):
        run = moment.replace(microsecond=0)  # no run has a fraction
        expected = ["0" * len(text) for text in texts] if letter == "S" else texts
        for runtime in (SCHEDULED, ON_DEMAND):
            templates = (
                write_jinja(Template((Call("format", (START, Text(letter * count))),)), runtime).text
                for count in range(1, 6)
            )
            assert [render(template or "", context(run)) for template in templates] == expected


def test_the_table_has_all_letters() -> None:
    assert set(LETTERS) == set(ALL_LETTERS)


@pytest.mark.parametrize("letter", [*"ABFILNOPQRTUVWX", *"bcfgijlnopqrtuv"])
def test_illegal_letter(letter: str) -> None:
    with pytest.raises(ExpressionError, match=f'"{letter}" is no letter of a date pattern'):
        format_instant(MORNING, f"YYYY{letter}")


@pytest.mark.parametrize("pattern", ["", "'"])
def test_empty_pattern(pattern: str) -> None:
    with pytest.raises(ExpressionError, match="the date pattern is empty"):
        format_instant(MORNING, pattern)


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("%B %d", "MMMM dd"),
        ("%Y-%m-%dT%H:%M:%S", "yyyy-MM-dd'T'HH:mm:ss"),
        ("%I:%M %p", "hh:mm a"),
        ("%-j%%", "DDD%"),
    ],
)
def test_a_pattern_of_strftime_is_translated(pattern: str, meant: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        format_instant(MORNING, pattern)
    assert caught.value.expected == f"this is a pattern of strftime; did you mean {meant!r}?"


def test_a_pattern_of_strftime_that_joda_time_takes_is_named() -> None:
    assert format_instant(MORNING, "%Y/%d") == "%2011/%5"
    assert suspicions("%Y/%d") == (
        "the date pattern '%Y/%d' looks like strftime's, where Joda-Time copies the % and would need 'yyyy/dd'; "
        "it is kept as written",
    )


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
        ("dd/mm/yyyy", 1),
        ("mmdd", 1),
        ("HH-mm dd", 0),
        ("kk:mm", 1),
        ("%Y-%d", 1),
        ("%Y-%m-%d", 2),
        ("100 %, YYYY", 0),
        ("'%Y' YYYY", 0),
        ("YY-MM-DD HH:MM:SS", 3),
    ],
)
def test_likely_mistakes_are_named(pattern: str, warnings: int) -> None:
    assert len(suspicions(pattern)) == warnings
