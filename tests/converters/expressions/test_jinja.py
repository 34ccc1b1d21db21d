"""What generated DAGs read like, and that literal text stays what it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from datapipeline_converters.expressions import (
    ExpressionError,
    Facts,
    Items,
    Joined,
    Name,
    Node,
    Parameter,
    Runtime,
    Template,
    Text,
    UnsupportedExpressionError,
    Variable,
    Written,
    bind,
    evaluate,
    parse,
    write_jinja,
)

from tests.converters.expressions.rendering import ON_DEMAND, SCHEDULED, context, render, runtime_facts

START = datetime(2024, 1, 31, 14, 5, 9, tzinfo=UTC)
END = datetime(2024, 2, 29, tzinfo=UTC)

PARAMETERS: dict[str, tuple[Node, object]] = {
    "lake": (Parameter("lake"), "s3://lake"),
    "items": (Parameter("items"), "not a method"),
    "dashed-name": (Parameter("dashed-name"), "d"),
    "count": (Parameter("count", "integer"), 7),
    "ratio": (Parameter("ratio", "number"), 0.25),
    "days": (Parameter("days"), "3"),
    "many": (Parameter("many", is_array=True), ["a", "b"]),
    "numbers": (Parameter("numbers", "integer", is_array=True), [1, 2]),
    "maybe": (Parameter("maybe", optional=True), None),
    "maybeCount": (Parameter("maybeCount", "integer", optional=True), 0),
    "maybeMany": (Parameter("maybeMany", is_array=True, optional=True), None),
    "city": (Parameter("city"), "Berlin"),
    "zone": (Parameter("zone"), "Europe/Berlin"),
    "since": (Parameter("since"), "2011-05-24T17:10:00"),
}
OTHERS: dict[str, Node] = {
    "s": Runtime("@scheduledStartTime"),
    "e": Runtime("@scheduledEndTime"),
    "status": Runtime("@status"),
    "attempt": Runtime("@attemptCount"),
    "left": Runtime("@triesLeft"),
    "reason": Runtime("cancellationReason"),
    "began": Runtime("@actualStartTime"),
    "version": Runtime("@version"),
    "misspelled": Runtime("@scheduledStart"),
    "secret": Variable("secret"),
    "dashed": Variable("my-secret"),
    "path": Joined(Template((Parameter("lake"), "/in/", Runtime("@scheduledStartTime")))),
    "hash": Text("#"),
    "brace": Text("{"),
    "list": Items((Text("x"), Parameter("lake"))),
    "pattern": Parameter("pattern"),
}
FACTS = Facts(
    runtime_facts(START, END),
    {name: value for name, (_, value) in PARAMETERS.items()},
    {"secret": "s3cret", "my-secret": "dash"},
)
NAMES = context(START, END, FACTS.parameters, FACTS.variables)


def resolve(name: Name) -> Node:
    return OTHERS[str(name)] if str(name) in OTHERS else PARAMETERS[str(name)][0]


def written(text: str, *, many: bool = False) -> Written:
    return write_jinja(bind(parse(text), resolve), SCHEDULED, many=many)


@pytest.mark.parametrize(
    ("text", "jinja"),
    [
        ("#{lake}/orders/", "{{ params.lake }}/orders/"),
        ("#{items}", "{{ params['items'] }}"),
        ("#{count}", "{{ params.count }}"),
        ("#{ratio}", "{{ params.ratio }}"),
        ("#{secret}", "{{ var.value.secret }}"),
        ("#{dashed}", "{{ var.value['my-secret'] }}"),
        ("#{status}", "RUNNING"),
        ("#{'is ' + status + '!'}", "is RUNNING!"),
        ("<#{reason}>", "<>"),
        ("#{attempt}", "{{ ti.try_number }}"),
        ("#{'try ' + attempt}", "try {{ ti.try_number }}"),
        ("#{left}!", "{{ ti.max_tries + 1 - ti.try_number }}!"),
        ("#{began}", "{{ ti.start_date.strftime('%Y-%m-%dT%H:%M:%S') }}"),
        ("#{hour(began)}", "{{ ti.start_date.hour }}"),
        (
            "#{format(midnight(began),'HH')}",
            "{{ macros.datapipeline.instant(ti.start_date).start_of('day').strftime('%H') }}",
        ),
        ("#{maybe}/x", "{{ params.maybe or '' }}/x"),
        ("#{maybeCount}/x", "{{ '' if params.maybeCount is none else params.maybeCount }}/x"),
        ("#{s}", "{{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}"),
        ("#{format(s,'YYYY-MM-dd')}", "{{ data_interval_start.strftime('%Y-%m-%d') }}"),
        ("#{format(s,'YYYY')}%", "{{ data_interval_start.strftime('%Y') }}%"),
        ("#{format(s,\"'100%'MM\")}", "{{ data_interval_start.strftime('100%%%m') }}"),
        ("#{format(s,\"'plain 100%'\")}", "{{ 'plain 100%' }}"),
        (
            "#{format(s,\"MM'é'dd\")}",
            "{{ data_interval_start.strftime('%m') ~ 'é' ~ data_interval_start.strftime('%d') }}",
        ),
        ("#{format(s,\"yyyy-MM-dd'T'HH\")}", "{{ data_interval_start.strftime('%Y-%m-%dT%H') }}"),
        (
            "#{format(s,\"h 'o''clock'\")}",
            """{{ ((data_interval_start.hour + 11) % 12 + 1) ~ " o'clock" }}""",
        ),
        ("#{format(s,'z Z ZZ ZZZ G SSS')}", "{{ 'UTC +0000 +00:00 UTC AD 000' }}"),
        ("#{format(s,'d')}", "{{ data_interval_start.day }}"),
        ("#{format(s,'DD')}", "{{ '%02d' % data_interval_start.day_of_year }}"),
        ("#{format(s,'C')}", "{{ data_interval_start.year // 100 }}"),
        (
            "#{format(minusYears(s,2000),'Y-YY-YYYY')}",
            "{{ X.year ~ X.strftime('-%y-') ~ '%04d' % X.year }}".replace(
                "X", "data_interval_start.subtract(years=2000)"
            ),
        ),
        (
            "#{minusMonths(s,24000)}",
            "{{ '%04d' % X.year ~ X.strftime('-%m-%dT%H:%M:%S') }}".replace(
                "X", "data_interval_start.subtract(months=24000)"
            ),
        ),
        (  # a count that only the run knows is taken to move a date by a century at most
            "#{format(minusYears(plusYears(s,count),870),'YYYY')}",
            "{{ data_interval_start.add(years=params.count).subtract(years=870).strftime('%Y') }}",
        ),
        (
            "#{format(minusYears(plusYears(s,count),871),'YYYY')}",
            "{{ '%04d' % data_interval_start.add(years=params.count).subtract(years=871).year }}",
        ),
        (
            "#{format(minusMonths(s,1),'YYYY/MM')}",
            "{{ data_interval_start.subtract(months=1).strftime('%Y/%m') }}",
        ),
        ("#{format(midnight(s),'HH')}", "{{ data_interval_start.start_of('day').strftime('%H') }}"),
        (
            "#{format(yesterday(makeDate(1000,1,count)),'YYYY')}",
            "{{ '%04d' % macros.datapipeline.datetime(1000, 1, params.count).subtract(days=1).year }}",
        ),
        ("#{day(firstOfMonth(s))}", "{{ data_interval_start.replace(day=1).day }}"),
        ("#{day(sunday(s))}", "{{ macros.datapipeline.sunday(data_interval_start).day }}"),
        ("#{year(s) + 1}", "{{ data_interval_start.year + 1 }}"),
        (
            "#{year(s) * (1 + month(s)) - -1}",
            "{{ data_interval_start.year * (1 + data_interval_start.month) - -1 }}",
        ),
        ("#{year(s) - (1 - month(s))}", "{{ data_interval_start.year - (1 - data_interval_start.month) }}"),
        ("#{hour(s) / 6}", "{{ data_interval_start.hour // 6 }}"),
        ("#{-hour(s) / 6}", "{{ macros.datapipeline.divide(-data_interval_start.hour, 6) }}"),
        ("#{hour(s) / 6.0}", "{{ macros.datapipeline.text(data_interval_start.hour / 6.0) }}"),
        (
            "#{hour(s) ^ 2}",
            "{{ macros.datapipeline.text(macros.datapipeline.power(data_interval_start.hour, 2)) }}",
        ),
        ("#{count + 1}", "{{ params.count + 1 }}"),
        ("#{ratio * 2}", "{{ macros.datapipeline.text((params.ratio | float) * 2) }}"),
        ("#{'s3://' + lake + '/' + (count + 1)}", "s3://{{ params.lake }}/{{ params.count + 1 }}"),
        ("#{year(s) + 1 + 'a' + 1 + 2}", "{{ data_interval_start.year + 1 }}a12"),
        (
            "#{minusDays(s, count)}",
            "{{ data_interval_start.subtract(days=params.count).strftime('%Y-%m-%dT%H:%M:%S') }}",
        ),
        (
            "#{makeDate(year(s), 1, 1).format('d')}",
            "{{ macros.datapipeline.datetime(data_interval_start.year, 1, 1).day }}",
        ),
        (
            "#{inTimeZone(s,'Asia/Tokyo').format('HH')}",
            "{{ data_interval_start.in_timezone('Asia/Tokyo').strftime('%H') }}",
        ),
        (
            "#{inTimeZone(s,'Europe/Berlin').plusDays(1).day()}",
            "{{ macros.datapipeline.add(data_interval_start.in_timezone('Europe/Berlin'), days=1).day }}",
        ),
        (
            "#{inTimeZone(s,'Europe/Berlin').minusHours(1).hour()}",
            "{{ data_interval_start.in_timezone('Europe/Berlin').subtract(hours=1).hour }}",
        ),
        ("#{inTimeZone(s,'+05:30').hour()}", "{{ data_interval_start.in_timezone(5.5).hour }}"),
        ("#{inTimeZone(s,'-08:00').hour()}", "{{ data_interval_start.in_timezone(-8).hour }}"),
        ("#{inTimeZone(s, zone).hour()}", "{{ data_interval_start.in_timezone(params.zone).hour }}"),
        (
            "#{inTimeZone(s, 'Europe/' + city).hour()}",
            "{{ data_interval_start.in_timezone('Europe/' ~ params.city).hour }}",
        ),
        ("#{format(since, 'MM')}", "{{ macros.datapipeline.instant(params.since).strftime('%m') }}"),
        ("#{path}.gz", "{{ params.lake }}/in/{{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}.gz"),
        ("#{makeDate(2011,5,24) + lake}", "2011-05-24T00:00:00{{ params.lake }}"),
        ("#{many}!", "{{ params.many | join(',') }}!"),
        ("#{maybeMany}!", "{{ (params.maybeMany or []) | join(',') }}!"),
        ("#{list}!", "x,{{ params.lake }}!"),
    ],
)
def test_jinja(text: str, jinja: str) -> None:
    assert written(text).text == jinja
    assert render(jinja, NAMES) == evaluate(bind(parse(text), resolve), FACTS)


@pytest.mark.parametrize(
    ("text", "jinja"),
    [
        ("#{s}", "{{ dag_run.run_after.strftime('%Y-%m-%dT%H:%M:%S') }}"),
        ("#{format(s,'YYYY-MM-dd-HH-mm-ss')}", "{{ dag_run.run_after.strftime('%Y-%m-%d-%H-%M-%S') }}"),
        ("#{format(s,'DDD')}", "{{ dag_run.run_after.strftime('%j') }}"),
        ("#{format(s,'D')}", "{{ macros.datapipeline.activation_time(dag_run).day_of_year }}"),
        ("#{hour(s)}", "{{ dag_run.run_after.hour }}"),
        ("#{dayOfYear(s)}", "{{ macros.datapipeline.activation_time(dag_run).day_of_year }}"),
        ("#{day(yesterday(s))}", "{{ macros.datapipeline.activation_time(dag_run).subtract(days=1).day }}"),
    ],
)
def test_jinja_on_demand(text: str, jinja: str) -> None:
    bound = bind(parse(text), resolve)
    assert write_jinja(bound, ON_DEMAND).text == jinja
    assert render(jinja, NAMES) == evaluate(bound, FACTS)


# Texts without an expression; those in the first table are not touched at all.
UNTOUCHED = [
    "",
    "plain",
    "${INPUT1_STAGING_DIR}/* > $1 `x` $(y)",
    "awk -F, '{ if ($3 > 0) print }' | grep 'a  b'",
    "a } } }} %} #} { b",
    "{ % } { # } { {",
    "two\nlines",
    "\n first",
    "'single' \"double\" \\ backslash \\n \\\\",
    "100% %d %s %(x)s",
    "tab\there \x0b \x85 \u2028",
    "größe 日本 🙂",
    "-}} {-",
    "end{",
]
ESCAPED = [
    ("echo ${#HOME}", "echo ${{ '{#' }}HOME}"),
    ("{{ ds }}", "{{ '{{' }} ds }}"),
    ("{% raw %}", "{{ '{%' }} raw %}"),
    ("{#", "{{ '{#' }}"),
    ("{{{", "{{ '{{{' }}"),
    ("{{%", "{{ '{{%' }}"),
    ("{{#x", "{{ '{{#' }}x"),
    ("{%{{", "{{ '{%{{' }}"),
    ("a\n", "a{{ '\\n' }}"),
    ("a\n\n", "a\n{{ '\\n' }}"),
    ("\n", "{{ '\\n' }}"),
    ("{\n", "{{ '{\\n' }}"),
    ("a\r\nb", "a{{ '\\r\\n' }}b"),
    ("a\rb", "a{{ '\\r' }}b"),
    ("a\r\n", "a{{ '\\r\\n' }}"),
    ("{\rb", "{{ '{\\r' }}b"),
    ("\r\r\n\n", "{{ '\\r\\r\\n\\n' }}"),
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_text_without_expressions_is_not_touched(text: str) -> None:
    assert written(text) == Written(text)
    assert render(text, NAMES) == text


@pytest.mark.parametrize(("text", "jinja"), ESCAPED)
def test_what_jinja_would_read_is_escaped(text: str, jinja: str) -> None:
    assert written(text).text == jinja
    assert render(jinja, NAMES) == text


@pytest.mark.parametrize(
    ("text", "jinja", "result"),
    [
        ("{#{hash}x", "{{ '{#' }}x", "{#x"),
        ("{#{lake}", "{{ '{' }}{{ params.lake }}", "{s3://lake"),
        ("{{#{lake}}}", "{{ '{{' }}{{ params.lake }}}}", "{{s3://lake}}"),
        ("$#{brace}#{lake}", "${{ '{' }}{{ params.lake }}", "${s3://lake"),
        ("#{lake}#x", "{{ params.lake }}#x", "s3://lake#x"),
        ("#{lake}}", "{{ params.lake }}}", "s3://lake}"),
        ("#{lake}\n", "{{ params.lake }}{{ '\\n' }}", "s3://lake\n"),
        ("\n#{lake}", "\n{{ params.lake }}", "\ns3://lake"),
        ("#{'}}' + lake}", "}}{{ params.lake }}", "}}s3://lake"),
        ("#{'{' + lake}", "{{ '{' }}{{ params.lake }}", "{s3://lake"),
        ("#{format(s,\"'}}{{'MM\")}", "{{ data_interval_start.strftime('}}{{%m') }}", "}}{{01"),
    ],
)
def test_neighbours_do_not_make_jinja(text: str, jinja: str, result: str) -> None:
    assert written(text).text == jinja
    assert render(jinja, NAMES) == result == evaluate(bind(parse(text), resolve), FACTS)


def test_an_array_parameter_is_the_list_itself() -> None:
    assert written("#{many}").items == (Parameter("many", is_array=True),)
    assert written("#{many}").exact


def test_lists() -> None:
    assert written("#{list}").items == ("x", "{{ params.lake }}")
    assert written("#{'a' + list}").items == ("ax", "a{{ params.lake }}")
    assert written("a#{list}b", many=True).items == ("axb", "a{{ params.lake }}b")
    assert written("a#{lake}b", many=True).text == "a{{ params.lake }}b"
    assert evaluate(bind(parse("a#{list}b"), resolve), FACTS, many=True) == ("axb", "as3://lakeb")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("#{many}!", "the list `many` stands in a text for one value: its elements are joined with commas"),
        ("#{list}!", "a list stands in a text for one value: its elements are joined with commas"),
        ("#{days + 1}", "`days` is a text, so that + appends instead of adding"),
        (
            "#{days - 1}",
            "a text is calculated with: it is read as a number, what Data Pipeline does is not known",
        ),
        (
            "#{minusDays(s, days)}",
            "a text is calculated with: it is read as a number, what Data Pipeline does is not known",
        ),
        (
            "#{inTimeZone(s,'Asia/Tokyo').format('z')}",
            "names of time zones other than UTC may differ from Java's",
        ),
    ],
)
def test_approximations_are_noted(text: str, note: str) -> None:
    result = written(text)
    assert (result.notes, result.exact) == ((note,), False)
    assert render(result.text or "", NAMES) == evaluate(bind(parse(text), resolve), FACTS)


@pytest.mark.parametrize(
    ("zone", "text"),
    [("UTC", "14:05 UTC, Coordinated Universal Time"), ("Asia/Tokyo", "23:05 JST, JST")],
)
def test_the_name_of_a_zone_that_only_the_run_knows(zone: str, text: str) -> None:
    source = "#{format(inTimeZone(s, zone),'HH:mm z, zzzz')}"
    assert evaluate(bind(parse(source), resolve), Facts(FACTS.runtime, {"zone": zone})) == text
    assert render(written(source).text or "", context(START, END, {"zone": zone})) == text


def test_a_likely_mistake_is_noted_but_exact() -> None:
    result = written("#{format(s,'YYYY-MM-dd hh:mm')}")
    assert result.exact
    assert len(result.notes) == 1


@pytest.mark.parametrize("text", ["#{lake}/x", "#{'a' + lake}", "#{count + 1}", "#{format(s,'YYYY')}"])
def test_nothing_to_note(text: str) -> None:
    assert (written(text).notes, written(text).exact) == ((), True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "#{version}",
            "Airflow has nothing that corresponds to the runtime field @version: its runs do not know",
        ),
        ("#{misspelled}", "there is no runtime field @scheduledStart"),
        ("#{format(s, pattern)}", "the date pattern of format has to be known at conversion"),
        ("#{plusPeriod(s, pattern)}", "the period of plusPeriod has to be known at conversion"),
        ("#{'a' + many}", "the values of a list parameter have to be known"),
        ("#{plusDays(s, numbers)}", "the values of a list parameter have to be known"),
    ],
)
def test_what_no_template_can_say(text: str, problem: str) -> None:
    with pytest.raises(UnsupportedExpressionError, match=problem):
        written(text)


def test_an_array_in_text_of_a_field_for_several_values_has_no_template() -> None:
    with pytest.raises(UnsupportedExpressionError, match="the values of a list parameter"):
        written("a#{many}", many=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("#{s + 1}", "a date and time cannot be calculated with"),
        ("#{e - s}", "a date and time cannot be calculated with"),
        ("#{-s}", "a date and time cannot be calculated with"),
        ("#{format(count, 'd')}", "a date and time is needed, found a whole number"),
        ("#{plusDays(s, ratio)}", "a whole number is needed, found a decimal number"),
        ("#{plusDays(s, s)}", "a whole number is needed, found a date and time"),
    ],
)
def test_mistakes_of_kind_are_found_without_a_run(text: str, problem: str) -> None:
    with pytest.raises(ExpressionError, match=problem) as caught:
        written(text)
    assert not isinstance(caught.value, UnsupportedExpressionError)
    assert "^" in str(caught.value)


def test_nesting_cannot_fill_the_memory() -> None:
    text = "s"
    for _ in range(40):
        text = f"format({text},'d h K d h K')"
    with pytest.raises(UnsupportedExpressionError, match="too long"):
        written(f"#{{{text}}}")
