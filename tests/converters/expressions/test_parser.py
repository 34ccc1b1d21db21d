"""What is an expression, what is not, and how a mistake is shown."""

from __future__ import annotations

import pytest
from datapipeline_converters.errors import ConversionError
from datapipeline_converters.expressions import (
    Call,
    ExpressionError,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Text,
    names,
    parse,
)

START = Name(("@scheduledStartTime",))


def _call(function: str, *arguments: Node) -> Call:
    return Call(function, arguments)


@pytest.mark.parametrize(
    ("expression", "node"),
    [
        ("table", Name(("table",))),
        ("  table\n", Name(("table",))),
        ("*myPassword", Name(("*myPassword",))),
        ("2 * 3", Operation("*", Number(2), Number(3))),
        ("2 * *mySecret", Operation("*", Number(2), Name(("*mySecret",)))),
        ("2**mySecret", Operation("*", Number(2), Name(("*mySecret",)))),
        ("my_flag2", Name(("my_flag2",))),
        ("größe", Name(("größe",))),
        ("@scheduledStartTime", START),
        ("node.@scheduledStartTime", Name(("node", "@scheduledStartTime"))),
        ("input . database.databaseName", Name(("input", "database", "databaseName"))),
        ("node.*password", Name(("node", "*password"))),
        ("format", Name(("format",))),
        ("input.format", Name(("input", "format"))),
        ("'}'", Text("}")),
        ('"it\'s"', Text("it's")),
        ("'#{x}'", Text("#{x}")),
        ("'a\\'", Text("a\\")),
        (".5", Number(0.5)),
        ("007", Number(7)),
        ("-x", Negation(Name(("x",)))),
        ("1 - -1", Operation("-", Number(1), Negation(Number(1)))),
        ("hour(@scheduledStartTime)", _call("hour", START)),
        ("format (@scheduledStartTime , 'YYYY' )", _call("format", START, Text("YYYY"))),
        ("@scheduledStartTime.format('YYYY')", _call("format", START, Text("YYYY"))),
        ("a.b.format('YYYY')", _call("format", Name(("a", "b")), Text("YYYY"))),
        ("hour(x).plusDays(1)", _call("plusDays", _call("hour", Name(("x",))), Number(1))),
        ("yesterday(x).midnight()", _call("midnight", _call("yesterday", Name(("x",))))),
        ("(x).year()", _call("year", Name(("x",)))),
    ],
)
def test_expression(expression: str, node: Node) -> None:
    assert parse(f"#{{{expression}}}").parts == (node,)


def test_braces_in_quotes_do_not_close() -> None:
    parts = parse("a #{format(x,'}')} b").parts
    assert parts == ("a ", _call("format", Name(("x",)), Text("}")), " b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "${INPUT1_STAGING_DIR}/*",
        "echo ${#HOME} $1 $#",
        "awk '{ print $1 }' # {x}",
        "{{ ds }} {% if %} {# no #}",
        "a } b { c",
        "# comment\r\n",
        "\\#",
        "100%",
    ],
)
def test_everything_else_is_text(text: str) -> None:
    assert parse(text).parts == ((text,) if text else ())


def test_names_come_in_order() -> None:
    template = parse("#{b}/#{format(node.@x, a)}#{*c + 'd' - -e}")
    assert [str(name) for name in names(template)] == ["b", "node.@x", "a", "*c", "e"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "#{sqoop command}",
            'the expression does not go on like this, found "command"; '
            "expected an operator (+ - * / ^) or }; a name holds no blanks\n"
            "    #{sqoop command}\n"
            "            ^",
        ),
        (
            "s3://b/#{fromat(@scheduledStartTime, 'YYYY')}",
            'there is no function "fromat"; did you mean format?\n'
            "    s3://b/#{fromat(@scheduledStartTime, 'YYYY')}\n"
            "             ^",
        ),
        (
            "#{Format(x, 'YYYY')}",
            "there is no function \"Format\"; did you mean format?\n    #{Format(x, 'YYYY')}\n      ^",
        ),
        (
            "x #{format(x)}",
            "format takes 2 arguments (a date and time, a date pattern), found 1; "
            "expected a call such as format(@scheduledStartTime, 'YYYY-MM-dd')\n"
            "    x #{format(x)}\n        ^",
        ),
        (
            "#{x.year(1)}",
            "year takes 1 argument (a date and time), found 2; expected a call such as year(@scheduledStartTime)\n"
            "    #{x.year(1)}\n        ^",
        ),
        (
            "first\n\techo #{1 +} x\nlast",
            "a value is missing, found the closing }; expected a name, a number, a quoted text or (\n"
            "     echo #{1 +} x\n"
            "               ^",
        ),
        (
            "#{format(x, 'YYYY-MM-ddTHH')}",
            "\"T\" is no letter of a date pattern, found 'T' in 'YYYY-MM-ddTHH'; expected one of "
            "a C D d E e G H h K k M m S s w x Y y Z z; "
            "text goes between quotes, as in format(x, \"yyyy-MM-dd'T'HH:mm\")\n"
            "    #{format(x, 'YYYY-MM-ddTHH')}\n"
            "                ^",
        ),
    ],
)
def test_message(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert str(caught.value) == message
    assert isinstance(caught.value, ConversionError)
    assert caught.value.sentence == message.partition("\n")[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("#{", "the expression is not closed"),
        ("#{x", "the expression is not closed"),
        ("#{x)", "the expression does not go on like this"),
        ("a #{} b", "the expression is empty"),
        ("#{'x}", "the quoted text is not closed"),
        ("#{\"x'}", "the quoted text is not closed"),
        ("#{x $ y}", "not an expression"),
        ("#{#{x}}", "not an expression"),
        ("#{{x}}", "not an expression"),
        ("#{x == 1}", "not an expression"),
        ("#{@}", "not an expression"),
        ("#{@@x}", "not an expression"),
        ("#{* x}", "a name is missing"),
        ("#{x.}", "a name is missing"),
        ("#{x.'a'}", "a name is missing"),
        ("#{(1}", '")" is missing'),
        ("#{1)}", "the expression does not go on like this"),
        ("#{'a' 'b'}", "the expression does not go on like this"),
        ("#{1.2.3}", "the expression does not go on like this"),
        ("#{year(x,)}", "an argument is missing"),
        ("#{year(,x)}", "a value is missing"),
        ("#{year()}", "year takes 1 argument"),
        ("#{year(x).z}", "only a function can follow the dot here"),
        ("#{'a'.b}", "only a function can follow the dot here"),
        ("#{*year(x)}", "the expression does not go on like this"),
        ("#{9999999999999999999}", "the number is too large"),
        ("#{format(x,'')}", "the date pattern is empty"),
        ("#{inTimeZone(x,'Mars/Olympus')}", "there is no such time zone"),
        ("#{inTimeZone(x,'../etc/passwd')}", "there is no such time zone"),
        ("#{plusPeriod(x,'1 fortnight')}", "a period is needed"),
        ("#{" + "(" * 60 + "1" + ")" * 60 + "}", "the expression is nested"),
        ("#{" + "-" * 60 + "1}", "the expression is nested"),
        ("#{" + "1+" * 200 + "1}", "the expression has more than"),
    ],
)
def test_mistake(text: str, problem: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.problem.startswith(problem)
    assert "^" in str(caught.value).splitlines()[-1]
