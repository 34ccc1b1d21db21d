"""CopyActivity on real servers: what arrives, and what is left after a failure."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.errors import DatabaseError
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
from datapipeline_provider.s3.listing import NothingThereError

from tests.provider.copy.hostile import FIELDS

if TYPE_CHECKING:
    from tests.conftest import SetConnection
    from tests.provider.operators.conftest import Run, Tables
    from tests.servers.moto import Aws
    from tests.servers.seaweedfs import S3

CSV_TEXT = "".join(f"{n},{csv}\n" for n, (csv, _) in enumerate(FIELDS.values()))
TSV_TEXT = "".join(f"{n}\t{tsv}\n" for n, (_, tsv) in enumerate(FIELDS.values()))


def copy(input: Any, output: Any) -> CopyActivityOperator:
    return CopyActivityOperator(task_id="copy", input=input, output=output)


# From a database to S3


@pytest.mark.parametrize(
    ("data_format", "compression", "text"), [(CSV(), "none", CSV_TEXT), (TSV(), "gzip", TSV_TEXT)]
)
def test_a_table_becomes_a_file(
    tables: Tables, s3: S3, bucket: str, run: Run, data_format: Any, compression: str, text: str
) -> None:
    tables.fill("t", FIELDS)
    query = SqlDataNode(tables.conn_id, select_query="select * from t order by id;")
    out = S3DataNode(file_path=f"s3://{bucket}/a/b", data_format=data_format, compression=compression)
    moved = run(copy(query, out))
    stored = s3.read(bucket, "a/b")
    assert (gzip.decompress(stored) if compression == "gzip" else stored).decode() == text
    assert moved == {"rows": len(FIELDS), "bytes": len(stored), "objects": 1}


def test_a_table_without_a_query_is_read_whole(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    tables.run("create table t (a int, b int)")
    tables.run("insert into t values (1, null)")
    run(copy(SqlDataNode(tables.conn_id, table="t"), S3DataNode(file_path=f"s3://{bucket}/k")))
    assert s3.read(bucket, "k") == b"1,\\n\n"


def test_no_rows_give_an_empty_file(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    tables.fill("t", [])
    moved = run(copy(SqlDataNode(tables.conn_id, table="t"), S3DataNode(file_path=f"s3://{bucket}/k")))
    assert (s3.read(bucket, "k"), moved) == (b"", {"rows": 0, "bytes": 0, "objects": 1})


def test_each_attempt_writes_the_same_file_of_a_directory(
    tables: Tables, s3: S3, bucket: str, run: Run
) -> None:
    tables.fill("t", ["old"])
    s3.client().put_object(Bucket=bucket, Key="d/other", Body=b"stays")
    node = SqlDataNode(tables.conn_id, table="t")
    out = S3DataNode(directory_path=f"s3://{bucket}/d", data_format=TSV(), compression="gzip")
    run(copy(node, out))
    tables.run("update t set v = 'new'")
    run(copy(node, out))
    key, other = s3.keys(bucket)
    assert (key.endswith(".tsv.gz"), other) == (True, "d/other")
    assert gzip.decompress(s3.read(bucket, key)) == b"0\tnew\n"
    run(copy(node, out), run_id="run 2")
    assert len(s3.keys(bucket)) == 3


@pytest.mark.parametrize(("encryption", "expected"), [("SERVER_SIDE_ENCRYPTION", "AES256"), ("NONE", None)])
def test_encryption(
    tables: Tables, s3: S3, bucket: str, run: Run, encryption: str, expected: str | None
) -> None:
    tables.fill("t", ["x"])
    out = S3DataNode(file_path=f"s3://{bucket}/k", s3_encryption_type=encryption)
    run(copy(SqlDataNode(tables.conn_id, table="t"), out))
    assert s3.client().head_object(Bucket=bucket, Key="k").get("ServerSideEncryption") == expected


def test_a_line_feed_fails_and_leaves_no_file(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    tables.fill("t", ["fine", "secret\nvalue"])
    node = SqlDataNode(tables.conn_id, table="t")
    with pytest.raises(RecordError) as caught:
        run(copy(node, S3DataNode(directory_path=f"s3://{bucket}/d")))
    assert str(caught.value).startswith(
        f"table t of connection {tables.conn_id}, row 2 (id = 1): column 2 (v) "
    )
    assert "secret" not in str(caught.value)
    assert s3.keys(bucket) == []


@pytest.mark.parametrize("query", ["select * from missing", "select id from t where 1 = 1 and", "selec 1"])
def test_a_wrong_query_fails_and_says_what_the_database_said(
    tables: Tables, s3: S3, bucket: str, run: Run, query: str
) -> None:
    tables.fill("t", ["x"])
    with pytest.raises(DatabaseError, match=rf"{tables.conn_id}.*the query failed: .*(exist|syntax)"):
        run(copy(SqlDataNode(tables.conn_id, select_query=query), S3DataNode(file_path=f"s3://{bucket}/k")))
    assert s3.keys(bucket) == []


def test_large_results_arrive_in_parts(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    tables.run("create table n (i int)")
    tables.run("insert into n values " + ",".join(f"({n})" for n in range(300)))
    query = "select a.i * 300 + b.i, repeat('x', 100) from n a, n b order by 1"
    moved = run(
        copy(SqlDataNode(tables.conn_id, select_query=query), S3DataNode(file_path=f"s3://{bucket}/k"))
    )
    assert s3.read(bucket, "k").decode() == "".join(f"{n},{'x' * 100}\n" for n in range(90_000))
    assert moved["rows"] == 90_000
    assert s3.client().head_object(Bucket=bucket, Key="k")["ETag"].endswith('-2"')


POSTGRESQL_TEXT = {
    "true": "t",
    "-1234567890.120::numeric": "-1234567890.120",
    "'NaN'::numeric": "NaN",
    "1e-7::float8": "1e-07",
    "0.1::float8": "0.1",
    "date '1969-07-20'": "1969-07-20",
    "date '0044-03-15 BC'": "0044-03-15 BC",
    "'infinity'::timestamp": "infinity",
    "timestamp '2024-01-31 09:07:00'": "2024-01-31 09:07:00",
    "timestamp '1969-12-31 23:59:59.123456'": "1969-12-31 23:59:59.123456",
    "timestamptz '2024-01-31 09:07:00+02'": "2024-01-31 07:07:00+00",
    "time '24:00'": "24:00:00",
    "interval '1 day 2 hours'": "1 day 02:00:00",
    r"'\x00ff'::bytea": r"\\x00ff",
    """'{"a": [1, null]}'::jsonb""": r"""{"a": [1\, null]}""",
    "array[1,null]": r"{1\,NULL}",
    "B'101'": "101",
    "'c0ffee00-0000-0000-0000-000000000001'::uuid": "c0ffee00-0000-0000-0000-000000000001",
    "null": r"\n",
}
MARIADB_TEXT = {
    "true": "1",
    "cast(-1234567890.120 as decimal(20,3))": "-1234567890.120",
    "1e-7": "0.0000001",
    "0.1e0": "0.1",
    "date '1969-07-20'": "1969-07-20",
    "timestamp '2024-01-31 09:07:00'": "2024-01-31 09:07:00",
    "timestamp '1969-12-31 23:59:59.123456'": "1969-12-31 23:59:59.123456",
    "cast('-838:59:59' as time)": "-838:59:59",
    "cast('0000-00-00' as date)": "0000-00-00",
    "cast('ünï' as binary)": "ünï",
    "b'101'": "5",
    """json_object('a', null)""": r"""{"a": null}""",
    "18446744073709551615": "18446744073709551615",
    "null": r"\n",
}


@pytest.mark.parametrize(("literal", "text"), POSTGRESQL_TEXT.items())
def test_text_forms_of_postgresql(
    orders: Tables, s3: S3, bucket: str, run: Run, literal: str, text: str
) -> None:
    query = SqlDataNode("orders", select_query=f"select {literal}")
    run(copy(query, S3DataNode(file_path=f"s3://{bucket}/k")))
    assert s3.read(bucket, "k").decode() == f"{text}\n"


@pytest.mark.parametrize(("literal", "text"), MARIADB_TEXT.items())
def test_text_forms_of_mariadb(shop: Tables, s3: S3, bucket: str, run: Run, literal: str, text: str) -> None:
    # A table gives literals the types that they have as columns.
    shop.run("set sql_mode = ''")
    shop.run(
        "create table b (v bit(3))" if literal.startswith("b'") else f"create table b as select {literal} v"
    )
    if literal.startswith("b'"):
        shop.run(f"insert into b values ({literal})")
    run(copy(SqlDataNode("shop", table="b"), S3DataNode(file_path=f"s3://{bucket}/k")))
    assert s3.read(bucket, "k").decode() == f"{text}\n"


def test_bytes_that_are_no_text_fail_with_the_remedy(shop: Tables, s3: S3, bucket: str, run: Run) -> None:
    query = SqlDataNode("shop", select_query="select 1 as a, unhex('ff') as photo")
    with pytest.raises(DatapipelineError, match=r"column 'photo' holds bytes.*hex"):
        run(copy(query, S3DataNode(file_path=f"s3://{bucket}/k")))
    assert s3.keys(bucket) == []


# From S3 to a database

CREATE = "create table t (id int primary key, v varchar(100))"
INSERTS = {
    "plain": None,
    "one statement a batch": "insert into t (id, v) values (?, ?)",
    "one statement a record": {
        "orders": "insert into t select x::int, y from (select ?, ?) as new (x, y) -- 100%",
        "shop": "insert into t select ?, ? -- 100%",
    },
}


@pytest.mark.parametrize("insert", INSERTS.values(), ids=INSERTS)
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_a_file_becomes_a_table(
    tables: Tables, s3: S3, bucket: str, run: Run, insert: Any, compression: str
) -> None:
    body = gzip.compress(CSV_TEXT.encode()) if compression == "gzip" else CSV_TEXT.encode()
    s3.client().put_object(Bucket=bucket, Key="d/1", Body=body)
    statement = insert[tables.conn_id] if isinstance(insert, dict) else insert
    target = SqlDataNode(tables.conn_id, table="t", insert_query=statement, create_table_sql=CREATE)
    moved = run(copy(S3DataNode(directory_path=f"s3://{bucket}/d", compression=compression), target))
    assert tables.column("t") == list(FIELDS)
    assert moved == {"rows": len(FIELDS), "bytes": len(body), "objects": None}


def test_an_existing_table_is_not_created(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"2,b\n")
    tables.fill("t", ["a"])
    target = SqlDataNode(tables.conn_id, table="t", create_table_sql="this is not even SQL")
    run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), target))
    assert tables.column("t") == ["a", "b"]


def test_a_wrong_create_table_fails(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"2,b\n")
    target = SqlDataNode(tables.conn_id, table="t", create_table_sql="create tabel t (a int)")
    with pytest.raises(DatabaseError, match=r"the statement CREATE TABEL T failed: .*syntax"):
        run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), target))


UPSERT = {
    "orders": "insert into t values (?, ?::text) on conflict (id) do update set v = t.v || excluded.v",
    "shop": "insert into t values (?, ?) on duplicate key update v = concat(v, values(v))",
}


def test_records_are_inserted_one_after_another(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    """A statement for several records at once would fail or merge otherwise when one key comes twice."""
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,a\n1,b\n2,c\n1,%d\n")
    tables.run(CREATE)
    target = SqlDataNode(tables.conn_id, insert_query=UPSERT[tables.conn_id])
    run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), target))
    assert tables.column("t") == ["ab%d", "c"]


def test_text_is_converted_to_the_columns_types(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(
        Bucket=bucket, Key="k", Body=b"7,-12.50,2024-01-31 09:07:00.25,2024-02-29,1\n\\n,\\n,\\n,\\n,\\n\n"
    )
    tables.run("create table t (a int, b numeric(8,2), c timestamp(6) null, d date, e boolean)")
    run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), SqlDataNode(tables.conn_id, table="t")))
    rows = [tuple(map(str, row)) for row in tables.run("select * from t order by a is null")]
    assert rows[0][:4] == ("7", "-12.50", "2024-01-31 09:07:00.250000", "2024-02-29")
    assert rows[0][4] in {"True", "1"}
    assert rows[1] == ("None",) * 5


GOOD = b"".join(b"%d,%d\n" % (number, number) for number in range(2500))


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b"9001,secret,more\n", "row 2501: 2 columns are expected, 3 were found"),
        (b"9001\n", "row 2501: 2 columns are expected, 1 were found"),
        (b"9001,secret\r\n", "row 2501: .*CR LF"),
        (b"secret,1\n", "row 2501: .*refuses it: "),
        (b"7,secret\n", "row 2501: .*refuses it: "),
        (b"9001," + b"secret" * 20 + b"\n", "row 2501: .*refuses it: "),
        (b"9001,\xff\n", "row 2501: .*UTF-8"),
    ],
)
@pytest.mark.parametrize("insert", [None, "one by one"])
def test_a_bad_record_undoes_the_load_and_a_retry_gives_the_rows_of_one_run(
    tables: Tables, s3: S3, bucket: str, run: Run, bad: bytes, problem: str, insert: str | None
) -> None:
    tables.run(CREATE)
    statement = insert and INSERTS["one statement a record"][tables.conn_id]  # type: ignore[index]
    target = SqlDataNode(tables.conn_id, table="t", insert_query=statement)
    s3.client().put_object(Bucket=bucket, Key="d/1", Body=b"8000,first file\n")
    s3.client().put_object(Bucket=bucket, Key="d/2", Body=GOOD + bad + b"9002,x\n")
    load = copy(S3DataNode(directory_path=f"s3://{bucket}/d/"), target)
    with pytest.raises(DatapipelineError, match=rf"s3://{bucket}/d/2, {problem}") as caught:
        run(load)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert tables.run("select count(*) from t") == [(0,)]
    s3.client().put_object(Bucket=bucket, Key="d/2", Body=GOOD)
    run(load)
    assert tables.run("select count(*), sum(id) from t") == [(2501, 8000 + sum(range(2500)))]


@pytest.mark.parametrize("node", [{"directory_path": "d"}, {"file_path": "d"}])
def test_missing_input_fails(tables: Tables, s3: S3, bucket: str, run: Run, node: dict[str, str]) -> None:
    s3.client().put_object(Bucket=bucket, Key="other", Body=b"x")
    tables.run(CREATE)
    node = {name: f"s3://{bucket}/{key}" for name, key in node.items()}
    with pytest.raises(NothingThereError, match=f"nothing at s3://{bucket}/d"):
        run(copy(S3DataNode(**node), SqlDataNode(tables.conn_id, table="t")))  # type: ignore[arg-type]


def test_schema_name(orders: Tables, s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,a\n")
    schema = orders.run("select current_schema()")[0][0] + "_too"
    orders.run(f"create schema {schema}")
    create = f"create table {schema}.t (id int, v text)"
    target = SqlDataNode("orders", table="t", schema_name=schema, create_table_sql=create)
    for _ in range(2):
        run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), target))
    assert orders.column(f"{schema}.t") == ["a", "a"]
    run(copy(target, S3DataNode(file_path=f"s3://{bucket}/back")))
    assert s3.read(bucket, "back") == b"1,a\n1,a\n"
    orders.run(f"drop schema {schema} cascade")


# From database to database


@pytest.mark.parametrize("source", ["orders", "shop"])
@pytest.mark.parametrize("target", ["orders", "shop"])
def test_rows_pass_from_database_to_database(
    request: pytest.FixtureRequest, run: Run, source: str, target: str
) -> None:
    one, other = request.getfixturevalue(source), request.getfixturevalue(target)
    values = [*FIELDS, "line\nfeed", "\r\n"]
    one.fill("t", values)
    other.run("create table u (id int, v text)")
    moved = run(copy(SqlDataNode(source, table="t"), SqlDataNode(target, table="u")))
    assert other.column("u") == values
    assert moved == {"rows": len(values), "bytes": None, "objects": None}


def test_types_pass_from_postgresql_to_mariadb_and_back(orders: Tables, shop: Tables, run: Run) -> None:
    orders.run("create table t (a boolean, b bytea, c timestamptz, d numeric(8,2), e date)")
    orders.run(
        r"insert into t values (true, '\x00ff', '2024-01-31 09:07:00.25+02', -1.5, '1969-07-20'), (false, null, null, null, null)"
    )
    shop.run("create table u (a boolean, b blob, c datetime(6), d numeric(8,2), e date)")
    run(copy(SqlDataNode("orders", table="t"), SqlDataNode("shop", table="u")))
    assert [row[0] for row in shop.run("select a from u order by a")] == [0, 1]
    assert shop.run("select b, cast(c as char), d, e is null from u where a")[0][:2] == (
        b"\x00\xff",
        "2024-01-31 07:07:00.250000",
    )
    orders.run("create table back (like t)")
    run(copy(SqlDataNode("shop", table="u"), SqlDataNode("orders", table="back")))
    assert orders.run("select * from t except select * from back") == []


def test_a_refused_row_undoes_a_load_from_a_database(orders: Tables, shop: Tables, run: Run) -> None:
    orders.fill("t", ["1", "2", "secret"])
    shop.run("create table u (id int, v int)")
    with pytest.raises(
        RecordError, match="table t of connection orders, row 3: connection 'shop' refuses it"
    ):
        run(copy(SqlDataNode("orders", table="t"), SqlDataNode("shop", table="u")))
    assert shop.run("select count(*) from u") == [(0,)]


# From S3 to S3


@pytest.mark.parametrize(
    ("source", "target", "objects"),
    [
        ({"file_path": "in/b/2"}, {"file_path": "out"}, {"out": b"4,5\n"}),
        ({"file_path": "in/b/2"}, {"directory_path": "out"}, {"out/2": b"4,5\n"}),
        ({"directory_path": "in"}, {"directory_path": "out/"}, {"out/1": b"1,2\n3", "out/b/2": b"4,5\n"}),
        ({"directory_path": "in/"}, {"file_path": "out"}, {"out": b"1,2\n3\n4,5\n"}),
        (
            {"directory_path": "in"},
            {"directory_path": "out", "data_format": TSV()},
            {"out/1": b"1\t2\n3\n", "out/b/2": b"4\t5\n"},
        ),
        (
            {"directory_path": "in"},
            {"directory_path": "out", "compression": "gzip"},
            {"out/1.gz": b"1,2\n3\n", "out/b/2.gz": b"4,5\n"},
        ),
        ({"file_path": "in/b/2"}, {"file_path": "out", "compression": "gzip"}, {"out": b"4,5\n"}),
        ({"directory_path": "gz", "compression": "gzip"}, {"directory_path": "out"}, {"out/3": b"6\n"}),
        (
            {"directory_path": "gz", "compression": "gzip"},
            {"directory_path": "out", "compression": "gzip"},
            {"out/3.gz": b"6\n"},
        ),
    ],
)
def test_files_pass_inside_s3(
    s3: S3, bucket: str, run: Run, source: dict[str, Any], target: dict[str, Any], objects: dict[str, bytes]
) -> None:
    bodies = {"in/1": b"1,2\n3", "in/b/2": b"4,5\n", "gz/3.gz": gzip.compress(b"6\n"), "inner": b"no"}
    for key, body in bodies.items():
        s3.client().put_object(Bucket=bucket, Key=key, Body=body)

    def node(fields: dict[str, Any]) -> S3DataNode:
        return S3DataNode(**{n: f"s3://{bucket}/{v}" if n.endswith("path") else v for n, v in fields.items()})  # type: ignore[arg-type]

    for _ in range(2):  # a retry leaves the same
        run(copy(node(source), node(target)))
    unpack = gzip.decompress if target.get("compression") == "gzip" else bytes
    assert {key: unpack(s3.read(bucket, key)) for key in s3.keys(bucket) if key.startswith("out")} == objects


@pytest.mark.parametrize("target", [{"directory_path": "in/all"}, {"file_path": "in/all"}])
def test_output_below_the_input_is_not_read_again(
    s3: S3, bucket: str, run: Run, target: dict[str, str]
) -> None:
    s3.client().put_object(Bucket=bucket, Key="in/1", Body=b"1\n")
    node = S3DataNode(**{name: f"s3://{bucket}/{path}" for name, path in target.items()})  # type: ignore[arg-type]
    for _ in range(2):
        run(copy(S3DataNode(directory_path=f"s3://{bucket}/in"), node))
    assert len(s3.keys(bucket)) == 2
    assert {s3.read(bucket, key) for key in s3.keys(bucket)} == {b"1\n"}


def test_bytes_are_untouched_where_the_format_is_the_same(s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"any\r\nthing\xff")
    moved = run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), S3DataNode(file_path=f"s3://{bucket}/l")))
    assert s3.read(bucket, "l") == b"any\r\nthing\xff"
    assert moved == {"rows": None, "bytes": 11, "objects": 1}
    assert s3.client().head_object(Bucket=bucket, Key="l")["ServerSideEncryption"] == "AES256"


def test_a_bad_record_leaves_no_file_inside_s3(s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"a,b\r\n")
    out = S3DataNode(file_path=f"s3://{bucket}/l", data_format=TSV())
    with pytest.raises(RecordError, match="CR LF"):
        run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), out))
    assert s3.keys(bucket) == ["k"]


def test_two_slashes_in_a_key_are_kept(sns: Aws, airflow_connection: SetConnection, run: Run) -> None:
    """The one test on an emulator: it keeps such keys as AWS does, SeaweedFS does not."""
    extra = {"endpoint_url": sns.endpoint_url, "region_name": "us-east-1"}
    airflow_connection("aws_default", conn_type="aws", login="any", password="any", extra=extra)
    client = sns.client("s3")
    client.create_bucket(Bucket="slashes")
    for key in ("a//1", "a//b//2", "a/3"):
        client.put_object(Bucket="slashes", Key=key, Body=b"x\n")
    for source, target in (("a/", "out"), ("a//", "//")):
        run(
            copy(
                S3DataNode(directory_path=f"s3://slashes/{source}"),
                S3DataNode(directory_path=f"s3://slashes/{target}"),
            )
        )
    keys = [found["Key"] for found in client.list_objects_v2(Bucket="slashes")["Contents"]]
    assert [key for key in keys if not key.startswith("a/")] == [
        "//1",
        "//b//2",
        "out//1",
        "out//b//2",
        "out/3",
    ]
