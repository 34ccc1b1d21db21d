"""CopyActivity as Airflow runs it: templates, XCom, timeouts, kills."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

from tests.provider.dag_files import run_dag, states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.provider.operators.conftest import Run, Tables
    from tests.servers.seaweedfs import S3

DAG_FILE = """
from airflow.sdk import Param
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
from datapipeline_provider.operators.sql_activity import SqlActivityOperator

with DAG("DAG_ID", schedule=None, start_date=pendulum.datetime(2026, 1, 1), params={"lake": Param("s3://BUCKET")}) as dag:
    day = S3DataNode(directory_path="{{ params.lake }}/{{ dag_run.logical_date.strftime('%Y/%m/%d') }}", data_format=TSV())
    out = CopyActivityOperator(
        task_id="Out",
        input=SqlDataNode("orders", table="{{ 't' }}", select_query="select id, v from t where v <> '{{ dag_run.logical_date.day }}'"),
        output=day,
    )
    back = CopyActivityOperator(
        task_id="Back",
        input=day,
        output=SqlDataNode("orders", table="u", create_table_sql="create table u (id int, v text)", insert_query="insert into {{ 'u' }} values (?::int, ?)"),
    )
    done = SqlActivityOperator(
        task_id="Done",
        conn_id="orders",
        sql="insert into u values (?, ?)",
        parameters=["99", "{{ ti.xcom_pull('Out') }}"],
    )
    out >> back >> done
"""


@pytest.mark.parametrize("moment", ["2026-03-02", "2026-03-03"])
def test_a_dag(orders: Tables, s3: S3, bucket: str, aws_default: str, airflow_db: Path, moment: str) -> None:
    orders.fill("t", ["1", "2", "3"])
    finished = run_dag(airflow_db, DAG_FILE.replace("BUCKET", bucket), moment)
    assert states(finished) == {"Out": "success", "Back": "success", "Done": "success"}
    [key] = s3.keys(bucket)
    assert key.startswith(moment.replace("-", "/") + "/")
    expected = [value for value in ("1", "2", "3") if value != moment[-1]]
    assert orders.column("u") == [*expected, "{'rows': 2, 'bytes': 8, 'objects': 1}"]


def test_tasks_that_share_a_node_render_it_each_for_themselves() -> None:
    node = S3DataNode(directory_path="s3://{{ bucket }}/d")
    first, second = (CopyActivityOperator(task_id=name, input=node, output=node) for name in ("a", "b"))
    first.render_template_fields({"bucket": "one"})  # type: ignore[typeddict-unknown-key]
    second.render_template_fields({"bucket": "two"})  # type: ignore[typeddict-unknown-key]
    assert (first.input_node.bucket, first.output_node.bucket) == ("one", "one")  # type: ignore[union-attr]
    assert (second.input_node.bucket, node.directory_path) == ("two", "s3://{{ bucket }}/d")  # type: ignore[union-attr]


# Rows come quickly at first, then the query waits.
STALLING = {
    "orders": "select n, repeat('x', 1000) from generate_series(1, 20000) n union all select 1, pg_sleep(60)::text",
    "shop": "select seq, repeat('x', 1000) from seq_1_to_20000 union all select 1, sleep(60)",
}
RUNNING = {
    "orders": "select count(*) from pg_stat_activity where query like 'COPY%%pg_sleep%%' and state = 'active'",
    "shop": "select count(*) from information_schema.processlist where info like '%%sleep(60)%%' and id <> connection_id()",
}


@pytest.fixture
def stalling(tables: Tables, bucket: str) -> CopyActivityOperator:
    query = SqlDataNode(tables.conn_id, select_query=STALLING[tables.conn_id])
    return CopyActivityOperator(task_id="x", input=query, output=S3DataNode(file_path=f"s3://{bucket}/k"))


def test_killing_the_task_cancels_the_query_and_the_upload(
    tables: Tables, s3: S3, bucket: str, run: Run, stalling: CopyActivityOperator
) -> None:
    errors: list[BaseException] = []

    def attempt() -> None:
        try:
            run(stalling)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    try:
        wait_for(lambda: uploads(s3, bucket))  # the first part is on its way
        wait_for(lambda: tables.run(RUNNING[tables.conn_id]) == [(1,)])
    finally:  # the next test has the same server
        began = time.monotonic()
        stalling.on_kill()
    thread.join(20)
    assert time.monotonic() - began < 10
    assert isinstance(errors[0], DatapipelineError)
    nothing_is_left(tables, s3, bucket)


class Terminated(BaseException):
    """What Airflow raises in a signal handler is no Exception."""


def test_an_exception_from_a_signal_handler_does_the_same(
    tables: Tables, s3: S3, bucket: str, run: Run, stalling: CopyActivityOperator
) -> None:
    def handler(*_: Any) -> None:
        raise Terminated

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 3)
    began = time.monotonic()
    try:
        with pytest.raises(Terminated):
            run(stalling)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - began < 15
    nothing_is_left(tables, s3, bucket)


def test_killing_a_task_that_has_not_begun_or_has_ended_does_nothing(
    orders: Tables, bucket: str, run: Run
) -> None:
    orders.fill("t", ["x"])
    operator = CopyActivityOperator(
        task_id="x", input=SqlDataNode("orders", table="t"), output=S3DataNode(file_path=f"s3://{bucket}/k")
    )
    operator.on_kill()
    run(operator)
    operator.on_kill()


def nothing_is_left(tables: Tables, s3: S3, bucket: str) -> None:
    wait_for(lambda: tables.run(RUNNING[tables.conn_id]) == [(0,)])
    assert (s3.keys(bucket), uploads(s3, bucket)) == ([], [])


def uploads(s3: S3, bucket: str) -> Any:
    return s3.client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
