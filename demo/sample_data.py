"""Sample rows: orders inside and outside of the four nights, with values that careless exports break."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg2.extras import execute_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.postgres import Postgres

ORDERS_DATABASE, WAREHOUSE_DATABASE, RDS_DATABASE = "orders", "warehouse", "rds"

FIRST_ORDER = datetime(2026, 10, 28, 12, 30)  # noqa: DTZ001  a column without time zone holds these
HOURS = 6 * 24
"""One order an hour from the day before the first night (29 October, 02:30) to the day after the last."""

NOTES = (
    "gift",
    "ring twice, then wait",
    'she said "tomorrow"',
    r"leave at C:\door",
    "café ☃ 🚀",
    "",
    None,
    "Zoë's",
)

RDS_ROWS = (
    (1, "Ada", Decimal("12.50"), True, "first, with a comma"),
    (2, "Grace", Decimal("-3.00"), False, r"back\slash"),
    (3, "Zoë", None, True, 'a "quoted" word'),
    (4, "Linus 🐧", Decimal("0.10"), None, None),
)


class Order(NamedTuple):
    """A row of the table `orders`."""

    id: int
    customer: str
    amount: Decimal | None
    placed_at: datetime
    note: str | None

    def survives_cleaning(self) -> bool:
        r"""Say whether the shell step's `$3 > 0` keeps the row: awk compares a NULL (`\n`) as text, and keeps it."""
        return self.amount is None or self.amount > 0


def orders() -> Iterator[Order]:
    """Make the sample orders, always the same ones."""
    for number in range(HOURS):
        yield Order(
            id=number + 1,
            customer=("Ada", "Grace", "Zoë", "Linus")[number % 4],
            amount=_amount(number),
            placed_at=FIRST_ORDER + timedelta(hours=number),
            note=NOTES[number % len(NOTES)],
        )


def _amount(number: int) -> Decimal | None:
    if number % 17 == 0:
        return None
    if number % 13 == 0:
        return Decimal("0.00")
    if number % 11 == 0:
        return (Decimal(-number) / 4).quantize(Decimal("0.01"))
    return Decimal(number) * Decimal("1.75")


def fill(server: Postgres) -> None:
    """Create the three databases, the source tables with their rows, and the table that every night adds a row to."""
    for name in (ORDERS_DATABASE, WAREHOUSE_DATABASE, RDS_DATABASE):
        server.create_database(name)
    columns = "id int primary key, customer text, amount numeric(12,2), placed_at timestamp, note text"
    _fill_table(server, ORDERS_DATABASE, "orders", columns, list(orders()))
    columns = "id int primary key, name text, balance numeric(12,2), active boolean, remark text"
    _fill_table(server, RDS_DATABASE, "rdstable", columns, list(RDS_ROWS))
    # Not by the nights: where several run at once, PostgreSQL refuses all "create table if not exists" but one.
    _fill_table(server, WAREHOUSE_DATABASE, "daily", "day date primary key, orders int, amount numeric", [])


def _fill_table(
    server: Postgres, database: str, table: str, columns: str, rows: list[tuple[Any, ...]]
) -> None:
    with closing(server.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(f"create table {table} ({columns})")
        if rows:
            execute_values(cursor, f"insert into {table} values %s", rows)
