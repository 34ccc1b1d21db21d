"""Draws expressions, texts, instants and parameters at random, for the property tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from datapipeline_converters.expressions import (
    Call,
    Items,
    Joined,
    Negation,
    Node,
    Number,
    Operation,
    Parameter,
    Runtime,
    Template,
    Text,
    Variable,
)
from datapipeline_converters.expressions.joda import ALL_LETTERS
from hypothesis import strategies as st

PIECES = [
    *"{}#%'\"\\\n\r -+~|$",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "${",
    "\r\n",
    "\n",
    "é",
    "日",
    "🙂",
    "%d",
    "%Y",
    "'}",
    "\t",
    "\x00",
    "\u2028",
    "a",
    "raw",
]
literals = st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.text(max_size=12))

LEAP_AND_ENDS = [
    datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2023, 2, 28, tzinfo=UTC),
    datetime(2024, 12, 31, 12, tzinfo=UTC),
    datetime(2024, 12, 30, tzinfo=UTC),
    datetime(2021, 1, 3, 0, 30, tzinfo=UTC),
    datetime(2024, 1, 31, 11, 59, tzinfo=UTC),
    datetime(2024, 3, 31, 1, 30, tzinfo=UTC),  # daylight saving begins in Europe
    datetime(2024, 11, 3, 8, 30, tzinfo=UTC),  # and ends in America: 01:30 for the first
    datetime(2024, 11, 3, 9, 30, tzinfo=UTC),  # and for the second time
    datetime(2015, 11, 20, 9, 30, tzinfo=UTC),  # the first of the month had 01:30 twice there
]
instants = st.one_of(
    st.sampled_from(LEAP_AND_ENDS),
    st.integers(0, 5_600_000_000).map(  # no run lies before 1970, which is how patterns are written
        lambda seconds: datetime.fromtimestamp(seconds, UTC)
    ),
)

PARAMS: dict[str, Node] = {
    "text": Parameter("text"),
    "count": Parameter("count", "integer"),
    "ratio": Parameter("ratio", "number"),
    "maybe": Parameter("maybe", optional=True),
    "zone": Parameter("zone"),
    "array": Parameter("array", is_array=True),
    "secret": Variable("secret"),
}
values = st.fixed_dictionaries(
    {
        "text": literals
        | st.sampled_from(["5", " -2.5 ", "1e3", "nan", "1_0", "inf", "2024-02-29T17:10:00"]),
        "count": st.integers(-50, 50),
        "ratio": st.one_of(st.integers(-9, 9), st.floats(-1e9, 1e9, allow_nan=False)),
        "maybe": st.none() | literals,
        "zone": st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin"]),
        "array": st.lists(literals, max_size=3),
        "secret": literals,
    }
)


def _call(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Node]:
    return st.tuples(*arguments).map(lambda chosen: Call(name, chosen))


def _operation(
    signs: str, left: st.SearchStrategy[Any], right: st.SearchStrategy[Any]
) -> st.SearchStrategy[Node]:
    return st.builds(Operation, st.sampled_from(signs), left, right)


patterns = (
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(ALL_LETTERS), st.integers(1, 5)).map(lambda run: run[0] * run[1]),
            st.sampled_from(
                [
                    "-",
                    "/",
                    " ",
                    ":",
                    "'T'",
                    "''",
                    "'o''clock'",
                    "%",
                    "%d",
                    "{{",
                    "}}",
                    "é",
                    "\n",
                    "\\",
                    "'%Y'",
                ]
            ),
        ),
        min_size=1,
        max_size=5,
    )
    .map("".join)
    .map(Text)
)


def runs_of(letters: str) -> st.SearchStrategy[Node]:
    """Return patterns that are a run of each of some letters, in any order and length."""
    lengths = st.tuples(st.permutations(letters), st.lists(st.integers(1, 5), min_size=len(letters)))
    return lengths.map(lambda drawn: Text("-".join(a * n for a, n in zip(*drawn, strict=False))))


all_patterns = st.one_of(*map(runs_of, ("YyxwDMdEe", "HhKkmsSa", "zZGC")), patterns)

zones = st.one_of(
    st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata"]).map(Text),
    st.just(PARAMS["zone"]),
)
years = _call("year", st.just(Runtime("@scheduledStartTime")))
# One alternative in three or so leads on: chains stay short, and few are given up for their depth.
_plain_moments = st.one_of(
    st.sampled_from([Runtime("@scheduledStartTime"), Runtime("@scheduledEndTime")]),
    st.sampled_from(
        [
            Runtime("@actualStartTime"),
            PARAMS["text"],
            Text("2024-02-29T17:10:00"),
            Text("0007-12-31T17:10:00"),
        ],
    ),
    _call(
        "makeDate",
        st.one_of(st.integers(1990, 2040), st.sampled_from([1, 999, 9999])).map(Number),
        st.integers(1, 12).map(Number),
        st.integers(1, 28).map(Number),
    ),
    _call("makeDate", years, st.just(Number(2)), st.just(Number(3))),
)
moments: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(_plain_moments, _plain_moments, _moved_moments)
)
_moved_moments = st.one_of(
    *(_call(name, moments) for name in ("midnight", "firstOfMonth", "sunday", "yesterday")),
    st.builds(
        lambda sign, unit, moment, count: Call(f"{sign}{unit}", (moment, count)),
        st.sampled_from(["plus", "minus"]),
        st.sampled_from(["Years", "Months", "Weeks", "Days", "Hours", "Minutes"]),
        moments,
        st.deferred(lambda: small),
    ),
    _call("minusYears", moments, st.integers(900, 2000).map(Number)),
    _call("plusPeriod", moments, st.sampled_from(["1 day", "3 Months", "2 hours"]).map(Text)),
    _call("inTimeZone", moments, zones),
    _call("inTimeZone", moments, zones),
)
small: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        st.integers(-13, 40).map(Number),
        st.integers(-1, 1).map(Number),
        st.just(PARAMS["count"]),
        _call("hour", moments),
        st.builds(Negation, small),
    )
)
_parts = st.builds(
    lambda name, moment: Call(name, (moment,)),
    st.sampled_from(["year", "month", "day", "dayOfYear", "hour", "minute"]),
    moments,
)
integers: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(small, small, _parts, _operation("+-*/", integers, integers))
)
floats: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        st.floats(-1e6, 1e6, allow_nan=False).map(Number),
        st.just(PARAMS["ratio"]),
        _operation("+-*/^", floats, integers),
        _operation("+-*/^", integers, floats),
        _operation("^", integers, integers),
        st.builds(Negation, floats),
        _operation("-*/", integers, st.sampled_from([Text("3"), Text("0.5"), Text("-2"), PARAMS["text"]])),
    )
)
_plain_texts = st.one_of(
    literals.map(Text),
    st.sampled_from([PARAMS["text"], PARAMS["secret"], PARAMS["maybe"]]),
    st.sampled_from(["@status", "@attemptCount", "@triesLeft", "cancellationReason"]).map(Runtime),
    _call("format", moments, patterns),
    _call("format", moments, patterns),
)
texts: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        _plain_texts,
        _plain_texts,
        _operation("+", texts, st.one_of(texts, integers, floats, moments)),
        _operation("+", st.one_of(texts, integers, floats, moments), texts),
        st.builds(Joined, _templates(2)),
    )
)
nodes = st.one_of(texts, texts, integers, floats, moments)
inserts = st.one_of(nodes, nodes, st.just(PARAMS["array"]), st.lists(texts, max_size=3).map(tuple).map(Items))


def _templates(most: int) -> st.SearchStrategy[Template]:
    return st.deferred(lambda: st.lists(st.one_of(literals, inserts), max_size=most).map(tuple).map(Template))


templates = _templates(4)
