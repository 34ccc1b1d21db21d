"""Values that a database refuses: the error names object, row and column, and shows no value, nor does what it chains."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.bulk import Declined
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.postgresql import PostgreSQL
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

if TYPE_CHECKING:
    from tests.provider.operators.conftest import Run, Tables
    from tests.servers.seaweedfs import S3

pytestmark = pytest.mark.long

TABLES = {
    "orders": "create table u (id int primary key, v varchar(10) not null, n numeric(5, 2), d date)",
    "shop": "create table u (id int primary key, v varchar(10) not null, n decimal(5, 2), d date)",
    "file": "create table u (id integer primary key, v text not null check (length(v) <= 10), n numeric check (n is null or (typeof(n) <> 'text' and abs(n) < 1000)), d text check (d is date(d)))",
}
COMPUTED = {
    "orders": "insert into u (id, v, n, d) select x::int, y, z::numeric, d::date from (select ?, ?, ?, ?) s (x, y, z, d)",
    "shop": "insert into u select ?, ?, ?, ?",
    "file": "insert into u select ?, ?, ?, ?",
}
STAGED = "insert into u (id, v, n, d) values (?, ?, ?, ?)"
WAYS = [
    (place, insert, loads)
    for place in TABLES
    for insert, loads in ((None, True), (None, False), (STAGED, True), (COMPUTED[place], True))
    if place != "file" or loads
]
# What stands in the record, and what is said of it: mostly the number or the name of the column.
BAD = {
    "no number": ("geheim,a,1,2024-01-31", r"column (1|id)\b"),
    "a number too large": ("47114711471147114711,a,1,2024-01-31", r"column (1|id)\b"),
    "a text too long": ("5000,geheimgeheim,1,2024-01-31", r"column (2|v)\b"),
    "null": ("5000,\\n,47.11,2024-01-31", r"column (2|v)\b"),
    "a decimal that is none": ("5000,a,geheim,2024-01-31", r"column (3|n)\b"),
    "a decimal too large": ("5000,a,47114711.5,2024-01-31", r"column (3|n)\b"),
    "no date": ("5000,geheim,1,geheim", r"column (4|d)\b"),
    "a date that is not": ("5000,a,1,4711-13-01", r"column (4|d)\b"),
    "a key for the second time": (
        "1050,geheim,1,2024-01-31",
        r"key PRIMARY, column (1|id)|key PRIMARY|constraint u_pkey|PRIMARYKEY",
    ),
}


def chained(error: BaseException) -> list[str]:
    """Give the texts of an error and of all that hang on it, shown or not."""
    texts, waiting, seen = [], [error], set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        texts += [str(each), repr(each)]
        waiting += [other for other in (each.__cause__, each.__context__) if other is not None]
    return texts


@pytest.mark.parametrize(("place", "insert", "loads"), WAYS)
def test_a_value_that_is_refused(
    request: pytest.FixtureRequest, s3: S3, bucket: str, run: Run, capfd: pytest.CaptureFixture[str], caplog: Any,
    monkeypatch: pytest.MonkeyPatch, place: str, insert: str | None, loads: bool,
) -> None:  # fmt: skip
    there: Tables = request.getfixturevalue(place)
    there.run(TABLES[place])
    there.run("insert into u values (6999, 'x', null, null)")
    if not loads:
        for kind in (MySQL, PostgreSQL):
            monkeypatch.setattr(kind, "loader", lambda *_: Declined("this test does without"))
    good = [f"{number},b,{number % 900},2024-01-{number % 28 + 1:02}" for number in range(1100)]
    s3.client().put_object(Bucket=bucket, Key="d/1", Body=b"8000,c,1,2024-01-31\n")
    source = S3DataNode(directory_path=f"s3://{bucket}/d")
    for record, problem in BAD.values():
        body = "\n".join([*good, record, "9000,geheim,1,2024-01-31", ""])
        s3.client().put_object(Bucket=bucket, Key="d/2", Body=body.encode())
        with pytest.raises(DatapipelineError) as caught:
            run(
                CopyActivityOperator(
                    task_id="x", input=source, output=SqlDataNode(place, table="u", insert_query=insert)
                )
            )
        assert re.match(rf"s3://{bucket}/d/2, row 1101: .*({problem})", str(caught.value))
        shown = [
            *chained(caught.value),
            *traceback.format_exception(caught.value),
            *capfd.readouterr(),
            caplog.text,
        ]
        assert not re.search("geheim|47114711|4711-13", "\n".join(shown))
        assert there.run("select id, v from u") == [(6999, "x")]
