"""Compresses and decompresses streams of bytes: one entry a method."""

from __future__ import annotations

import importlib
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK = 1 << 20
GZIP_LEVEL = 6
"""What Java's GZIPOutputStream uses."""
FAST_GZIP_LEVEL = 2
"""igzip's: the size of zlib's level 6 at a twentieth of its time."""
ZSTD_LEVEL = 3


class CompressionError(DatapipelineError):
    """An object that is compressed though it should not be, or the other way round, or broken."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where} {problem}.")


class ZstdMissingError(DatapipelineError):
    """There is no module for Zstandard."""

    def __init__(self) -> None:
        super().__init__(
            'compression="zstd" needs backports.zstd: install airflow-provider-datapipeline[zstd] on the worker.'
        )


class Packer(Protocol):
    """Compresses one object."""

    def compress(self, data: bytes, /) -> bytes:
        """Take bytes, give what is ready."""

    def flush(self) -> bytes:
        """Give the rest."""


class _Bare:
    def compress(self, data: bytes, /) -> bytes:
        """Give the bytes as they are."""
        return data

    def flush(self) -> bytes:
        """Give nothing."""
        return b""


def _gzip_packer() -> Packer:
    """Make one whose header has no name and no time: the same rows give the same bytes."""
    fast = _module("isal.isal_zlib")
    if fast is not None:
        return fast.compressobj(FAST_GZIP_LEVEL, wbits=31)  # type: ignore[no-any-return]
    return zlib.compressobj(GZIP_LEVEL, wbits=31)


def _zstd_packer() -> Packer:
    return _zstd().ZstdCompressor(level=ZSTD_LEVEL)  # type: ignore[no-any-return]


def _gunzipped(parts: Iterator[bytes], where: str) -> Iterator[bytes]:
    module = _module("isal.isal_zlib") or zlib
    unzip, fed = module.decompressobj(wbits=31), False
    for part in parts:
        waiting = part
        while waiting:
            if unzip.eof:
                unzip = module.decompressobj(wbits=31)
            fed = True
            try:
                yield unzip.decompress(waiting, CHUNK)
                while unzip.unconsumed_tail:
                    yield unzip.decompress(unzip.unconsumed_tail, CHUNK)
            except module.error:
                raise CompressionError(where, "is declared as gzip, but it is not valid gzip") from None
            waiting = unzip.unused_data
    yield unzip.flush()
    if fed and not unzip.eof:
        raise CompressionError(where, "ends in the middle of its gzip data")


def _unzstd(parts: Iterator[bytes], where: str) -> Iterator[bytes]:
    module = _zstd()
    unpack, fed = module.ZstdDecompressor(), False
    for part in parts:
        waiting = part
        while waiting:
            if unpack.eof:
                unpack = module.ZstdDecompressor()
            fed = True
            try:
                yield unpack.decompress(waiting, CHUNK)
                while not unpack.needs_input and not unpack.eof:
                    yield unpack.decompress(b"", CHUNK)
            except module.ZstdError:
                raise CompressionError(where, "is declared as zstd, but it is not valid Zstandard") from None
            waiting = unpack.unused_data
    if fed and not unpack.eof:
        raise CompressionError(where, "ends in the middle of its zstd data")


def _bare(parts: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Pass bytes on; CompressionError if they are compressed, since no record would ever end."""
    for number, part in enumerate(parts):
        if number == 0:
            for name, method in METHODS.items():
                if method.start and part.startswith(method.start):
                    raise CompressionError(
                        where, f'is compressed with {name}; declare it with compression="{name}"'
                    )
        yield part


class Method(NamedTuple):
    """One way to compress; `start` is what such data begins with, `ending` what is put behind a file's name."""

    ending: str
    start: bytes
    packer: Callable[[], Packer]
    unpacked: Callable[[Iterator[bytes], str], Iterator[bytes]]


METHODS: dict[str, Method] = {
    "none": Method("", b"", _Bare, _bare),
    "gzip": Method(".gz", b"\x1f\x8b", _gzip_packer, _gunzipped),
    "zstd": Method(".zst", b"\x28\xb5\x2f\xfd", _zstd_packer, _unzstd),
}


def packer(name: str) -> Packer:
    """Make what compresses one object by one of METHODS; ZstdMissingError if its module is not installed.

    The same bytes give the same result again, with the same modules installed: gzip uses igzip where the extra
    `fast` is, and zlib otherwise.
    """
    return METHODS[name].packer()


def unpacked(name: str, parts: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Decompress, at most CHUNK bytes at a time, also several streams one after another.

    :raises CompressionError: the data is not compressed in this way, or is cut off.
    """
    return METHODS[name].unpacked(parts, where)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _zstd() -> Any:
    found = _module("compression.zstd") or _module("backports.zstd")  # the former from Python 3.14 on
    if found is None:
        raise ZstdMissingError
    return found
