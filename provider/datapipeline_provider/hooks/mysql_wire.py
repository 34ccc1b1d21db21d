"""Speaks MySQL's protocol on a connection of PyMySQL where its cursors are too slow, or cannot do a thing at all.

The only module that touches PyMySQL's insides; the tests hold it against a real server. PyMySQL sets no
CLIENT_DEPRECATE_EOF, so that a result ends with an EOF packet.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import pymysql
from pymysql.connections import MySQLResult
from pymysql.constants import COMMAND, CR
from pymysql.protocol import EOFPacketWrapper, FieldDescriptorPacket, MysqlPacket

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BYTES_A_READ = 1 << 18
BYTES_A_PACKET = 1 << 18
"""Of a file that is loaded: less than the smallest max_allowed_packet that servers come with (1 MiB)."""
PREPARED = struct.Struct("<xIHH")
PACKET = struct.Struct("<IB")
"""The length in three bytes with the sequence number above it, and the first byte of the packet."""
NUMBER = re.compile(rb"[0-9]+")
HEADER = 4
SIZE = 0xFFFFFF
# How the first byte tells a text's length, which the packet's own length tells already.
SHORTEST_PREFIXED, NULL = 251, 251
LENGTHS = {252: 3, 253: 4, 254: 9}
EOF, EOF_SIZE, ERROR = 254, 9, 255


class Described(NamedTuple):
    """What a statement would give and take: its result's columns, and how many `?` it has."""

    columns: tuple[FieldDescriptorPacket, ...]
    parameters: int


def describe(connection: Any, sql: str) -> Described:
    """Let the server prepare a statement, which does not run it; pymysql.err.Error if it refuses."""
    connection._execute_command(COMMAND.COM_STMT_PREPARE, sql)
    statement, count, parameters = PREPARED.unpack_from(connection._read_packet().get_all_data())
    _descriptions(connection, parameters)
    columns = _descriptions(connection, count)
    connection._execute_command(COMMAND.COM_STMT_CLOSE, struct.pack("<I", statement))  # has no answer
    return Described(columns, parameters)


def _descriptions(connection: Any, count: int) -> tuple[FieldDescriptorPacket, ...]:
    found = tuple(connection._read_packet(FieldDescriptorPacket) for _ in range(count))
    if count:
        connection._read_packet()  # EOF
    return found


class Texts:
    """The rows of a query whose result is one column of text.

    Unless it has been iterated over to its end, the connection can only be closed.
    """

    def __init__(self, connection: Any, sql: str) -> None:
        """Run the query; pymysql.err.Error if the server refuses it."""
        connection._execute_command(COMMAND.COM_QUERY, sql)
        count = connection._read_packet().read_length_encoded_integer()
        _descriptions(connection, count)
        self._connection = connection
        self.warnings = 0
        """How many the server has; known at the end."""

    def __iter__(self) -> Iterator[list[bytes | None]]:
        """Yield the texts that have come, some at a time; pymysql.err.Error if the server gives up."""
        unpack = PACKET.unpack_from
        buffer = b""
        while True:
            buffer += self._received()
            end = len(buffer)
            last = end - PACKET.size
            texts: list[bytes | None] = []
            append = texts.append
            position = following = 0
            # A few bytecodes a row: it is this loop that decides how fast a table is read.
            while position <= last:
                size, first = unpack(buffer, position)
                following = position + HEADER + (size & SIZE)
                if following > end:
                    break
                if first < SHORTEST_PREFIXED:
                    append(buffer[position + HEADER + 1 : following])
                else:
                    packet = buffer[position + HEADER : following]
                    if first == ERROR or (first == EOF and len(packet) < EOF_SIZE):
                        if texts:
                            yield texts
                        self._finish(packet)
                        return
                    append(_text(packet))
                position = following
            if texts:
                yield texts
            buffer = buffer[position:]
            if following - position > BYTES_A_READ:
                yield [_text(self._long(buffer))]
                buffer = b""

    def _received(self) -> bytes:
        try:
            received: bytes = self._connection._rfile.read1(BYTES_A_READ)
        except OSError as error:
            raise self._lost(error) from None
        if not received:
            raise self._lost("it was closed")
        return received

    def _long(self, begun: bytes) -> bytes:
        """Read the rest of a packet, and those behind it that continue it because it has the utmost length."""
        pieces = []
        while True:
            begun += self._exactly(HEADER - len(begun))
            size = PACKET.unpack_from(begun + b"\0")[0] & SIZE
            pieces += [begun[HEADER:], self._exactly(size + HEADER - len(begun))]
            begun = b""
            if size < SIZE:
                return b"".join(pieces)

    def _exactly(self, size: int) -> bytes:
        if size <= 0:
            return b""
        received: bytes = self._connection._read_bytes(size)
        return received

    def _finish(self, packet: bytes) -> None:
        wrapped = MysqlPacket(packet, self._connection.encoding)
        wrapped.check_error()
        self.warnings = (
            EOFPacketWrapper(wrapped).warning_count & 0xFFFF
        )  # PyMySQL reads it as a signed number

    def _lost(self, why: object) -> pymysql.err.OperationalError:
        self._connection._force_close()
        return pymysql.err.OperationalError(
            CR.CR_SERVER_LOST, f"Lost connection to MySQL server during query ({why})"
        )


def _text(packet: bytes) -> bytes | None:
    return None if packet[0] == NULL else packet[LENGTHS.get(packet[0], 1) :]


class Loaded(NamedTuple):
    """What LOAD DATA says at its end: all counts of this one statement."""

    records: int
    skipped: int
    warnings: int


def load(connection: Any, sql: str, parts: Iterable[bytes]) -> Loaded:
    """Run LOAD DATA LOCAL INFILE, whose file is `parts`.

    The server cannot be told that a file ends too early: whatever `parts` raises leaves the connection with
    half a file, so that it can only be closed, which undoes the statement.

    :raises pymysql.err.Error: the server refuses; the connection can be used unless it is lost.
    """
    connection._execute_command(COMMAND.COM_QUERY, sql)
    if not connection._read_packet().is_load_local_packet():
        raise pymysql.err.ProgrammingError(CR.CR_COMMANDS_OUT_OF_SYNC, "the server does not ask for the file")
    for part in parts:
        for start in range(0, len(part), BYTES_A_PACKET):
            connection.write_packet(part[start : start + BYTES_A_PACKET])
    connection.write_packet(b"")
    result: Any = MySQLResult(connection)
    result._read_ok_packet(connection._read_packet())
    # "Records: 3  Deleted: 0  Skipped: 0  Warnings: 0", in the language of the session, behind a byte that tells the
    # length, which may be a digit.
    records, _, skipped, warnings = map(int, NUMBER.findall(result.message)[-4:])
    return Loaded(records, skipped, warnings)
