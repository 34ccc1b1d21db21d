"""Which way a copy takes, that it says so, and what is left when a fast way fails."""

from __future__ import annotations

import datetime
import struct
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.bulk import Declined
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

from tests.provider.copy.hostile import FIELDS
from tests.provider.dag_files import run_dag, states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.provider.operators.conftest import Run, Tables
    from tests.servers.seaweedfs import S3

EXPORT, LOAD = "export by the database", "load by the database"
PIPE, PLAIN = "export and load by the databases, without a file", "record by record"


def copy(input: Any, output: Any, **more: Any) -> CopyActivityOperator:
    return CopyActivityOperator(task_id="copy", input=input, output=output, **more)


class Lines:
    """Remembers what an operator logs."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def info(self, message: str, *arguments: object) -> None:
        self.texts.append(message % arguments if arguments else message)

    def warning(self, message: str, *arguments: object) -> None:
        """Do nothing: it is Airflow's own."""

    def ways(self) -> list[str]:
        """Give the route of each beginning, and why not another one."""
        found = [text.rpartition(": ")[2] for text in self.texts if text.startswith("Copying from")]
        return found + [text for text in self.texts if text.startswith("Not by")]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    found = Lines()
    monkeypatch.setattr(CopyActivityOperator, "log", found)
    return found


def test_a_postgresql_query_is_exported(orders: Tables, s3: S3, bucket: str, run: Run, lines: Lines) -> None:
    orders.fill("t", FIELDS)
    node = SqlDataNode("orders", select_query="select * from t order by id")
    for number, data_format in enumerate((CSV(), QuotedCSV(), TSV(column_separator="a"))):
        run(copy(node, S3DataNode(file_path=f"s3://{bucket}/{number}", data_format=data_format)))
    assert lines.ways() == [
        EXPORT,
        EXPORT,
        PLAIN,
        f"Not by {EXPORT}: PostgreSQL does not take 'a' between columns",
    ]


@pytest.mark.parametrize("data_format", [CSV(), TSV(), QuotedCSV(header=True)])
@pytest.mark.parametrize("insert", [None, "insert into u (id, v) values (?, ?) on conflict do nothing"])
def test_a_file_is_loaded(
    orders: Tables, s3: S3, bucket: str, run: Run, lines: Lines, data_format: Any, insert: str | None
) -> None:
    orders.fill("t", FIELDS)
    orders.run("create table u (id int primary key, v text)")
    file = S3DataNode(directory_path=f"s3://{bucket}/d", data_format=data_format, compression="gzip")
    written = run(copy(SqlDataNode("orders", table="t"), file))
    target = SqlDataNode("orders", table=None if insert else "u", insert_query=insert)
    moved = run(copy(file, target))
    assert orders.column("u") == list(FIELDS)
    assert moved == {"rows": len(FIELDS), "bytes": written["bytes"], "objects": None}
    assert lines.ways() == [EXPORT, LOAD]


def test_one_key_twice_in_an_upsert_gives_what_row_by_row_gives(
    orders: Tables, s3: S3, bucket: str, run: Run, lines: Lines
) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,a\n1,b\n2,c\n1,d\n")
    orders.run("create table t (id int primary key, v text)")
    upsert = "insert into t values (?, ?::text) on conflict (id) do update set v = t.v || excluded.v"
    moved = run(copy(S3DataNode(file_path=f"s3://{bucket}/k"), SqlDataNode("orders", insert_query=upsert)))
    assert orders.column("t") == ["abd", "c"]
    assert moved == {"rows": 4, "bytes": 16, "objects": None}
    [first, second, reason] = lines.ways()
    assert (first, second) == (LOAD, PLAIN)
    assert reason.startswith(f"Not by {LOAD}: ON CONFLICT DO UPDATE")


@pytest.mark.parametrize(
    ("data_format", "body", "problem"),
    [
        (CSV(), b"1,a\n2,secret,3\n", "row 2: 2 columns are expected, 3 were found"),
        (CSV(), b"1,a\nsecret,b\n", r"row 2: .*\(SQLSTATE 22P02\), column id"),
        (QuotedCSV(), b'1,"a\n\n"\nsecret,b\n', r"row 2: .*\(SQLSTATE 22P02\), column id"),
        (
            QuotedCSV(header=True),
            b'h,"h\nh"\n1,"a\n\n"\nsecret,b\n',
            r"row 2: .*\(SQLSTATE 22P02\), column id",
        ),
        (CSV(), b"1,a\n1,secret\n", r"row 2: .*unique violation \(SQLSTATE 23505\)"),
        (CSV(), b"1,a\r\n", "row 1: .*CR LF"),
        (CSV(), b"1,a\n2,\xff\n", "row 2: .*UTF-8"),
        (CSV(), b"1,a\n3,secret\n", r"row 2: .*foreign key violation \(SQLSTATE 23503\)"),
    ],
)
def test_a_bad_record_undoes_the_load(
    orders: Tables, s3: S3, bucket: str, run: Run, data_format: Any, body: bytes, problem: str
) -> None:
    orders.run("create table p (id int primary key)")
    orders.run("insert into p values (1), (2)")
    orders.run("create table t (id int primary key references p, v text)")
    s3.client().put_object(Bucket=bucket, Key="k", Body=body)
    file = S3DataNode(file_path=f"s3://{bucket}/k", data_format=data_format)
    with pytest.raises(RecordError, match=f"^s3://{bucket}/k, {problem}") as caught:
        run(copy(file, SqlDataNode("orders", table="t")))
    assert "secret" not in str(caught.value)
    assert orders.run("select count(*) from t") == [(0,)]


def test_rows_are_piped(orders: Tables, run: Run, lines: Lines) -> None:
    values = [*FIELDS, "line\nfeed", "\r\n", 'a\n\\.\n"']
    orders.fill("t", values)
    orders.run("create table u (id int, v text)")
    moved = run(copy(SqlDataNode("orders", table="t"), SqlDataNode("orders", table="u")))
    assert orders.column("u") == values
    assert moved == {"rows": len(values), "bytes": None, "objects": None}
    assert lines.ways() == [PIPE]


def test_a_row_refused_in_a_pipe_is_found(orders: Tables, run: Run, lines: Lines) -> None:
    orders.fill("t", ["1", "2", "\nsecret", *map(str, range(100_000))])
    orders.run("create table u (id int, v int)")
    with pytest.raises(
        RecordError, match=r"^table t of connection orders, row 3: connection 'orders' refuses"
    ):
        run(copy(SqlDataNode("orders", table="t"), SqlDataNode("orders", table="u")))
    assert orders.run("select count(*) from u") == [(0,)]
    assert lines.ways() == [PIPE, PLAIN, f"Not by {PIPE}: a record is refused"]


def test_an_error_of_the_query_ends_a_pipe(orders: Tables, run: Run) -> None:
    orders.run("create table u (id int)")
    query = "select 10 / (100000 - n) from generate_series(1, 200000) n"
    with pytest.raises(DatapipelineError, match=r"the query failed: division by zero \(SQLSTATE 22012\)"):
        run(copy(SqlDataNode("orders", select_query=query), SqlDataNode("orders", table="u")))
    assert orders.run("select count(*) from u") == [(0,)]


STALLING = (
    "select n, repeat('x', 1000) from generate_series(1, 20000) n union all select 1, pg_sleep(60)::text"
)
ACTIVE = "select count(*) from pg_stat_activity where pid <> pg_backend_pid() and application_name like 'airflow%%'"


@pytest.mark.parametrize("way", [EXPORT, PIPE])
def test_a_kill_ends_both_ends_at_once(
    orders: Tables, s3: S3, bucket: str, run: Run, lines: Lines, way: str
) -> None:
    orders.run("create table u (id int, v text)")
    file = S3DataNode(file_path=f"s3://{bucket}/k")
    output = SqlDataNode("orders", table="u") if way == PIPE else file
    operator = copy(SqlDataNode("orders", select_query=STALLING), output)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            run(operator)
        except BaseException as error:  # noqa: BLE001 - looked at below
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + 20
    while lines.ways() != [way] and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    began = time.monotonic()
    operator.on_kill()
    thread.join(20)
    assert time.monotonic() - began < 10
    assert isinstance(failed[0], DatapipelineError)
    deadline = time.monotonic() + 10
    while orders.run(ACTIVE) != [(0,)] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert orders.run(ACTIVE) == [(0,)]
    assert orders.run("select count(*) from u") == [(0,)]
    assert s3.keys(bucket) == []
    assert "Uploads" not in s3.client().list_multipart_uploads(Bucket=bucket)


# Exactly once


def attempt(operator: CopyActivityOperator, max_tries: int) -> Any:
    task = SimpleNamespace(dag_id="dag", task_id="copy", run_id="run 1", map_index=-1, max_tries=max_tries)
    started = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    return operator.execute({"ti": task, "dag_run": SimpleNamespace(start_date=started)})  # type: ignore[typeddict-item]


def test_a_retry_does_not_load_twice_and_a_cleared_task_does(
    tables: Tables, s3: S3, bucket: str, run: Run, lines: Lines
) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,a\n2,b\n")
    tables.run("create table t (id int, v varchar(9))")
    load = copy(
        S3DataNode(file_path=f"s3://{bucket}/k"), SqlDataNode(tables.conn_id, table="t"), exactly_once=True
    )
    moved = attempt(load, 2)
    assert attempt(load, 2) == moved == {"rows": 2, "bytes": 8, "objects": None}
    assert tables.run("select count(*) from t") == [(2,)]
    assert "An earlier attempt of this task run has committed this load" in lines.texts[-1]
    attempt(load, 3)  # cleared after one try: max_tries is 1 + 2
    assert tables.run("select count(*) from t") == [(4,)]
    assert tables.run("select task, loaded_rows, read_bytes from datapipeline_loads order by task") == [
        ("dag / copy / run 1 / -1 / 2 / 2026-01-01 00:00:00+00:00", 2, 8),
        ("dag / copy / run 1 / -1 / 3 / 2026-01-01 00:00:00+00:00", 2, 8),
    ]


def test_a_failed_load_leaves_no_marker(tables: Tables, s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,a\nx,b\n")
    tables.run("create table t (id int, v varchar(9))")
    load = copy(
        S3DataNode(file_path=f"s3://{bucket}/k"), SqlDataNode(tables.conn_id, table="t"), exactly_once=True
    )
    with pytest.raises(DatapipelineError):
        attempt(load, 2)
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,a\n")
    attempt(load, 2)
    assert tables.run("select count(*) from t") == [(1,)]


def test_two_attempts_at_once_load_once(orders: Tables, s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1,a\n")
    orders.run("create table t (id int, v varchar(9))")
    load = copy(
        S3DataNode(file_path=f"s3://{bucket}/k"),
        SqlDataNode(
            "orders",
            insert_query="insert into t select x::int, pg_sleep(0.5)::text || y from (select ?, ?) n (x, y)",
        ),
        exactly_once=True,
    )
    done: list[Any] = []

    def work() -> None:
        try:
            done.append(attempt(load, 2))
        except DatapipelineError as error:
            done.append(error)

    orders.run(
        "create table datapipeline_loads (task_run varchar(36) primary key, task varchar(500), loaded_rows bigint, read_bytes bigint)"
    )
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(each, DatapipelineError) for each in done) == [False, True]
    assert orders.run("select count(*) from t") == [(1,)]


def test_the_marker_is_in_the_outputs_schema(orders: Tables, s3: S3, bucket: str, run: Run) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1\n")
    schema = orders.run("select current_schema()")[0][0] + "_too"
    orders.run(f"create schema {schema}")
    orders.run(f"create table {schema}.t (id int)")
    target = SqlDataNode("orders", table="t", schema_name=schema)
    attempt(copy(S3DataNode(file_path=f"s3://{bucket}/k"), target, exactly_once=True), 0)
    assert orders.run(f"select count(*) from {schema}.datapipeline_loads") == [(1,)]
    orders.run(f"drop schema {schema} cascade")


DAG_FILE = """
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

with DAG("DAG_ID", schedule=None, start_date=pendulum.datetime(2026, 1, 1)) as dag:
    CopyActivityOperator(
        task_id="Load",
        input=S3DataNode(file_path="s3://BUCKET/k"),
        output=SqlDataNode("orders", table="t"),
        exactly_once=True,
    )
"""


def test_what_airflow_changes_for_a_retry_and_when_a_task_is_cleared(
    orders: Tables, s3: S3, bucket: str, aws_default: str, airflow_db: Path
) -> None:
    from airflow.models.taskinstance import clear_task_instances
    from airflow.utils.session import create_session

    s3.client().put_object(Bucket=bucket, Key="k", Body=b"1\n")
    orders.run("create table t (id int)")
    finished = run_dag(airflow_db, DAG_FILE.replace("BUCKET", bucket))
    assert states(finished) == {"Load": "success"}
    assert orders.run("select count(*) from t") == [(1,)]
    assert orders.run("select count(*) from datapipeline_loads where task like '%%/ Load / manual%%'") == [
        (1,)
    ]
    with create_session() as session:
        [task] = [session.merge(each) for each in finished.get_task_instances()]
        begun = (task.id, task.max_tries, task.dag_run.start_date)
        task.prepare_db_for_next_try(session)  # what every retry does
        assert (task.max_tries, task.dag_run.start_date) == begun[1:]
        assert task.id != begun[0]
        task.try_number += 1  # as the scheduler does next
        session.flush()
        clear_task_instances([task], session)
        assert (task.max_tries, task.dag_run.start_date) != begun[1:]
        assert task.max_tries > begun[1]


WRITES = {
    "a function": "select id, v from wrote()",
    "a statement": "insert into log select id, 'a' from generate_series(1, 3) id returning id, v",
}


@pytest.mark.parametrize("query", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    ("insert", "rows", "written"),
    [
        # All at once it would change a row twice, which is declined at the end of the load: then one by one.
        (
            "insert into u values (least(?::int, 2), ?) on conflict (id) do update set v = u.v || excluded.v",
            2,
            3,
        ),
        ("insert into u values (?, ?)", 3, 3),
        ("insert into u values (least(?::int, 2), ?)", 0, 0),
    ],
)
def test_a_query_that_writes_does_so_once_or_with_a_failed_copy_not_at_all(
    orders: Tables, run: Run, query: str, insert: str, rows: int, written: int
) -> None:
    orders.run("create table log (id int, v text)")
    orders.run(
        "create function wrote() returns setof log language sql as "
        "$$ insert into log select id, 'a' from generate_series(1, 3) id returning id, v $$"
    )
    orders.run("create table u (id int primary key, v text)")
    operator = copy(SqlDataNode("orders", select_query=query), SqlDataNode("orders", insert_query=insert))
    if written:
        run(operator)
    else:
        with pytest.raises(DatapipelineError, match=r"row 3: .*unique violation"):
            run(operator)
    assert orders.run("select (select count(*) from u), (select count(*) from log)") == [(rows, written)]


def test_a_query_that_only_reads_ends_before_a_long_load(orders: Tables, run: Run, lines: Lines) -> None:
    orders.run("create table u (id int, v text)")
    insert = "insert into u values (?, ?::text || pg_sleep(1)::text)"
    orders.run("alter role current_user set idle_in_transaction_session_timeout to '500ms'")
    try:
        run(
            copy(
                SqlDataNode("orders", select_query="select 1, 'a'"),
                SqlDataNode("orders", insert_query=insert),
            )
        )
    finally:
        orders.run("alter role current_user reset idle_in_transaction_session_timeout")
    assert lines.ways() == [PIPE]
    assert orders.column("u") == ["a"]


@pytest.mark.parametrize("loads", [True, False])
def test_a_time_with_zone_reaches_a_time_or_is_refused(
    orders: Tables, shop: Tables, run: Run, lines: Lines, monkeypatch: pytest.MonkeyPatch, loads: bool
) -> None:
    if not loads:
        monkeypatch.setattr(MySQL, "loader", lambda *_: Declined("this test does without"))
    orders.run("create table t (id int, v timetz)")
    orders.run("insert into t values (1, '07:07:00.25+00'), (2, null)")
    shop.run("create table u (id int, v time(6))")
    copied = copy(SqlDataNode("orders", table="t"), SqlDataNode("shop", table="u"))
    run(copied)
    assert lines.ways()[0] == (PIPE if loads else PLAIN)
    assert [(key, str(value)) for key, value in shop.run("select * from u order by id")] == [
        (1, "7:07:00.250000"),
        (2, "None"),
    ]
    orders.run("insert into t values (3, '07:07:00+02')")
    with pytest.raises(RecordError, match=r"table t of connection orders, row 3: .*, column v"):
        run(copied)


FLOATS = [
    "0.1",
    "16777216",
    "1234567",
    "-123456.703125",
    "0.3333333134651184",
    "1e-45",
    "3.4028234663852886e38",
    "-1e20",
    "0",
    None,
]


@pytest.mark.parametrize("data_format", [CSV(), QuotedCSV()])
@pytest.mark.parametrize("exports", [True, False])
def test_a_float_comes_back_as_the_same_float(
    shop: Tables, s3: S3, bucket: str, run: Run, lines: Lines, monkeypatch: pytest.MonkeyPatch, exports: bool, data_format: Any
) -> None:  # fmt: skip
    if not exports:
        monkeypatch.setattr(MySQL, "exporter", lambda *_: Declined("this test does without"))
        monkeypatch.setattr(MySQL, "loader", lambda *_: Declined("this test does without"))
    shop.run("create table t (id int, v float, b bit(3), w varbinary(3))")
    shop.run("create table u like t")
    for number, value in enumerate(FLOATS):
        shop.run("insert into t values (%s, %s, 5, 'ab')", (number, value))
    file = S3DataNode(file_path=f"s3://{bucket}/k", data_format=data_format)
    run(copy(SqlDataNode("shop", select_query="select * from t order by id desc"), file))
    body = s3.client().get_object(Bucket=bucket, Key="k")["Body"].read().decode().split("\n")
    texts = [line.split(",")[1] for line in body[-2::-1]]
    assert texts[:3] == [
        "0.1" if isinstance(data_format, CSV) else "0.10000000149011612",
        "16777216",
        "1234567",
    ]
    values = [None if text in {"", r"\n"} else struct.pack("f", float(text)) for text in texts]
    assert values == [None if each is None else struct.pack("f", float(each)) for each in FLOATS]
    if isinstance(data_format, QuotedCSV):
        for source in (file, SqlDataNode("shop", table="t")):
            run(copy(source, SqlDataNode("shop", table="u")))
            same = "t.v + 0e0 <=> u.v + 0e0 and t.b = u.b and t.w = u.w"
            assert shop.run(f"select count(*) from t join u using (id) where {same}") == [(len(FLOATS),)]
            shop.run("delete from u")
