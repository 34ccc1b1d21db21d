"""Whatever the expression, text and instant: what Airflow renders is what the reference evaluator says.

DP_EXAMPLES sets the number of random cases; pytest's header says which seed repeats them.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from datapipeline_converters.expressions import (
    Call,
    ExpressionError,
    Facts,
    Items,
    Joined,
    Name,
    Node,
    Parameter,
    Runtime,
    RuntimeFields,
    Template,
    Text,
    bind,
    evaluate,
    parse,
    write_jinja,
)
from hypothesis import HealthCheck, event, example, given, note, settings
from hypothesis import strategies as st

from tests.converters.expressions.drawing import (
    LEAP_AND_ENDS,
    PARAMS,
    all_patterns,
    instants,
    literals,
    moments,
    templates,
    values,
)
from tests.converters.expressions.rendering import ON_DEMAND, SCHEDULED, context, render, runtime_facts
from tests.converters.expressions.spelling import Speller

CASES = int(os.environ.get("DP_EXAMPLES", "300"))


def cases(share: float = 1.0) -> settings:
    """Return settings for a share of the random cases."""
    return settings(
        max_examples=max(1, round(CASES * share)),
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


@cases()
@given(templates, instants, instants, values, st.booleans(), st.booleans(), st.integers(0, 99))
@example(
    Template((Call("format", (Runtime("@scheduledStartTime"), Text("YYYY 'o''clock'"))),)),
    *LEAP_AND_ENDS[:2],
    {"secret": ""},
    False,
    False,
    7,
)
def test_airflow_renders_what_the_reference_says(
    drawn: Template,
    start: datetime,
    end: datetime,
    params: dict[str, Any],
    triggered: bool,
    many: bool,
    style: int,
) -> None:
    """The whole way, from the text of a definition; what source cannot spell stands in fields that it names."""
    speller = Speller(style)
    named = speller.named(drawn)
    source = speller.source(named)
    note(f"field:      {source!r}")
    for name, meaning in speller.meanings.items():
        note(f"{name + ':':11} {meaning!r}")
    note(
        f"instants:   {start.isoformat()} to {end.isoformat()}, {'on trigger' if triggered else 'by schedule'}"
    )
    note(f"parameters: {params!r}")
    parsed = _parsed(source)
    if parsed is None:
        return
    assert parsed == named
    _agree(parsed, lambda name: speller.meanings[str(name)], (start, end), params, triggered, many=many)


def _parsed(source: str) -> Template | None:
    """Return what is read from a text; None where it is larger than expressions may be."""
    try:
        return parse(source)
    except ExpressionError as error:
        if "more than" not in error.problem:
            raise
        return None


@cases(0.1)
@given(templates, instants, instants, values, st.booleans(), st.booleans())
@example(  # no element, no comma
    Template(("x", Items((Text("a"), Joined(Template((PARAMS["array"],))))))),
    *LEAP_AND_ENDS[:2],
    {"array": [], "secret": ""},
    False,
    False,
)
def test_trees_that_no_source_spells(
    template: Template,
    start: datetime,
    end: datetime,
    params: dict[str, Any],
    triggered: bool,
    many: bool,
) -> None:
    """Negative numbers, texts with both kinds of quotes, and what else conversion makes."""
    _agree(template, _unbound, (start, end), params, triggered, many=many)


@cases(0.1)
@given(all_patterns, moments, instants, st.integers(0, 99))
@example(Text("h hh K k"), Runtime("@scheduledStartTime"), LEAP_AND_ENDS[0], 0)
def test_every_pattern_prints_the_same(pattern: Node, moment: Node, start: datetime, style: int) -> None:
    speller = Speller(style)
    source = speller.source(speller.named(Template((Call("format", (moment, pattern)),))))
    note(f"field:   {source!r}")
    note(f"instant: {start.isoformat()}")
    params = {"count": 3, "zone": "America/Los_Angeles", "text": "2024-02-29T17:10:00", "secret": ""}
    _agree(parse(source), lambda name: speller.meanings[str(name)], (start, start), params, False, True)


def _unbound(name: Name) -> Node:
    raise AssertionError(name)


def _agree(
    template: Template,
    resolve: Any,
    moments: tuple[datetime, datetime],
    params: dict[str, Any],
    *runs: bool,
    many: bool = False,
) -> None:
    """Hold a field's text to be the same both ways.

    :param runs: each of them by schedule or, where it is true, on trigger
    """
    start, end = moments
    variables = {"secret": params["secret"]}
    names = context(start, end, params, variables)
    try:
        bound = bind(template, resolve)
    except ExpressionError:
        event("no expression of Data Pipeline's")
        return
    for triggered in runs:
        runtime, last = (ON_DEMAND, start) if triggered else (SCHEDULED, end)
        _same(bound, runtime, Facts(runtime_facts(start, last), params, variables), names, many)


def _same(bound: Template, runtime: RuntimeFields, facts: Facts, names: dict[str, Any], many: bool) -> None:
    try:
        written = write_jinja(bound, runtime, many=many)
    except ExpressionError:
        event("not written")
        return
    note(f"template:   {written.items if written.text is None else written.text!r}")
    try:
        expected = evaluate(bound, facts, many=many)
    except ExpressionError as error:
        event("no value")
        note(f"reference:  {error.sentence}")
        # A date that cannot be is no matter where a pattern prints nothing of it; no element, no fault in any.
        about_dates = "gives no date" in error.problem or error.problem == "a date and time is needed"
        if not about_dates and written.items != ():
            assert _rendered(written.text, written.items, names, may_fail=True) is None
        return
    event("a value")
    assert _rendered(written.text, written.items, names) == expected


def _rendered(
    text: str | None, items: Any, names: dict[str, Any], *, may_fail: bool = False
) -> str | tuple[str, ...] | None:
    """Return what Airflow makes of a template, or of those of a list; None where it raises, if it may."""
    try:
        if text is not None:
            return render(text, names)
        rendered: list[str] = []
        for item in items:
            rendered += (
                map(str, names["params"][item.name]) if isinstance(item, Parameter) else [render(item, names)]
            )
        return tuple(rendered)
    except Exception:
        if may_fail:
            return None
        raise


@cases(0.1)
@given(st.lists(literals, max_size=4).map("".join), instants)
@example("{#{'#'}", LEAP_AND_ENDS[0])
@example("{%{{{{#\r\n\n", LEAP_AND_ENDS[0])
def test_literal_text_survives(text: str, instant: datetime) -> None:
    written = write_jinja(Template((text,) if text else ()), {})
    assert written.text is not None
    assert render(written.text, context(instant)) == text


@cases(0.1)
@given(st.text(alphabet="#{}()'\"+-*/^.,@ x1\nformat", max_size=30))
def test_nothing_but_expression_errors(text: str) -> None:
    try:
        bind(parse(text), lambda name: Text(str(name)))
    except ExpressionError as error:
        assert str(error)  # noqa: PT017
