"""What a user chooses, for everything or for single objects, reaches the operators, the connections and the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.choices import CHOICES, Choices, read_choices
from datapipeline_converters.cli import main
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.errors import UsageError
from datapipeline_converters.options import Options

from tests.converters import planned
from tests.converters.planned import NOW, arguments, converted, grades, ref, shell

TABLE = {"id": "T", "type": "SqlDataNode", "table": "t", "database": ref("D"), "selectQuery": "select 1"}
DATABASE = planned.DATABASE | {"*password": "#{*myPassword}"}
OUT = {"id": "Out", "type": "S3DataNode", "directoryPath": "s3://b/out"}
IN = {"id": "In", "type": "S3DataNode", "filePath": "s3://b/in.csv"}
COPY = {"id": "C", "type": "CopyActivity", "input": ref("T"), "output": ref("Out"), "workerGroup": "w"}
VALUES = {"values": {"*myPassword": "p"}}


def with_choices(choices: Choices, *objects: dict[str, Any]) -> Conversion:
    return converted(
        *(objects or (COPY, TABLE, DATABASE, OUT)), options=Options(now=NOW, choices=choices), **VALUES
    )


FOR_ALL: list[Any] = [
    pytest.param({"file_format": "quoted-csv"}, {"data_format": []}, id="format"),
    pytest.param({"header": True}, {"data_format": {"header": True}}, id="header"),
    pytest.param({"compression": "zstd"}, {"compression": "zstd"}, id="compression"),
    pytest.param({"part_size_mb": 64}, {"part_size_mb": 64}, id="part size"),
    pytest.param({"marker": "success"}, {"marker": "success"}, id="marker"),
    pytest.param({"clean_up": "redshift"}, {"clean_up": "redshift"}, id="clean-up"),
    pytest.param({"kms_key_id": "alias/a"}, {"kms_key_id": "alias/a"}, id="KMS"),
]


@pytest.mark.parametrize(("chosen", "expected"), FOR_ALL)
def test_what_is_written(chosen: dict[str, Any], expected: dict[str, Any]) -> None:
    found = arguments(with_choices(Choices(chosen)), "C")
    assert found["output"] == {"directory_path": "s3://b/out", **expected}


@pytest.mark.parametrize(
    "choice", [choice for choice in CHOICES if choice.written_only], ids=lambda c: c.name
)
def test_what_is_only_read_stays_as_it_is(choice: Any) -> None:
    value = {bool: True, int: 3}.get(choice.kind, ("x", *choice.valid)[-1])
    load = {"id": "L", "type": "CopyActivity", "input": ref("In"), "output": ref("T"), "workerGroup": "w"}
    found = arguments(with_choices(Choices({choice.name: value}), load, IN, TABLE, DATABASE), "L")
    assert found["input"] == {"file_path": "s3://b/in.csv"}
    chosen = Choices({}, {"In": {choice.name: value}})
    found = arguments(with_choices(chosen, load, IN, TABLE, DATABASE), "L")
    assert found["input"] != {"file_path": "s3://b/in.csv"}


def test_a_node_that_is_written_is_read_as_it_was_written() -> None:
    load = {"id": "L", "type": "CopyActivity", "input": ref("Out"), "output": ref("T2"), "workerGroup": "w"}
    target = TABLE | {"id": "T2", "insertQuery": "insert into t values (?)"}
    found = with_choices(Choices({"header": True}), COPY, TABLE, DATABASE, OUT, load, target)
    assert arguments(found, "L")["input"] == arguments(found, "C")["output"]


def test_what_the_activity_takes() -> None:
    found = arguments(with_choices(Choices({"unwritable": "space", "exactly_once": True})), "C")
    assert (found["unwritable"], found["exactly_once"]) == ("space", True)


def test_the_key_of_a_shell_activity_is_for_its_streams() -> None:
    loud, quiet = shell("A", stdout="s3://b/o"), shell("B")
    found = with_choices(Choices({"kms_key_id": "k"}), loud, quiet)
    assert arguments(found, "A")["kms_key_id"] == "k"
    assert "kms_key_id" not in arguments(found, "B")


URLS: list[Any] = [
    ("jdbc:postgresql://h/d", {"tls": "require"}, {"sslmode": "require"}),
    (
        "jdbc:postgresql://h/d",
        {"tls": "verify", "tls_ca": "/ca.pem"},
        {"sslmode": "verify-full", "sslrootcert": "/ca.pem"},
    ),
    ("jdbc:mysql://h/d", {"tls": "require"}, {"ssl": {"verify_mode": "none"}}),
    (
        "jdbc:mysql://h/d",
        {"tls": "verify", "tls_ca": "/ca.pem"},
        {"ssl_verify_cert": True, "ssl_verify_identity": True, "ssl_ca": "/ca.pem"},
    ),
    ("jdbc:redshift://h:5439/d", {"tls": "require"}, {"sslmode": "require"}),
]


@pytest.mark.parametrize(("url", "chosen", "expected"), URLS)
def test_the_connection_encrypts(url: str, chosen: dict[str, Any], expected: dict[str, object]) -> None:
    found = with_choices(Choices(chosen), COPY, TABLE, DATABASE | {"connectionString": url}, OUT)
    (connection,) = found.plan.connections
    assert {key: connection.extra.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "jdbc:postgresql://h/d",
            "name the file with the certificates to trust in its extra, as `sslrootcert`",
        ),
        ("jdbc:oracle:thin:@h:1521:d", "how a connection of type `oracle` encrypts is its driver's affair"),
    ],
)
def test_what_is_left_to_do_for_the_connection_is_told(url: str, said: str) -> None:
    database = DATABASE | {"connectionString": url}
    found = with_choices(Choices({"tls": "verify"}), COPY, TABLE, database, OUT)
    assert any(said in text for text in found.plan.before_first_run)


def test_the_nearer_choice_wins() -> None:
    choices = Choices(
        {"marker": "success", "header": True},
        {"Out": {"marker": "manifest"}},
        {"x": Choices({"marker": "success", "compression": "gzip"}, {"C": {"unwritable": "remove"}})},
    )
    found = arguments(with_choices(choices), "C")
    assert found["output"] == {
        "directory_path": "s3://b/out",
        "data_format": {"header": True},
        "compression": "gzip",
        "marker": "manifest",
    }
    assert found["unwritable"] == "remove"


def test_the_columns_of_the_definition_name_those_of_the_file() -> None:
    csv = {"id": "F", "type": "CSV", "column": ["a INT", "b STRING"]}
    found = with_choices(
        Choices({"file_format": "parquet"}), COPY, TABLE, DATABASE, OUT | {"dataFormat": ref("F")}, csv
    )
    assert arguments(found, "C")["output"]["data_format"] == {"columns": ["a INT", "b STRING"]}
    assert grades(found)["F", "column"] == "exact"
    assert grades(found)["Out", "dataFormat"] == "emulated"


def test_a_header_that_the_format_has_not() -> None:
    found = with_choices(Choices({"file_format": "json-lines", "header": True}))
    assert "`json-lines` has no header" in arguments(found, "C")["reason"]


def test_the_report_says_what_was_chosen() -> None:
    found = with_choices(Choices({"header": True, "tls": "require", "tls_ca": "/ca"}))
    assert found.plan.chosen == ['`D`: tls "require", tls_ca "/ca"', "`Out`: header true"]


FILES = [
    ("nothing: {}", "`nothing` is no part of it; there are: all, objects, pipelines."),
    ("all: {colour: red}", "`colour` cannot be chosen"),
    ("all: {marker: yes}", "marker is 'yes'; valid: success, manifest."),
    ("objects: {Out: {header: maybe}}", "header is 'maybe'; valid: true, false."),
    ("pipelines: {x: {objects: {Out: {part_size_mb: 0}}}}", "it takes a whole number from 1 on."),
    ("pipelines: {x: {pipelines: {}}}", "`pipelines` is no part of it; there are: all, objects."),
]


@pytest.mark.parametrize(("text", "said"), FILES)
def test_a_file_that_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_choices([path])
    assert said in str(caught.value)


def test_objects_that_cannot_take_a_choice() -> None:
    with pytest.raises(UsageError, match="'C' of 'x' is of type CopyActivity, which does not take `header`"):
        with_choices(Choices({}, {"C": {"header": True}}))
    with pytest.raises(UsageError, match="pipeline 'x' has no object 'Nobody'"):
        with_choices(Choices({}, {}, {"x": Choices({}, {"Nobody": {"header": True}})}))
    other = with_choices(Choices({}, {"Nobody": {"header": True}}))  # some other pipeline's, or mistyped
    assert other.plan.chosen == ["`Nobody`: header true has no effect here: this pipeline has no such object"]


def test_the_command(tmp_path: Path) -> None:
    definition, overrides = tmp_path / "x.json", tmp_path / "o.json"
    objects = [{"id": "Default", "scheduleType": "ondemand", "workerGroup": "w"}, COPY, TABLE, DATABASE, OUT]
    definition.write_text(json.dumps({"objects": objects, **VALUES}))
    overrides.write_text(json.dumps({"all": {"marker": "success"}, "objects": {"Out": {"header": "true"}}}))
    options = ["--marker", "manifest", "--exactly-once", "--part-size-mb", "16"]
    status = main(["convert", str(definition), "-o", str(tmp_path), "--overrides", str(overrides), *options])
    assert status == 0
    source = (tmp_path / "x.py").read_text()
    for part in ("exactly_once=True", 'marker="manifest"', "part_size_mb=16", "CSV(header=True)"):
        assert part in source
