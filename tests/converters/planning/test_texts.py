"""Names in texts: fields, parameters, referrers, run-time fields, secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.plan import ArrayParam

from tests.converters.planned import arguments, converted, grades, only_dag, ref, shell

START = "{{ dag_run.run_after.strftime('%Y-%m-%dT%H:%M:%S') }}"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("#{name} #{id} #{parent.@id}", "The A A A"),
        ("#{myFlag}", "own"),
        ("#{myInherited}", "from Default"),
        ("#{myNested}", "[A: own]"),
        ("#{output.directoryPath}", "s3://b/Out"),
        ("#{output.dataFormat.escapeChar}", "^"),
        ("#{output.myPath}", "in Out"),
        ("#{@scheduledStartTime}", START),
        ("#{@id}", f"@A_{START}"),
        ("#{input}", "In"),
        ("#{1 + 2} #{'a' + 'b'}", "3 ab"),
        ("#{myMissing}", "{{ params.myMissing }}"),
        ("#{myText} #{myCount + 1}", "{{ params.myText }} {{ params.myCount + 1 }}"),
        ("#{myTemplate}", "create table The A"),
        ("[#{myOptional}]", "[]"),
        ("#{runsOn.name}", "Box"),
    ],
)
def test_names(command: str, expected: str) -> None:
    found = converted(
        {"id": "Default", "scheduleType": "ondemand", "myInherited": "from Default", "runsOn": ref("Box")},
        {"id": "Box", "type": "Ec2Resource"},
        shell(
            "A",
            name="The A",
            command=command,
            myFlag="own",
            myNested="[#{id}: #{myFlag}]",
            input=ref("In"),
            output=ref("Out"),
        ),
        {"id": "In", "type": "S3DataNode", "filePath": "s3://b/in"},
        {
            "id": "Out",
            "type": "S3DataNode",
            "directoryPath": "s3://b/#{id}",
            "dataFormat": ref("F"),
            "myPath": "in #{id}",
        },
        {"id": "F", "type": "CSV", "escapeChar": "^"},
        parameters=[
            {"id": "myText", "default": "t"},
            {"id": "myCount", "type": "Integer", "default": "1"},
            {"id": "myTemplate", "default": "create table #{name}"},
            {"id": "myOptional", "optional": "true"},
        ],
    )
    assert arguments(found, "A")["command"] == expected


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("#{myA}", "refers to itself: A.command -> A.myA -> A.myB -> A.myA"),
        ("#{format(@scheduledStartTime, 'T')}", "T"),
        ("#{", "#{"),
    ],
)
def test_wrong_texts(text: str, part: str) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        converted(shell("A", command=text, myA="#{myB}", myB="#{myA}"))
    assert part in str(caught.value)


@pytest.mark.parametrize(
    "command", ["#{node.name}", "#{output.@actualEndTime}", "#{output.directoryPath}", "#{nowhere.x}"]
)
def test_what_means_nothing_is_left_as_it_was_and_said(command: str) -> None:
    found = converted(shell("A", command=command))
    assert arguments(found, "A")["command"] == command
    assert grades(found)["A", "command"] == "refused"
    assert not found.complete


def test_an_undeclared_name_is_a_parameter_that_is_left_to_the_user() -> None:
    found = converted(shell("A", command="#{myX}"))
    assert list(only_dag(found).params) == ["myX"]
    assert any("`#{myX}`: nothing declares" in text for text in found.plan.left)


def test_alarms_speak_of_the_object_that_refers_to_them() -> None:
    alarm = {
        "id": "Alarm",
        "type": "SnsAlarm",
        "topicArn": "arn:aws:sns:us-east-1:1:t",
        "subject": "#{node.name}: #{name}",
        "message": "#{node.@scheduledStartTime} #{node.output.directoryPath}",
    }
    found = converted(
        {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w", "onFail": ref("Alarm")},
        alarm,
        shell("A", output=ref("N")),
        shell("B", name="Bee", output=ref("N")),
        {"id": "N", "type": "S3DataNode", "directoryPath": "s3://b/n"},
    )
    messages = {task: arguments(found, task)["on_failure_callback"][0] for task in ("A", "B")}
    assert messages["A"]["subject"] == "A: Alarm"
    assert messages["B"]["subject"] == "Bee: Alarm"
    assert messages["A"]["message"] == f"{START} s3://b/n"


def test_array_parameters() -> None:
    found = converted(
        shell(
            "A",
            scriptArgument=["-x", "#{myList}", "#{'n=' + myNames}"],
            command="echo #{myList}",
            myNames=["a", "b"],
        ),
        parameters=[{"id": "myList", "isArray": "true", "default": ["1", "2"]}],
    )
    found_arguments = arguments(found, "A")
    assert found_arguments["script_arguments"] == ["-x", ArrayParam("myList"), "n=a", "n=b"]
    assert found_arguments["command"] == "echo {{ params.myList | join(',') }}"
    assert grades(found)["A", "command"] == "approximated"
    assert grades(found)["A", "scriptArgument"] == "exact"


def test_an_optional_parameter_without_value_takes_its_field_away() -> None:
    found = converted(
        shell("A", stdout="#{myOut}", stderr="s3://b/#{myErr}"),
        parameters=[{"id": "myOut", "optional": "true"}, {"id": "myErr", "optional": "true"}],
    )
    assert "stdout" not in arguments(found, "A")
    assert arguments(found, "A")["stderr"] == "s3://b/"
    assert grades(found)["A", "stdout"] == "not needed"


SCHEDULED = (
    {"id": "Default", "scheduleType": "cron", "schedule": ref("S"), "workerGroup": "w"},
    {"id": "S", "type": "Schedule", "period": "1 day", "startDateTime": "2026-11-21T00:00:00"},
)


def test_a_scheduled_dag_reads_a_parameter_without_value_from_a_variable() -> None:
    found = converted(*SCHEDULED, shell("A", command="#{myX}"), parameters=[{"id": "myX"}])
    assert arguments(found, "A")["command"] == "{{ var.value.x_myX }}"
    assert json.loads(found.files["x.variables.json"].text) == {"x_myX": ""}
    assert any("myX" in text for text in found.plan.left)


@pytest.mark.parametrize(
    ("parameter", "reference"),
    [
        ({"id": "*myKey"}, "#{*myKey}"),
        ({"id": "*myKey"}, "#{myKey}"),
        ({"id": "myDbPassword"}, "#{myDbPassword}"),
        ({"id": "myApiToken"}, "#{myApiToken}"),
    ],
)
def test_a_secret_in_a_text_becomes_a_variable(parameter: dict[str, Any], reference: str) -> None:
    name = parameter["id"].removeprefix("*")
    found = converted(
        shell("A", command=f"run --key {reference}"),
        parameters=[parameter],
        values={parameter["id"]: "geheim"},
    )
    assert arguments(found, "A")["command"] == f"run --key {{{{ var.value.x_secret_{name} }}}}"
    assert found.files["x.variables.json"].secret
    assert json.loads(found.files["x.variables.json"].text) == {f"x_secret_{name}": "geheim"}
    for file, content in found.files.items():
        assert ("geheim" in content.text) == (file == "x.variables.json")


def test_the_field_decides_what_is_secret() -> None:
    found = converted(
        {
            "id": "Db",
            "type": "JdbcDatabase",
            "connectionString": "jdbc:mysql://h/d?password=auch",
            "username": "u",
            "*password": "#{myWord}",
            "jdbcDriverClass": "x",
        },
        {"id": "Q", "type": "SqlActivity", "database": ref("Db"), "script": "select '#{myWord}'"},
        parameters=[{"id": "myWord", "default": "geheim"}],
    )
    assert arguments(found, "Q")["sql"] == "select '{{ var.value.x_secret_myWord }}'"
    assert json.loads(found.files["x.connections.json"].text)["x_Db"]["password"] == "geheim"
    public = "".join(file.text for file in found.files.values() if not file.secret)
    assert "geheim" not in public
    assert "auch" not in public


def test_fields_that_quote_each_other_many_times_are_read_once_each() -> None:
    chain = {f"my{'X' * level}": f"#{{my{'X' * (level + 1)}}}" * 2 for level in range(1, 15)}
    found = converted(shell("A", command="#{myX}", **chain | {"my" + "X" * 15: "."}))
    assert arguments(found, "A")["command"] == "." * 2**14


def test_a_pattern_that_is_likely_wrong_is_kept_and_said() -> None:
    found = converted(shell("A", command="#{format(@scheduledStartTime, 'YYYY-MM-dd hh:mm')}"))
    line = next(line for line in found.lines if (line.object_id, line.field) == ("A", "command"))
    assert line.verdict.grade == "exact"
    assert "hh" in line.verdict.reason


def test_a_hop_reaches_fields_and_nothing_else() -> None:
    node = {"id": "N", "type": "S3DataNode", "directoryPath": "s3://b/n"}
    found = converted(
        shell("A", command="#{input.myBucket}", input=ref("N")),
        node,
        parameters=[{"id": "myBucket", "default": "b"}],
    )
    assert arguments(found, "A")["command"] == "#{input.myBucket}"
    assert grades(found)["A", "command"] == "refused"


def test_an_alarm_on_a_precondition_on_a_node() -> None:
    found = converted(
        shell("A", input=ref("N")),
        {"id": "N", "type": "S3DataNode", "directoryPath": "s3://b/n", "precondition": ref("P")},
        {"id": "P", "type": "S3KeyExists", "s3Key": "#{node.directoryPath}/_OK", "onFail": ref("M")},
        {
            "id": "M",
            "type": "SnsAlarm",
            "topicArn": "t",
            "subject": "#{node.name}",
            "message": "#{node.s3Key} #{node.@sphere}",
        },
    )
    alarm = arguments(found, "P")["on_failure_callback"][0]
    assert (alarm["subject"], alarm["message"]) == ("P", "s3://b/n/_OK INSTANCE")
    assert found.complete


def test_several_values_of_a_parameter_that_is_not_declared() -> None:
    found = converted(shell("A", scriptArgument="#{mySc}"), values={"mySc": ["p", "q"]})
    assert arguments(found, "A")["script_arguments"] == [ArrayParam("mySc")]


def test_text_before_each_element_of_a_list_parameter() -> None:
    found = converted(
        shell("A", scriptArgument="#{'t-' + myArr}"),
        parameters=[{"id": "myArr", "isArray": "true", "default": ["a", "b"]}],
    )
    assert arguments(found, "A")["script_arguments"] == ["t-a", "t-b"]
    assert grades(found)["A", "scriptArgument"] == "approximated"


def test_what_expressions_name_is_in_the_ledger() -> None:
    found = converted(
        shell("A", command="#{myRef.filePath} #{runsOn.instanceType}", myRef=ref("N"), runsOn=ref("Box")),
        {"id": "N", "type": "S3DataNode", "filePath": "s3://b/f"},
        {"id": "Box", "type": "Ec2Resource", "instanceType": "m1"},
    )
    for place in (("A", "myRef"), ("N", "filePath"), ("Box", "instanceType")):
        assert grades(found)[place] == "exact", place


def test_a_parameter_without_value_on_demand_is_asked_for_at_each_trigger() -> None:
    found = converted(shell("A", command="#{myX}"), parameters=[{"id": "myX"}])
    assert found.complete
    assert any(
        "`myX` has no value: give it whenever you trigger" in text for text in found.plan.before_first_run
    )


@pytest.mark.parametrize(
    ("period", "grade", "reason"),
    [
        (
            "1 hour",
            "approximated",
            "`@scheduledStartTime` of `In` is that of the run, by the Schedule `Daily`: its own, `Other`, has other intervals",
        ),
        ("1 day", "exact", ""),
    ],
)
def test_a_field_of_an_object_on_another_schedule_means_the_runs_interval(
    period: str, grade: str, reason: str
) -> None:
    """Data Pipeline evaluates it for the matching interval of that object (dp-pipeline-expressions)."""
    start = {"type": "Schedule", "startDateTime": "2026-11-21T00:00:00"}
    found = converted(
        {"id": "Default", "scheduleType": "cron", "schedule": ref("Daily"), "workerGroup": "w"},
        {"id": "Daily", **start, "period": "1 day"},
        {"id": "Other", **start, "period": period},
        shell("A", command="ls #{input.directoryPath} #{format(@scheduledStartTime,'dd')}", input=ref("In")),
        {
            "id": "In",
            "type": "S3DataNode",
            "schedule": ref("Other"),
            "directoryPath": "s3://b/#{format(@scheduledStartTime,'HH')}",
        },
    )
    hour, day = (f"{{{{ data_interval_start.strftime('{form}') }}}}" for form in ("%H", "%d"))
    assert arguments(found, "A")["command"] == f"ls s3://b/{hour} {day}"
    assert grades(found)["A", "command"] == grade
    (line,) = (line for line in found.lines if (line.object_id, line.field) == ("A", "command"))
    assert reason in line.verdict.reason
