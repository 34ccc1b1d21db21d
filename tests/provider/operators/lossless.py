r"""Tables with every kind of value, made by the servers themselves, and comparisons in which no copy has a part.

A number of rows always gives the same tables. `common` has the types that all databases have, `own` those of one kind.
"""

from __future__ import annotations

from typing import NamedTuple

TEXTS = (
    "", "NULL", "null", r"\N", r"\n", r"\.", "\\", r"\\", r"\,", ",", ",,", "a,b", '"', '""', '"a', 'a"', '","',
    "\n", "\r", "\r\n", "a\nb", "a\r\nb\r\n", "\n\\.\n", "\t", "a\tb", "\b\f\v\x01\x1f\x7f", " ", " blanks ", "'",
    "it's", "100 %s %(x)s ? $1 {}", "ünïcödé", "😀👩‍👩‍👧", "\u2028\u0085\ufeff", "\\x00ff", "t", "f", "true", "1", "-0",
    "NaN", "Infinity", "0000-00-00", "long, \"long\" " * 20,
)  # fmt: skip


DOCUMENT = r"""[1, "two,\n\\", null, {}]"""


class Column(NamedTuple):
    """A column: its type, the value for the number `i`, and a text that is another one for each other value."""

    kind: str
    value: str
    text: str = "{c}"


class Dialect(NamedTuple):
    """How one kind of database says it.

    :param numbers: a table of the numbers `i` from 1 to `{rows}`.
    :param digest: a number made of the text `{text}`, the same on each kind of server.
    :param equal: whether the texts `{a}` and `{b}`, or NULLs, are the same to the byte.
    """

    common: dict[str, Column]
    own: dict[str, Column]
    numbers: str
    digest: str
    equal: str

    def create(self, columns: dict[str, Column], name: str) -> str:
        """Make an empty table."""
        inside = ", ".join(f"{column} {each.kind}" for column, each in columns.items())
        return f"create table {name} ({inside}, primary key (id))"

    def fill(self, columns: dict[str, Column], name: str, rows: int) -> str:
        """Fill it."""
        values = ", ".join(each.value for each in columns.values())
        return f"insert into {name} select {values} from {self.numbers.format(rows=rows)}"

    def differences(self, columns: dict[str, Column], one: str, other: str) -> str:
        """Count, for each column, the cells that differ, after the number of rows that only one table has."""
        sums = ", ".join(
            "sum(case when {} then 0 else 1 end)".format(
                self.equal.format(a=each.text.format(c=f"a.{column}"), b=each.text.format(c=f"b.{column}"))
            )
            for column, each in columns.items()
        )
        rows = f"(select count(*) from {one}) - (select count(*) from {other})"
        return f"select {rows}, {sums} from {one} a left join {other} b on a.id = b.id"

    def digests(self, columns: dict[str, Column], name: str) -> str:
        """Make a number of all cells of each column, with the row's id in each; after the number of rows."""
        sums = ", ".join(
            f"sum({self.digest.format(text=each.text.format(c=column))})" for column, each in columns.items()
        )
        return f"select count(*), {sums} from {name}"


def _postgresql_text(number: str) -> str:
    texts = ", ".join(f"convert_from('\\x{each.encode().hex()}', 'UTF8')" for each in TEXTS)
    return f"(array[null, {texts}])[1 + ({number}) % {len(TEXTS) + 1}]"


def _mariadb_text(number: str) -> str:
    texts = ", ".join(f"_utf8mb4 x'{each.encode().hex()}'" for each in TEXTS)
    return f"elt(({number}) % {len(TEXTS) + 1}, {texts})"


def _sqlite_text(number: str) -> str:
    texts = " ".join(
        f"when {n} then cast(x'{each.encode().hex()}' as text)" for n, each in enumerate(TEXTS, 1)
    )
    return f"case ({number}) % {len(TEXTS) + 1} {texts} end"


HUGE = "9999999999999999999999999999.9999999999"
BIG = "case i % 6 when 0 then null when 1 then -9223372036854775807 - 1 when 2 then 9223372036854775807 when 3 then 0 when 4 then i else -i end"
DECIMALS = f"case i % 6 when 0 then null when 1 then {HUGE} when 2 then -{HUGE} when 3 then 0 when 4 then i * 1.0000000001 else -i / 7.0 end"
NUMBER = "{c}::text"

POSTGRESQL = Dialect(
    common={
        "id": Column("bigint", "i", NUMBER),
        "big": Column("bigint", BIG, NUMBER),
        "decimals": Column("numeric(38, 10)", DECIMALS, NUMBER),
        "words": Column("text", _postgresql_text("i")),
        "more": Column("varchar(2000)", f"{_postgresql_text('i / 47')} || i || {_postgresql_text('i * 5')}"),
        "at": Column(
            "timestamp(6)",
            """case i % 5 when 0 then null when 1 then '0001-01-01 00:00:00.000001' when 2 then '9999-12-31 23:59:59.999999'
            when 3 then timestamp '1970-01-01' - i * interval '1 hour 0.000001 seconds'
            else timestamp '1970-01-01' + i * interval '1 hour 0.1 seconds' end""",
            "to_char({c}, 'YYYY-MM-DD HH24:MI:SS.US')",
        ),
        "day": Column(
            "date",
            "case i % 4 when 0 then null when 1 then '0001-01-01' when 2 then '9999-12-31' else date '1970-01-01' - i::int % 700000 end",
            NUMBER,
        ),
        "flag": Column(
            "boolean", "case i % 3 when 0 then null when 1 then true else false end", "{c}::int::text"
        ),
        "bytes": Column(
            "bytea",
            """case i % 5 when 0 then null when 1 then '' when 2 then '\\x00' when 3 then '\\x5c782c220a0d00ff5c2e'
            else decode(md5(i::text), 'hex') end""",
            "encode({c}, 'hex')",
        ),
        "doc": Column(
            "json",
            "case i % 3 when 0 then null when 1 then json_build_object('n', i, 'text', "
            f"{_postgresql_text('i')}) else '[1, \"two,\\n\\\\\", null, {{}}]' end",
            NUMBER,
        ),
        "ratio": Column(
            "double precision",
            """case i % 8 when 0 then null when 1 then i / 7.0::float8 when 2 then -1.7976931348623157e308 when 3 then 2.2250738585072014e-308
            when 4 then 0.1 when 5 then 1e15 + i when 6 then sqrt(i::float8) * 1e-20 else -i end""",
            NUMBER,
        ),
    },
    own={
        "id": Column("bigint", "i", NUMBER),
        "odd_ratio": Column(
            "double precision",
            "case i % 7 when 0 then null when 1 then 'NaN' when 2 then 'Infinity' when 3 then '-Infinity' when 4 then '-0' when 5 then 5e-324 else sin(i::float8) * 1e-300 end",
            NUMBER,
        ),
        "single": Column(
            "real", "case i % 4 when 0 then 'NaN' when 1 then '-Infinity' else i / 7.0 end", NUMBER
        ),
        "anything": Column(
            "numeric",
            "case i % 5 when 0 then null when 1 then 'NaN' when 2 then 1e-300 when 3 then 10.0 ^ 200 else i / 7.0 end",
            NUMBER,
        ),
        "odd_at": Column(
            "timestamp",
            "case i % 5 when 0 then null when 1 then '4713-01-01 00:00:00.000001 BC' when 2 then 'infinity' when 3 then '-infinity' else timestamp '0001-01-01' - i % 1000000 * interval '1 day' end",
            NUMBER,
        ),
        "zoned": Column(
            "timestamptz",
            "case i % 3 when 0 then null when 1 then '0044-03-15 12:00:00.5+00 BC' else timestamptz '1970-01-01 00:00:00+00' - i * interval '1 hour 1 microsecond' end",
            NUMBER,
        ),
        "odd_day": Column(
            "date",
            "case i % 5 when 0 then null when 1 then '4713-01-01 BC' when 2 then 'infinity' when 3 then '5874897-12-31' else date '0001-01-01' - i::int % 700000 end",
            NUMBER,
        ),
        "span": Column(
            "interval",
            "case i % 3 when 0 then null else i * interval '-1 month 3 days 00:00:00.000007' end",
            NUMBER,
        ),
        "list": Column(
            "text[]",
            f"case i % 4 when 0 then null when 1 then '{{}}' else array[{_postgresql_text('i')}, 'NULL', null] end",
            NUMBER,
        ),
        "odd_doc": Column("jsonb", f"jsonb_build_object('', {_postgresql_text('i')})", NUMBER),
        "bits": Column("bit varying", "i::int::bit(7)", NUMBER),
        "key": Column("uuid", "md5(i::text)::uuid", NUMBER),
        "place": Column("inet", "'10.0.0.0'::inet + i", NUMBER),
        "until": Column(
            "time",
            "case i % 3 when 0 then null when 1 then time '24:00:00' else '23:59:59.999999' end",
            NUMBER,
        ),
    },
    numbers="generate_series(1::bigint, {rows}) i",
    digest="coalesce(('x' || substr(md5(id || ' ' || {text}), 1, 15))::bit(60)::bigint, id)",
    equal="{a} is not distinct from {b}",
)
BYTES = "hex({c})"

MARIADB = Dialect(
    common={
        "id": Column("bigint", "i"),
        "big": Column("bigint", BIG),
        "decimals": Column("decimal(38, 10)", DECIMALS),
        "words": Column("longtext", _mariadb_text("i")),
        "more": Column("varchar(2000)", f"concat({_mariadb_text('i div 47')}, i, {_mariadb_text('i * 5')})"),
        "at": Column(
            "datetime(6)",
            """case i % 5 when 0 then null when 1 then '0001-01-01 00:00:00.000001' when 2 then '9999-12-31 23:59:59.999999'
            when 3 then timestamp '1970-01-01 00:00:00' - interval i * 3600.000001 second
            else timestamp '1970-01-01 00:00:00' + interval i * 3600.1 second end""",
            "date_format({c}, '%Y-%m-%d %H:%i:%s.%f')",
        ),
        "day": Column(
            "date",
            "case i % 4 when 0 then null when 1 then '0001-01-01' when 2 then '9999-12-31' else date '1970-01-01' - interval i % 700000 day end",
        ),
        "flag": Column("boolean", "case i % 3 when 0 then null when 1 then true else false end"),
        "bytes": Column(
            "longblob",
            "case i % 5 when 0 then null when 1 then '' when 2 then x'00' when 3 then x'5c782c220a0d00ff5c2e' else unhex(md5(i)) end",
            "lower(hex({c}))",
        ),
        "doc": Column(
            "json",
            f"case i % 3 when 0 then null when 1 then json_object('n', i, 'text', {_mariadb_text('i')}) else _utf8mb4 x'{DOCUMENT.encode().hex()}' end",
        ),
        "ratio": Column(
            "double",
            """case i % 8 when 0 then null when 1 then i / 7e0 when 2 then -1.7976931348623157e308 when 3 then 2.2250738585072014e-308
            when 4 then 0.1 when 5 then 1e15 + i when 6 then sqrt(i) * 1e-20 else -i end""",
        ),
    },
    own={
        "id": Column("bigint unsigned", "i"),
        "huge": Column(
            "bigint unsigned", "case i % 3 when 0 then null when 1 then 18446744073709551615 else i end"
        ),
        "wide": Column(
            "decimal(65, 30)", "case i % 3 when 0 then null when 1 then repeat('9', 35) else i / 7.0 end"
        ),
        "single": Column(
            "float",
            "case i % 5 when 0 then null when 1 then 16777217 when 2 then 3.4e38 else i / 7 end",
            "{c} + 0e0",
        ),
        "span": Column(
            "time(6)",
            "case i % 4 when 0 then null when 1 then '838:59:59.999999' when 2 then '-838:59:59.000001' else '00:00:00.5' end",
        ),
        "zero": Column(
            "datetime",
            "case i % 3 when 0 then null when 1 then '0000-00-00 00:00:00' else '2000-01-01 00:00:00' end",
        ),
        "zoned": Column(
            "timestamp(6) null",
            "case i % 3 when 0 then null else timestamp '2000-01-01 00:00:00.000001' + interval i second end",
        ),
        "y": Column("year", "case i % 3 when 0 then null when 1 then 1901 else 2155 end"),
        "choice": Column("enum('a,b', '\"', '')", "case i % 4 when 0 then null else i % 4 end", "{c} + 0"),
        "choices": Column("set('x', 'y', '\"')", "case i % 9 when 0 then null else i % 9 - 1 end", "{c} + 0"),
        "bits": Column(
            "bit(64)", "case i % 3 when 0 then null when 1 then 18446744073709551615 else i end", "{c} + 0"
        ),
        "bit1": Column("bit(1)", "case i % 3 when 0 then null else i % 3 - 1 end", "{c} + 0"),
        "fixed": Column("binary(8)", "case i % 3 when 0 then null else unhex(left(md5(i), 16)) end", BYTES),
        "west": Column(
            "varchar(50) character set latin1",
            "case i % 3 when 0 then null when 1 then '' else concat('é€', i) end",
            BYTES,
        ),
        "padded": Column("char(5)", "case i % 3 when 0 then null when 1 then '' else ' a' end", BYTES),
        "short": Column(
            "tinyint(1)", "case i % 5 when 0 then null when 1 then -128 when 2 then 127 else i % 5 - 3 end"
        ),
    },
    numbers="(select seq as i from seq_1_to_{rows}) numbers",
    digest="coalesce(cast(conv(substr(md5(concat(id, ' ', {text})), 1, 15), 16, 10) as decimal(30)), id)",
    equal="binary ({a}) <=> binary ({b})",
)

SQLITE = Dialect(
    common={
        "id": Column("integer", "i"),
        "big": Column("bigint", BIG.replace("-9223372036854775807 - 1", "(-9223372036854775807 - 1)")),
        # Without a type, since SQLite has only double-precision numbers otherwise.
        "decimals": Column(
            "",
            f"case i % 4 when 0 then null when 1 then '{HUGE}' when 2 then '-{HUGE}' else i || '.0000000001' end",
        ),
        "words": Column("text", _sqlite_text("i")),
        "more": Column("varchar(2000)", f"{_sqlite_text('i / 47')} || i || {_sqlite_text('i * 5')}"),
        "at": Column(
            "text",
            """case i % 4 when 0 then null when 1 then '0001-01-01 00:00:00.000001' when 2 then '9999-12-31 23:59:59.999999'
            else datetime('1970-01-01', '-' || i || ' hours') || '.123456' end""",
        ),
        "day": Column(
            "date",
            "case i % 4 when 0 then null when 1 then '0001-01-01' else date('1970-01-01', '-' || i || ' days') end",
        ),
        "flag": Column("boolean", "case i % 3 when 0 then null when 1 then 1 else 0 end"),
        "bytes": Column(
            "blob",
            "case i % 5 when 0 then null when 1 then x'' when 2 then x'00' else cast(i || x'5c782c220a0d00ff5c2e' as blob) end",
            "lower(hex({c}))",
        ),
        "doc": Column(
            "text",
            f"case i % 3 when 0 then null when 1 then json_object('n', i, 'text', {_sqlite_text('i')}) else '{DOCUMENT}' end",
        ),
        "ratio": Column(
            "double",
            "case i % 4 when 0 then null when 1 then i / 7.0 when 2 then -1.7976931348623157e308 else -i end",
        ),
    },
    own={},
    numbers="(with recursive numbers (i) as (select 1 union all select i + 1 from numbers where i < {rows}) select i from numbers)",
    digest="",
    equal="{a} is {b} and typeof({a}) = typeof({b})",
)
