"""CopyActivityOperator, as a task runs it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bench.copies.places import BUCKET, LARGE, SOURCE
from bench.copies.work import Role, Work
from bench.copies.workload import COLUMNS, PLAIN

if TYPE_CHECKING:
    from bench.copies.work import Execute

WHAT = "CopyActivityOperator"
STAGED = f"insert into target ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
MORE = "select w.* from workload w cross join (select 1 as n{}) as times"
TWICE, FIVE_TIMES = (MORE.format(" union all select 2" * more) for more in (1, 4))

Node = Callable[[], Any]


def works() -> list[Work]:
    """List what is measured of ours."""
    quoted = s3(SOURCE)
    tables = {kind: sql(kind, table="workload") for kind in ("postgresql", "mariadb", "sqlite")}
    targets = {kind: sql(kind, table="target") for kind in ("postgresql", "mariadb")}
    staged = sql("postgresql", table="target", insert_query=STAGED)
    return [
        to_s3("postgresql->s3", tables["postgresql"]),
        to_s3("postgresql->s3, own dialect", sql("postgresql", select_query=PLAIN), "unquoted"),
        to_s3("postgresql->s3, gzip", tables["postgresql"], "gzip"),
        to_s3("mariadb->s3", tables["mariadb"]),
        to_s3("mariadb->s3, own dialect", sql("mariadb", select_query=PLAIN), "unquoted"),
        to_s3("dbapi->s3", tables["sqlite"]),
        copy("s3->postgresql", quoted, targets["postgresql"], "postgresql:target"),
        copy("s3->postgresql, insertQuery", quoted, staged, "postgresql:target"),
        copy("s3->mariadb", quoted, targets["mariadb"], "mariadb:target"),
        copy("s3->s3", s3(LARGE), s3("ours/large.csv"), "s3:ours/large.csv", "large", times=0),
        copy("postgresql->mariadb", tables["postgresql"], targets["mariadb"], "mariadb:target"),
        copy("mariadb->postgresql", tables["mariadb"], targets["postgresql"], "postgresql:target"),
    ]


def longer() -> list[Work]:
    """List the same with more rows, for their memory."""
    return [
        to_s3("postgresql->s3", sql("postgresql", select_query=FIVE_TIMES), role="longer", times=5),
        to_s3("mariadb->s3", sql("mariadb", select_query=FIVE_TIMES), role="longer", times=5),
        to_s3("dbapi->s3", sql("sqlite", select_query=TWICE), role="longer", times=2),
    ]


def sql(conn_id: str, **arguments: str) -> Node:
    """Describe a database's table or query."""

    def node() -> Any:
        from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode

        return SqlDataNode(conn_id=conn_id, **arguments)

    return node


def s3(key: str, form: str = "quoted") -> Node:
    """Describe a file in S3."""

    def node() -> Any:
        from datapipeline_provider.data_formats.csv import CSV
        from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
        from datapipeline_provider.data_nodes.s3_data_node import S3DataNode

        return S3DataNode(
            file_path=f"s3://{BUCKET}/{key}",
            data_format=CSV() if form == "unquoted" else QuotedCSV(),
            compression="gzip" if form == "gzip" else "none",
        )

    return node


def to_s3(path: str, source: Node, form: str = "quoted", role: Role = "ours", times: int = 1) -> Work:
    """Describe an export."""
    key = f"{role}/{path.partition('->')[0]}-{form}"
    if form == "unquoted":
        times = 0  # rows with line feeds are missing
    return copy(path, source, s3(key, form), f"s3:{key}", form, role, times)


def copy(
    path: str,
    source: Node,
    sink: Node,
    result: str,
    form: str = "quoted",
    role: Role = "ours",
    times: int = 1,
) -> Work:
    """Describe a copy."""

    def make() -> Execute:
        import_everything()
        from datapipeline_provider.operators.copy_activity import CopyActivityOperator

        operator = CopyActivityOperator(task_id="copy", input=source(), output=sink())
        context: Any = {
            "ti": SimpleNamespace(dag_id="bench", task_id="copy", run_id="run", map_index=-1, max_tries=0)
        }
        return lambda: operator.execute(context)

    return Work(path, role, WHAT, make, result, form, times)


def import_everything() -> None:
    """Import what the operator imports only when it runs: its peers import theirs with the DAG's file."""
    for name in ("airflow.providers.amazon.aws.hooks.s3", "airflow.providers.sqlite.hooks.sqlite"):
        importlib.import_module(name)
    for name in ("copy", "data_formats", "hooks", "s3"):
        package = importlib.import_module(f"datapipeline_provider.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
