"""The worked examples of the guide: in a definition of their own, through the reference evaluator and through Airflow.

Each row names the page of the guide that has the example, or from which it follows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from datapipeline_converters.expressions import Facts, Joined, Template, evaluate, write_jinja
from datapipeline_converters.expressions.tree import Items

from tests.converters.expressions.definitions import bound, model
from tests.converters.expressions.rendering import ON_DEMAND, SCHEDULED, context, render
from tests.converters.planned import arguments, converted, shell

START, END = "2024-01-01T00:00:00", "2024-01-02T00:00:00"
GUIDE = "2011-05-24T17:10:00"  # a Tuesday
SHELL = 'grep -rc "GET" ${INPUT1_STAGING_DIR}/* > ${OUTPUT1_STAGING_DIR}/output.txt'


@dataclass(frozen=True)
class Example:
    """One worked example.

    :param source: the page
    :param text: the field's text; several where the field has several values
    :param start: `@scheduledStartTime`
    :param owner: the object that has the field
    :param more: the other objects
    """

    source: str
    text: str | tuple[str, ...]
    expected: str | tuple[str, ...]
    start: str = START
    end: str = END
    owner: dict[str, Any] = field(default_factory=lambda: {"id": "X"})
    more: tuple[dict[str, Any], ...] = ()
    rest: dict[str, Any] = field(default_factory=dict)


DATETIME = "dp-pipeline-reference-functions-datetime"
EXPRESSIONS = "dp-pipeline-expressions"
EXAMPLES = {
    1: Example("dp-pipeline-reference-functions-math", "#{1 - 2}", "-1"),
    2: Example("dp-pipeline-reference-functions-math", "#{1 / 2}", "0"),
    3: Example("dp-pipeline-reference-functions-math", "#{2 ^ 2}", "4.0"),
    4: Example("dp-pipeline-reference-functions-string", '#{"hel" + "lo"}', "hello"),
    5: Example(
        EXPRESSIONS,
        "#{'this is ' + myList}",
        ("this is one", "this is two"),
        owner={"id": "X", "myList": ["one", "two"]},
    ),
    6: Example(
        EXPRESSIONS,
        ("#{myList1}", "#{myList2}"),
        ("1", "2", "3", "4"),
        owner={"id": "X", "myList1": ["1", "2"], "myList2": ["3", "4"]},
    ),
    7: Example(
        EXPRESSIONS,
        "s3://mybucket/#{parent.@id}.csv",
        "s3://mybucket/ExampleDataNode.csv",
        owner={"id": "ExampleDataNode", "type": "S3DataNode"},
    ),
    8: Example(
        "dp-expressions-functions",
        "s3://myBucket/#{name}.csv",
        "s3://myBucket/Sales.csv",
        owner={"id": "N1", "name": "Sales", "type": "S3DataNode"},
    ),
    9: Example(
        DATETIME,
        "#{year(@scheduledStartTime)}/#{month(@scheduledStartTime)}/#{day(@scheduledStartTime)} "
        "#{hour(@scheduledStartTime)}:#{minute(@scheduledStartTime)} #{dayOfYear(@scheduledStartTime)}",
        "2011/5/24 17:10 144",
        GUIDE,
    ),
    10: Example(
        DATETIME, "#{format(@scheduledStartTime,'YYYY-MM-dd HH:mm:ss z')}", "2011-05-24 17:10:00 UTC", GUIDE
    ),
    11: Example(
        DATETIME,
        "#{format(midnight(@scheduledStartTime),'YYYY-MM-dd HH:mm')}",
        "2011-05-25 00:00",
        "2011-05-25T17:10:00",
    ),
    12: Example(
        DATETIME, "#{format(firstOfMonth(@scheduledStartTime),'YYYY-MM-dd HH:mm')}", "2011-05-01 17:10", GUIDE
    ),
    13: Example(
        DATETIME, "#{format(sunday(@scheduledStartTime),'YYYY-MM-dd HH:mm')}", "2011-05-22 17:10", GUIDE
    ),
    14: Example(
        DATETIME,
        "#{format(sunday(@scheduledStartTime),'YYYY-MM-dd HH:mm')}",
        "2011-05-22 09:00",
        "2011-05-22T09:00:00",
    ),
    15: Example(
        DATETIME,
        "#{format(yesterday(@scheduledStartTime),'YYYY-MM-dd HH:mm')}",
        "2024-02-29 06:00",
        "2024-03-01T06:00:00",
    ),
    16: Example(
        DATETIME,
        "#{format(plusMonths(@scheduledStartTime,1),'YYYY-MM-dd HH:mm')}",
        "2011-06-24 17:10",
        GUIDE,
    ),
    17: Example(DATETIME, "#{format(makeDateTime(2011,5,24,14,21),'YYYY-MM-dd HH:mm')}", "2011-05-24 14:21"),
    18: Example(
        EXPRESSIONS,
        "#{format(minusMinutes(@scheduledStartTime,30),'YYYY-MM-dd hh:mm:ss')}",
        "2024-02-29 11:45:00",
        "2024-03-01T00:15:00",
    ),
    19: Example(
        "dp-object-exists",
        "s3://b/#{@scheduledStartTime.format('YYYY-MM-dd-hh:mm')}.csv",
        "s3://b/2024-01-01-12:05.csv",
        "2024-01-01T00:05:00",
    ),
    20: Example(
        "dp-object-sqldatanode",
        "select * from #{table} where eventTime >= '#{@scheduledStartTime.format('YYYY-MM-dd HH:mm:ss')}' "
        "and eventTime < '#{@scheduledEndTime.format('YYYY-MM-dd HH:mm:ss')}'",
        "select * from adEvents where eventTime >= '2024-01-01 00:00:00' and eventTime < '2024-01-02 00:00:00'",
        owner={"id": "X", "type": "SqlDataNode", "table": "adEvents"},
    ),
    # Its text form of a date is that of dp-object-hivecopyactivity.
    21: Example(
        EXPRESSIONS,
        "Error for interval #{node.@scheduledStartTime}..#{node.@scheduledEndTime}.",
        "Error for interval 2024-01-01T00:00:00..2024-01-02T00:00:00.",
        owner={"id": "Alarm", "type": "SnsAlarm"},
        more=({"id": "Job", "type": "ShellCommandActivity", "onFail": {"ref": "Alarm"}},),
    ),
    22: Example(
        "dp-object-sqlactivity",
        "#{format(@scheduledStartTime,'YY-MM-DD HH:MM:SS')}",
        "24-02-36 03:02:00",
        "2024-02-05T03:04:09",
    ),
    23: Example(
        "dp-custom-templates",
        "#{myShellCmd}",
        SHELL,
        rest={"parameters": [{"id": "myShellCmd"}], "values": {"myShellCmd": SHELL}},
    ),
    24: Example(
        DATETIME,
        "#{format(@scheduledStartTime,\"YYYY xxxx 'W'ww e\")}",
        "2024 2025 W01 1",
        "2024-12-30T00:00:00",
    ),
    25: Example(
        DATETIME,
        "#{format(@scheduledStartTime,'EEEE, MMM d, yyyy h:mm a')}",
        "Tuesday, May 24, 2011 5:10 PM",
        GUIDE,
    ),
}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def template(example: Example) -> Template:
    """Return the example's text, bound; several texts as the list that a field has of them."""
    found = model(example.owner, *example.more, **example.rest)
    owner, *referrers = (item["id"] for item in (example.owner, *example.more))
    if isinstance(example.text, str):
        return bound(found, owner, example.text, *referrers)
    nodes = (part for text in example.text for part in bound(found, owner, text).parts)
    lists = [node for node in nodes if isinstance(node, Items)]
    return Template((Items(tuple(node for each in lists for node in each.nodes)),))


@pytest.mark.parametrize("number", EXAMPLES)
def test_the_reference_reproduces_it(number: int) -> None:
    example = EXAMPLES[number]
    facts = Facts(
        {"@scheduledStartTime": instant(example.start), "@scheduledEndTime": instant(example.end)},
        example.rest.get("values", {}),
    )
    assert evaluate(template(example), facts) == example.expected


@pytest.mark.parametrize("number", EXAMPLES)
def test_airflow_renders_it(number: int) -> None:
    example = EXAMPLES[number]
    names = context(instant(example.start), instant(example.end), example.rest.get("values"))
    written = write_jinja(template(example), SCHEDULED)
    if written.items is None:
        assert render(written.text or "", names) == example.expected
    else:
        assert tuple(render(str(item), names) for item in written.items) == example.expected


@pytest.mark.parametrize(
    "number", [number for number, example in EXAMPLES.items() if example.start != START and number != 21]
)
def test_airflow_renders_it_on_demand(number: int) -> None:
    example = EXAMPLES[number]
    written = write_jinja(template(example), ON_DEMAND)
    assert render(written.text or "", context(instant(example.start))) == example.expected


def test_a_field_with_several_lists_is_one_list_in_the_file() -> None:
    """Row 6 once more, as the arguments of a script."""
    job = shell("X", scriptArgument=["#{myList1}", "#{myList2}"], myList1=["1", "2"], myList2=["3", "4"])
    assert arguments(converted(job), "X")["script_arguments"] == ["1", "2", "3", "4"]


def test_a_list_of_lists_is_flat_where_another_field_names_it() -> None:
    """Row 6 again."""
    found = model(
        {"id": "X", "all": ["#{myList1}", "#{myList2}"], "myList1": ["1", "2"], "myList2": ["3", "4"]}
    )
    node = bound(found, "X", "#{all}")
    assert evaluate(node) == ("1", "2", "3", "4")
    assert write_jinja(node, SCHEDULED).items == ("1", "2", "3", "4")
    assert evaluate(Template((Joined(node),)), many=True) == ("1", "2", "3", "4")
