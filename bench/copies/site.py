"""The servers of one benchmark, filled, and what they spend."""

from __future__ import annotations

import math
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.copies import workload
from bench.copies.places import BUCKET, ESCAPED, FOLDER, LARGE, SOURCE, connections
from tests.servers import mariadb as mariadb_server
from tests.servers import postgres as postgres_server
from tests.servers import seaweedfs as seaweedfs_server
from tests.servers.process import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.mariadb import Mariadb
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

LARGE_BYTES = 1_000_000_000
SMALLEST_PART = 5 << 20
SECONDS_TO_SETTLE = 0.3
"""So long a server's process may need to end after its client."""


@dataclass(frozen=True)
class Site:
    """Where everything is.

    :param environment: what a measured process finds in its environment.
    """

    folder: Path
    rows: int
    postgres: Postgres
    mariadb: Mariadb
    s3: S3
    environment: dict[str, str]

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement in PostgreSQL."""
        with closing(self.postgres.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def ask_mariadb(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement in MariaDB."""
        with closing(self.mariadb.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def empty_targets(self) -> None:
        """Make the tables `target` anew."""
        self.ask("drop table if exists target; create table target (like workload including all); checkpoint")
        self.ask_mariadb("drop table if exists target")
        self.ask_mariadb("create table target like workload")

    def database_cpu(self) -> float:
        """Add up the CPU seconds of both database servers so far."""
        time.sleep(SECONDS_TO_SETTLE)
        return sum(_cpu(self.folder / f"{name}.pid") for name in ("postgres", "mariadb"))


def _cpu(pid_file: Path) -> float:
    """Add up the CPU seconds of a server, of the processes below it, and of those that have ended."""
    server = recorded(pid_file)
    if server is None:
        raise RuntimeError(f"{pid_file.stem} is not there any more")
    return sum(sum(each.cpu_times()[:4]) for each in [server, *server.children(recursive=True)])


@contextmanager
def opened(folder: Path, rows: int) -> Iterator[Site]:
    """Run the servers with the workload in them until the block ends."""
    sqlite = folder / "workload.sqlite"
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server.run(folder))
        mariadb = stack.enter_context(mariadb_server.run(folder))
        s3 = stack.enter_context(seaweedfs_server.run(folder))
        environment = connections(postgres, mariadb, sqlite, s3) | {FOLDER: str(folder)}
        site = Site(folder, rows, postgres, mariadb, s3, environment)
        quoted, escaped = workload.fill(postgres, mariadb, sqlite, folder, rows)
        client = s3.client()
        client.create_bucket(Bucket=BUCKET)
        client.upload_file(str(quoted), BUCKET, SOURCE)
        client.upload_file(str(escaped), BUCKET, ESCAPED)
        _make_large(site, quoted.stat().st_size)
        yield site


def _make_large(site: Site, size: int) -> None:
    """Let S3 put the large object together from copies of the source."""
    client = site.s3.client()
    if size < SMALLEST_PART:
        client.put_object(Bucket=BUCKET, Key=LARGE, Body=b"1,2,,\n" * (LARGE_BYTES // 60))
        return
    upload = client.create_multipart_upload(Bucket=BUCKET, Key=LARGE)["UploadId"]
    parts = []
    for number in range(1, math.ceil(LARGE_BYTES / size) + 1):
        answer = client.upload_part_copy(
            Bucket=BUCKET,
            Key=LARGE,
            UploadId=upload,
            PartNumber=number,
            CopySource={"Bucket": BUCKET, "Key": SOURCE},
        )
        parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
    client.complete_multipart_upload(
        Bucket=BUCKET,
        Key=LARGE,
        UploadId=upload,
        MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
    )
