"""Nothing is lost between any two databases: through files in S3 and piped, by the fast ways and by the plain one."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.routes.record_by_record import RecordByRecord
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.parquet import Parquet
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.hooks.bulk import Declined
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.postgresql import PostgreSQL
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

from tests.provider.operators.lossless import MARIADB, POSTGRESQL, SQLITE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.provider.operators.conftest import Run, Tables
    from tests.provider.operators.lossless import Column, Dialect
    from tests.provider.operators.sqlite_file import SqliteFile
    from tests.servers.seaweedfs import S3

pytestmark = pytest.mark.long

ROWS = int(os.environ.get("DP_ROWS", "20000"))
"""The gate takes 200,000. DP_ROWS=2000000 is the full measure; with `-k fast` it takes ten minutes."""
FEW = 5000


class Place(NamedTuple):
    """A database with tables to copy."""

    tables: Tables | SqliteFile
    dialect: Dialect

    def make(self, name: str, columns: dict[str, Column], rows: int = 0) -> SqlDataNode:
        """Make a table, filled if there are rows."""
        self.tables.run(self.dialect.create(columns, name))
        if rows:
            self.tables.run(self.dialect.fill(columns, name, rows))
        return SqlDataNode(self.tables.conn_id, table=name)

    def differences(self, columns: dict[str, Column], one: str, other: str) -> dict[str, int]:
        """Give the columns with cells that differ, and how many."""
        [(rows, *counts)] = self.tables.run(self.dialect.differences(columns, one, other))
        found = {"rows": rows, **{name: int(n) for name, n in zip(columns, counts, strict=True)}}
        return {name: count for name, count in found.items() if count}

    def digests(self, columns: list[str], name: str) -> list[int]:
        """Give numbers that are the same for equal tables in any database."""
        chosen = {each: self.dialect.common[each] for each in columns}
        [row] = self.tables.run(self.dialect.digests(chosen, name))
        return list(map(int, row))


@pytest.fixture
def places(orders: Tables, shop: Tables) -> dict[str, Place]:
    return {"postgresql": Place(orders, POSTGRESQL), "mariadb": Place(shop, MARIADB)}


@pytest.fixture
def copy(run: Run, bucket: str) -> Callable[..., None]:
    """Copy from one node to another: `through` a file with such fields of S3DataNode, or piped."""

    def do(source: SqlDataNode, target: SqlDataNode, through: dict[str, Any] | None = None) -> None:
        nodes: list[Any] = [source, target]
        if through is not None:
            file = S3DataNode(file_path=f"s3://{bucket}/{source.table}", **through)
            nodes.insert(1, file)
        for each, following in itertools.pairwise(nodes):
            run(CopyActivityOperator(task_id="copy", input=each, output=following))

    return do


@pytest.fixture(params=["fast", "plain"])
def rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Copy many rows by the fast ways, then few by the plain one."""
    if request.param == "fast":
        monkeypatch.setattr(RecordByRecord, "offer", lambda *_: pytest.fail("the plain way was taken"))
        return ROWS
    for kind in (MySQL, PostgreSQL):
        monkeypatch.setattr(kind, "exporter", lambda *_: Declined("this test does without"))
        monkeypatch.setattr(kind, "loader", lambda *_: Declined("this test does without"))
    return FEW


def test_the_comparison_sees_a_single_cell(places: dict[str, Place]) -> None:
    for place in places.values():
        columns = place.dialect.common | place.dialect.own
        place.make("original", columns, 50)
        place.make("copied", columns, 50)
        assert place.differences(columns, "original", "copied") == {}
        for column in list(columns)[1:]:
            one = f"select min(id) from original where {column} is not null"
            place.tables.run(f"update copied set {column} = null where id = ({one})")
            assert place.differences(columns, "original", "copied") == {column: 1}
            place.tables.run("delete from copied")
            place.tables.run("insert into copied select * from original")
        exact = list(place.dialect.common)
        before = place.digests(exact, "copied")
        place.tables.run("update copied set words = 'null' where words = 'NULL'")
        after = place.digests(exact, "copied")
        assert [exact[n - 1] for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [
            "words"
        ]


WAYS: dict[str, dict[str, Any] | None] = {
    "gzip": {"data_format": QuotedCSV(), "compression": "gzip"},
    "header": {"data_format": QuotedCSV(column_separator="\t", header=True)},
    "piped": None,
}


@pytest.mark.parametrize("way", ["gzip", "piped"])
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_nothing_is_lost_between_tables_of_one_kind_of_database(
    places: dict[str, Place], copy: Callable[..., None], rows: int, kind: str, way: str
) -> None:
    place = places[kind]
    columns = place.dialect.common if way == "piped" else place.dialect.common | place.dialect.own
    source, target = place.make("original", columns, rows), place.make("copied", columns)
    copy(source, target, WAYS[way])
    assert place.differences(columns, "original", "copied") == {}


@pytest.mark.parametrize("way", ["header", "piped"])
@pytest.mark.parametrize(("kind", "other"), [("postgresql", "mariadb"), ("mariadb", "postgresql")])
def test_nothing_is_lost_between_two_kinds_of_databases(
    places: dict[str, Place], copy: Callable[..., None], rows: int, kind: str, other: str, way: str
) -> None:
    here, there = places[kind], places[other]
    source, target = (
        here.make("original", here.dialect.common, rows),
        there.make("copied", there.dialect.common),
    )
    copy(source, target, WAYS[way])
    exact = [name for name in here.dialect.common if name not in {"ratio"}]  # whose texts differ
    assert here.digests(exact, "original") == there.digests(exact, "copied")
    copy(target, here.make("back", here.dialect.common), WAYS[way])
    assert here.differences(here.dialect.common, "original", "back") == {}


@pytest.mark.parametrize(
    "data_format", [JSONLines(), Parquet(), JSONLines(("id INT", "flag BOOLEAN", "bytes BLOB"))]
)
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
@pytest.mark.parametrize("other", ["postgresql", "mariadb"])
def test_the_other_formats_carry_booleans_and_binary_values_too(
    places: dict[str, Place], copy: Callable[..., None], kind: str, other: str, data_format: Any
) -> None:
    here, there = places[kind], places[other]
    names = ["id", "flag", "bytes"]
    mine, theirs = ({name: place.dialect.common[name] for name in names} for place in (here, there))
    source, target = here.make("original", mine, 300), there.make("copied", theirs)
    copy(source, target, {"data_format": data_format})
    assert here.digests(names, "original") == there.digests(names, "copied")


@pytest.mark.parametrize(("kind", "value"), [("blob", "secret"), ("blob", r"\xsecret"), ("bit(3)", "secret")])
def test_what_is_no_binary_value_is_refused_by_each_way(
    places: dict[str, Place], s3: S3, bucket: str, run: Run, rows: int, kind: str, value: str
) -> None:
    places["mariadb"].tables.run(f"create table u (id int, v {kind})")
    s3.client().put_object(Bucket=bucket, Key="k", Body=f"1,\n2,{value}\n".encode())
    file = S3DataNode(file_path=f"s3://{bucket}/k", data_format=QuotedCSV())
    with pytest.raises(RecordError, match=r"row 2: (?!.*secret)"):
        run(CopyActivityOperator(task_id="copy", input=file, output=SqlDataNode("shop", table="u")))
    assert places["mariadb"].tables.run("select * from u") == []


@pytest.mark.parametrize("way", ["gzip", "piped"])
@pytest.mark.parametrize("through", [None, "postgresql", "mariadb"])
def test_nothing_is_lost_from_and_to_any_other_database(
    file: SqliteFile, places: dict[str, Place], copy: Callable[..., None], through: str | None, way: str
) -> None:
    here, columns = Place(file, SQLITE), SQLITE.common
    source, back = here.make("original", columns, FEW), here.make("back", columns)
    if through is None:
        copy(source, back, WAYS[way])
    else:
        there = places[through]
        between = there.make("copied", there.dialect.common)
        copy(source, between, WAYS[way])
        copy(between, back, WAYS[way])
    assert here.differences(columns, "original", "back") == {}
