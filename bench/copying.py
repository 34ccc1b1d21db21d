"""How fast rows are copied, beside the limit of the machine: PostgreSQL's own client in the same run."""

from __future__ import annotations

import logging
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datapipeline_provider.copy.planning import Copy
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode

from tests.servers import postgres as postgres_server
from tests.servers import seaweedfs as seaweedfs_server

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

ROWS = int(os.environ.get("BENCH_ROWS", "500000"))
FILL = """
create table source as
select n as id, md5(n::text) as name, (n %% 100000) / 100.0 as amount,
       timestamp '2026-01-01' + n * interval '1 second' as placed_at,
       case when n %% 7 = 0 then null else 'note, with a comma ' || n end as note
from generate_series(1, %s) n
"""


def results(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what was measured, and how it came out."""
    with postgres_server.run(folder) as database, seaweedfs_server.run(folder) as s3:
        with database.connect() as connection, connection.cursor() as cursor:
            cursor.execute(FILL, [ROWS])
            cursor.execute("create table target (like source)")
        s3.client().create_bucket(Bucket="bench")
        os.environ["AIRFLOW_CONN_BENCH"] = (
            f"postgres://{database.user}:{database.password.replace(' ', '%20')}"
            f"@{database.host}:{database.port}/{database.dbname}"
        )
        copy(
            SqlDataNode(conn_id="bench", select_query="select 1"), S3DataNode(file_path="s3://bench/warm"), s3
        )
        limit = measured(lambda: psql(database, "select * from source"))
        yield f"limit: psql \\copy of {ROWS:,} rows to /dev/null", limit.text(limit)
        table = SqlDataNode(conn_id="bench", table="source")
        file = S3DataNode(file_path="s3://bench/rows.csv")
        yield "PostgreSQL to S3", measured(lambda: copy(table, file, s3)).text(limit)
        packed = S3DataNode(file_path="s3://bench/rows.csv.gz", compression="gzip")
        yield "PostgreSQL to S3, gzip", measured(lambda: copy(table, packed, s3)).text(limit)
        target = SqlDataNode(conn_id="bench", table="target")
        yield "S3 to PostgreSQL", measured(lambda: copy(file, target, s3)).text(limit)
        again = S3DataNode(file_path="s3://bench/again.csv")
        yield "S3 to S3, same format", measured(lambda: copy(file, again, s3)).text(limit)
        yield "memory of this process, at most", f"{peak_megabytes():.0f} MB"


class Measured:
    """Wall and CPU seconds of one piece of work, child processes included."""

    def __init__(self, wall: float, cpu: float) -> None:
        self.wall, self.cpu = wall, cpu

    def text(self, limit: Measured) -> str:
        """Return the figures, and their ratio to the limit's."""
        return (
            f"{self.wall:.1f} s, {ROWS / self.wall / 1000:,.0f} k rows/s, client CPU {self.cpu:.2f} s"
            f" ({self.cpu / limit.cpu:.1f} x the limit's)"
        )


def measured(work: Callable[[], Any]) -> Measured:
    """Do the work once and measure it."""
    wall, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    return Measured(time.perf_counter() - wall, max(cpu, 0.01))


def psql(database: Postgres, query: str) -> None:
    """Let PostgreSQL's own client write the query's rows to nowhere."""
    command = [
        postgres_server.program("psql"),
        database.dsn,
        "--quiet",
        "--command",
        f"\\copy ({query}) to /dev/null csv",
    ]
    subprocess.run(command, check=True)


def copy(source: SqlDataNode | S3DataNode, sink: SqlDataNode | S3DataNode, s3: S3) -> None:
    """Copy as CopyActivityOperator does."""
    from datapipeline_provider.hooks.database import database

    Copy(
        source=source,
        sink=sink,
        client=s3.client,
        open_database=lambda conn_id: database(conn_id, None),
        generated_name="bench",
        progress=Progress(logging.getLogger("bench")),
    ).run()


def peak_megabytes() -> float:
    """Return the most memory this process has had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
