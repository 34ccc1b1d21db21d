"""What may be refused is one table: each row is reached, says what is written here, and nothing else can be refused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

import datapipeline_converters
import pytest
from datapipeline_converters import refusals
from datapipeline_converters.choices import Choices
from datapipeline_converters.ledger import Grade
from datapipeline_converters.options import Options
from datapipeline_converters.refusals import Refusal

from tests.converters.planned import DATABASE, NOW, converted, ref, shell

SOURCES = Path(datapipeline_converters.__file__).parent
ROWS = {name: row for name, row in vars(refusals).items() if isinstance(row, Refusal)}
# What takes a row of the table, as its first argument, and what the names in it stand for; and where that is made.
TAKERS = {"refused", "CannotConvertError"}
MAKERS = ("ledger.py", "objects/component.py", "refusals.py")
# Where a function is called `refused` that has nothing to do with it: it tells what AWS answers.
OF_AWS = "account/"

CLUSTER = {"id": "C", "type": "EmrCluster", "releaseLabel": "emr-6.1.0"}
TABLE = {"id": "T", "type": "SqlDataNode", "table": "t", "database": ref("D"), "selectQuery": "select 1"}
CSV = {"id": "F", "type": "CSV", "column": ["id INT", "name STRING"]}
REGEX = {"id": "R", "type": "RegEx", "inputRegEx": "(a)", "outputFormat": "%1$s", "column": "x STRING"}
DYNAMODB = {"id": "N", "type": "DynamoDBDataNode", "tableName": "t"}
DAILY = {"id": "Daily", "type": "Schedule", "period": "1 day", "startDateTime": "2026-11-20T00:00:00"}


def on_cluster(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": "A", "type": kind, "runsOn": ref("C"), **fields}


def s3(object_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": object_id, "type": "S3DataNode", "directoryPath": f"s3://b/{object_id}", **fields}


def copied(source: str, target: str) -> dict[str, Any]:
    return {"id": "A", "type": "CopyActivity", "input": ref(source), "output": ref(target)}


@dataclass
class Case:
    """A definition that has something refused.

    :param said: why it is refused: the reason in the ledger, or what the task says that fails
    """

    objects: list[dict[str, Any]]
    said: str
    options: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


HIVE = on_cluster("HiveActivity", hiveScript="select * from ${input1}", input=ref("In"), output=ref("Out"))
PIG = on_cluster(
    "PigActivity", script="x = load ${input1};", stage="true", input=ref("In"), output=ref("Out")
)
IN, OUT = s3("In", dataFormat=ref("F")), s3("Out", dataFormat=ref("F"))
SCHEDULED = {"id": "Default", "scheduleType": "cron", "schedule": ref("Daily"), "workerGroup": "w"}

ALARM = {
    "id": "S",
    "type": "SnsAlarm",
    "topicArn": "arn:aws:sns:us-east-1:1:t",
    "subject": "s",
    "message": "m",
    "role": "r",
}
LATER = {"id": "P", "type": "DynamoDBTableExists", "tableName": "t", "role": "r"}
INVALID = {"allow_invalid": True}
SPARK = on_cluster("EmrActivity", step="command-runner.jar,spark-submit,s3://b/x.py")
SERVERLESS = {
    "choices": Choices({"run_on": "emr-serverless", "execution_role": "arn:aws:iam::111122223333:role/jobs"})
}

CASES = {
    # Clusters, machines and where work runs.
    "SUPPORTED_PRODUCTS": Case(
        [on_cluster("EmrActivity", step="s3://b/x.jar"), {**CLUSTER, "supportedProducts": "mapr"}],
        "products were for AMIs, which are retired",
    ),
    "CONFIGURE_HADOOP": Case(
        [
            on_cluster("EmrActivity", step="s3://b/x.jar"),
            {
                **CLUSTER,
                "bootstrapAction": "s3://elasticmapreduce/bootstrap-actions/configure-hadoop,--core-config-file,s3://b/c.xml",
            },
        ],
        "`--core-config-file, s3://b/c.xml` of configure-hadoop, which releases of EMR do not have",
    ),
    "NOTHING_INSTALLED": Case(
        [SPARK, {**CLUSTER, "bootstrapAction": "s3://b/install.sh"}],
        "jobs run on machines of the service, on which nothing of yours is installed before",
        SERVERLESS,
    ),
    "NO_SUCH_SETTINGS": Case(
        [
            SPARK,
            {**CLUSTER, "configuration": ref("Y")},
            {"id": "Y", "type": "EmrConfiguration", "classification": "yarn-site"},
        ],
        "the jobs have no settings of the classification `yarn-site`",
        SERVERLESS,
    ),
    "SETTINGS_OF_A_RUN": Case(
        [
            SPARK,
            {**CLUSTER, "configuration": ref("Y")},
            {
                "id": "Y",
                "type": "EmrConfiguration",
                "classification": "spark-#{format(@actualStartTime, 'e')}",
            },
        ],
        "only a run knows which classification it is, and EMR Serverless has few",
        SERVERLESS,
    ),
    "NO_EXECUTION_ROLE": Case(
        [SPARK, CLUSTER],
        "EMR Serverless runs jobs as a role that trusts it: convert again with its ARN as --execution-role, or as "
        "`execution_role` in a file for --overrides.",
        {"choices": Choices({"run_on": "emr-serverless"})},
    ),
    "WINDOWS_LOGIN": Case(
        [
            on_cluster("EmrActivity", step="s3://b/x.jar"),
            {**CLUSTER, "httpProxy": ref("P")},
            {"id": "P", "type": "HttpProxy", "hostname": "h", "port": "80", "windowsDomain": "D"},
        ],
        "programs on the cluster do not log in to a proxy as a user of Windows",
    ),
    "QUEUE_OF_A_RUN": Case(
        [shell("A", workerGroup="wg-#{format(@scheduledStartTime, 'e')}")],
        "a run alone knows which group it is, and a task's queue is known before: it is in the default queue",
        {"choices": Choices({"run_on": "queue"})},
    ),
    "NO_CLUSTER": Case(
        [{"id": "A", "type": "EmrActivity", "step": "s3://b/x.jar", "workerGroup": "w"}],
        "EmrActivity works on an EMR cluster, and `workerGroup` alone does not say on which: convert again with the id of one "
        "that is running, as `cluster_id` of this object in a file for --overrides.",
    ),
    "NO_SCRIPT_URI": Case(
        [
            on_cluster("HadoopActivity", jarUri="s3://b/x.jar", preActivityTaskConfig=ref("S")),
            CLUSTER,
            {"id": "S", "type": "ShellScriptConfig"},
        ],
        "ShellScriptConfig 'S' has no scriptUri, so there is nothing to run.",
    ),
    "NO_VOLUME": Case(
        [
            on_cluster("EmrActivity", step="s3://b/x.jar"),
            {**CLUSTER, "coreEbsConfiguration": ref("E")},
            {"id": "E", "type": "EbsConfiguration", "ebsBlockDeviceConfig": ref("B")},
            {"id": "B", "type": "EbsBlockDeviceConfig", "volumesPerInstance": "1"},
        ],
        "EbsBlockDeviceConfig 'B' has no volumeSpecification.",
    ),
    "NO_SIZE": Case(
        [
            on_cluster("EmrActivity", step="s3://b/x.jar"),
            {**CLUSTER, "coreEbsConfiguration": ref("E")},
            {"id": "E", "type": "EbsConfiguration", "ebsBlockDeviceConfig": ref("B")},
            {"id": "B", "type": "EbsBlockDeviceConfig", "volumeSpecification": ref("V")},
            {"id": "V", "type": "VolumeSpecification", "volumeType": "gp2"},
        ],
        "VolumeSpecification 'V' needs volumeType and sizeInGB.",
    ),
    # Activities.
    "NO_STEP": Case(
        [on_cluster("EmrActivity"), CLUSTER],
        "EmrActivity has neither a step nor a command, so there is nothing to run.",
    ),
    "ONE_NODE": Case(
        [{"id": "A", "type": "CopyActivity", "input": ref("In")}, s3("In")],
        "CopyActivity needs exactly one output; it has 0.",
    ),
    "ALL_IN_S3": Case(
        [on_cluster("HiveCopyActivity", input=ref("In"), output=ref("Out")), s3("In"), s3("Out"), CLUSTER],
        "HiveCopyActivity copies from or to DynamoDB, and both of its data nodes are in S3: use a CopyActivity.",
    ),
    "WHOLE_ITEMS": Case(
        [on_cluster("HiveCopyActivity", input=ref("N"), output=ref("Out")), DYNAMODB, OUT, CSV, CLUSTER],
        "HiveCopyActivity copies whole items: S3DataNode 'Out' needs a DynamoDBExportDataFormat.",
    ),
    "NO_TABLE_IN_HIVE": Case(
        [HIVE, s3("In"), OUT, CSV, CLUSTER],
        "S3DataNode 'In' has no data format, so it is no table in Hive: give it a data format with columns.",
    ),
    "NOT_FOR_PIG": Case(
        [{**PIG, "input": ref("T")}, TABLE, DATABASE, OUT, CSV, CLUSTER],
        "SqlDataNode 'T' is not staged for Pig: copy its rows to or from S3 with a CopyActivity, and let the script read or "
        "write that.",
    ),
    "NO_COLUMNS_FOR_PIG": Case(
        [PIG, s3("In"), OUT, CSV, CLUSTER],
        "S3DataNode 'In' has no data format, so Pig does not know its columns: give it one.",
    ),
    "NOT_WRITTEN_BY_PIG": Case(
        [
            {**PIG, "script": "store x into ${output1};"},
            IN,
            CSV,
            s3("Out", dataFormat=ref("R")),
            REGEX,
            CLUSTER,
        ],
        "Pig cannot write the data format of S3DataNode 'Out'.",
    ),
    # Preconditions.
    "EXISTS_OF_DYNAMODB": Case(
        [
            on_cluster("HiveActivity", hiveScript="x", stage="false", input=ref("N")),
            {**DYNAMODB, "precondition": ref("E")},
            {"id": "E", "type": "Exists"},
            CLUSTER,
        ],
        "Exists does not work on a DynamoDBDataNode: use DynamoDBTableExists or DynamoDBDataExists.",
    ),
    "EXISTS_OF_NO_DATA": Case(
        [shell("A", precondition=ref("E")), {"id": "E", "type": "Exists"}],
        "Exists looks for the data node that it is attached to, and 'A' is of type ShellCommandActivity: attach it to a data "
        "node, or use S3KeyExists or ShellCommandPrecondition.",
    ),
    # Data, its formats and databases.
    "ONLY_READ": Case(
        [copied("T", "Out"), TABLE, DATABASE, s3("Out", dataFormat=ref("R")), REGEX],
        "'R' can only be read, so 'Out' cannot be written in it.",
    ),
    "NO_HEADER": Case(
        [copied("T", "Out"), TABLE, DATABASE, s3("Out")],
        "S3DataNode 'Out': `parquet` has no header; choose one of the two.",
        {"choices": Choices({"file_format": "parquet", "header": True})},
    ),
    "ONE_CHARACTER": Case(
        [copied("In", "Out"), IN, s3("Out"), {**CSV, "type": "Custom", "columnSeparator": "::"}],
        "Custom 'F': columnSeparator is '::'; it has to be one character.",
    ),
    "DIFFERENT_CHARACTERS": Case(
        [copied("In", "Out"), IN, s3("Out"), {**CSV, "escapeChar": ","}],
        "CSV 'F': comma, line feed, escapeChar have to be different characters.",
    ),
    "NO_LINES": Case(
        [HIVE, IN, OUT, {**CSV, "type": "TSV", "recordSeparator": ";"}, CLUSTER],
        "TSV 'F': recordSeparator is ';', and Hive and Pig read records that end with a line feed.",
    ),
    "COLUMNS_OF_A_RUN": Case(
        [HIVE, IN, OUT, {**CSV, "column": "#{myColumns}"}, CLUSTER],
        "CSV 'F': its columns are not known before a run: give the parameters that they are made of with --set.",
        rest={"parameters": [{"id": "myColumns"}]},
    ),
    "COLUMN_TWICE": Case(
        [HIVE, IN, OUT, {**CSV, "column": ["id INT", "ID STRING"]}, CLUSTER],
        "CSV 'F': two of its columns are called 'id'.",
    ),
    "NO_PYTHON_PATTERN": Case(
        [copied("In", "Out"), s3("In", dataFormat=ref("R")), s3("Out"), {**REGEX, "inputRegEx": "(a"}],
        "RegEx 'R': Python does not read its inputRegEx: missing ), unterminated subpattern at position 0. Write it as Python "
        "has it.",
    ),
    "NO_GROUP": Case(
        [copied("In", "Out"), s3("In", dataFormat=ref("R")), s3("Out"), {**REGEX, "inputRegEx": "a"}],
        "RegEx 'R': its inputRegEx has no group, so there are no columns.",
    ),
    "NO_DATABASE": Case(
        [copied("T", "Out"), {"id": "T", "type": "SqlDataNode", "table": "t", "selectQuery": "x"}, s3("Out")],
        "SqlDataNode 'T' names no database and no connectionString.",
    ),
    "PASSWORD_BEFORE_RUNS": Case(
        [HIVE, IN, OUT, {**CSV, "column": "id INT --password=abc123def"}, CLUSTER],
        "CSV 'F': `column` has a password in it, which would stand in the DAG file.",
    ),
    # Actions.
    "NO_ALARM": Case(
        [shell("A", onFail=ref("D")), DATABASE],
        "JdbcDatabase 'D' is not supported as a notification.",
        INVALID,
    ),
    "LATE_ELSEWHERE": Case(
        [
            shell("A", output=ref("Out")),
            shell("B", output=ref("Out"), schedule=ref("Weekly")),
            {**s3("Out"), "lateAfterTimeout": "1 hour", "onLateAction": ref("S")},
            ALARM,
            DAILY,
            {**DAILY, "id": "Weekly", "period": "1 week"},
            SCHEDULED,
        ],
        "what the data node waits for is in several DAGs: its lateness is not watched",
    ),
    # Schedules.
    "NOT_ACTIVATED": Case(
        [
            shell("A"),
            SCHEDULED,
            {"id": "Daily", "type": "Schedule", "period": "1 day", "startAt": "FIRST_ACTIVATION_DATE_TIME"},
        ],
        "give the moment of the first activation with --activated-at; until then the DAG has no schedule",
    ),
    "RUNS_TO_MAKE_UP_FOR": Case(
        [shell("A"), SCHEDULED, {**DAILY, "startDateTime": "2020-01-01T00:00:00"}],
        "2,517 runs since 2020-01-01T00:00:00 would be made up for. Give --backfill to have them, --start WHEN for the first "
        "interval to run, or --no-catchup to run the latest alone; until then the DAG has no schedule",
    ),
    "UNKNOWN_RUNS": Case(
        [
            shell("B", dependsOn=ref("A")),
            shell("A", schedule=ref("Weekly")),
            DAILY,
            {"id": "Weekly", "type": "Schedule", "period": "1 week", "startAt": "FIRST_ACTIVATION_DATE_TIME"},
            SCHEDULED,
        ],
        "which runs of the DAG `x_Weekly` it waits for is unknown, for `x_Weekly` has no schedule: convert again with the "
        "option that the report names, or join the two DAGs by hand",
        {"backfill": True},
    ),
    # Texts, parameters and what nobody knows.
    "UNKNOWN_NAME": Case(
        [shell("A", command="echo #{node.name}")],
        "`#{node.name}` is left as it was: `node` means the object that refers to this one, and none does",
    ),
    "UNSAYABLE_MESSAGE": Case(
        [
            shell("A", onFail=ref("S")),
            {**ALARM, "message": "#{node.@nextRunTime}"},
        ],
        "left as it was: Airflow has nothing that corresponds to the runtime field @nextRunTime: the DAG has no schedule",
    ),
    "UNSAYABLE": Case(
        [shell("A", command="#{@nextRunTime}")],
        "Airflow has nothing that corresponds to the runtime field @nextRunTime: the DAG has no schedule.",
    ),
    "NO_VALUE": Case(
        [shell("A", maximumRetries="#{myTries}")],
        "parameter `myTries` has no value: give it with --set myTries=…",
        rest={"parameters": [{"id": "myTries", "type": "Integer"}]},
    ),
    "NO_SUCH_FIELD": Case(
        [shell("A", comand="x")], "ShellCommandActivity has no such field, as far as we know"
    ),
    "NO_SUCH_ATTRIBUTE": Case(
        [shell("A", command="#{myX}")],
        "a parameter has no attribute 'hint', as far as we know",
        rest={"parameters": [{"id": "myX", "hint": "h", "default": "x"}]},
    ),
    "NO_SUCH_TYPE": Case(
        [{"id": "A", "type": "SparkActivity", "command": "x"}],
        "'SparkActivity' is no type of Data Pipeline that we know.",
        INVALID,
    ),
    "NO_SUCH_OBJECT": Case([shell("A", onFail=ref("Nobody"))], "There is no object 'Nobody'.", INVALID),
    "NO_SUCH_USE": Case(
        [
            copied("In", "Out"),
            s3("In", dataFormat=ref("X")),
            s3("Out"),
            {"id": "X", "type": "DynamoDBExportDataFormat"},
        ],
        "DynamoDBExportDataFormat 'X' is not supported as a data format.",
    ),
    "FAULTY": Case(
        [shell("A", attemptTimeout="soon")],
        "object 'A' field 'attemptTimeout': 'soon' is no period. A period is a positive whole number and a unit (minute, hour, day, "
        "week, month, year), for example '15 minutes' or '1 day'.",
        INVALID,
    ),
    # Of which nothing is made yet.
    "NOT_YET": Case(
        [shell("A", precondition=ref("P")), LATER],
        "not converted yet: the task that needs it fails and says so",
    ),
    "NOT_YET_AT_ALL": Case(
        [shell("A", precondition=ref("P")), LATER], "DynamoDBTableExists is not supported yet."
    ),
    # What belongs to a task that fails.
    "OF_A_FAILURE": Case(
        [on_cluster("EmrActivity"), CLUSTER],
        "its task fails: EmrActivity has neither a step nor a command, so there is nothing to run.",
    ),
    "FOR_A_FAILURE": Case([on_cluster("EmrActivity"), CLUSTER], "only `A` would use it, and its task fails"),
}


def said(case: Case) -> set[str]:
    """Return what is refused when a definition is converted."""
    found = converted(
        *case.objects, options=Options(**{"now": NOW, "name": "x", **case.options}), **case.rest
    )
    lost = {line.verdict.reason for line in found.lines if line.verdict.grade is Grade.REFUSED}
    operators = [task.operator.arguments for dag in found.plan.dags for task in dag.tasks]
    return lost | {str(each["reason"]) for each in operators if "object_type" in each}


@pytest.mark.parametrize("name", CASES)
def test_a_row_is_reached_and_says_so(name: str) -> None:
    reasons = {reason for joined in said(CASES[name]) for reason in (joined, *joined.split("; "))}
    assert CASES[name].said in reasons
    assert pattern(ROWS[name].reason).fullmatch(CASES[name].said)


def pattern(reason: str) -> re.Pattern[str]:
    """Return what all texts look like that a row may come to."""
    parts = Formatter().parse(reason)
    return re.compile("".join(re.escape(text) + ("(?s:.+)" if name else "") for text, name, _, _ in parts))


def test_every_row_is_tried() -> None:
    assert CASES.keys() == ROWS.keys()


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call in the converters, with its place."""
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and not str(path.relative_to(SOURCES)).startswith(OF_AWS):
                yield f"{path.relative_to(SOURCES)}:{node.lineno}", node


def taken() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Yield every call that says why something is refused: its place, the call and what should be a row."""
    for place, call in calls():
        if isinstance(call.func, ast.Name) and call.func.id in TAKERS:
            yield place, call, call.args[0]
        elif (
            isinstance(call.func, ast.Attribute) and call.func.attr == "why" and not place.startswith(MAKERS)
        ):
            yield place, call, call.func.value


def test_nothing_is_refused_that_is_no_row() -> None:
    rows = {f"refusals.{name}" for name in ROWS}
    assert [place for place, _, row in taken() if ast.unparse(row) not in rows] == []
    assert {ast.unparse(row) for _, _, row in taken()} == rows


def test_a_row_gets_the_facts_that_it_needs() -> None:
    for place, call, row in taken():
        found = ROWS[ast.unparse(row).removeprefix("refusals.")]
        texts = (found.reason, getattr(found, "advice", ""))
        needed = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
        assert {keyword.arg for keyword in call.keywords} == needed, place


def test_rows_are_made_in_the_table_and_verdicts_of_rows() -> None:
    made = [
        place.partition(":")[0]
        for place, call in calls()
        if ast.unparse(call.func) in {"Loss", "FailingTask", "Refusal"}
        or ast.unparse(call).startswith("Verdict(Grade.REFUSED")
    ]
    assert set(made) == {"refusals.py", "ledger.py"}
    assert made.count("ledger.py") == 1
