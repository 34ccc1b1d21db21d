"""Wrong expressions as a user meets them: object, field, the expression with a caret, and what would be right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.cli import main
from datapipeline_converters.expressions import ExpressionError, parse
from datapipeline_converters.options import Options

from tests.converters.planned import NOW, converted, shell

DEFAULT = {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w"}
SAY = {"id": "Say", "type": "ShellCommandActivity", "command": "echo"}
QUOTES = (
    "a quoted text cannot hold its own kind of quote; "
    "write the other kind around it, as in format(x, \"yyyy-MM-dd'T'HH:mm\")"
)
NO_COMPARISONS = "there are no comparisons: an expression is a value, such as a name or a call"
NO_DATES = "expected a function such as plusDays, or a quoted text to join it with"
LONG = "x" * 100

# The command, what is said, and the place that the caret shows: from there to the end of the line.
WRONG = [
    # Functions
    ("#{formt(name, 'YYYY')}", 'there is no function "formt"; did you mean format?', "formt"),
    ("#{Year(name)}", 'there is no function "Year"; did you mean year?', "Year"),
    (
        "#{plusDay(name, 1)}",
        'there is no function "plusDay"; did you mean plusDays(@scheduledStartTime, 1)?',
        "plusDay",
    ),
    (
        "#{now()}",
        'there is no function "now"; a run knows @scheduledStartTime, @scheduledEndTime and @actualStartTime',
        "now",
    ),
    (
        "#{second(@scheduledStartTime)}",
        'there is no function "second"; format gives it, with s for the second, e or EEEE for the day of the week, '
        "ww for the week, MMMM for the name",
        "second",
    ),
    (
        "#{minusSeconds(name, 1)}",
        'there is no function "minusSeconds"; the smallest steps are plusMinutes and minusMinutes',
        "minusS",
    ),
    (
        "#{substring(name, 1)}",
        'there is no function "substring"; there are no functions for texts; + joins them',
        "substr",
    ),
    (
        "#{concat('a', name)}",
        'there is no function "concat"; + joins texts, and makes texts of numbers and dates',
        "concat",
    ),
    (
        "#{zzz(name)}",
        'there is no function "zzz"; expected one of year, month, day, dayOfYear, hour, minute, format, makeDate, '
        "makeDateTime, midnight, firstOfMonth, sunday, yesterday, plusYears, minusYears, plusMonths, minusMonths, "
        "plusWeeks, minusWeeks, plusDays, minusDays, plusHours, minusHours, plusMinutes, minusMinutes, inTimeZone, "
        "plusPeriod",
        "zzz",
    ),
    # Arguments
    (
        "#{format(@scheduledStartTime)}",
        "format takes 2 arguments (a date and time, a date pattern), found 1; "
        "expected a call such as format(@scheduledStartTime, 'YYYY-MM-dd')",
        "format",
    ),
    (
        "#{@scheduledStartTime.year(1)}",
        "year takes 1 argument (a date and time), found 2; expected a call such as year(@scheduledStartTime)",
        "year",
    ),
    (
        "#{plusDays(@scheduledStartTime, 'one')}",
        "a number is needed, found another text; expected digits, such as 5 or 0.25",
        "'one'",
    ),
    (
        "#{plusDays(@scheduledStartTime, 1.5)}",
        "a whole number is needed, found a decimal number; expected a call such as plusDays(@scheduledStartTime, 1)",
        "1.5",
    ),
    (
        "#{year(12)}",
        "a date and time is needed, found the number 12; expected a call such as year(@scheduledStartTime)",
        "12",
    ),
    ("#{makeDate(2023, 2, 29)}", "makeDate gives no date: day is out of range for month", "makeDate"),
    (
        "#{inTimeZone(@scheduledStartTime, 'PST')}",
        "there is no such time zone, found 'PST'; expected an id such as America/Los_Angeles, "
        "or an offset such as +05:30",
        "'PST'",
    ),
    (
        "#{plusPeriod(@scheduledStartTime, '1 fortnight')}",
        "a period is needed, found '1 fortnight'; expected a number and a unit, such as \"1 day\"",
        "'1 f",
    ),
    # Patterns
    (
        "#{format(@scheduledStartTime, '%B %d')}",
        "\"B\" is no letter of a date pattern, found 'B' in '%B %d'; "
        "this is a pattern of strftime; did you mean 'MMMM dd'?",
        "'%B",
    ),
    (
        "#{format(@scheduledStartTime, 'YYYY-MM-ddTHH')}",
        "\"T\" is no letter of a date pattern, found 'T' in 'YYYY-MM-ddTHH'; "
        "expected one of a C D d E e G H h K k M m S s w x Y y Z z; "
        "text goes between quotes, as in format(x, \"yyyy-MM-dd'T'HH:mm\")",
        "'YYYY",
    ),
    (
        "#{format(@scheduledStartTime, '')}",
        "the date pattern is empty; expected letters such as YYYY-MM-dd",
        "''",
    ),
    ("#{format(@scheduledStartTime, 'YYYY'T'HH')}", f'")" is missing, found "T"; {QUOTES}', "T'HH"),
    (
        "#{format(@scheduledStartTime,YYYY-MM-dd)}",
        "the date pattern of format has no quotes, found YYYY-MM-dd; put the pattern in quotes: 'YYYY-MM-dd'",
        "YYYY",
    ),
    (
        "#{@scheduledStartTime.format(YYYY/MM/dd HH:mm)}",
        "the date pattern of format has no quotes, found YYYY/MM/dd HH:mm; "
        "put the pattern in quotes: 'YYYY/MM/dd HH:mm'",
        "YYYY",
    ),
    (
        "#{format(@scheduledStartTime, yyyyMMdd'T'HH)}",
        "the date pattern of format has no quotes, found yyyyMMdd'T'HH; "
        "put the pattern in quotes: \"yyyyMMdd'T'HH\"",
        "yyyy",
    ),
    # What is not closed
    (
        "s3://b/#{format(@scheduledStartTime, 'YYYY')",
        'the expression is not closed, found the end of the text; expected "}"; '
        'a text that should keep "#{" cannot be written in Data Pipeline',
        "#{format",
    ),
    (
        "#{format(@scheduledStartTime, 'YYYY)}",
        "the quoted text is not closed; expected another ' before the closing }",
        "'YYYY",
    ),
    (
        "#{format(@scheduledStartTime, 'YYYY'}",
        '")" is missing, found the closing }; expected ")" or a comma after an argument of format',
        "}",
    ),
    ("#{(1 + 2}", '")" is missing, found the closing }; expected ")" to close the parenthesis', "}"),
    ("#{}", "the expression is empty; expected a name, a value or a call", "}"),
    (
        "#{name + }",
        "a value is missing, found the closing }; expected a name, a number, a quoted text or (",
        "}",
    ),
    # What other languages have
    ("#{name == 'x'}", f'not an expression, found "="; {NO_COMPARISONS}', "== "),
    ("#{hour(@scheduledStartTime) > 12}", f'not an expression, found ">"; {NO_COMPARISONS}', "> 12"),
    (
        "#{name ? 'a' : 'b'}",
        'not an expression, found "?"; there are no conditions: an expression is a value, such as a name or a call',
        "? 'a'",
    ),
    ("#{name & name}", 'not an expression, found "&"; there is no logic; + joins texts', "& "),
    ("#{7 % 2}", 'not an expression, found "%"; there is no remainder; the operators are + - * / ^', "% 2"),
    (
        "#{${HOME}}",
        'not an expression, found "$"; ${...} and $1 belong to the shell: close the expression before them',
        "${HOME",
    ),
    (
        "#{#{name}}",
        'not an expression, found "#"; an expression cannot stand within another: '
        "write the name alone, without #{ }",
        "#{name",
    ),
    ("#{{name}}", 'not an expression, found "{"; an expression has one brace on each side: #{name}', "{name"),
    (
        '#{format(@scheduledStartTime, \\"YYYY\\")}',
        'not an expression, found "\\"; a backslash means nothing here: '
        'in JSON, a quote within a string is written \\" once',
        '\\"YYYY',
    ),
    (
        "#{format(@scheduledStartTime, \u201cYYYY\u201d)}",
        'not an expression, found "\u201c"; the quotes of a text are \' or ", straight ones',
        "\u201cYYYY",
    ),
    ("#{myList[0]}", 'not an expression, found "["; one element of a list cannot be picked out', "[0]"),
    (
        "#{@}",
        'not an expression, found "@"; '
        "@ stands right before the name of a run-time field, such as @scheduledStartTime",
        "@}",
    ),
    (
        "#{sqoop command}",
        'the expression does not go on like this, found "command"; '
        "expected an operator (+ - * / ^) or }; a name holds no blanks",
        "command",
    ),
    # Calculation
    ("#{1 / 0}", "division by zero", "/ 0"),
    ("#{@scheduledStartTime - 1}", f"a date and time cannot be calculated with; {NO_DATES}", "- 1"),
    ("#{-@scheduledStartTime}", f"a date and time cannot be calculated with; {NO_DATES}", "-@"),
    ("#{'a' * 2}", "a number is needed, found another text; expected digits, such as 5 or 0.25", "* 2"),
]


def said(tmp_path: Path, capsys: pytest.CaptureFixture[str], document: dict[str, Any]) -> tuple[int, str]:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    status = main(["convert", str(path), "-o", str(tmp_path / "out")])
    captured = capsys.readouterr()
    return status, captured.out + captured.err


def refusal(*problems: str) -> str:
    """Return the whole message about a definition that Data Pipeline would refuse."""
    return (
        "Error: x.json: Data Pipeline would refuse this definition:\n"
        + "".join(f"  {problem}\n" for problem in problems)
        + "Correct the definition, or convert it as it is with --allow-invalid "
        "(what is wrong becomes a task that fails).\n"
    )


def shown(text: str, place: str) -> str:
    """Return a text and a caret below the last place in it that begins so."""
    return f"    {text}\n    {' ' * text.rindex(place)}^"


@pytest.mark.parametrize(("command", "problem", "place"), WRONG, ids=[row[0][:50] for row in WRONG])
def test_a_wrong_expression(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, problem: str, place: str
) -> None:
    document = {"objects": [DEFAULT, SAY | {"command": command, "myList": ["a", "b"]}]}
    expected = f"object 'Say' field 'command': {problem}\n{shown(command, place)}"
    assert said(tmp_path, capsys, document) == (2, refusal(expected))


@pytest.mark.parametrize(
    ("command", "line", "caret"),
    [
        # Only the line that it is about; what a terminal does not show takes its place.
        ("first\n\techo #{1 +} x\nlast", " echo #{1 +} x", "           ^"),
        ("\x1b[31m#{1 +}", " [31m#{1 +}", "          ^"),
        # Wide characters take two columns, combining ones none.
        ("日本 #{1 +}", "日本 #{1 +}", "          ^"),
        ("e\u0301 #{1 +}", "e\u0301 #{1 +}", "       ^"),
        # A long line is cut around the place.
        (f"{LONG}#{{1 +}}{LONG}", f"…{'x' * 35}#{{1 +}}{'x' * 31}…", f"{' ' * 41}^"),
        (f"#{{1 +}}{LONG}", f"#{{1 +}}{'x' * 66}…", "     ^"),
        (f"{LONG}#{{1 +}}", f"…{'x' * 66}#{{1 +}}", f"{' ' * 72}^"),
        (f"{'x' * 66}#{{1 +}}", f"{'x' * 66}#{{1 +}}", f"{' ' * 71}^"),
    ],
)
def test_the_place_is_readable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, line: str, caret: str
) -> None:
    problem = "a value is missing, found the closing }; expected a name, a number, a quoted text or ("
    expected = f"object 'Say' field 'command': {problem}\n    {line}\n    {caret}"
    document = {"objects": [DEFAULT, SAY | {"command": command}]}
    assert said(tmp_path, capsys, document) == (2, refusal(expected))


def test_a_mistake_in_another_objects_field_says_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node = {"id": "In", "type": "S3DataNode", "directoryPath": "s3://b/#{yeer(name)}"}
    say = SAY | {"command": "ls #{input.directoryPath}", "input": {"ref": "In"}}
    problem = 'there is no function "yeer"; did you mean year or yesterday?'
    place = shown("s3://b/#{yeer(name)}", "yeer")
    status, text = said(tmp_path, capsys, {"objects": [DEFAULT, say, node]})
    assert status == 2
    assert text == refusal(
        f"object 'Say' field 'command': {problem} (in field 'directoryPath' of object 'In')\n{place}",
        f"object 'In' field 'directoryPath': {problem}\n{place}",
    )


def test_a_mistake_in_a_parameters_value_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = {
        "objects": [DEFAULT, SAY | {"command": "echo #{myX}"}],
        "parameters": [{"id": "myX", "default": "<#{1 +}>"}],
    }
    status, text = said(tmp_path, capsys, document)
    assert status == 2
    problem = (
        "a value is missing, found the closing }; expected a name, a number, a quoted text or ( "
        "(in the value of parameter 'myX')"
    )
    assert text == refusal(f"object 'Say' field 'command': {problem}\n{shown('<#{1 +}>', '}')}")


def test_a_mistake_found_late_names_the_field_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only with its schedule is it known that a run-time field is a date."""
    node = {"id": "In", "type": "S3DataNode", "directoryPath": "s3://b/#{@scheduledStartTime * 2}"}
    say = SAY | {"command": "ls #{input.directoryPath}", "input": {"ref": "In"}}
    status, text = said(tmp_path, capsys, {"objects": [DEFAULT, say, node]})
    assert status == 2
    assert text == refusal(
        f"object 'Say' field 'command': a date and time cannot be calculated with; {NO_DATES} "
        "(in field 'directoryPath' of object 'In')\n" + shown("s3://b/#{@scheduledStartTime * 2}", "* 2")
    )


def test_a_converted_mistake_is_told_once_and_keeps_its_caret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"objects": [DEFAULT, SAY | {"command": "echo #{1 / 0}"}]}))
    assert main(["convert", str(path), "--allow-invalid", "-o", str(tmp_path / "dags")]) == 1
    _, _, left = capsys.readouterr().out.partition("  Left to you:\n")
    assert left.partition("  Before the first run:\n")[0] == (
        "    - object 'Say' field 'command': division by zero\n"
        "          echo #{1 / 0}\n"
        "                   ^\n"
        "    - object `Say` (ShellCommandActivity): its task fails and says what is wrong\n"
    )


@pytest.mark.parametrize("name", ["YYYY", "myFormat", "d"])
def test_a_name_may_stand_for_a_date_pattern(name: str) -> None:
    if name == "YYYY":
        with pytest.raises(ExpressionError, match="has no quotes"):
            parse(f"#{{format(@scheduledStartTime, {name})}}")
    else:
        assert parse(f"#{{format(@scheduledStartTime, {name})}}").parts


@pytest.mark.parametrize(
    ("command", "left"),
    [
        (
            "#{scheduledStartTime}",
            "`#{scheduledStartTime}`: nothing declares this name; it is treated as a parameter without value; "
            "did you mean @scheduledStartTime?",
        ),
        (
            "#{myBuket}",
            "`#{myBuket}`: nothing declares this name; it is treated as a parameter without value; "
            "did you mean myBucket?",
        ),
        (
            "#{user}",
            "`#{user}`: nothing declares this name; it is treated as a parameter without value",
        ),
        (
            "#{input.filPath}",
            "object `Say`, field `command`: `#{input.filPath}` is left as it was: "
            "'In' has no such field; did you mean filePath?",
        ),
        (
            "#{@scheduledStart}",
            "object `Say` (ShellCommandActivity): there is no runtime field @scheduledStart; "
            "did you mean @scheduledStartTime or @scheduledEndTime? Its task fails and says so",
        ),
        (
            "#{@version}",
            "object `Say` (ShellCommandActivity): Airflow has nothing that corresponds to the runtime field @version: "
            "its runs do not know a version of the definition. Its task fails and says so",
        ),
    ],
)
def test_what_is_left_to_the_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, left: str
) -> None:
    node = {"id": "In", "type": "S3DataNode", "filePath": "s3://b/x"}
    document = {
        "objects": [DEFAULT, SAY | {"command": command, "input": {"ref": "In"}}, node],
        "parameters": [{"id": "myBucket", "default": "b"}],
    }
    status, text = said(tmp_path, capsys, document)
    assert status == 1
    assert f"    - {left}\n" in text


def test_the_report_keeps_the_expression_and_its_caret() -> None:
    found = converted(
        shell("A", command="echo #{formt(@scheduledStartTime, 'YYYY')}"),
        options=Options(now=NOW, allow_invalid=True),
    )
    report = found.files["x.report.md"].text
    assert (
        "did you mean format?\n\n      echo #{formt(@scheduledStartTime, 'YYYY')}\n             ^\n"
    ) in report
