"""HiveActivity: the script it makes of its fields, and real runs on Spark's reading of Hive's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.java_regex import JavaRegEx
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.dynamo_db_data_node import DynamoDBDataNode
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.emr.staged import StagingError
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators._emr_steps import StepFailedError
from datapipeline_provider.operators._script_steps import ScriptChoiceError
from datapipeline_provider.operators.hive_activity import HiveActivityOperator

from tests.provider.operators.emr_runs import Tries
from tests.provider.operators.staged_scripts import ask

if TYPE_CHECKING:
    from tests.provider.operators.conftest import Tables
    from tests.servers.emr import Emr

IN = S3DataNode(directory_path="s3://etl/in", data_format=TSV(columns=("id INT", "v STRING")))
OUT = S3DataNode(file_path="s3://etl/out.csv", data_format=TSV(columns=("v STRING",)))
ROWS = r"ROW FORMAT DELIMITED FIELDS TERMINATED BY '\u0009' ESCAPED BY '\u005C' LINES TERMINATED BY '\u000A'"
BEFORE = f"""\
DROP TABLE IF EXISTS `input1_{{digest}}`;
CREATE EXTERNAL TABLE `input1_{{digest}}` (`id` INT, `v` STRING)
{ROWS}
STORED AS TEXTFILE
LOCATION 's3://etl/in/';
DROP TABLE IF EXISTS `output1_{{digest}}`;
CREATE EXTERNAL TABLE `output1_{{digest}}` (`v` STRING)
{ROWS}
STORED AS TEXTFILE
LOCATION 's3://etl/out.csv/';

"""
AFTER = "\n;\n\nDROP TABLE IF EXISTS `input1_{digest}`;\nDROP TABLE IF EXISTS `output1_{digest}`;\n"


@pytest.fixture
def buckets(emr: Emr) -> Emr:
    for name in ("logs", "etl", "keep"):
        emr.aws.client("s3").create_bucket(Bucket=name)
    return emr


def put(emr: Emr, key: str, text: str) -> None:
    emr.aws.client("s3").put_object(Bucket="etl", Key=key, Body=text.encode())


def keys(emr: Emr, bucket: str = "etl", prefix: str = "") -> list[str]:
    found = emr.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [each["Key"] for each in found]


def written(emr: Emr, prefix: str) -> list[str]:
    """Give the sorted lines of the files below a prefix; what begins with a line or dot is none of the data."""
    s3, found = emr.aws.client("s3"), b""
    for key in keys(emr, prefix=prefix):
        if not key.endswith("/") and key.rpartition("/")[2][0] not in "_.":
            found += s3.get_object(Bucket="etl", Key=key)["Body"].read()
    return sorted(found.decode().splitlines())


def test_a_script_without_data_nodes_is_stored_as_it_is(buckets: Emr) -> None:
    text = "SELECT '${input1}', '${hivevar:x}; \"' FROM t -- it's\n;; \\n"
    asked = ask(buckets, HiveActivityOperator, hive_script=text)
    assert asked.program == ["hive-script", "--run-hive-script", "--args", "-f"]
    assert asked.script == text
    assert asked.uri == "s3://logs/emr/j-1/datapipeline/work-{digest}/1/script.q"
    assert asked.arguments == []


def test_data_nodes_are_tables_and_nothing_else_changes(buckets: Emr) -> None:
    text = "INSERT OVERWRITE TABLE ${output1}\nSELECT v FROM ${input1} WHERE v <> '${input2} ${x};' -- end"
    asked = ask(buckets, HiveActivityOperator, hive_script=text, input=[IN], output=[OUT])
    own = text.replace("${output1}", "output1_{digest}").replace("${input1}", "input1_{digest}")
    assert asked.script == BEFORE + own + AFTER


def test_what_the_script_does_not_name_is_no_table(buckets: Emr) -> None:
    nothing = S3DataNode(directory_path="s3://etl/nothing")  # without columns
    text = "SELECT * FROM ${input2}"
    asked = ask(buckets, HiveActivityOperator, hive_script=text, input=[nothing, IN, None], output=[nothing])
    assert "input1" not in asked.script
    assert "output1" not in asked.script
    assert "LOCATION 's3://etl/in/'" in asked.script


@pytest.mark.parametrize("node", [None, S3DataNode(directory_path="s3://etl/in")])
def test_what_the_script_names_has_to_be_a_table(buckets: Emr, node: Any) -> None:
    with pytest.raises(StagingError, match="input1"):
        ask(buckets, HiveActivityOperator, hive_script="SELECT * FROM ${input1}", input=[node])


def test_a_script_in_s3_runs_where_it_is_unless_something_is_added(buckets: Emr) -> None:
    put(buckets, "a.q", "SELECT 1")
    put(buckets, "b.q", "SELECT v FROM ${input1}; INSERT OVERWRITE TABLE ${output1} SELECT 1")
    nodes = {"input": [IN], "output": [OUT]}
    asked = ask(buckets, HiveActivityOperator, script_uri="s3://etl/a.q", **nodes)
    assert asked.uri == "s3://etl/a.q"
    asked = ask(buckets, HiveActivityOperator, script_uri="s3://etl/b.q", **nodes)
    own = "SELECT v FROM input1_{digest}; INSERT OVERWRITE TABLE output1_{digest} SELECT 1"
    assert asked.script == BEFORE + own + AFTER
    # Without data nodes, names are the script's own.
    assert ask(buckets, HiveActivityOperator, script_uri="s3://etl/b.q").uri == "s3://etl/b.q"


def test_generated_scripts_are_kept_where_the_user_wants_them(buckets: Emr) -> None:
    put(buckets, "a.q", "SELECT 1")
    path = "s3://keep/scripts"
    asked = ask(buckets, HiveActivityOperator, script_uri="s3://etl/a.q", generated_scripts_path=path)
    assert asked.uri == "s3://keep/scripts/j-1/datapipeline/work-{digest}/1/script.q"
    assert asked.script == "SELECT 1"


VARIABLES: list[tuple[list[Any], list[str]]] = [
    (["A=1", "B=x y"], ["-d", "A=1", "-d", "B=x y"]),
    (['A=it\'s; "so"=${hivevar:x}'], ["-d", 'A=it\'s; "so"=${hivevar:x}']),
    (["A=", "input1=mine", "A=b=c"], ["-d", "A=", "-d", "input1=mine", "-d", "A=b=c"]),
    ([["A=1", None, ["B=2"]], "", " "], ["-d", "A=1", "-d", "B=2"]),
    (["T=${input1}", "U=${input2}"], ["-d", "T=input1_{digest}", "-d", "U=${input2}"]),
]


@pytest.mark.parametrize(("variables", "arguments"), VARIABLES)
def test_variables(buckets: Emr, variables: list[Any], arguments: list[str]) -> None:
    fields = {"hive_script": "SELECT 1", "input": [IN], "script_variables": variables}
    assert ask(buckets, HiveActivityOperator, **fields).arguments == arguments


def test_the_queue_is_set_for_both_engines(buckets: Emr) -> None:
    fields = {"hive_script": "SELECT 1", "hadoop_queue": "nightly", "script_variables": ["A=1"]}
    queue = ["--hiveconf", "mapreduce.job.queuename=nightly", "--hiveconf", "tez.queue.name=nightly"]
    assert ask(buckets, HiveActivityOperator, **fields).arguments == [*queue, "-d", "A=1"]


@pytest.mark.parametrize(
    ("fields", "found"),
    [({}, "none is given"), ({"hive_script": "a", "script_uri": "s3://b/c"}, "both are given")],
)
def test_exactly_one_script(fields: dict[str, Any], found: str) -> None:
    with pytest.raises(ScriptChoiceError, match=f"exactly one of hive_script and script_uri .*{found}"):
        HiveActivityOperator(task_id="h", cluster="create", **fields)


def test_tables_of_dynamo_db_as_a_request_there_is_no_such_engine_here(buckets: Emr) -> None:
    from datapipeline_provider.data_formats.dynamo_db import DynamoDBDataFormat

    data_format = DynamoDBDataFormat(("hash STRING", "range STRING"))
    nodes = {
        side: [DynamoDBDataNode("{{ ti.run_id }} " + side, data_format=data_format)]
        for side in ("input", "output")
    }
    text = "insert overwrite table ${output1} select * from ${input1} ;"
    asked = ask(buckets, HiveActivityOperator, hive_script=text, **nodes)
    assert "'dynamodb.table.name' = 'run 1 input'" in asked.script
    assert "'dynamodb.table.name' = 'run 1 output'" in asked.script
    assert "insert overwrite table output1_{digest} select * from input1_{digest} ;" in asked.script


CSV_FILE = '1,"ann, b"\n2,bob\n'
TSV_FILE = "x\\\ty\t7\nz\t\\N\n"
SCRIPT = """\
SET x.y=1;
INSERT OVERWRITE TABLE ${output1}
SELECT 'csv', who FROM ${input1}
UNION ALL SELECT 'tsv', CONCAT(v, '|', COALESCE(n + 1, 'none')) FROM ${input2}
UNION ALL SELECT 'custom', a.p FROM ${input3} a
UNION ALL SELECT method, path FROM ${input4}
UNION ALL SELECT 'sql', CONCAT(id, ':', COALESCE(v, 'NULL')) FROM ${input5}
UNION ALL SELECT 'variables', "${WHO} ${hivevar:WHO}"
UNION ALL SELECT 'null', NULL;
INSERT OVERWRITE TABLE ${output2} SELECT id, v FROM ${input5} -- no semicolon at the end"""
VALUES = ["plain", None, "tab\there", "back\\slash", "\\n", "", "it's; ü", "\\N"]


@pytest.mark.long
def test_hive_reads_and_writes_files_and_databases(engines: Emr, orders: Tables, shop: Tables) -> None:
    s3 = engines.aws.client("s3")
    for name in ("logs", "etl"):
        s3.create_bucket(Bucket=name)
    put(engines, "csv/a.csv", CSV_FILE)
    put(engines, "tsv/a.tsv", TSV_FILE)
    put(engines, "custom/p.txt", "p;q\n")
    put(engines, "custom/not-read.txt", "r;s\n")
    put(engines, "logs/a", 'GET /a;b "x"\nPUT /c "y"\n')
    orders.fill("source", VALUES)
    shop.run("create table target (id int, v text)")
    nodes = {
        "input": [
            S3DataNode(directory_path="s3://etl/csv", data_format=CSV(columns=("id INT", "who STRING"))),
            S3DataNode(directory_path="s3n://etl/tsv/", data_format=TSV(columns=("v STRING", "n INT"))),
            S3DataNode(
                file_path="s3://etl/custom/p.txt",
                data_format=TSV(column_separator=";", columns=("p STRING", "q STRING")),
            ),
            S3DataNode(
                directory_path="s3://etl/logs",
                data_format=JavaRegEx(r'(\S+) (\S+) "(.*)"', columns=("method STRING", "path STRING", "r STRING")),
            ),
            SqlDataNode("orders", select_query="select id, v from source order by id"),
        ],
        "output": [
            S3DataNode(directory_path="s3://etl/out", data_format=TSV(columns=("kind STRING", "v STRING"))),
            SqlDataNode("shop", "target", insert_query="insert into target (id, v) values (?, ?)"),
        ],
    }  # fmt: skip
    tries = Tries()
    tries.run(tries.create(applications=["Hive"]))
    fields = {"cluster": "create", "poke_interval": 0.5, "script_variables": ["WHO=a;b'c=d"], **nodes}
    tries.run(tries.task(HiveActivityOperator, "good", hive_script=SCRIPT, **fields))
    assert written(engines, "out/") == sorted(
        [
            "csv\tann, b",
            "csv\tbob",
            "tsv\tx\\\ty|8",
            "tsv\tz|none",
            "custom\tp",
            "GET\t/a;b",
            "PUT\t/c",
            "sql\t0:plain",
            "sql\t1:NULL",
            "sql\t2:tab\\\there",
            "sql\t3:back\\\\slash",
            "sql\t4:\\\\n",
            "sql\t5:",
            "sql\t6:it's; ü",
            "sql\t7:\\\\N",
            "variables\ta;b'c=d a;b'c=d",
            "null\t\\N",
        ]
    )
    assert shop.column("target") == VALUES
    scratch = [key for key in keys(engines, "logs") if "/datapipeline/" in key]
    assert [key.rpartition("/")[2] for key in scratch] == ["script.q"]

    wrong = SCRIPT.replace("SELECT id, v FROM", "SELECT id, no_such_column FROM")
    put(engines, "wrong.q", wrong)
    shop.run("delete from target")
    twin = tries.task(HiveActivityOperator, "bad", script_uri="s3://etl/wrong.q", log_wait=5.0, **fields)
    with pytest.raises(StepFailedError, match="script"):
        tries.run(twin)
    assert shop.column("target") == []
    scratch = [key for key in keys(engines, "logs") if "/datapipeline/bad-" in key]
    assert [key.rpartition("/")[2] for key in scratch] == ["script.q"]


def test_an_input_that_is_not_there_fails_before_the_cluster_works(buckets: Emr) -> None:
    tries = Tries()
    tries.run(tries.create(applications=["Hive"]))
    node = S3DataNode(file_path="s3://etl/none.csv", data_format=CSV(columns=("a STRING",)))
    fields = {"cluster": "create", "hive_script": "SELECT * FROM ${input1}", "input": [node]}
    with pytest.raises(DatapipelineError, match=r"There is nothing at s3://etl/none\.csv"):
        tries.run(tries.task(HiveActivityOperator, "h", **fields))
    assert buckets.steps(next(iter(buckets.states()))) == {}
