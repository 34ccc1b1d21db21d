"""What the machine can do: the databases' own clients and commands, and boto3 for S3."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from bench.copies.places import BUCKET, ESCAPED, FOLDER, SOURCE, connection
from bench.copies.work import Work
from bench.copies.workload import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.copies.work import Execute


def works() -> list[Work]:
    """List the limits."""
    return [
        Work("postgresql->s3", "limit", r"psql \copy piped to a PUT", psql, "s3:limit/postgresql.csv"),
        Work("mariadb->s3", "limit", "mysql --quick piped to a PUT", mysql, "s3:limit/mariadb.tsv", "tabs"),
        Work("s3->postgresql", "limit", "GET and COPY in the server", copy, "postgresql:target"),
        Work("s3->mariadb", "limit", "GET and LOAD DATA in the server", load_data, "mariadb:target"),
    ]


def client() -> Any:
    """Make a client of S3."""
    found = connection("aws_default")
    return boto3.client(
        "s3",
        endpoint_url=found["extra"]["endpoint_url"],
        region_name=found["extra"]["region_name"],
        aws_access_key_id=found["login"],
        aws_secret_access_key=found["password"],
        config=Config(s3={"addressing_style": "path"}),
    )


def piped(command: list[str], environment: dict[str, str], key: str) -> Execute:
    """Send what a program writes to S3."""
    transfer = TransferConfig(max_concurrency=2)

    def execute() -> None:
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | environment) as process:
            client().upload_fileobj(process.stdout, BUCKET, key, Config=transfer)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)

    return execute


def psql() -> Execute:
    """Export with PostgreSQL's client."""
    from tests.servers.postgres import program

    found = connection("postgresql")
    where = f"host={found['host']} port={found['port']} user={found['login']} dbname={found['schema']}"
    command = [program("psql"), where, "--quiet", "--no-psqlrc", "--command"]
    command.append("\\copy (select * from workload) to stdout csv")
    return piped(command, {"PGPASSWORD": found["password"]}, "limit/postgresql.csv")


def mysql() -> Execute:
    """Export with MariaDB's client."""
    found = connection("mariadb")
    program = shutil.which("mariadb") or shutil.which("mysql") or "mariadb"
    command = [
        program,
        "--no-defaults",
        "--protocol=tcp",
        f"--host={found['host']}",
        f"--port={found['port']}",
    ]
    command += [f"--user={found['login']}", "--default-character-set=utf8mb4", "--quick", "--batch"]
    command += ["--execute=select * from workload", found["schema"]]
    return piped(command, {"MYSQL_PWD": found["password"]}, "limit/mariadb.tsv")


def got(key: str, then: Callable[[Path], None]) -> Execute:
    """Get an object into a file and let a server read that; tell the seconds that the server took."""
    file = Path(os.environ[FOLDER]) / f"limit-{key}"

    def execute() -> dict[str, float]:
        body = client().get_object(Bucket=BUCKET, Key=key)["Body"]
        with file.open("wb") as output:
            while part := body.read(1 << 20):
                output.write(part)
        start = time.perf_counter()
        then(file)
        return {"server_seconds": time.perf_counter() - start}

    return execute


def copy() -> Execute:
    """Load with COPY of a file on the server's disk."""
    import psycopg2

    found = connection("postgresql")

    def load(file: Path) -> None:
        with closing(
            psycopg2.connect(
                host=found["host"],
                port=found["port"],
                user=found["login"],
                password=found["password"],
                dbname=found["schema"],
            )
        ) as opened:
            with opened.cursor() as cursor:
                cursor.execute(f"copy target ({', '.join(COLUMNS)}) from '{file}' csv")
            opened.commit()

    return got(SOURCE, load)


def load_data() -> Execute:
    """Load with LOAD DATA of a file on the server's disk, in the form that the server reads fastest."""
    import pymysql

    found = connection("mariadb")

    def load(file: Path) -> None:
        with closing(
            pymysql.connect(
                host=found["host"],
                port=found["port"],
                user=found["login"],
                password=found["password"],
                database=found["schema"],
                charset="utf8mb4",
            )
        ) as opened:
            with opened.cursor() as cursor:
                cursor.execute(f"load data infile '{file}' into table target character set utf8mb4")
            opened.commit()

    return got(ESCAPED, load)
