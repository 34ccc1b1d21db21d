"""Input that is wrong: the error names the object, the row and the column, and neither it nor the log shows a value."""

from __future__ import annotations

import gzip
import re
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

from tests.provider.operators.copy_paths import BATCHED

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


@dataclass(frozen=True)
class Denied:
    """A copy that somebody may not do.

    :param user: of the S3 server.
    :param source: a path in the bucket, or a number of rows of a table.
    :param sink: a path in the bucket, or None for a table.
    :param refused: what the error says, where it begins: the address in the bucket, and what S3 refuses.
    """

    user: str
    source: str | int
    sink: str | None
    refused: str
    tsv: bool = False


LARGE = 20_000  # rows, which take more than one part
OBJECT = r"out/[\w-]+\.csv"
DENIED = {
    "a file": Denied("nobody", "in/1", None, "in/1: S3 refuses HeadObject: 403: Forbidden"),
    "a directory": Denied("nobody", "in/", None, "in/: S3 refuses ListObjectsV2: AccessDenied"),
    "a directory of known keys": Denied(
        "reader of known keys", "in/", None, "in/: S3 refuses ListObjectsV2: AccessDenied"
    ),
    "the files of a directory": Denied("lister", "in/", None, "in/1: S3 refuses GetObject: AccessDenied"),
    "a file to write": Denied("reader", 1, "out/k", "out/k: S3 refuses PutObject: AccessDenied"),
    "a large file to write": Denied(
        "reader", LARGE, "out/k", "out/k: S3 refuses CreateMultipartUpload: AccessDenied"
    ),
    "a directory to write": Denied("reader", 1, "out/", f"{OBJECT}: S3 refuses PutObject: AccessDenied"),
    "a large file in a directory": Denied(
        "reader", LARGE, "out/", f"{OBJECT}: S3 refuses CreateMultipartUpload: AccessDenied"
    ),
    "a copy to write": Denied(
        "reader", "in/1", "out/1", "out/1, a copy of .*/in/1: S3 refuses CopyObject: AccessDenied"
    ),
    "an original": Denied(
        "writer", "in/", "out/", "out/[12], a copy of .*/in/[12]: S3 refuses CopyObject: AccessDenied"
    ),
    "copies to write": Denied(
        "reader", "in/", "out/", "out/[12], a copy of .*/in/[12]: S3 refuses CopyObject: AccessDenied"
    ),
    "files to rewrite": Denied("writer", "in/", "out/", "in/1: S3 refuses GetObject: AccessDenied", tsv=True),
    "rewritten files": Denied(
        "reader", "in/", "out/", "out/[12]: S3 refuses PutObject: AccessDenied", tsv=True
    ),
}


@pytest.mark.parametrize("denied", DENIED.values(), ids=DENIED)
def test_no_permission(
    orders: Tables, s3: S3, bucket: str, run: Run, aws_as: Any, caplog: Any, denied: Denied
) -> None:
    for number in (1, 2):
        s3.client().put_object(Bucket=bucket, Key=f"in/{number}", Body=b"1,geheim\n")
    orders.run("create table u (id int, v text)")
    aws_as(denied.user)

    def node(path: str, **options: Any) -> S3DataNode:
        what = "directory_path" if path.endswith("/") else "file_path"
        return S3DataNode(**{what: f"s3://{bucket}/{path}"}, **options)

    if isinstance(denied.source, str):
        source: Any = node(denied.source)
    else:
        select = f"select n, repeat('geheim', 150) from generate_series(1, {denied.source}) n"
        source = SqlDataNode("orders", select_query=select)
    options = {"data_format": TSV()} if denied.tsv else {}
    sink = node(denied.sink, **options) if denied.sink else SqlDataNode("orders", table="u")
    with pytest.raises(DatapipelineError) as caught:
        run(CopyActivityOperator(task_id="x", input=source, output=sink))
    check(caught.value, "", f"s3://{bucket}/{denied.refused}", caplog)
    assert "Traceback" not in str(caught.value)
    assert s3.as_user(denied.user).secret_key not in str(caught.value) + caplog.text
    assert (s3.keys(bucket), uploads(s3, bucket)) == (["in/1", "in/2"], [])
    assert orders.run("select count(*) from u") == [(0,)]


def test_who_may_not_list_can_copy(orders: Tables, s3: S3, bucket: str, run: Run, aws_as: Any) -> None:
    s3.client().put_object(Bucket=bucket, Key="in", Body=b"1,a\n")
    aws_as("copier")
    files = [S3DataNode(file_path=f"s3://{bucket}/{key}") for key in ("in", "out")]
    run(CopyActivityOperator(task_id="x", input=files[0], output=files[1]))
    assert s3.read(bucket, "out") == b"1,a\n"


def uploads(s3: S3, bucket: str) -> list[Any]:
    """List the unfinished uploads."""
    return s3.client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])  # type: ignore[return-value]


@pytest.fixture
def aws_as(s3: S3, airflow_connection: SetConnection) -> Any:
    """A function that makes a user of the S3 server the one of the connection."""

    def set_user(name: str) -> None:
        user = s3.as_user(name)
        extra = {
            "endpoint_url": s3.endpoint_url,
            "region_name": s3.region,
            "config_kwargs": {"s3": {"addressing_style": "path"}},
        }
        airflow_connection(
            "aws_default", conn_type="aws", login=user.access_key, password=user.secret_key, extra=extra
        )

    return set_user
