"""Input that is wrong: the error names the object, the row and the column, and neither it nor the log shows a value."""

from __future__ import annotations

import gzip
import re
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

from tests.provider.operators.copy_paths import BATCHED
from tests.servers import faulty
from tests.servers.faulty import Fault

if TYPE_CHECKING:
    from tests.conftest import SetConnection
    from tests.provider.operators.conftest import Run, Tables
    from tests.servers.seaweedfs import S3

GOOD = b"".join(b"%d,geheim\n" % number for number in range(1200))
STAGED = "insert into u (id, v) values (?, ?)"
FORMATS = {"CSV": CSV(), "QuotedCSV": QuotedCSV(), "QuotedCSV with a header": QuotedCSV(header=True)}
# What stands in row 1201 after GOOD, and what is said of it, besides the object.
COLUMN = r".* (id|1)\b"
BAD_ROWS = {
    "too many columns": (b"9001,geheim,geheim\n", "row 1201: 2 columns are expected, (3|more) were found"),
    "too few columns": (b"9001\n", "row 1201: 2 columns are expected, (1|fewer) were found"),
    "a wrong type": (b"geheim,geheim\n", f"row 1201{COLUMN}"),
    "a number too large": (b"99999999999999,geheim\n", "row 1201"),
    "a text too long": (b"9001,%b\n" % (b"geheim" * 20), "row 1201"),
    "a wrong encoding": (b"9001,geheim\xff\n", "row 1201.*UTF-8"),
}


def check(error: BaseException, place: str, problem: str, log: Any) -> None:
    """Fail if the message is another one, or a value is anywhere."""
    text = str(error)
    assert text.startswith(place), text
    assert re.search(problem, text), text
    assert "geheim" not in "".join(traceback.format_exception(error))
    assert "geheim" not in log.text


@pytest.mark.parametrize(
    "data_format",
    [
        pytest.param(each, id=name, marks=[] if name == "CSV" else [pytest.mark.long])
        for name, each in FORMATS.items()
    ],
)
@pytest.mark.parametrize("insert", [None, STAGED, pytest.param("batched", marks=pytest.mark.long)])
@pytest.mark.parametrize(("row", "problem"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row(
    tables: Tables, s3: S3, bucket: str, run: Run, caplog: Any, data_format: Any, insert: str | None,
    row: bytes, problem: str,
) -> None:  # fmt: skip
    head = b"id,v\n" if data_format.header else b""
    s3.client().put_object(Bucket=bucket, Key="d/1", Body=head + b"8000,geheim\n")
    s3.client().put_object(Bucket=bucket, Key="d/2", Body=head + GOOD + row + b"9002,geheim\n")
    tables.run("create table u (id int primary key, v varchar(100))")
    query = BATCHED[tables.conn_id] if insert == "batched" else insert
    source = S3DataNode(directory_path=f"s3://{bucket}/d", data_format=data_format)
    target = SqlDataNode(tables.conn_id, table="u", insert_query=query)
    with pytest.raises(DatapipelineError) as caught:
        run(CopyActivityOperator(task_id="x", input=source, output=target))
    if insert == "batched":  # of an expression, the servers do not say for which column it is
        problem = problem.removesuffix(COLUMN)
    check(caught.value, f"s3://{bucket}/d/2, ", problem, caplog)
    assert tables.run("select count(*) from u") == [(0,)]


BAD_FILES = {
    "text instead of gzip": ("gzip", GOOD, "not valid gzip"),
    "gzip that ends early": ("gzip", gzip.compress(GOOD)[:-20], "ends in the middle of its gzip data"),
    "text instead of zstd": ("zstd", GOOD, "not valid Zstandard"),
    "gzip that is not declared": ("none", gzip.compress(GOOD), 'compression="gzip"'),
}


@pytest.mark.parametrize("insert", [None, STAGED, "batched"])
@pytest.mark.parametrize(("compression", "body", "problem"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file(
    tables: Tables, s3: S3, bucket: str, run: Run, caplog: Any, insert: str | None,
    compression: Any, body: bytes, problem: str,
) -> None:  # fmt: skip
    s3.client().put_object(Bucket=bucket, Key="k", Body=body)
    tables.run("create table u (id int, v varchar(100))")
    query = BATCHED[tables.conn_id] if insert == "batched" else insert
    source = S3DataNode(file_path=f"s3://{bucket}/k", compression=compression)
    with pytest.raises(DatapipelineError) as caught:
        run(CopyActivityOperator(
            task_id="x", input=source, output=SqlDataNode(tables.conn_id, table="u", insert_query=query)
        ))  # fmt: skip
    check(caught.value, f"s3://{bucket}/k", problem, caplog)
    assert tables.run("select count(*) from u") == [(0,)]


REFUSED = [("s3", "GET", "/in"), ("s3", "HEAD", "/in"), ("orders", "PUT", "/out"), ("orders", "POST", "/out")]


@pytest.mark.parametrize(("source", "method", "query"), REFUSED)
def test_no_permission(
    orders: Tables, s3: S3, bucket: str, run: Run, airflow_connection: SetConnection,
    source: str, method: str, query: str,
) -> None:  # fmt: skip
    s3.client().put_object(Bucket=bucket, Key="in", Body=b"1,a\n")
    orders.run("create table u (id int, v text)")
    rows = 20_000 if method == "POST" else 1
    select = f"select n, repeat('x', 1000) from generate_series(1, {rows}) n"
    with faulty.run(s3.port) as way:
        extra = {
            "endpoint_url": way.endpoint_url,
            "region_name": s3.region,
            "config_kwargs": {"s3": {"addressing_style": "path"}},
        }
        airflow_connection(
            "aws_default", conn_type="aws", login=s3.access_key, password=s3.secret_key, extra=extra
        )
        way.faults.append(Fault(method, query, 403, 100))
        file = S3DataNode(file_path=f"s3://{bucket}{query}")
        table = SqlDataNode("orders", table="u", select_query=select)
        nodes: Any = {"input": file, "output": table} if source == "s3" else {"input": table, "output": file}
        with pytest.raises(
            DatapipelineError, match=rf"s3://{bucket}{query}: S3 refuses \w+: (AccessDenied|403)"
        ):
            run(CopyActivityOperator(task_id="x", **nodes))
    assert (s3.keys(bucket), orders.run("select count(*) from u")) == (["in"], [(0,)])
