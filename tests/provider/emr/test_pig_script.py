"""What stands before and after a script of Pig; as text: there is no Pig here."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.java_regex import JavaRegEx
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.emr.pig_script import literal, script
from datapipeline_provider.emr.staged import Staged, StagingError


def staged(name: str, data_format: Any, path: str = "s3://b/d") -> Staged:
    return Staged(name, S3DataNode(directory_path=path, data_format=data_format), "s3://scratch/")


LOADS: list[tuple[Any, str]] = [
    (
        CSV(columns=("id INT", "name STRING", "note")),
        "staged_input1 = LOAD 's3://b/d' USING PigStorage(',') AS (id:int, name:chararray, note:chararray);\n",
    ),
    (
        TSV(columns=("a BIGINT", "b DECIMAL(10,2)", "c TIMESTAMP", "d BOOLEAN")),
        r"staged_input1 = LOAD 's3://b/d' USING PigStorage('\u0009') AS "
        "(a:long, b:bigdecimal, c:chararray, d:boolean);\n",
    ),
    # People double the backslashes for Pig, or do not.
    (
        JavaRegEx(r"^(\\S+) '(\S+)'$", columns=("a STRING", "b STRING")),
        "staged_input1 = FOREACH (LOAD 's3://b/d' USING TextLoader() AS (line:chararray)) GENERATE "
        r"FLATTEN(REGEX_EXTRACT_ALL(line, '^(\\S+) \'(\\S+)\'\u0024')) AS (a:chararray, b:chararray);"
        "\n",
    ),
    (
        JavaRegEx("(.) (.)", columns=("a STRING", "b INT")),
        "staged_input1 = FOREACH (LOAD 's3://b/d' USING TextLoader() AS (line:chararray)) GENERATE "
        "FLATTEN(REGEX_EXTRACT_ALL(line, '(.) (.)')) AS (a:chararray, b:chararray);\n"
        "staged_input1 = FOREACH staged_input1 GENERATE (chararray)a AS a, (int)b AS b;\n",
    ),
]


@pytest.mark.parametrize(("data_format", "expected"), LOADS)
def test_loads(data_format: Any, expected: str) -> None:
    text = "x = FILTER ${INPUT1} BY a;"
    assert script(text, [staged("input1", data_format)]) == (
        f"{expected}\nx = FILTER staged_input1 BY a;\n\n"
    )


def test_stores() -> None:
    text = "${output1} = FILTER ${input1} BY a == '$x'"
    found = [staged("input1", CSV(columns=("a",))), staged("output1", TSV(column_separator="*"))]
    assert script(text, found) == (
        "staged_input1 = LOAD 's3://b/d' USING PigStorage(',') AS (a:chararray);\n"
        "\nstaged_output1 = FILTER staged_input1 BY a == '$x'\n;\n\n"
        "STORE staged_output1 INTO 's3://b/d/' USING PigStorage('*');\n"
    )


def test_nothing_staged_is_nothing_changed() -> None:
    assert script("x = LOAD '${input1}'", []) == "x = LOAD '${input1}'"


REFUSED: list[tuple[Staged, str]] = [
    (staged("input1", CSV()), "has no columns"),
    (staged("input1", JavaRegEx(columns=("a",))), "no regular expression"),
    (staged("output1", JavaRegEx("(.)", "%1$s", ("a",))), "JavaRegEx cannot be written by Pig"),
    (staged("input1", TSV(record_separator="|", columns=("a",))), "Pig reads lines"),
    (staged("input1", CSV(columns=("a",)), "s3://b/it's"), "which Pig cannot read there"),
    (Staged("input1", SqlDataNode("c", "t"), ""), "Pig has no relation of SqlDataNode"),
]


@pytest.mark.parametrize(("each", "message"), REFUSED)
def test_what_is_no_relation(each: Staged, message: str) -> None:
    with pytest.raises(StagingError, match=message):
        script("${input1} ${output1}", [each])


def test_literals() -> None:
    assert literal("a'b\\c$d\n") == r"'a\'b\\c\u0024d\u000A'"
