"""Rows that break careless copies, the same in every run: made by PostgreSQL, and handed to MariaDB and SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.mariadb import Mariadb
    from tests.servers.postgres import Postgres

COLUMNS = ("id", "customer", "name", "note", "amount", "placed_at", "day", "active")

POSTGRESQL = """
create table workload (
    id bigint primary key, customer bigint not null, name varchar(100), note varchar(300),
    amount numeric(12,2) not null, placed_at timestamp(6) not null, day date not null, active boolean not null
)
"""
MARIADB = """
create table workload (
    id bigint primary key, customer bigint not null, name varchar(100), note varchar(300),
    amount decimal(12,2) not null, placed_at datetime(6) not null, day date not null, active tinyint(1) not null
) character set utf8mb4 collate utf8mb4_bin
"""
SQLITE = """
create table workload (
    id integer primary key, customer integer not null, name text, note text,
    amount text not null, placed_at text not null, day text not null, active integer not null
)
"""

FILL = r"""
insert into workload
select n,
    h %% 9000000000000000000 - 4500000000000000000,
    case h %% 100
        when 0 then null when 1 then '' when 2 then 'NULL' when 3 then '\N' when 4 then '\.'
        when 5 then 'O''Neil, "Bob"' when 6 then 'Zoë 😀' when 7 then ' blanks '
        else 'customer ' || substr(md5, 1, 8)
    end,
    case h / 100 %% 40
        when 0 then null when 1 then '' when 2 then E'two\nlines' when 3 then E'two\r\nlines, "quoted"'
        when 4 then E'a\ttab' when 5 then 'C:\new\table\' when 6 then 'NULL' when 7 then '\N' when 8 then '\.'
        when 9 then '"' when 10 then ',' when 11 then 'naïve 🎉 café, ' || substr(md5, 1, 6) when 12 then E'\\\n'
        when 13 then 'half "quoted' when 14 then E'ends in a feed\n' when 15 then 'a ''single'' one'
        else 'order ' || substr(md5, 9, 12) || case h %% 3 when 0 then ', paid' else ' is still open' end
    end,
    (h %% 1999999999999 - 999999999999) / 100.0,
    timestamp '1925-01-01' + h %% 3155760000 * interval '1 second' + h %% 1000000 * interval '1 microsecond',
    date '1901-01-01' + (h %% 50000)::int,
    h %% 7 < 3
from generate_series(1, %s) n,
    lateral (select md5(n::text)) as digest(md5),
    lateral (select ('x' || substr(md5, 1, 15))::bit(60)::bigint) as number(h)
"""

PLAIN = "select * from workload where note is null or note not like '%\n%'"
"""The rows without a line feed, which Data Pipeline's own dialect cannot carry; for each of the databases."""

AS_TEXT = """
select id, customer, name, note, amount::text, placed_at::text, day::text, active::int from workload order by id
"""

SIZE = "select count(*), sum(hashtextextended(t::text, 0)::numeric) from {table} t"
"""The number of rows and a sum that does not depend on their order."""


def fill(postgres: Postgres, mariadb: Mariadb, sqlite: Path, folder: Path, rows: int) -> tuple[Path, Path]:
    """Make the table `workload` in all three databases.

    :return: the same rows as files: quoted CSV, and what MariaDB's LOAD DATA reads unasked
    """
    quoted, escaped = folder / "workload.csv", folder / "workload.tsv"
    with closing(postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(POSTGRESQL)
        cursor.execute(FILL, [rows])
        cursor.execute("vacuum analyze workload")
        cursor.execute(f"copy ({AS_TEXT}) to '{quoted}' csv")
        cursor.execute(f"copy ({AS_TEXT}) to '{escaped}'")
    with closing(mariadb.connect()) as opened, opened.cursor() as there:
        there.execute(MARIADB)
        there.execute(f"load data infile '{escaped}' into table workload character set utf8mb4")
        there.execute("analyze table workload")
    with closing(postgres.connect()) as connection, closing(sqlite3.connect(sqlite)) as file:
        connection.autocommit = False  # a cursor of the server needs a transaction
        file.execute(SQLITE)
        with connection.cursor("rows") as reader:
            reader.itersize = 10_000
            reader.execute(AS_TEXT)
            file.executemany(f"insert into workload values ({', '.join('?' * len(COLUMNS))})", reader)
        file.commit()
    return quoted, escaped
