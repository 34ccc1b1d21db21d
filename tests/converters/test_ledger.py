"""The ledger is complete: every line says what became of a field, why, where to read of it, and what can be done."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.cli import main
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.ledger import (
    Grade,
    Line,
    Verdict,
    approximated,
    combine,
    emulated,
    exact,
    not_needed,
    refused,
)
from datapipeline_converters.options import Options
from datapipeline_converters.refusals import Loss
from datapipeline_converters.reports.report import before_first_run
from datapipeline_converters.reports.shares import (
    approximations,
    kept_percent,
    shown_percent,
    too_little_kept,
)

from docs.not_needed import OPEN, reasons_of_definitions, reasons_of_types
from tests.converters.planned import NOW, converted, ref, shell
from tests.golden import NAMES, convert_example

NOTHING_TO_DO = {Grade.EXACT, Grade.NOT_NEEDED}


@cache
def example(name: str) -> Conversion:
    return convert_example(name)


def line(grade: Verdict, field: str = "f", kind: str | None = "T", object_id: str = "A") -> Line:
    return Line(object_id, kind, field, grade, "page")


R = refused(Loss("a field", "r"))
E, M, A, N = exact("e"), emulated("m"), approximated("a"), not_needed("n")
NOT_DONE = refused(Loss("a field", "b", "Do y."))


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_an_example_is_complete(name: str) -> None:
    lines = example(name).lines
    assert lines
    for each in lines:
        assert each.verdict.reason, each
        assert re.fullmatch(r"(dp|emrcluster)-[\w-]+", each.reference), each
        assert bool(each.verdict.advice) is (each.verdict.grade not in NOTHING_TO_DO), each
        assert each.verdict.advice == "" or each.verdict.advice.endswith("."), each


@pytest.mark.parametrize("name", NAMES)
def test_every_reason_for_what_is_not_needed_is_on_the_page(name: str) -> None:
    known = [*reasons_of_types(), *reasons_of_definitions()]
    one = "|".join(".+".join(map(re.escape, reason.split(OPEN))) for reason in known)
    listed = re.compile(f"({one})(; ({one}))*")
    for each in example(name).lines:
        if each.verdict.grade is Grade.NOT_NEEDED:
            assert listed.fullmatch(each.verdict.reason), each


@pytest.mark.parametrize(
    ("table", "notes", "expected"),
    [
        (approximated("a", "Do x."), [approximated("b", "Do y.")], approximated("a; b", "Do x. Do y.")),
        (approximated("a", "Do x."), [approximated("b", "Do x.")], approximated("a; b", "Do x.")),
        (approximated("a"), [approximated("b", "Do y.")], approximated("a; b", "Do y.")),
        (approximated("a", "Do x."), [NOT_DONE], NOT_DONE),
        (exact("a"), [emulated("b", "Do y.")], emulated("b", "Do y.")),
    ],
)
def test_advice_is_joined_like_reasons(table: Verdict, notes: list[Verdict], expected: Verdict) -> None:
    assert combine(table, notes) == expected


def test_a_verdict_without_advice_of_its_own_has_that_of_its_grade() -> None:
    assert [bool(verdict.advice) for verdict in (E, M, A, R, N)] == [False, True, True, True, False]
    assert approximated("a", "Do x.").advice == "Do x."


@pytest.mark.parametrize(
    ("verdicts", "percent", "shown"),
    [
        ([], 100, "100%"),
        ([E, M, N], 100, "100%"),
        ([E, A], 50, "50%"),
        ([E, R, R], 100 / 3, "33.3%"),
        ([E] * 1999 + [A], 99.95, "99.9%"),
        ([A, R], 0, "0%"),
    ],
)
def test_the_share_that_is_kept(verdicts: list[Verdict], percent: float, shown: str) -> None:
    found = kept_percent([line(verdict) for verdict in verdicts])
    assert found == pytest.approx(percent)
    assert shown_percent(found) == shown


def test_too_little_is_kept() -> None:
    lines = [line(E), line(M), line(A, "b"), line(R, "c"), line(A, "b", object_id="B"), line(R, "z", None)]
    assert too_little_kept(lines, 33) == ""
    assert too_little_kept(lines, 100 / 3) == ""
    assert too_little_kept(lines, 34) == (
        "33.3% of 6 fields are exact, emulated or not needed; 34% are asked for. "
        "These cost most: T.b (2), T.c (1), A.z (1)"
    )


def test_what_is_approximated_is_said_with_its_advice() -> None:
    lines = [line(E), line(approximated("it differs", "Do x.")), line(R)]
    assert approximations(lines) == ["object `A`, field `f`: it differs. Do x."]


# A script in S3, a comment, and a log folder that Airflow has elsewhere; a misspelled attribute of a parameter.
DEFINITION: dict[str, Any] = {
    "objects": [
        {"id": "Default", "scheduleType": "ondemand", "pipelineLogUri": "s3://logs/"},
        shell("A", command="echo #{myX}", workerGroup="w", lateAfterTimeout="1 hour"),
    ],
    "parameters": [{"id": "myX", "default": "v"}],
}


def ledger_of(document: dict[str, Any], tmp_path: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    status = main(["convert", str(path), "-o", str(tmp_path / "out"), *options])
    found: dict[str, Any] = json.loads((tmp_path / "out" / "x.ledger.json").read_text(encoding="utf-8"))
    return status, found, (tmp_path / "out" / "x.report.md").read_text(encoding="utf-8")


def test_the_ledger_counts_by_grade_and_type(tmp_path: Path) -> None:
    status, ledger, report = ledger_of(DEFINITION, tmp_path)
    assert status == 0
    assert ledger["summary"] == {
        "fields": 6,
        "kept_percent": 83.33,
        "grades": {"exact": 3, "emulated": 1, "approximated": 1, "refused": 0, "not needed": 1},
        "types": {
            "ShellCommandActivity": {
                "fields": 3,
                "kept_percent": 100.0,
                "grades": {"exact": 1, "emulated": 1, "approximated": 0, "refused": 0, "not needed": 1},
            },
            "no type": {
                "fields": 2,
                "kept_percent": 50.0,
                "grades": {"exact": 1, "emulated": 0, "approximated": 1, "refused": 0, "not needed": 0},
            },
            "parameter": {
                "fields": 1,
                "kept_percent": 100.0,
                "grades": {"exact": 1, "emulated": 0, "approximated": 0, "refused": 0, "not needed": 0},
            },
        },
    }
    assert "83.3% of this is exact, emulated or not needed." in report
    assert "| ShellCommandActivity | 3 | 0 | 0 | 1 | 1 | 1 | 100% |" in report
    assert "| all | 6 | 0 | 1 | 1 | 3 | 1 | 83.3% |" in report


def test_the_report_says_first_what_is_left(tmp_path: Path) -> None:
    _, _, report = ledger_of(DEFINITION, tmp_path)
    table = report.partition("## What became of each field")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in row.split("|")] for row in table.splitlines() if row.startswith("| `")]
    assert [row[3] for row in rows] == [
        "`pipelineLogUri`",
        "`workerGroup`",
        "`scheduleType`",
        "`command`",
        "`lateAfterTimeout`",
    ]
    assert [bool(row[7]) for row in rows] == [True, True, False, False, False]
    assert all(row[8].startswith("dp-") for row in rows)


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ([], 0, ""),
        (["--strict"], 1, "  Only approximated:\n    - object `Default`, field `pipelineLogUri`: "),
        (["--fail-under", "83"], 0, ""),
        (
            ["--fail-under", "90"],
            1,
            "  83.3% of 6 fields are exact, emulated or not needed; 90% are asked for. "
            "These cost most: Default.pipelineLogUri (1)\n",
        ),
        (["--fail-under", "100", "--strict"], 1, "100% are asked for"),
    ],
)
def test_what_may_not_be_passed_over(
    options: list[str], status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ledger_of(DEFINITION, tmp_path, *options)[0] == status
    output = capsys.readouterr().out
    assert said in output
    assert ("approximated:" in output, "asked for" in output) == (
        "--strict" in options,
        "asked for" in said,
    )


def test_strict_passes_what_is_not_approximated(tmp_path: Path) -> None:
    objects = [{"id": "Default", "scheduleType": "ondemand"}, shell("A", workerGroup="w")]
    assert ledger_of({"objects": objects}, tmp_path, "--strict", "--fail-under", "100")[0] == 0


@pytest.mark.parametrize("percent", ["-1", "101", "x"])
def test_a_share_is_a_percentage(percent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    arguments = ["convert", str(tmp_path / "x.json"), "-o", str(tmp_path / "out"), f"--fail-under={percent}"]
    assert main(arguments) == 2
    assert "--fail-under" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_place_is_said_in_words() -> None:
    found = converted(shell("A"), parameters=[{"id": "*myX", "default": "v"}])
    assert [each.place for each in found.lines] == [
        "object `Default`, field `scheduleType`",
        "object `Default`, field `workerGroup`",
        "object `A`, field `command`",
        "parameter `*myX`, attribute `default`",
    ]


def test_what_only_a_failing_task_would_read_is_not_asked_for() -> None:
    load = {"id": "P", "type": "RedshiftCopyActivity", "insertMode": "APPEND", "transformSql": "#{myScript}"}
    load |= {"runsOn": {"ref": "E"}}
    cluster = {"id": "E", "type": "EmrCluster"}
    schedule = {"id": "S", "type": "Schedule", "startDateTime": "2026-11-21T00:00:00", "period": "1 day"}
    default = {"id": "Default", "scheduleType": "cron", "schedule": {"ref": "S"}}
    work = shell("A", command="echo #{myWord}", runsOn={"ref": "B"})
    box = {"id": "B", "type": "Ec2Resource"}
    parameters = [{"id": "myScript"}, {"id": "myWord"}]
    found = converted(default, schedule, work, box, load, cluster, parameters=parameters)
    assert json.loads(found.files["x.variables.json"].text) == {"x_myWord": ""}
    assert [text for text in found.plan.before_first_run if text.startswith("Variable")] == [
        "Variable `x_myWord`: give it a value"
    ]


@pytest.mark.parametrize(
    ("values", "field", "expected"),
    [
        ({}, "command", "exact: the Param's value"),
        ({"myX": "v"}, "command", "not needed: the same value is given"),
        ({"myX": "w"}, "command", "not needed: another value is given, which wins"),
        ({}, "retryDelay", "emulated: put in at conversion; to have another value, convert again with --set"),
    ],
)
def test_what_a_default_is_for(values: dict[str, str], field: str, expected: str) -> None:
    text = {"command": "echo #{myX}", "retryDelay": "#{myX} minutes"}[field]
    given = {
        "parameters": [{"id": "myX", "default": "7" if field == "retryDelay" else "v"}],
        "values": values,
    }
    found = converted(shell("A", **{field: text}), **given)
    (said,) = [each.verdict for each in found.lines if each.object_id == "myX"]
    assert f"{said.grade}: {said.reason}" == expected


def test_a_default_that_is_put_into_what_nothing_comes_of_is_not_needed() -> None:
    load = {"id": "P", "type": "RedshiftCopyActivity", "insertMode": "APPEND", "runsOn": {"ref": "E"}}
    cluster = {"id": "E", "type": "EmrCluster", "coreInstanceCount": "#{myCount}"}
    found = converted(load, cluster, parameters=[{"id": "myCount", "default": "2"}])
    (said,) = [each.verdict for each in found.lines if each.object_id == "myCount"]
    assert f"{said.grade}: {said.reason}" == "not needed: nothing that has an effect reads the parameter"


TABLE = {"type": "DynamoDBDataNode", "tableName": "t"}
CLUSTER = {"id": "C", "type": "EmrCluster"}


def emr(object_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": object_id, "type": "EmrActivity", "runsOn": ref("C"), "step": "a.jar", **fields}


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        # Nothing writes the table: it orders nothing, and only a step names it, of a task that may fail.
        ([emr("A", input=ref("T"), step="a.jar,#{input.tableName}")], {"A.input": "exact"}),
        (
            [{**emr("A", input=ref("T"), step="a.jar,#{input.tableName}", workerGroup="w"), "runsOn": []}],
            {"A.input": "refused"},
        ),
        ([emr("A", input=ref("T"))], {"A.input": "not needed"}),
        ([emr("A", output=ref("T"))], {"A.output": "not needed"}),
        (
            [emr("A", output=ref("T")), emr("B", input=ref("T"), step="a.jar,#{input.tableName}")],
            {"A.output": "exact", "B.input": "exact"},
        ),
        ([emr("A", output=ref("T")), shell("B", dependsOn=ref("T"))], {"A.output": "exact"}),
        ([shell("A", input=ref("T"))], {"A.input": "not needed"}),
        ([shell("A", input=ref("T"), command="echo #{input.tableName}")], {"A.input": "exact"}),
        ([shell("A", input=ref("F"))], {"A.input": "emulated"}),
        ([shell("A", input=ref("F"), stage="true")], {"A.input": "exact"}),
        # The node is finished when its precondition has passed, and that waits for what writes it.
        ([shell("A", output=ref("W"))], {"A.output": "exact"}),
        (
            [shell("A", output=ref("T")), shell("B", input=ref("L"))],
            {"A.output": "exact", "B.input": "exact"},
        ),
    ],
)
def test_inputs_and_outputs_are_the_order_of_tasks_only_where_they_order_some(
    objects: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    nodes = [
        {"id": "T", **TABLE},
        {"id": "L", **TABLE, "dependsOn": ref("T")},
        {"id": "F", "type": "S3DataNode", "directoryPath": "s3://b/f"},
        {"id": "W", "type": "S3DataNode", "directoryPath": "s3://b/w", "precondition": ref("P")},
        {"id": "P", "type": "S3KeyExists", "s3Key": "s3://b/k"},
    ]
    found = {
        f"{line.object_id}.{line.field}": str(line.verdict.grade)
        for line in converted(*objects, *nodes, CLUSTER).lines
    }
    assert {place: found[place] for place in expected} == expected


def verdict(conversion: Conversion, object_id: str, field: str) -> Verdict:
    return next(one.verdict for one in conversion.lines if (one.object_id, one.field) == (object_id, field))


def test_the_tasks_among_the_heirs_say_what_became_of_a_field() -> None:
    default = {"id": "Default", "scheduleType": "ondemand", "onFail": ref("Alarm")}
    alarm = {"id": "Alarm", "type": "SnsAlarm", "topicArn": "arn:aws:sns:us-east-1:123456789012:t"}
    found = converted(
        default,
        shell("A", runsOn=ref("Box")),
        {"id": "Box", "type": "Ec2Resource"},
        alarm | {"subject": "s", "message": "m", "role": "r"},
    )
    assert "on_failure_callback" in found.source
    assert verdict(found, "Default", "onFail").grade is Grade.EMULATED
    assert verdict(found, "Default", "onFail").reason.startswith("`on_failure_callback` of the tasks")


def test_an_alarm_that_is_not_sent_does_not_say_what_became_of_the_role_of_a_cluster() -> None:
    default = {"id": "Default", "scheduleType": "ondemand", "role": "r"}
    alarm = {"id": "Alarm", "type": "SnsAlarm", "topicArn": "arn:t", "subject": "s", "message": "m"}
    # No cluster is launched for a copy: nothing tells of it.
    idle = CLUSTER | {"id": "Idle", "onFail": ref("Alarm")}
    nodes = [{"id": name, "type": "S3DataNode", "filePath": f"s3://b/{name}"} for name in "IO"]
    copied = {"id": "B", "type": "CopyActivity", "runsOn": ref("Idle"), "input": ref("I"), "output": ref("O")}
    found = converted(default, emr("A"), CLUSTER, copied, *nodes, idle, alarm)
    assert verdict(found, "Default", "role").grade is Grade.EXACT
    assert "ServiceRole" in verdict(found, "Default", "role").reason
    assert verdict(found, "Alarm", "topicArn").reason.startswith("no task has this alarm")


def test_advice_says_what_to_do_about_a_password_and_a_backfill() -> None:
    database = {"id": "Db", "type": "RdsDatabase", "rdsInstanceId": "i", "username": "u"}
    found = converted(
        {"id": "A", "type": "SqlActivity", "script": "select 1", "database": ref("Db")},
        database | {"*password": "#{*myDbPw}"},
        parameters=[{"id": "*myDbPw", "type": "String"}],
    )
    assert verdict(found, "Db", "*password").advice == "Fill it in in the connection before the first run."
    (todo,) = [text for text in before_first_run(found.plan) if text.startswith("Connection")]
    assert "fill in" in todo
    assert "`*password` was the parameter `*myDbPw`" in todo
    schedule = {"id": "S", "type": "Schedule", "period": "1 day", "startDateTime": "2020-01-01T02:30:00"}
    default = {"id": "Default", "scheduleType": "timeseries", "schedule": ref("S"), "workerGroup": "w"}
    waiting = converted(default, shell("A"), schedule)
    assert "--backfill" in verdict(waiting, "S", "startDateTime").advice
    assert verdict(waiting, "S", "period").reason.startswith("no DAG has a timetable made of this schedule")
    running = converted(default, shell("A"), schedule, options=Options(now=NOW, backfill=True))
    report = next(file.text for name, file in running.files.items() if name.endswith(".report.md"))
    assert "1 task. Runs every day at 02:30 UTC, timeseries, from 2020-01-01T02:30:00." in report


def test_a_cycle_is_one_problem_and_no_member_of_it_runs() -> None:
    circle = [shell("A", dependsOn=ref("B")), shell("B", dependsOn=ref("A"))]
    found = converted(*circle, options=Options(now=NOW, allow_invalid=True))
    assert sum("A -> B -> A" in text for text in found.plan.left) == 1
    assert found.source.count("NotConvertedOperator(") == 2


def test_a_node_that_nothing_uses_does_not_end_the_conversion() -> None:
    node = {"id": "N", "type": "S3DataNode", "manifestFilePath": "s3://b/m"}
    assert converted(shell("A"), node).complete
