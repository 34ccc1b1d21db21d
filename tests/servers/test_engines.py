from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers import engines as engines_module
from tests.servers.test_emr import add, described, launch, step

if TYPE_CHECKING:
    from tests.servers.emr import Emr

pytestmark = pytest.mark.long

ORDERS = b"1,ann,5\n2,bob,7\n3,ann,11\n"

SUMS = b"""\
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.appName("sums").getOrCreate()
orders = spark.read.csv(sys.argv[1], schema="id int, who string, amount int")
orders.groupBy("who").sum("amount").orderBy("who").coalesce(1).write.mode("overwrite").csv(sys.argv[2])
"""
HIVE = b"""\
CREATE EXTERNAL TABLE orders (id INT, who STRING, amount INT)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION '${in}';
CREATE EXTERNAL TABLE sums (who STRING, amount BIGINT)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION '${hivevar:out}';
INSERT OVERWRITE TABLE sums SELECT /*+ COALESCE(1) */ who, SUM(amount) FROM orders GROUP BY who;
"""
# The table is there still: a cluster has one metastore.
WRONG_HIVE = b"INSERT INTO sums SELECT no_such_column, amount FROM orders;"


@pytest.fixture
def cluster(engines: Emr) -> str:
    """A cluster with Hive and Spark; `s3://etl/` has orders and programs."""
    s3 = engines.aws.client("s3")
    s3.create_bucket(Bucket="etl")
    for key, body in {
        "orders/a.csv": ORDERS,
        "sums.py": SUMS,
        "sums.q": HIVE,
        "wrong.q": WRONG_HIVE,
        "words/a.txt": b"to be or not to be\n",
    }.items():
        s3.put_object(Bucket="etl", Key=key, Body=body)
    configurations = [
        {"Classification": "spark-defaults", "Properties": {"spark.app.color": "blue"}},
        {"Classification": "core-site", "Properties": {"our.own.setting": "7"}},
        {
            "Classification": "hadoop-env",
            "Properties": {},
            "Configurations": [{"Classification": "export", "Properties": {"OUR_VARIABLE": "set"}}],
        },
    ]
    applications = [{"Name": "Hive"}, {"Name": "Spark"}]
    return launch(engines, Applications=applications, Configurations=configurations)


def do(emr: Emr, cluster: str, *steps: dict[str, Any]) -> list[str]:
    """Run steps, and give their states."""
    return [emr.wait_step(cluster, each, seconds=300) for each in add(emr, cluster, *steps)]


def written(emr: Emr, prefix: str) -> bytes:
    """Read what is under a prefix, markers of success left out."""
    s3 = emr.aws.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="etl", Prefix=prefix).get("Contents", [])]
    parts = [each for each in keys if not each.rpartition("/")[2].startswith(("_", ".")) and each[-1] != "/"]
    return b"".join(s3.get_object(Bucket="etl", Key=each)["Body"].read() for each in parts)


def test_spark_reads_and_writes_s3(engines: Emr, cluster: str) -> None:
    submit = ["spark-submit", "--master", "yarn", "--deploy-mode=cluster", "--executor-memory", "2g"]
    sums = [*submit, "s3://etl/sums.py", "s3://etl/orders/", "s3://etl/by-spark/"]
    missing = [*submit, "s3://etl/sums.py", "s3://etl/none/", "s3://etl/by-twin/"]
    steps = [step("command-runner.jar", *each) for each in (sums, missing)]
    assert do(engines, cluster, *steps) == ["COMPLETED", "FAILED"]
    assert written(engines, "by-spark/") == b"ann,16\nbob,7\n"
    assert written(engines, "by-twin/") == b""


def test_hive_reads_and_writes_s3(engines: Emr, cluster: str) -> None:
    hive = ["hive-script", "--run-hive-script", "--args", "-f"]
    variables = ["-d", "in=s3://etl/orders/", "-d", "out=s3://etl/by-hive/"]
    good = step("command-runner.jar", *hive, "s3://etl/sums.q", *variables)
    wrong = step("command-runner.jar", *hive, "s3://etl/wrong.q")
    (good_id, wrong_id) = add(engines, cluster, good, wrong)
    states = [engines.wait_step(cluster, each, seconds=300) for each in (good_id, wrong_id)]
    assert states == ["COMPLETED", "FAILED"]
    assert sorted(written(engines, "by-hive/").splitlines()) == [b"ann,16", b"bob,7"]
    assert "no_such_column" in engines.log(cluster, f"steps/{wrong_id}/stderr")


def test_mapreduce_reads_and_writes_s3(engines: Emr, cluster: str) -> None:
    jar = engines_module.jar("word-count").read_bytes()
    engines.aws.client("s3").put_object(Bucket="etl", Key="word-count.jar", Body=jar)
    good = step("s3://etl/word-count.jar", "s3n://etl/words/", "s3://etl/counts/")
    missing = step("s3://etl/word-count.jar", "s3://etl/none/", "s3://etl/counts-2/")
    ids = add(engines, cluster, good, missing)
    states = [engines.wait_step(cluster, each, seconds=300) for each in ids]
    assert states == ["COMPLETED", "FAILED"]
    assert written(engines, "counts/") == b"be\t2\nnot\t1\nor\t1\nto\t2\n"
    assert written(engines, "counts-2/") == b""
    assert "Input path does not exist" in engines.log(cluster, f"steps/{ids[1]}/stderr")


SPLITTER = b"""\
#!/usr/bin/env python3
import sys
for line in sys.stdin:
    for word in line.split():
        print(f"LongValueSum:{word}\\t1")
"""
STREAMING = "/home/hadoop/contrib/streaming/hadoop-streaming.jar"


def test_programs_map_and_reduce_lines(engines: Emr, cluster: str) -> None:
    engines.aws.client("s3").put_object(Bucket="etl", Key="split.py", Body=SPLITTER)
    ends = ["-input", "s3n://etl/words/", "-output"]
    split = ["-mapper", "s3n://etl/split.py"]
    counted = step(STREAMING, *ends, "s3://etl/a/", *split, "-reducer", "aggregate")
    sorted_ = step("command-runner.jar", "hadoop-streaming", *ends, "s3://etl/b/", "-mapper", "tr ' ' x")
    # It reads all that it is given before it fails: one that does not breaks the pipe, and the log may say that instead.
    wrong = step(STREAMING, *ends, "s3://etl/c/", *split, "-reducer", "grep nothing-like-it")
    ids = add(engines, cluster, counted, sorted_, wrong)
    states = [engines.wait_step(cluster, each, seconds=300) for each in ids]
    assert states == ["COMPLETED", "COMPLETED", "FAILED"]
    assert written(engines, "a/") == b"be\t2\nnot\t1\nor\t1\nto\t2\n"
    assert written(engines, "b/") == b"toxbexorxnotxtoxbe\t\n"
    assert "subprocess failed with code 1" in engines.log(cluster, f"steps/{ids[2]}/stderr")


ITEMS: list[dict[str, Any]] = [
    {
        "Id": {"N": "101"},
        "Title": {"S": "Caf\u00e9 <&'"},
        "Tags": {"SS": ["a", "b"]},
        "InStock": {"BOOL": True},
    },
    {
        "Id": {"N": "102"},
        "Cover": {"B": b"hello"},
        "Gone": {"NULL": True},
        "Dims": {"M": {"w": {"N": "8.5"}}},
    },
    {"Id": {"N": "103"}, "Notes": {"L": [{"S": "x"}, {"N": "1"}]}, "Sizes": {"NS": ["1", "2.5"]}},
]
LINES = [
    '{"Id":{"n":"101"},"Title":{"s":"Caf\u00e9 <&\'"},"Tags":{"sS":["a","b"]},"InStock":{"bOOL":true}}',
    '{"Id":{"n":"102"},"Cover":{"b":"aGVsbG8="},"Gone":{"nULLValue":true},"Dims":{"m":{"w":{"n":"8.5"}}}}',
    '{"Id":{"n":"103"},"Notes":{"l":[{"s":"x"},{"n":"1"}]},"Sizes":{"nS":["1","2.5"]}}',
]
TOOLS = "s3://dynamodb-emr-us-east-1/emr-ddb-storage-handler/2.1.0/emr-ddb-2.1.0.jar"
NEWER = "s3://dynamodb-dpl-us-east-1/emr-ddb-storage-handler/4.14.0/emr-dynamodb-tools-4.14.0.jar"
CLASS = "org.apache.hadoop.dynamodb.tools."


def by_id(lines: list[str]) -> dict[str, Any]:
    """Read lines of items, in whatever order they and their attributes are."""
    return {item["Id"]["n"]: item for item in map(json.loads, lines)}


def table(emr: Emr, name: str) -> None:
    """Make a table of DynamoDB's with the key `Id`."""
    emr.aws.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )


def test_tables_of_dynamodb_go_to_s3_and_back(engines: Emr, cluster: str) -> None:
    table(engines, "books")
    table(engines, "copy")
    dynamodb = engines.aws.client("dynamodb")
    for item in ITEMS:
        dynamodb.put_item(TableName="books", Item=item)
    out = step(TOOLS, f"{CLASS}DynamoDbExport", "s3://etl/out", "books", "0.25")
    again = step(TOOLS, f"{CLASS}DynamoDbExport", "s3://etl/out", "books", "0.25")
    back = step(NEWER, f"{CLASS}DynamoDBImport", "s3://etl/out", "copy", "0.25")
    missing = step(NEWER, f"{CLASS}DynamoDBImport", "s3://etl/out", "none", "0.25")
    ids = add(engines, cluster, out, again, back, missing)
    states = [engines.wait_step(cluster, each, seconds=300) for each in ids]
    assert states == ["COMPLETED", "FAILED", "COMPLETED", "FAILED"]
    s3 = engines.aws.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="etl", Prefix="out/")["Contents"]]
    (data,) = (each for each in keys if each not in ("out/manifest", "out/_SUCCESS"))
    text = s3.get_object(Bucket="etl", Key=data)["Body"].read().decode()
    assert "Caf\u00e9 <&'" in text  # as it is written, and without blanks
    assert '": ' not in text
    assert by_id(text.splitlines()) == by_id(LINES)
    assert s3.get_object(Bucket="etl", Key="out/manifest")["Body"].read().decode() == (
        '{"name":"DynamoDB-export","version":3,\n"entries": [\n'
        f'{{"url":"s3://etl/{data}","mandatory":true}}\n]}}'
    )
    copied = {item["Id"]["N"]: item for item in dynamodb.scan(TableName="copy")["Items"]}
    assert copied == {item["Id"]["N"]: item for item in ITEMS}
    assert "already exists" in engines.log(cluster, f"steps/{ids[1]}/stderr")
    assert "ResourceNotFoundException" in engines.log(cluster, f"steps/{ids[3]}/stderr")


def test_hadoops_file_commands_reach_s3(engines: Emr, cluster: str) -> None:
    copy = step("command-runner.jar", "hadoop", "fs", "-cp", "s3://etl/orders/a.csv", "s3://etl/copy.csv")
    missing = step("command-runner.jar", "hdfs", "dfs", "-cat", "s3://etl/none.csv")
    unknown = step("command-runner.jar", "hadoop", "distcp", "s3://etl/orders", "s3://etl/elsewhere")
    ids = add(engines, cluster, copy, missing, unknown)
    states = [engines.wait_step(cluster, each, seconds=300) for each in ids]
    assert states == ["COMPLETED", "FAILED", "FAILED"]
    assert written(engines, "copy.csv") == ORDERS
    assert "No such file or directory" in described(engines, cluster, ids[1])["FailureDetails"]["Message"]
    assert "distcp: not to be had here" in described(engines, cluster, ids[2])["FailureDetails"]["Message"]


def test_a_clusters_configuration_reaches_the_engines(engines: Emr, cluster: str) -> None:
    tell = "hadoop fs -D x=y -ls / > /dev/null && echo $OUR_VARIABLE"
    (step_id,) = add(engines, cluster, step("command-runner.jar", "bash", "-c", tell))
    assert engines.wait_step(cluster, step_id, seconds=300) == "COMPLETED"
    assert engines.log(cluster, f"steps/{step_id}/stdout") == "set\n"
    conf = engines.folder / cluster / "conf"
    assert "<name>our.own.setting</name><value>7</value>" in (conf / "core-site.xml").read_text()
    assert "spark.app.color blue" in (conf / "spark-defaults.conf").read_text()
    assert "<value>local</value>" in (conf / "mapred-site.xml").read_text()


def test_pig_is_not_to_be_had(engines: Emr) -> None:
    cluster = launch(engines, Applications=[{"Name": "Pig"}])
    (step_id,) = add(
        engines, cluster, step("command-runner.jar", "pig-script", "--run-pig-script", "-f", "x")
    )
    assert engines.wait_step(cluster, step_id) == "FAILED"
    assert '"pig-script"' in described(engines, cluster, step_id)["FailureDetails"]["Message"]
