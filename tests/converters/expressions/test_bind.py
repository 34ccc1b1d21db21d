"""What names become, and what is worked out at conversion."""

from __future__ import annotations

import pytest
from datapipeline_converters.expressions import (
    Call,
    ExpressionError,
    Items,
    Joined,
    Name,
    Node,
    Number,
    Parameter,
    Runtime,
    Template,
    Text,
    Variable,
    bind,
    constant,
    is_constant,
    leaves,
    parse,
)

START = Runtime("@scheduledStartTime")
MEANING: dict[str, Node] = {
    "start": START,
    "late": Parameter("late"),
    "text": Text("t"),
    "five": Number(5),
    "field": Joined(Template(("a", START, "b"))),
    "only": Joined(Template((START,))),
    "nested": Joined(Template((Joined(Template(("x", Text("y")))), "z"))),
    "empty": Joined(Template(())),
    "braces": Text("#{text}"),
    "list": Items((Text("1"), Items((Text("2"), Joined(Template(("3",))))))),
    "none": Items(()),
    "secret": Variable("secret"),
}


def resolve(name: Name) -> Node:
    return MEANING[str(name)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("plain", ("plain",)),
        ("#{text}", ("t",)),
        ("a#{text}b#{five}c", ("atb5c",)),
        ("#{empty}", ()),
        ("#{late}", (Parameter("late"),)),
        ("a#{field}#{text}", ("aa", START, "bt")),
        ("#{only}", (START,)),
        ("#{nested}!", ("xyz!",)),
        ("#{braces}", ("#{text}",)),
        ("#{1 + 2}", ("3",)),
        ("#{five / 2}", ("2",)),
        ("#{makeDate(2011,5,24)}!", ("2011-05-24T00:00:00!",)),
        ("#{format(plusDays(makeDate(2011,5,24),1),'d')}", ("25",)),
        ("#{year(start) + (1 + 2)}", None),
        ("#{plusPeriod(start,'2 Weeks')}", (Call("plusWeeks", (START, Number(2))),)),
        ("#{list}", (Items((Text("1"), Text("2"), Text("3"))),)),
        ("#{none}", (Items(()),)),
        ("#{'a' + list}", (Items((Text("a1"), Text("a2"), Text("a3"))),)),
        ("#{secret}", (Variable("secret"),)),
        # Two expressions are a text, even where one of them is empty.
        ("#{list}#{empty}", (Items((Text("1"), Text("2"), Text("3"))), "")),
        ("#{empty}#{start}", (START, "")),
        ("#{empty}#{empty}", ()),
    ],
)
def test_bind(text: str, parts: tuple[str | Node, ...] | None) -> None:
    bound = bind(parse(text), resolve)
    assert bound.source == text
    if parts is not None:
        assert bound.parts == parts
    assert bind(bound, resolve) == bound


def test_leaves_reach_into_everything() -> None:
    bound = bind(parse("#{format(start,'d') + late}#{field}"), resolve)
    assert [leaf for leaf in leaves(bound) if not isinstance(leaf, Text)] == [START, Parameter("late"), START]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("a#{text}", "at"),
        ("#{list}", ("1", "2", "3")),
        ("#{none}", ()),
        ("x#{list}", "x1,2,3"),
        ("#{list}#{empty}", "1,2,3"),
    ],
)
def test_constant(text: str, value: str | tuple[str, ...]) -> None:
    bound = bind(parse(text), resolve)
    assert is_constant(bound)
    assert constant(bound) == value


@pytest.mark.parametrize("text", ["#{late}", "#{start}", "a#{field}", "#{'a' + secret}", "#{year(start)}"])
def test_not_constant(text: str) -> None:
    bound = bind(parse(text), resolve)
    assert not is_constant(bound)
    with pytest.raises(ExpressionError, match="has no value"):
        constant(bound)


def test_a_list_within_text_in_a_field_for_several_values() -> None:
    assert constant(bind(parse("x#{list}y"), resolve), many=True) == ("x1y", "x2y", "x3y")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a #{makeDate(2011,13,1)}",
            "makeDate gives no date: month must be in 1..12\n    a #{makeDate(2011,13,1)}\n",
        ),
        ("#{plusYears(makeDate(2011,1,1), 9000)}", "plusYears gives no date: the year leaves 1 to 9999"),
        ("#{1 + 1 / 0}", "division by zero\n    #{1 + 1 / 0}\n            ^"),
        ("#{format(five,'d')}", "a date and time is needed, found the number 5"),
        ("#{format(text,'d')}", "a date and time is needed, found another text"),
        ("#{plusDays(makeDate(2011,1,1), 1.5)}", "a whole number is needed, found the number 1.5"),
        ("#{format(start, braces)}", '"t" is no letter of a date pattern'),
        ("#{text - 1}", "a number is needed, found another text"),
        ("#{makeDate(2011,1,1) - makeDate(2011,1,2)}", "a date and time cannot be calculated with"),
        ("#{makeDate(2011,1,1) + 1}", "a date and time cannot be calculated with"),
        ("#{-makeDate(2011,1,1)}", "a date and time cannot be calculated with"),
    ],
)
def test_mistake(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        bind(parse(text), resolve)
    assert str(caught.value).startswith(message)
    assert caught.value.origin is not None


def test_lists_cannot_fill_the_memory() -> None:
    many = Items(tuple(Text(str(number)) for number in range(100)))
    with pytest.raises(ExpressionError, match="the lists multiply"):
        bind(parse("#{a + a + a}"), lambda _: many)


def test_texts_that_quote_each_other_cannot_fill_the_memory() -> None:
    template = Template(("x" * 600_000,))
    with pytest.raises(ExpressionError, match="the text grows"):
        bind(parse("#{a}#{a}"), lambda _: Joined(template))
