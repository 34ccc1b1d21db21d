"""PigActivity as requests: there is no Pig here, so what a script does is not tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.operators._script_steps import ScriptChoiceError
from datapipeline_provider.operators.pig_activity import PigActivityOperator

from tests.provider.operators.staged_scripts import ask

if TYPE_CHECKING:
    from tests.servers.emr import Emr

NODES = {
    "input": [S3DataNode(directory_path="s3://etl/in", data_format=CSV(columns=("a INT", "b STRING")))],
    "output": [S3DataNode(directory_path="s3://etl/out", data_format=TSV(column_separator="*"))],
}
PROGRAM = ["pig-script", "--run-pig-script", "--args", "-f"]


@pytest.fixture
def buckets(emr: Emr) -> Emr:
    for name in ("logs", "etl"):
        emr.aws.client("s3").create_bucket(Bucket=name)
    return emr


def test_the_request_of_a_script_without_data_nodes(buckets: Emr) -> None:
    text = "x = LOAD '$in' USING PigStorage(',') AS (a); -- ${input1}\nSTORE x INTO '${out}'"
    variables = ["in=s3://b/c", "out=it's; $1 ${x}", ["three=3", None]]
    asked = ask(buckets, PigActivityOperator, script=text, script_variables=variables)
    assert asked.program == PROGRAM
    assert asked.script == text
    assert asked.uri.endswith("/script.pig")
    assert asked.arguments == ["-p", "in=s3://b/c", "-p", "out=it's; $1 ${x}", "-p", "three=3"]


def test_the_request_of_a_script_with_data_nodes(buckets: Emr) -> None:
    text = "${output1} = FILTER ${INPUT1} BY a > $least;"
    asked = ask(buckets, PigActivityOperator, script=text, script_variables=["r=${input1}"], **NODES)
    assert asked.script == (
        "staged_input1 = LOAD 's3://etl/in' USING PigStorage(',') AS (a:int, b:chararray);\n\n"
        "staged_output1 = FILTER staged_input1 BY a > $least;\n\n"
        "STORE staged_output1 INTO 's3://etl/out/' USING PigStorage('*');\n"
    )
    assert asked.arguments == ["-p", "r=staged_input1"]


def test_the_request_of_a_script_in_s3(buckets: Emr) -> None:
    for key, text in {"a.pig": "x = LOAD 'y';", "b.pig": "x = FILTER ${input1} BY a;"}.items():
        buckets.aws.client("s3").put_object(Bucket="etl", Key=key, Body=text.encode())
    assert ask(buckets, PigActivityOperator, script_uri="s3://etl/a.pig", **NODES).uri == "s3://etl/a.pig"
    asked = ask(buckets, PigActivityOperator, script_uri="s3://etl/b.pig", **NODES)
    assert "x = FILTER staged_input1 BY a;" in asked.script
    assert "STORE" not in asked.script


@pytest.mark.parametrize("fields", [{}, {"script": "a", "script_uri": "s3://b/c"}])
def test_exactly_one_script(fields: dict[str, Any]) -> None:
    with pytest.raises(ScriptChoiceError, match="exactly one of script and script_uri"):
        PigActivityOperator(task_id="p", cluster="create", **fields)
