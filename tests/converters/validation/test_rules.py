"""Each rule: a small definition that breaks it, what is said of it, and the same definition set right."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import datapipeline_converters
import pytest
from datapipeline_converters.carriers.read import read_definitions
from datapipeline_converters.conversion import convert
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.modelling import model_of
from datapipeline_converters.options import Options
from datapipeline_converters.validation import RULES, Level, validate
from datapipeline_converters.validation.checks import CHECKS, REFUSING
from datapipeline_converters.validation.subject import Subject

from tests.converters.planned import NOW, ref, shell

CONVERTERS = Path(datapipeline_converters.__file__).parent
Objects: TypeAlias = Sequence[dict[str, Any]]
# Rule, object, field, text.
Expected: TypeAlias = tuple[str, str, str, str]

DEFAULT = {
    "id": "Default",
    "scheduleType": "ondemand",
    "pipelineLogUri": "s3://b/logs",
    "workerGroup": "w",
    "role": "r",
    "resourceRole": "r",
}
CRON = {**DEFAULT, "scheduleType": "cron", "schedule": {"ref": "S"}}
DAILY = {"id": "S", "type": "Schedule", "period": "1 day", "startDateTime": "2036-01-01T00:00:00"}
SAY = shell("Say")
BOX = {"id": "Box", "type": "Ec2Resource", "terminateAfter": "1 hour"}
ALARM = {"id": "Alarm", "type": "SnsAlarm", "topicArn": "arn", "subject": "s", "message": "m"}
IN = {"id": "In", "type": "S3DataNode", "directoryPath": "s3://b/in"}
OUT = {"id": "Out", "type": "S3DataNode", "directoryPath": "s3://b/out"}
COPY = {"id": "Copy", "type": "CopyActivity", "input": ref("In"), "output": ref("Out")}
CLUSTER = {"id": "C", "type": "EmrCluster", "releaseLabel": "emr-5.36.0", "terminateAfter": "1 hour"}


@dataclass(frozen=True)
class Case:
    """A definition that breaks one rule, and one that does not.

    :param wrong: the objects; `Default` on demand is there unless they bring one
    :param expected: all that is found
    :param rest: what stands beside the objects, parameters say; `right_rest` likewise
    """

    rule: str
    wrong: Objects
    expected: Sequence[Expected]
    right: Objects
    rest: dict[str, Any] = field(default_factory=dict)
    right_rest: dict[str, Any] = field(default_factory=dict)


def changed(item: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return an object with other fields; None takes one away."""
    return {key: value for key, value in {**item, **fields}.items() if value is not None}


def read(objects: Objects, rest: dict[str, Any]) -> Definition:
    if not any(item["id"] == "Default" for item in objects):
        objects = [DEFAULT, *objects]
    (definition,) = read_definitions(json.dumps({"objects": list(objects), **rest}), "x.json")
    return definition


def found(objects: Objects, rest: dict[str, Any]) -> list[Expected]:
    return [
        (finding.rule_id, finding.object_id, finding.field, finding.text)
        for finding in validate(read(objects, rest), Options(now=NOW))
    ]


def parameters(*declared: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"parameters": list(declared), "values": values}


CASES = [
    # Objects, ids and references
    Case(
        "duplicate-id",
        [shell("A"), shell("A", command="other")],
        [("duplicate-id", "A", "", "two different objects have this id. Rename one of them.")],
        [shell("A"), shell("B", command="other")],
    ),
    Case(
        "dangling-reference",
        [shell("A", dependsOn=ref("B"))],
        [
            (
                "dangling-reference",
                "A",
                "dependsOn",
                "refers to 'B', which is no object's id. Add the object, or correct the reference.",
            )
        ],
        [shell("A", dependsOn=ref("B")), shell("B")],
    ),
    Case(
        "no-value",
        [shell("A", scriptArgument={"a": "b"})],
        [("no-value", "A", "scriptArgument", 'a value is neither text nor {"ref": "<id>"}. Correct it.')],
        [shell("A", scriptArgument="b")],
    ),
    Case(
        "circular-parent",
        [SAY, {"id": "A", "type": "CSV", "column": "a", "parent": ref("B")}, {"id": "B", "parent": ref("A")}],
        [
            (
                "circular-parent",
                "A",
                "parent",
                "the parents go in a circle: A -> B -> A. Remove one of them.",
            ),
            (
                "circular-parent",
                "B",
                "parent",
                "the parents go in a circle: B -> A -> B. Remove one of them.",
            ),
        ],
        [SAY, {"id": "A", "type": "CSV", "column": "a", "parent": ref("B")}, {"id": "B"}],
    ),
    Case(
        "dependency-cycle",
        [shell("A", dependsOn=ref("B")), shell("B", dependsOn=ref("A"))],
        [
            ("dependency-cycle", "A", "", "waits for itself: A -> B -> A. Remove one of these dependencies."),
        ],
        [shell("A", dependsOn=ref("B")), shell("B")],
    ),
    Case(
        "wrong-reference-type",
        [shell("A", runsOn=ref("In")), IN],
        [
            (
                "wrong-reference-type",
                "A",
                "runsOn",
                "refers to 'In', which is S3DataNode; it takes Ec2Resource or EmrCluster.",
            )
        ],
        [shell("A", runsOn=ref("Box")), BOX],
    ),
    Case(
        "reference-needed",
        [changed(COPY, input="#{myIn}"), IN, OUT],
        [("reference-needed", "Copy", "input", "takes a reference and has the text '#{myIn}'.")],
        [COPY, IN, OUT],
    ),
    Case(
        "text-needed",
        [shell("A", command=ref("In")), IN],
        [("text-needed", "A", "command", "takes text and refers to 'In'.")],
        [shell("A", command="In"), IN],
    ),
    Case(
        "single-value",
        [shell("A", stdout=["s3://b/1", "s3://b/2"])],
        [("single-value", "A", "stdout", "takes one value and has 2.")],
        [shell("A", stdout="s3://b/1")],
    ),
    Case(
        "repaired-input",
        [shell("A", maximumRetries=3)],
        [("repaired-input", "A", "maximumRetries", "the number 3 was read as the text '3'.")],
        [shell("A", maximumRetries="3")],
    ),
    # Types and fields
    Case(
        "unknown-type",
        [shell("A", precondition=ref("P")), {"id": "P", "type": "S3PrefixExists", "s3Prefix": "s3://b/x"}],
        [
            (
                "unknown-type",
                "P",
                "type",
                "'S3PrefixExists' is no type of Data Pipeline; did you mean S3PrefixNotEmpty?",
            )
        ],
        [shell("A", precondition=ref("P")), {"id": "P", "type": "S3PrefixNotEmpty", "s3Prefix": "s3://b/x"}],
    ),
    Case(
        "unknown-type",
        [changed(SAY, type="shellCommandActivity")],
        [
            (
                "unknown-type",
                "Say",
                "type",
                "'shellCommandActivity' is no type of Data Pipeline; did you mean ShellCommandActivity?",
            )
        ],
        [SAY],
    ),
    Case(
        "missing-type",
        [SAY, {"id": "Lost", "command": "echo"}],
        [("missing-type", "Lost", "", "has no type, and nothing inherits from it: it does nothing.")],
        [changed(SAY, parent=ref("Lost"), command=None), {"id": "Lost", "command": "echo"}],
    ),
    Case(
        "odd-default",
        [
            SAY,
            {"id": "default", "type": "Schedule", "period": "1 day", "startDateTime": "2036-01-01T00:00:00"},
        ],
        [
            (
                "odd-default",
                "default",
                "",
                "is an object like any other: only one with the id 'Default' is inherited from.",
            )
        ],
        [SAY, DAILY],
    ),
    Case(
        "unknown-field",
        [changed(SAY, comand="echo")],
        [("unknown-field", "Say", "comand", "ShellCommandActivity has no such field; did you mean command?")],
        [changed(SAY, command="echo")],
    ),
    Case(
        "unknown-field",
        [changed(SAY, myflag="1")],
        [
            (
                "unknown-field",
                "Say",
                "myflag",
                "ShellCommandActivity has no such field; fields of your own are named my and a capital letter or an "
                "underscore.",
            )
        ],
        [changed(SAY, myFlag="1", my_flag="2")],
    ),
    Case(
        "field-case",
        [changed(SAY, dependson=ref("Other")), shell("Other")],
        [
            (
                "field-case",
                "Say",
                "dependson",
                "is written 'dependsOn'; field names are told apart by case, so it has no effect.",
            )
        ],
        [changed(SAY, dependsOn=ref("Other")), shell("Other")],
    ),
    Case(
        "misplaced-field",
        [changed(SAY, releaseLabel="emr-5.36.0")],
        [
            (
                "misplaced-field",
                "Say",
                "releaseLabel",
                "ShellCommandActivity has no such field; EmrCluster has one.",
            )
        ],
        [SAY],
    ),
    Case(
        "forbidden-field",
        [shell("A", runsOn=ref("Box")), changed(BOX, runsOn=ref("Box2")), changed(BOX, id="Box2")],
        [("forbidden-field", "Box", "runsOn", "is not allowed on Ec2Resource; it is ignored. Remove it.")],
        [shell("A", runsOn=ref("Box")), BOX, changed(BOX, id="Box2")],
    ),
    Case(
        "missing-field",
        [shell("A", precondition=ref("P")), {"id": "P", "type": "S3KeyExists"}],
        [("missing-field", "P", "s3Key", "is missing: S3KeyExists needs it.")],
        [shell("A", precondition=ref("P")), {"id": "P", "type": "S3KeyExists", "s3Key": "s3://b/k"}],
    ),
    Case(
        "missing-aws-field",
        [changed(DEFAULT, role=None), shell("A", onFail=ref("Alarm")), ALARM],
        [("missing-aws-field", "Alarm", "role", "is missing: SnsAlarm needs it.")],
        [changed(DEFAULT, role=None), shell("A", onFail=ref("Alarm")), changed(ALARM, role="r")],
    ),
    Case(
        "missing-one-of",
        [changed(SAY, command=None)],
        [
            (
                "missing-one-of",
                "Say",
                "scriptUri",
                "is missing, and so is command: ShellCommandActivity needs one of them.",
            )
        ],
        [changed(SAY, command=None, scriptUri="s3://b/x.sh")],
    ),
    Case(
        "missing-one-of",
        [changed(SAY, input=ref("N")), {"id": "N", "type": "S3DataNode", "manifestFilePath": "s3://b/m"}],
        [
            (
                "missing-one-of",
                "N",
                "directoryPath",
                "is missing, and so is filePath: S3DataNode needs one of them.",
            )
        ],
        [changed(SAY, input=ref("N")), {"id": "N", "type": "S3DataNode", "filePath": "s3://b/f"}],
    ),
    Case(
        "idle-node-path",
        [SAY, {"id": "N", "type": "S3DataNode", "manifestFilePath": "s3://b/m"}],
        [
            (
                "idle-node-path",
                "N",
                "directoryPath",
                "is missing, and so is filePath: S3DataNode needs one of them.",
            )
        ],
        [SAY, {"id": "N", "type": "S3DataNode", "filePath": "s3://b/f"}],
    ),
    Case(
        "missing-one-of",
        [changed(DEFAULT, workerGroup=None), SAY],
        [
            (
                "missing-one-of",
                "Say",
                "workerGroup",
                "is missing, and so is runsOn: ShellCommandActivity needs one of them.",
            )
        ],
        [changed(DEFAULT, workerGroup=None), changed(SAY, workerGroup="w")],
    ),
    Case(
        "missing-one-of",
        [CRON, SAY, changed(DAILY, startDateTime=None)],
        [
            (
                "missing-one-of",
                "S",
                "startDateTime",
                "is missing, and so is startAt: a Schedule needs one of them.",
            )
        ],
        [CRON, SAY, DAILY],
    ),
    Case(
        "conflicting-fields",
        [COPY, IN, changed(OUT, filePath="s3://b/file")],
        [
            (
                "conflicting-fields",
                "Out",
                "filePath",
                "is given together with directoryPath; S3DataNode takes one of them.",
            )
        ],
        [COPY, IN, OUT],
    ),
    Case(
        "conflicting-fields",
        [CRON, SAY, changed(DAILY, occurrences="3", endDateTime="2036-02-01T00:00:00")],
        [
            (
                "conflicting-fields",
                "S",
                "occurrences",
                "is given together with endDateTime; a Schedule takes one of them.",
            )
        ],
        [CRON, SAY, changed(DAILY, occurrences="3")],
    ),
    Case(
        "unused-worker-group",
        [changed(SAY, runsOn=ref("Box"), workerGroup="w"), BOX],
        [("unused-worker-group", "Say", "workerGroup", "has no effect: runsOn is given too, and wins.")],
        # from Default, for those that have no machine of their own
        [changed(SAY, runsOn=ref("Box")), BOX],
    ),
    # Values
    Case(
        "invalid-integer",
        [changed(SAY, maximumRetries="two")],
        [("invalid-integer", "Say", "maximumRetries", "'two' is no whole number.")],
        [changed(SAY, maximumRetries="2")],
    ),
    Case(
        "invalid-integer",
        [changed(SAY, maximumRetries="${tool.retries}")],
        [
            (
                "invalid-integer",
                "Say",
                "maximumRetries",
                "'${tool.retries}' is no whole number. ${tool.retries} is a placeholder that another tool fills in: give the "
                "file that this tool makes, or write the value in its place.",
            )
        ],
        [changed(SAY, maximumRetries="2")],
    ),
    Case(
        "invalid-integer",
        [changed(SAY, maximumRetries="#{myRetries}")],
        [
            (
                "invalid-integer",
                "Say",
                "maximumRetries",
                "'many' is no whole number. That is what '#{myRetries}' comes to: give the parameter another value, with "
                "--set NAME=VALUE say.",
            )
        ],
        [changed(SAY, maximumRetries="#{myRetries}")],
        parameters({"id": "myRetries"}, myRetries="many"),
        parameters({"id": "myRetries"}, myRetries="3"),
    ),
    Case(
        "invalid-number",
        [SAY, {"id": "T", "type": "DynamoDBDataNode", "tableName": "t", "readThroughputPercent": "half"}],
        [("invalid-number", "T", "readThroughputPercent", "'half' is no number.")],
        [SAY, {"id": "T", "type": "DynamoDBDataNode", "tableName": "t", "readThroughputPercent": "0.5"}],
    ),
    Case(
        "invalid-boolean",
        [changed(SAY, stage="yes")],
        [("invalid-boolean", "Say", "stage", "'yes' is neither true nor false.")],
        [changed(SAY, stage="TRUE")],
    ),
    Case(
        "invalid-period",
        [CRON, SAY, changed(DAILY, period="15 Period")],
        [
            (
                "invalid-period",
                "S",
                "period",
                "'15 Period' is no period. A period is a positive whole number and a unit (minute, hour, day, week, month, "
                "year), for example '15 minutes' or '1 day'.",
            )
        ],
        [CRON, SAY, changed(DAILY, period="15 Minutes")],
    ),
    Case(
        "invalid-moment",
        [CRON, SAY, changed(DAILY, startDateTime="bad-time")],
        [
            (
                "invalid-moment",
                "S",
                "startDateTime",
                "'bad-time' is no moment. Write it like 2024-01-31T06:00:00 (UTC).",
            )
        ],
        [CRON, SAY, DAILY],
    ),
    Case(
        "invalid-choice",
        [changed(CRON, scheduleType="crom"), SAY, DAILY],
        [("invalid-choice", "Default", "scheduleType", "'crom' is not one of: cron, timeseries, ondemand.")],
        [changed(CRON, scheduleType="CRON"), SAY, DAILY],
    ),
    Case(
        "invalid-choice",
        [COPY, IN, changed(OUT, compression="zip")],
        [("invalid-choice", "Out", "compression", "'zip' is not one of: none, gzip.")],
        [COPY, IN, changed(OUT, compression="GZIP")],
    ),
    Case(
        "invalid-value",
        [CRON, SAY, changed(DAILY, occurrences="0")],
        [
            ("invalid-value", "S", "occurrences", "is 0; the smallest value is 1."),
            ("out-of-range", "S", "occurrences", "is 0; the smallest value is 1."),
        ],
        [CRON, SAY, changed(DAILY, occurrences="1")],
    ),
    Case(
        "unusual-choice",
        [changed(SAY, runsOn=ref("Box")), changed(BOX, actionOnTaskFailure="stop")],
        [("unusual-choice", "Box", "actionOnTaskFailure", "'stop' is not one of: continue, terminate.")],
        [changed(SAY, runsOn=ref("Box")), changed(BOX, actionOnTaskFailure="Terminate")],
    ),
    Case(
        "unknown-region",
        [changed(SAY, runsOn=ref("Box")), changed(BOX, region="us_west_2")],
        [("unknown-region", "Box", "region", "'us_west_2' is no region's code; did you mean us-west-2?")],
        # newer than the guide
        [changed(SAY, runsOn=ref("Box")), changed(BOX, region="eu-south-1")],
    ),
    Case(
        "out-of-range",
        [changed(SAY, maximumRetries="10", retryDelay="1 minute")],
        [
            ("out-of-range", "Say", "maximumRetries", "is 10; there are at most 5 retries."),
            ("out-of-range", "Say", "retryDelay", "is 1 minute; the shortest delay is 2 minutes."),
        ],
        [changed(SAY, maximumRetries="5", retryDelay="2 minutes")],
    ),
    Case(
        "invalid-terminate-after",
        [changed(SAY, runsOn=ref("Box")), changed(BOX, terminateAfter="2 Hourss")],
        [
            (
                "invalid-terminate-after",
                "Box",
                "terminateAfter",
                "'2 Hourss' is no period. A period is a positive whole number and a unit (minute, hour, day, week, month, "
                "year), for example '15 minutes' or '1 day'.",
            )
        ],
        # a bare number counts hours
        [changed(SAY, runsOn=ref("Box")), changed(BOX, terminateAfter="2")],
    ),
    Case(
        "empty-text",
        [changed(SAY, stdout="")],
        [("empty-text", "Say", "stdout", "is empty. Remove it, or give it a value.")],
        [SAY],
    ),
    # Expressions and parameters
    Case(
        "expression",
        [changed(SAY, command="echo #{format(@scheduledStartTime}")],
        [
            (
                "expression",
                "Say",
                "command",
                '")" is missing, found the closing }; expected ")" or a comma after an argument of format\n'
                "    echo #{format(@scheduledStartTime}\n"
                "                                     ^",
            )
        ],
        [changed(SAY, command="echo #{format(@scheduledStartTime, 'YYYY')}")],
    ),
    Case(
        "unresolved-name",
        [changed(SAY, onFail=ref("Alarm")), changed(ALARM, message="#{node.output.path}")],
        [
            (
                "unresolved-name",
                "Alarm",
                "message",
                "`#{node.output.path}` is left as it was: `output` refers to no object.",
            )
        ],
        [changed(SAY, onFail=ref("Alarm")), changed(ALARM, message="#{node.name}")],
    ),
    Case(
        "suspicious-date-pattern",
        [changed(SAY, command="echo #{format(@scheduledStartTime, 'YYYY-MM-DD')}")],
        [
            (
                "suspicious-date-pattern",
                "Say",
                "command",
                "the date pattern 'YYYY-MM-DD' has D, the day of the year, beside a month (dd is the day of the month); it "
                "is kept as written.",
            )
        ],
        [changed(SAY, command="echo #{format(@scheduledStartTime, 'YYYY-MM-dd')}")],
    ),
    Case(
        "undeclared-parameter",
        [changed(SAY, command="echo #{myX}")],
        [
            (
                "undeclared-parameter",
                "Say",
                "command",
                "names `myX`, which is neither a field of the object nor a declared parameter.",
            )
        ],
        [changed(SAY, command="echo #{myX}")],
        {},
        parameters({"id": "myX"}, myX="1"),
    ),
    Case(
        "undeclared-parameter",
        [changed(SAY, command="echo #{myPath}")],
        [
            (
                "undeclared-parameter",
                "",
                "parameter 'myPaht'",
                "has a value and is not declared among the parameters, and nothing names it; did you mean myPath?",
            )
        ],
        [changed(SAY, command="echo #{myPath}")],
        parameters({"id": "myPath", "default": "/tmp"}, myPaht="/x"),
        parameters({"id": "myPath", "default": "/tmp"}, myPath="/x"),
    ),
    Case(
        "unused-parameter",
        [SAY],
        [("unused-parameter", "", "parameter 'myX'", "nothing names it: its value has no effect.")],
        [changed(SAY, command="echo #{myX}")],
        parameters({"id": "myX", "default": "1"}),
        parameters({"id": "myX", "default": "1"}),
    ),
    Case(
        "missing-parameter-value",
        [changed(SAY, command="echo #{myX}")],
        [("missing-parameter-value", "", "parameter 'myX'", "is required and has no value.")],
        [changed(SAY, command="echo #{myX}")],
        parameters({"id": "myX"}),
        parameters({"id": "myX", "optional": "true"}),
    ),
    Case(
        # as templates have them, to be filled in
        "missing-parameter-value",
        [changed(SAY, command="echo #{myX}")],
        [("missing-parameter-value", "", "parameter 'myX'", "is required and its value is empty.")],
        [changed(SAY, command="echo #{myX}")],
        parameters({"id": "myX"}, myX=""),
        parameters({"id": "myX"}, myX="0"),
    ),
    Case(
        "invalid-choice",
        [changed(SAY, failureAndRerunMode="#{myX}")],
        [
            ("missing-parameter-value", "", "parameter 'myX'", "is required and its value is empty."),
            (
                "invalid-choice",
                "Say",
                "failureAndRerunMode",
                "'' is not one of: cascade, none. That is what '#{myX}' comes to: give the parameter another value, with "
                "--set NAME=VALUE say.",
            ),
        ],
        [changed(SAY, failureAndRerunMode="#{myX}")],
        parameters({"id": "myX"}, myX=""),
        parameters({"id": "myX"}, myX="Cascade"),
    ),
    Case(
        "parameter-value",
        [changed(SAY, command="echo #{myX}")],
        [("parameter-value", "", "parameter 'myX'", "'c' is not one of 'a', 'b'.")],
        [changed(SAY, command="echo #{myX}")],
        parameters({"id": "myX", "allowedValues": ["a", "b"]}, myX="c"),
        parameters({"id": "myX", "allowedValues": ["a", "b"]}, myX="b"),
    ),
    Case(
        "parameter-value",
        [changed(SAY, command="echo #{myX}")],
        [
            (
                "parameter-value",
                "",
                "parameter 'myX'",
                "'c' is no whole number, which the type Integer asks for.",
            )
        ],
        [changed(SAY, command="echo #{myX}")],
        parameters({"id": "myX", "type": "Integer"}, myX="c"),
        parameters({"id": "myX", "type": "Integer"}, myX="7"),
    ),
    Case(
        "parameter-attribute",
        [changed(SAY, command="echo #{myX}")],
        [("parameter-attribute", "", "parameter 'myX'", "`optional` is neither true nor false.")],
        [changed(SAY, command="echo #{myX}")],
        parameters({"id": "myX", "optional": "perhaps", "default": "1"}),
        parameters({"id": "myX", "optional": "True", "default": "1"}),
    ),
    Case(
        "unknown-attribute",
        [changed(SAY, command="echo #{myX}")],
        [
            (
                "unknown-attribute",
                "",
                "parameter 'myX'",
                "parameters have no attribute 'Default'; did you mean default?",
            ),
        ],
        [changed(SAY, command="echo #{myX}")],
        parameters({"id": "myX", "Default": "1"}, myX="1"),
        parameters(
            {
                "id": "myX",
                "default": "1",
                "watermark": "w",
                "helpText": "h",
                "helpLink": "l",
                "myComment": "c",
            }
        ),
    ),
    Case(
        "parameter-type",
        [changed(SAY, command="echo #{myX}")],
        [
            (
                "parameter-type",
                "",
                "parameter 'myX'",
                "'Text' is no type of parameters; it is taken for String.",
            )
        ],
        [changed(SAY, command="echo #{myX}")],
        parameters({"id": "myX", "type": "Text", "default": "1"}),
        parameters({"id": "myX", "type": "AWS::S3::ObjectKey", "default": "1"}),
    ),
    Case(
        "parameter-name",
        [changed(SAY, command="echo #{bucket}")],
        [("parameter-name", "", "parameter 'bucket'", "does not begin with my, as the guide asks for.")],
        [changed(SAY, command="echo #{myBucket}")],
        parameters({"id": "bucket", "default": "1"}),
        parameters({"id": "myBucket", "default": "1"}),
    ),
    Case(
        "duplicate-parameter",
        [changed(SAY, command="echo #{myX}")],
        [
            (
                "duplicate-parameter",
                "",
                "parameter 'myX'",
                "is declared twice, differently. Remove one of them.",
            )
        ],
        [changed(SAY, command="echo #{myX} #{myY}")],
        parameters({"id": "myX", "default": "1"}, {"id": "myX", "default": "2"}),
        parameters({"id": "myX", "default": "1"}, {"id": "myY", "default": "2"}),
    ),
    Case(
        "plain-text-secret",
        [changed(SAY, command="mysql --password=hunter22 -e 'select 1'")],
        [("plain-text-secret", "Say", "command", "a secret stands here in plain text: password.")],
        [changed(SAY, command="mysql -e 'select 1'")],
    ),
    # Schedules
    Case(
        "missing-schedule",
        [changed(CRON, schedule=None), SAY],
        [
            (
                "missing-schedule",
                "Say",
                "schedule",
                "is missing: only an ondemand pipeline can do without a Schedule.",
            )
        ],
        [CRON, SAY, DAILY],
    ),
    Case(
        "unscheduled-object",
        [
            changed(CRON, schedule=None),
            changed(COPY, schedule=ref("S")),
            changed(IN, schedule=ref("S")),
            OUT,
            DAILY,
        ],
        [
            (
                "unscheduled-object",
                "Out",
                "schedule",
                "is missing: only an ondemand pipeline can do without a Schedule.",
            )
        ],
        [CRON, COPY, IN, OUT, DAILY],
    ),
    Case(
        "missing-schedule-type",
        [changed(CRON, scheduleType=None), SAY, DAILY],
        [
            (
                "missing-schedule-type",
                "Default",
                "scheduleType",
                "is missing: timeseries is assumed, which runs an interval at its end.",
            )
        ],
        [changed(CRON, scheduleType="timeseries"), SAY, DAILY],
    ),
    Case(
        "mixed-on-demand",
        [CRON, SAY, shell("Other", scheduleType="ondemand"), DAILY],
        [
            (
                "mixed-on-demand",
                "Other",
                "scheduleType",
                "is ondemand, while other objects run on schedules. A pipeline on demand has scheduleType ondemand on "
                "Default, and no other style.",
            ),
            ("on-demand-not-on-default", "Other", "scheduleType", "is ondemand, which belongs on Default."),
        ],
        [CRON, SAY, shell("Other", scheduleType="timeseries"), DAILY],
    ),
    Case(
        "on-demand-not-on-default",
        [changed(DEFAULT, scheduleType=None), changed(SAY, scheduleType="ondemand")],
        [("on-demand-not-on-default", "Say", "scheduleType", "is ondemand, which belongs on Default.")],
        [DEFAULT, SAY],
    ),
    Case(
        "period-out-of-range",
        [CRON, SAY, changed(DAILY, period="14 minutes")],
        [("period-out-of-range", "S", "period", "is 14 minutes; it lies between 15 minutes and 3 years.")],
        [CRON, SAY, changed(DAILY, period="3 years")],
    ),
    Case(
        # whether anything uses the Schedule or not
        "period-out-of-range",
        [SAY, changed(DAILY, period="4 years")],
        [("period-out-of-range", "S", "period", "is 4 years; it lies between 15 minutes and 3 years.")],
        [SAY, changed(DAILY, period="15 minutes")],
    ),
    Case(
        "end-before-start",
        [CRON, SAY, changed(DAILY, endDateTime="2035-01-01T00:00:00")],
        [("end-before-start", "S", "endDateTime", "is not later than the start, 2036-01-01T00:00:00.")],
        [CRON, SAY, changed(DAILY, endDateTime="2037-01-01T00:00:00")],
    ),
    Case(
        "schedule-without-runs",
        [changed(CRON, scheduleType="timeseries"), SAY, changed(DAILY, endDateTime="2036-01-01T12:00:00")],
        [
            (
                "schedule-without-runs",
                "S",
                "endDateTime",
                "the schedule makes no run: its first interval ends after it (timeseries).",
            )
        ],
        # run at its start, the interval is run
        [CRON, SAY, changed(DAILY, endDateTime="2036-01-01T12:00:00")],
    ),
    # What the guide advises
    Case(
        "missing-log-uri",
        [changed(DEFAULT, pipelineLogUri=None), SAY],
        [("missing-log-uri", "Default", "pipelineLogUri", "is missing: AWS keeps no logs without it.")],
        [DEFAULT, SAY],
    ),
    Case(
        "missing-terminate-after",
        [changed(SAY, runsOn=ref("Box")), changed(BOX, terminateAfter=None)],
        [
            (
                "missing-terminate-after",
                "Box",
                "terminateAfter",
                "is missing: if its work hangs, the machine runs, and costs, without end.",
            )
        ],
        [changed(SAY, runsOn=ref("Box")), BOX],
    ),
    Case(
        "late-action-without-timeout",
        [changed(SAY, onLateAction=ref("Alarm")), ALARM],
        [
            (
                "late-action-without-timeout",
                "Say",
                "onLateAction",
                "never runs: lateAfterTimeout is missing, which says when the object is late.",
            )
        ],
        [changed(SAY, onLateAction=ref("Alarm"), lateAfterTimeout="1 hour"), ALARM],
    ),
    Case(
        "staging-needs-directory",
        [
            changed(SAY, stage="true", output=ref("Out")),
            {"id": "Out", "type": "S3DataNode", "filePath": "s3://b/f"},
        ],
        [
            (
                "staging-needs-directory",
                "Say",
                "output",
                "'Out' has no directoryPath: nothing is uploaded to a file.",
            )
        ],
        [changed(SAY, stage="true", output=ref("Out")), OUT],
    ),
    Case(
        "staging-needs-nodes",
        [
            CLUSTER,
            {"id": "H", "type": "HiveActivity", "hiveScript": "x", "runsOn": ref("C"), "input": ref("In")},
            IN,
        ],
        [
            (
                "staging-needs-nodes",
                "H",
                "output",
                "is missing: HiveActivity needs it, unless `stage` is false.",
            )
        ],
        [
            CLUSTER,
            {"id": "H", "type": "HiveActivity", "hiveScript": "x", "runsOn": ref("C"), "stage": "false"},
        ],
    ),
    Case(
        "exists-on-dynamodb",
        [
            SAY,
            {"id": "T", "type": "DynamoDBDataNode", "tableName": "t", "precondition": ref("E")},
            {"id": "E", "type": "Exists"},
        ],
        [
            (
                "exists-on-dynamodb",
                "T",
                "precondition",
                "'E' is an Exists, which does not work on a DynamoDBDataNode.",
            )
        ],
        [
            SAY,
            {"id": "T", "type": "DynamoDBDataNode", "tableName": "t", "precondition": ref("E")},
            {"id": "E", "type": "DynamoDBTableExists", "tableName": "t"},
        ],
    ),
    Case(
        "release-and-ami",
        [changed(SAY, runsOn=ref("C")), changed(CLUSTER, amiVersion="3.9.0")],
        [
            (
                "release-and-ami",
                "C",
                "amiVersion",
                "is given together with releaseLabel; a cluster has one of them.",
            )
        ],
        [changed(SAY, runsOn=ref("C")), CLUSTER],
    ),
    # Limits of the service
    Case(
        "too-many-objects",
        [shell(f"A{number}") for number in range(100)],
        [("too-many-objects", "", "objects", "there are 101; the limit is 100.")],
        [shell(f"A{number}") for number in range(99)],
    ),
    Case(
        "too-many-fields",
        [{**SAY, **{f"myX{number}": "1" for number in range(50)}}],
        [("too-many-fields", "Say", "", "has 51 fields; the limit is 50.")],
        [{**SAY, **{f"myX{number}": "1" for number in range(49)}}],
    ),
    Case(
        "long-name",
        [shell("A" * 257)],
        [("long-name", "A" * 257, "id", "has 257 bytes; the guide gives 256.")],
        [shell("A" * 256)],
    ),
    Case(
        "too-long-name",
        [changed(SAY, name="n" * 1025)],
        [("too-long-name", "Say", "name", "has 1025 characters; the limit is 1024.")],
        [changed(SAY, name="n" * 1024)],
    ),
    Case(
        "too-long-value",
        [changed(SAY, command="é" * 5121)],
        [
            (
                "too-long-value",
                "Say",
                "command",
                "has 10242 bytes; the limit is 10240. Put a long script into a file in S3.",
            )
        ],
        [changed(SAY, command="é" * 5120)],
    ),
    Case(
        "too-large-object",
        [changed(SAY, command="x" * 10_000, scriptArgument=["y" * 5_000, "z" * 400])],
        [("too-large-object", "Say", "", "has 15441 bytes; the limit is 15360.")],
        [changed(SAY, command="x" * 10_000, scriptArgument="y" * 5_000)],
    ),
    Case(
        "too-many-parameters",
        [changed(SAY, command=" ".join(f"#{{myX{number}}}" for number in range(51)))],
        [("too-many-parameters", "", "parameters", "there are 51; the limit is 50.")],
        [changed(SAY, command=" ".join(f"#{{myX{number}}}" for number in range(50)))],
        parameters(*({"id": f"myX{number}", "default": "1"} for number in range(51))),
        parameters(*({"id": f"myX{number}", "default": "1"} for number in range(50))),
    ),
    Case(
        "too-many-steps",
        [{"id": "E", "type": "EmrActivity", "runsOn": ref("C"), "step": ["x"] * 256}, CLUSTER],
        [("too-many-steps", "E", "step", "has 256 values; the limit is 255.")],
        [{"id": "E", "type": "EmrActivity", "runsOn": ref("C"), "step": ["x"] * 255}, CLUSTER],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_what_breaks_a_rule(case: Case) -> None:
    assert found(case.wrong, case.rest) == list(case.expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_what_does_not(case: Case) -> None:
    assert found(case.right, case.right_rest) == []


def test_a_value_is_shown_as_it_was_written() -> None:
    objects = [changed(SAY, runsOn=ref("Box")), changed(BOX, region="where?.")]
    assert found(objects, {}) == [("unknown-region", "Box", "region", "'where?.' is no region's code.")]


def test_tags_are_counted() -> None:
    definition = read([SAY], {})
    for count, expected in ((10, []), (11, ["too-many-tags"])):
        tagged = replace(definition, tags={str(number): "x" for number in range(count)})
        assert [finding.rule_id for finding in validate(tagged, Options(now=NOW))] == expected


def test_every_rule_has_its_case() -> None:
    assert {case.rule for case in CASES} | {"too-many-tags"} == set(RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_convert_refuses_what_has_an_error_and_nothing_else(case: Case) -> None:
    refused = [rule for rule, *_ in case.expected if RULES[rule].refused]
    definition = read(case.wrong, case.rest)
    if refused:
        with pytest.raises(InvalidDefinitionError) as error:
            convert(definition, Options(now=NOW))
        places = {(problem.object_id, problem.text) for problem in error.value.problems}
        texts = {text for _, text in places}
        assert {text for rule, _, _, text in case.expected if RULES[rule].refused} <= texts
    else:
        convert(definition, Options(now=NOW))


def test_an_error_that_convert_lets_pass_says_why() -> None:
    kept = {rule.id for rule in RULES.values() if rule.level is Level.ERROR and not rule.refused}
    assert kept == {
        "empty-text",
        "idle-node-path",
        "missing-aws-field",
        "too-large-object",
        "too-long-name",
        "too-long-value",
        "too-many-fields",
        "too-many-parameters",
        "too-many-steps",
        "too-many-tags",
        "unscheduled-object",
    }


def test_the_checks_that_convert_leaves_out_find_nothing_that_it_refuses() -> None:
    left_out = [check for check in CHECKS if check not in REFUSING]
    for case in CASES:
        definition = read(case.wrong, case.rest)
        subject = Subject(definition, model_of(definition, Options(now=NOW)))
        assert not [finding for check in left_out for finding in check(subject) if finding.rule.refused]


def rules_of_problems() -> set[str]:
    """Return the rules that problems all over the converter name."""
    found = set()
    for path in CONVERTERS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "Problem"
                and len(node.args) > 3
            ):
                found |= {part.value for part in ast.walk(node.args[3]) if isinstance(part, ast.Constant)}
    return found


def test_every_rule_that_a_problem_names_is_there() -> None:
    named = rules_of_problems()
    assert {"duplicate-id", "dangling-reference", "circular-parent", "parameter-value"} <= named
    assert named <= set(RULES)
    assert all(RULES[rule].refused for rule in named)


def test_everything_is_said_at_once() -> None:
    objects = [
        changed(SAY, stage="yes", maximumRetries="x", comand="y", precondition=ref("P")),
        {"id": "P", "type": "S3KeyExists"},
    ]
    rules = [rule for rule, *_ in found(objects, {})]
    assert sorted(rules) == ["invalid-boolean", "invalid-integer", "missing-field", "unknown-field"]


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        # a text that names no object, in a field that takes references
        ([changed(SAY, runsOn="nobody")], ["dangling-reference"]),
        # planning finds that nothing can be done with it, and so does the check of types
        ([changed(SAY, precondition=ref("P")), {"id": "P", "type": "S3PrefixExists"}], ["unknown-type"]),
        ([changed(SAY, input=ref("N")), {"id": "N", "type": "Nothing"}], ["unknown-type"]),
        ([changed(SAY, command="#{command}")], ["expression"]),
        ([changed(SAY, myA="#{myB}", myB="#{myA}")], ["expression", "expression"]),
        ([changed(SAY, command="#{stdout}", stdout="#{command}")], ["expression", "expression"]),
        ([changed(SAY, command="#{format(x}", stdout="s3://b/#{command}")], ["expression"]),
        ([COPY, {**IN, "schedule": "Sched"}, OUT], ["dangling-reference"]),
    ],
)
def test_a_fault_is_said_once(objects: Objects, expected: list[str]) -> None:
    assert [rule for rule, *_ in found(objects, {})] == expected


def test_a_fault_in_an_inherited_field_is_said_once_where_it_is_written() -> None:
    objects = [changed(DEFAULT, maximumRetries="x"), SAY, shell("Other")]
    assert found(objects, {}) == [("invalid-integer", "Default", "maximumRetries", "'x' is no whole number.")]


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        ("#{*mySecret}", parameters({"id": "*mySecret"}, **{"*mySecret": "hunter22"})),
        ("#{myPassword}", parameters({"id": "myPassword"}, myPassword="hunter22")),
    ],
)
def test_a_secret_is_never_shown(value: str, rest: dict[str, Any]) -> None:
    texts = [text for *_, text in found([changed(SAY, maximumRetries=value, attemptTimeout=value)], rest)]
    assert len(texts) >= 2
    assert not any("hunter22" in text for text in texts)


def test_what_only_a_run_knows_is_not_judged() -> None:
    objects = [
        changed(SAY, stdout="s3://b/#{@scheduledStartTime}", stderr="#{format(@scheduledStartTime,'HH')}")
    ]
    assert found(objects, {}) == []


def test_an_optional_parameter_without_value_takes_a_field_away() -> None:
    rest = parameters({"id": "myScript", "optional": "true"})
    assert found([changed(SAY, command="#{myScript}")], rest) == [
        (
            "missing-one-of",
            "Say",
            "scriptUri",
            "is missing, and so is command: ShellCommandActivity needs one of them.",
        )
    ]


@pytest.mark.parametrize("spelled", ["Command", "comand"])
def test_what_is_missing_may_be_there_misspelt(spelled: str) -> None:
    told = [
        text
        for rule, _, _, text in found([changed(SAY, command=None, **{spelled: "x"})], {})
        if rule == "missing-one-of"
    ]
    assert told == [
        "is missing, and so is command: ShellCommandActivity needs one of them. "
        f"It has '{spelled}'; did you mean command?"
    ]


def test_the_moment_of_activation_counts() -> None:
    schedule = {"id": "S", "type": "Schedule", "period": "1 day", "startAt": "FIRST_ACTIVATION_DATE_TIME"}
    definition = read([CRON, SAY, {**schedule, "endDateTime": "2026-01-01T00:00:00"}], {})
    assert validate(definition, Options(now=NOW)) == ()
    late = Options(now=NOW, activated_at=datetime.fromisoformat("2026-06-01T00:00:00"))
    assert [finding.rule_id for finding in validate(definition, late)] == ["end-before-start"]
