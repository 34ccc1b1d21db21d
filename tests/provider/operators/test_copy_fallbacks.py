"""What a fast way leaves to the plain one ends as the plain one says, and shows nothing of a row."""

from __future__ import annotations

import gzip
import json
import re
import time
import uuid
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.routes.files import SameNameError
from datapipeline_provider.copy.s3_files import Files
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.bulk import Declined, DeclinedError, Loader
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.postgresql import PostgreSQL
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from datapipeline_provider.copy.progress import Progress

    from tests.conftest import SetConnection
    from tests.provider.operators.conftest import Run, Tables
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

MANY = 100_000
"""Rows, so that the source is far from its end when the target refuses the first one."""


def copy(input: Any, output: Any, **more: Any) -> CopyActivityOperator:
    return CopyActivityOperator(task_id="copy", input=input, output=output, **more)


def test_a_load_that_fails_early_does_not_hinder_the_plain_way_from_mariadb(
    shop: Tables, orders: Tables, run: Run
) -> None:
    shop.run("create table t (id bigint, v varchar(10), more text)")
    shop.run(
        f"insert into t select seq, if(seq = 1, '0000-00-00', '2024-01-31'), repeat('x', 100) from seq_1_to_{MANY}"
    )
    orders.run("create table u (id bigint, v date, more text)")
    with pytest.raises(RecordError, match=r"table t of connection shop, row 1: .*SQLSTATE 22008"):
        run(copy(SqlDataNode("shop", table="t"), SqlDataNode("orders", table="u")))
    assert orders.run("select count(*) from u") == [(0,)]


@pytest.mark.parametrize("source", ["shop", "orders"])
@pytest.mark.parametrize("target", ["shop", "orders"])
def test_a_load_that_is_declined_on_its_way_leaves_the_source_to_the_plain_way(
    request: pytest.FixtureRequest, run: Run, monkeypatch: pytest.MonkeyPatch, source: str, target: str
) -> None:
    here, there = (request.getfixturevalue(each) for each in (source, target))
    numbers = {
        "shop": f"select seq as i from seq_1_to_{MANY}",
        "orders": f"select * from generate_series(1, {MANY}) i",
    }
    here.run(f"create table t as select i as id, repeat('x', 100) as v from ({numbers[source]}) n")
    there.run("create table u (id bigint, v text)")
    kind = {"shop": MySQL, "orders": PostgreSQL}[target]
    monkeypatch.setattr(kind, "loader", lambda *_: Declining())
    run(copy(SqlDataNode(source, table="t"), SqlDataNode(target, table="u")))
    assert there.run("select count(*), min(id), max(id) from u") == [(MANY, 1, MANY)]


@pytest.mark.parametrize("way", ["fast", "plain"])
@pytest.mark.parametrize(
    ("values", "unwritable", "body", "counted"),
    [
        (["a\r", "b\rc", "\r"], "fail", b"0,a\r\n1,b\rc\n2,\r\n", ", 2 records ending in a carriage return"),
        (["a\nb\n", r"\n", None], "space", b"0,a b \n1,\\\\n\n2,\\n\n", ", 1 values rewritten"),
        (["\n", "", ","], "remove", b"0,\n1,\n2,\\,\n", ", 1 values rewritten"),
        (["\r\n", "a"], "escape", b"0,\r\\\n\n1,a\n", ", 1 values rewritten"),
        (["a", "NULL"], "space", b"0,a\n1,NULL\n", " in "),
    ],
)
def test_what_the_dialect_loses_is_counted_by_each_way(
    tables: Tables,
    s3: S3,
    bucket: str,
    run: Run,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    values: list[str | None],
    unwritable: str,
    body: bytes,
    counted: str,
    way: str,
) -> None:
    if way == "plain":
        for kind in (MySQL, PostgreSQL):
            monkeypatch.setattr(kind, "exporter", lambda *_: Declined("this test does without"))
    tables.fill("t", values)
    node = SqlDataNode(tables.conn_id, select_query="select * from t order by id")
    run(copy(node, S3DataNode(file_path=f"s3://{bucket}/k"), unwritable=unwritable))
    assert s3.client().get_object(Bucket=bucket, Key="k")["Body"].read() == body
    [told] = [line for line in capfd.readouterr().out.splitlines() if "Copied:" in line]
    assert f"{len(values)} rows, {len(body)} bytes written, 1 objects written{counted}" in told


def test_a_marker_that_cannot_be_replaced_leaves_no_upload_behind(
    orders: Tables, s3: S3, bucket: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Files, "_remove_markers", refused)
    query = "select repeat('x', 1000) from generate_series(1, 10000)"
    file = S3DataNode(file_path=f"s3://{bucket}/k", marker="success")
    with pytest.raises(PermissionError):
        run(copy(SqlDataNode("orders", select_query=query), file))
    assert "Uploads" not in s3.client().list_multipart_uploads(Bucket=bucket)
    assert s3.client().list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("target_format", [CSV(), QuotedCSV()])
def test_two_files_never_become_one(s3: S3, bucket: str, run: Run, target_format: Any) -> None:
    client = s3.client()
    other = f"{bucket}-2"
    client.create_bucket(Bucket=other)
    for each in (bucket, other):
        client.put_object(Bucket=each, Key="in/a.csv", Body=b"1\n")
    entries = [{"url": f"s3://{each}/in/a.csv"} for each in (bucket, other, bucket)]
    manifest = f"s3://{bucket}/manifest"
    out = S3DataNode(directory_path=f"s3://{bucket}/out", data_format=target_format)
    client.put_object(Bucket=bucket, Key="manifest", Body=json.dumps({"entries": entries}).encode())
    with pytest.raises(
        SameNameError, match=rf"s3://{bucket}/in/a.csv and s3://{other}/in/a.csv would both be"
    ):
        run(copy(S3DataNode(manifest_file_path=manifest), out))
    client.put_object(Bucket=bucket, Key="manifest", Body=json.dumps({"entries": entries[::2]}).encode())
    assert run(copy(S3DataNode(manifest_file_path=manifest), out))["objects"] == 1
    s3.remove_bucket(other)


def test_a_file_with_and_one_without_the_ending_of_gzip_do_not_become_one(
    s3: S3, bucket: str, run: Run
) -> None:
    for key in ("in/a.csv", "in/a.csv.gz"):
        s3.client().put_object(Bucket=bucket, Key=key, Body=gzip.compress(b"1\n"))
    source = S3DataNode(directory_path=f"s3://{bucket}/in", compression="gzip")
    with pytest.raises(SameNameError, match=r"would both be written as out/a.csv\."):
        run(copy(source, S3DataNode(directory_path=f"s3://{bucket}/out")))


def test_a_database_without_a_character_set_takes_no_text_that_is_not_utf_8(
    postgres: Postgres, airflow_connection: SetConnection, s3: S3, bucket: str, run: Run
) -> None:
    name = f"d{uuid.uuid4().hex[:12]}"
    with closing(postgres.connect()) as opened, opened.cursor() as cursor:
        cursor.execute(
            f"create database {name} encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0"
        )
    airflow_connection(
        "ascii",
        conn_type="postgres",
        host=postgres.host,
        port=postgres.port,
        login=postgres.user,
        password=postgres.password,
        schema=name,
    )
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"a\n\xff\n")
    target = SqlDataNode("ascii", table="t", create_table_sql="create table t (v text)")
    with pytest.raises(RecordError, match=r"row 2: .*UTF-8"):
        run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), target))


class Declining(Loader):
    """Takes a part of a file, and no more."""

    def load(self, parts: Iterable[bytes], origin: str, progress: Progress) -> None:
        next(iter(parts))
        time.sleep(1)  # until the source waits for a taker
        raise DeclinedError("so")

    def finish(self, progress: Progress) -> None:
        """Do nothing."""


def test_a_load_that_fails_early_does_not_hinder_the_plain_way_from_postgresql(
    shop: Tables, orders: Tables, run: Run
) -> None:
    orders.run(
        "create table t as select i as id, case i when 1 then timestamptz '2024-01-31 12:00:00+00' end as v "
        f"from generate_series(1, {MANY // 100}) i"
    )
    shop.run("create table u (id bigint, v datetime)")
    run(copy(SqlDataNode("orders", table="t"), SqlDataNode("shop", table="u")))
    [(count, _, first)] = shop.run("select count(*), count(v), min(v) from u")
    assert (count, str(first)) == (MANY // 100, "2024-01-31 12:00:00")


@pytest.mark.parametrize(
    ("insert", "problem"),
    [
        ("insert into u values (? ?)", r"inserting rows failed: syntax error \(SQLSTATE 42601\)\.$"),
        (
            "insert into u valuse (?, ?)",
            r"inserting rows failed: syntax error at or near \"valuse\" \(SQLSTATE 42601\)",
        ),
    ],
)
def test_an_error_of_syntax_shows_no_value(
    orders: Tables, s3: S3, bucket: str, run: Run, insert: str, problem: str
) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,secret\n")
    orders.run("create table u (id int, v text)")
    with pytest.raises(DatapipelineError, match=problem):
        run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), SqlDataNode("orders", insert_query=insert)))


@pytest.mark.parametrize("data_format", [CSV(), QuotedCSV()])
@pytest.mark.parametrize("loads", [True, False])
@pytest.mark.parametrize(
    ("columns", "insert", "body"),
    [
        ("id int, v varchar(50)", None, b"1,secret\xff\n"),
        ("id int, v int not null", None, None),
        ("id int, v bigint unsigned", "insert into u values (?, 1 - ?)", b"1,471147114\n"),
        (
            "id int, v bigint unsigned",
            "insert into u values (?, cast(? as unsigned) - 500000000)",
            b"1,471147114\n",
        ),
        ("id int, v varchar(50)", "insert into u valuse (?, ?)", b"1,secret\n"),
        ("id int, v int) partition by list (v) (partition p values in (1)", None, b"1,471147114\n"),
        ("id int, v varchar(50) character set latin1", None, "1,secret\u4e00\n".encode()),
        ("id int, v json", None, b"1,secret\n"),
        ("id int, v point", None, b"1,secret\n"),
        ("id int, v uuid", None, b"1,secret\n"),
        ("id int, v inet6", None, b"1,secret\n"),
        ("id int, v time", None, b"1,secret\n"),
    ],
)
def test_a_refused_value_is_not_shown(
    shop: Tables,
    s3: S3,
    bucket: str,
    run: Run,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
    insert: str | None,
    body: bytes | None,
    data_format: Any,
    loads: bool,
) -> None:
    if not loads:
        monkeypatch.setattr(MySQL, "loader", lambda *_: Declined("this test does without"))
    if body is None:
        body = b"1,\\n\n" if isinstance(data_format, CSV) else b"1,\n"
    s3.client().put_object(Bucket=bucket, Key="k", Body=body)
    shop.run(f"create table u ({columns})")
    target = SqlDataNode("shop", table=None if insert else "u", insert_query=insert)
    with pytest.raises(DatapipelineError) as caught:
        run(copy(S3DataNode(file_path=f"s3://{bucket}/k", data_format=data_format), target))
    shown = capfd.readouterr()
    told = "".join((str(caught.value), shown.out, shown.err))
    assert not re.search("secret(?!\\))|471147114", told.replace(insert or "-", ""))
    assert shop.run("select count(*) from u") == [(0,)]


UNTAKEN = "as the texts that the file has, binary values and booleans too: "


@pytest.mark.parametrize(
    ("insert", "why"),
    [
        ("insert into u select ?, ?", "the insert query has placeholders elsewhere than in VALUES"),
        (
            "insert into u partition (p) values (?, ?)",
            "the insert query does not begin like INSERT INTO table",
        ),
    ],
)
def test_the_log_says_why_values_are_not_read(
    shop: Tables, s3: S3, bucket: str, run: Run, capfd: pytest.CaptureFixture[str], insert: str, why: str
) -> None:
    shop.run("create table u (id int, v blob) partition by hash (id) (partition p)")
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,\\x41\n2,\\x42\n")
    source = S3DataNode(file_path=f"s3://{bucket}/k", data_format=QuotedCSV())
    run(copy(source, SqlDataNode("shop", insert_query=insert)))
    assert shop.run("select hex(v) from u where id = 1") == [("5C783431",)]
    told = capfd.readouterr().out
    assert told.count(UNTAKEN) == 1
    assert f"{UNTAKEN}{why}" in told
    run(copy(source, SqlDataNode("shop", insert_query="insert into u values (?, ?)")))
    assert UNTAKEN not in capfd.readouterr().out


def lost_at(operator: CopyActivityOperator, s3: S3, bucket: str, key: str, at: int) -> CopyActivityOperator:
    """Let an object be removed before the operator reads for the `at`-th time."""
    client, seen = s3.new_client(), []

    def remove(**_: object) -> None:
        seen.append(key)
        if len(seen) == at:
            s3.client().delete_object(Bucket=bucket, Key=key)

    client.meta.events.register("before-call.s3.GetObject", remove)
    operator._client = lambda: client  # type: ignore[method-assign]
    return operator


@pytest.mark.parametrize("data_format", [CSV(), QuotedCSV()])
@pytest.mark.parametrize("insert", [None, "insert into u select x::int, y from (select ?, ?) n (x, y)"])
def test_an_object_that_disappears_is_named(
    orders: Tables, s3: S3, bucket: str, run: Run, data_format: Any, insert: str | None
) -> None:
    orders.run("create table u (id int, v text)")
    for key in ("d/1", "d/2"):
        s3.client().put_object(Bucket=bucket, Key=key, Body=b"1,a\n")
    source = S3DataNode(directory_path=f"s3://{bucket}/d", data_format=data_format)
    operator = copy(source, SqlDataNode("orders", table="u", insert_query=insert))
    with pytest.raises(DatapipelineError, match=rf"^s3://{bucket}/d/2: .*NoSuchKey"):
        run(lost_at(operator, s3, bucket, "d/2", 1))
    assert orders.run("select count(*) from u") == [(0,)]


def test_an_object_that_disappears_before_its_bad_row_is_looked_for(
    orders: Tables, s3: S3, bucket: str, run: Run
) -> None:
    orders.run("create table u (id int, v text)")
    for key, body in (("d/1", b"1,a\n"), ("d/2", b"2,b\nsecret,c\n")):
        s3.client().put_object(Bucket=bucket, Key=key, Body=body)
    source = S3DataNode(directory_path=f"s3://{bucket}/d", data_format=QuotedCSV())
    operator = copy(source, SqlDataNode("orders", table="u"))
    with pytest.raises(DatapipelineError, match=rf"^s3://{bucket}/d/2: .*NoSuchKey"):
        run(lost_at(operator, s3, bucket, "d/2", 3))
