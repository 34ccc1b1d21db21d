"""Whatever the expression, text and instant: what Jinja renders is what the reference interpreter says.

DP_EXAMPLES sets the number of random cases; a failure prints the seed that repeats it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from datapipeline_converters.expressions import (
    Call,
    ExpressionError,
    Facts,
    Items,
    Joined,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Parameter,
    Runtime,
    Template,
    Text,
    Variable,
    bind,
    evaluate,
    parse,
    write_jinja,
)
from datapipeline_converters.expressions.joda import ALL_LETTERS
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.converters.expressions.rendering import ON_DEMAND, SCHEDULED, context, render

EVERYDAY = settings(
    max_examples=int(os.environ.get("DP_EXAMPLES", "300")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

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
    datetime(2024, 11, 3, 9, 30, tzinfo=UTC),  # and ends in America
]
instants = st.one_of(
    st.sampled_from(LEAP_AND_ENDS),
    st.integers(-600_000_000, 5_600_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
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
        "text": literals,
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
        max_size=6,
    )
    .map("".join)
    .map(Text)
)


def _runs(letters: str) -> st.SearchStrategy[Node]:
    """Return patterns that are a run of each of some letters, in any order and length."""
    lengths = st.tuples(st.permutations(letters), st.lists(st.integers(1, 5), min_size=len(letters)))
    return lengths.map(lambda drawn: Text("-".join(a * n for a, n in zip(*drawn, strict=False))))


zones = st.one_of(
    st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata"]).map(Text),
    st.just(PARAMS["zone"]),
)
years = _call("year", st.just(Runtime("@scheduledStartTime")))
moments: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        st.sampled_from([Runtime("@scheduledStartTime"), Runtime("@scheduledEndTime")]),
        st.sampled_from([Runtime("@scheduledStartTime"), Text("2024-02-29T17:10:00")]),
        _call(
            "makeDate",
            st.integers(1990, 2040).map(Number),
            st.integers(1, 12).map(Number),
            st.integers(1, 28).map(Number),
        ),
        _call("makeDate", years, st.just(Number(2)), st.just(Number(3))),
        *(_call(name, moments) for name in ("midnight", "firstOfMonth", "sunday", "yesterday")),
        *(
            _call(f"{sign}{unit}", moments, small)
            for sign in ("plus", "minus")
            for unit in ("Years", "Months", "Weeks", "Days", "Hours", "Minutes")
        ),
        _call("plusPeriod", moments, st.sampled_from(["1 day", "3 Months", "2 hours"]).map(Text)),
        _call("inTimeZone", moments, zones),
    )
)
small: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        st.integers(-13, 40).map(Number),
        st.just(PARAMS["count"]),
        _call("hour", moments),
        st.builds(Negation, small),
    )
)
integers: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        small,
        *(_call(name, moments) for name in ("year", "month", "day", "dayOfYear", "hour", "minute")),
        _operation("+-*/", integers, integers),
    )
)
floats: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        st.floats(-1e6, 1e6, allow_nan=False).map(Number),
        st.just(PARAMS["ratio"]),
        _operation("+-*/^", floats, integers),
        _operation("+-*/^", integers, floats),
        _operation("^", integers, integers),
        st.builds(Negation, floats),
        _operation("-*/", integers, st.sampled_from(["3", "0.5", "-2"]).map(Text)),
    )
)
texts: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        literals.map(Text),
        st.sampled_from([PARAMS["text"], PARAMS["secret"], PARAMS["maybe"], Runtime("@status")]),
        _call("format", moments, patterns),
        _call("format", moments, patterns),
        _operation("+", texts, st.one_of(texts, integers, floats, moments)),
        _operation("+", st.one_of(texts, integers, floats, moments), texts),
        st.builds(Joined, templates),
    )
)
nodes = st.one_of(texts, texts, integers, floats, moments)
inserts = st.one_of(nodes, st.just(PARAMS["array"]), st.lists(texts, max_size=3).map(tuple).map(Items))
templates: st.SearchStrategy[Template] = st.deferred(
    lambda: st.lists(st.one_of(literals, inserts), max_size=5).map(tuple).map(Template)
)


def _unbound(name: Name) -> Node:
    raise AssertionError(name)


def _agree(template: Template, facts: Facts, many: bool, runtime: Any) -> None:
    try:
        bound = bind(template, _unbound)
        written = write_jinja(bound, runtime, many=many)
        expected = evaluate(bound, facts, many=many)
    except ExpressionError:
        return
    names = context(
        facts.runtime["@scheduledStartTime"],  # type: ignore[arg-type]
        facts.runtime["@scheduledEndTime"],  # type: ignore[arg-type]
        facts.parameters,
        facts.variables,
    )
    if written.items is None:
        assert written.text is not None
        assert render(written.text, names) == expected, written.text
        return
    rendered: list[str] = []
    for item in written.items:
        rendered += (
            map(str, names["params"][item.name]) if isinstance(item, Parameter) else [render(item, names)]
        )
    assert tuple(rendered) == expected


@EVERYDAY
@given(templates, instants, instants, values, st.booleans())
def test_jinja_renders_what_the_reference_says(
    template: Template, start: datetime, end: datetime, params: dict[str, Any], many: bool
) -> None:
    runtime: dict[str, datetime | str] = {
        "@scheduledStartTime": start,
        "@scheduledEndTime": end,
        "@status": "running",
    }
    _agree(template, Facts(runtime, params, {"secret": params["secret"]}), many, SCHEDULED)
    on_demand = runtime | {"@scheduledEndTime": start}
    _agree(template, Facts(on_demand, params, {"secret": params["secret"]}), many, ON_DEMAND)


@EVERYDAY
@given(st.one_of(_runs("YyxwDMdEe"), _runs("HhKkmsSa"), _runs("zZGC"), patterns), moments, instants)
@example(Text("h hh K k"), Runtime("@scheduledStartTime"), LEAP_AND_ENDS[0])
def test_every_pattern_prints_the_same(pattern: Node, moment: Node, start: datetime) -> None:
    params = {"count": 3, "zone": "America/Los_Angeles"}
    facts = Facts({"@scheduledStartTime": start, "@scheduledEndTime": start}, params)
    for runtime in (SCHEDULED, ON_DEMAND):
        _agree(Template((Call("format", (moment, pattern)),)), facts, False, runtime)


@EVERYDAY
@given(st.lists(literals, max_size=4).map("".join), instants)
@example("{#{'#'}", LEAP_AND_ENDS[0])
@example("{%{{{{#\r\n\n", LEAP_AND_ENDS[0])
def test_literal_text_survives(text: str, instant: datetime) -> None:
    written = write_jinja(Template((text,) if text else ()), {})
    assert written.text is not None
    assert render(written.text, context(instant)) == text


@EVERYDAY
@given(st.text(alphabet="#{}()'\"+-*/^.,@ x1\nformat", max_size=30))
def test_nothing_but_expression_errors(text: str) -> None:
    try:
        bind(parse(text), lambda name: Text(str(name)))
    except ExpressionError as error:
        assert str(error)  # noqa: PT017
