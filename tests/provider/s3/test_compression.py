from __future__ import annotations

import gzip
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from backports import zstd
from datapipeline_provider.s3 import compression
from datapipeline_provider.s3.compression import CompressionError

if TYPE_CHECKING:
    from collections.abc import Iterator

WHERE = "s3://b/k"
TEXT = b"".join(b"%d,some text\n" % number for number in range(300_000))
PACKED = {"gzip": gzip.compress, "zstd": zstd.compress}


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.fixture(params=["isal", "zlib"])
def gzip_module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With and without the extra `fast`."""
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    return str(request.param)


@pytest.mark.parametrize("size", [1000, 1 << 20])
@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize(
    "plain",
    [(TEXT,), (b"a", b"", TEXT), (b"\n" * 10_000_000,), (b"",), ()],
    ids=["one", "several", "bomb", "empty", "nothing"],
)
def test_unpacked(gzip_module: str, size: int, name: str, plain: tuple[bytes, ...]) -> None:
    packed = b"".join(map(PACKED[name], plain))
    parts = list(compression.unpacked(name, cut(packed, size), WHERE))
    assert b"".join(parts) == b"".join(plain)
    assert max(map(len, parts), default=0) <= 2 * compression.CHUNK


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("gzip", TEXT, "not valid gzip"),
        ("gzip", gzip.compress(TEXT)[:-9], "ends in the middle"),
        ("gzip", gzip.compress(TEXT) + b"more", "not valid gzip|ends in the middle"),
        ("gzip", gzip.compress(TEXT) + gzip.compress(TEXT)[:20], "ends in the middle"),
        ("gzip", gzip.compress(TEXT)[:-8] + b"12345678", "not valid gzip"),  # a wrong checksum
        ("gzip", zlib.compress(TEXT), "not valid gzip"),
        ("zstd", TEXT, "not valid Zstandard"),
        ("zstd", zstd.compress(TEXT)[:-9], "ends in the middle"),
        ("zstd", zstd.compress(TEXT) + b"more", "not valid Zstandard|ends in the middle"),
        ("none", gzip.compress(TEXT), 'compression="gzip"'),
        ("none", zstd.compress(TEXT), 'compression="zstd"'),
    ],
)
def test_what_is_compressed_otherwise_fails_with_the_remedy(
    gzip_module: str, name: str, data: bytes, problem: str
) -> None:
    with pytest.raises(CompressionError, match=problem):
        list(compression.unpacked(name, cut(data, 1000), WHERE))


def test_only_the_beginning_tells_of_compression() -> None:
    assert list(compression.unpacked("none", iter([b"a", b"\x1f\x8b"]), WHERE)) == [b"a", b"\x1f\x8b"]


@pytest.mark.parametrize("name", compression.METHODS)
def test_the_same_bytes_give_the_same_result(gzip_module: str, name: str) -> None:
    def packed() -> bytes:
        packer = compression.packer(name)
        return b"".join(map(packer.compress, cut(TEXT, 10_000))) + packer.flush()

    once = packed()
    assert once == packed()
    assert {"gzip": gzip.decompress, "zstd": zstd.decompress, "none": bytes}[name](once) == TEXT


def test_zstd_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    with pytest.raises(compression.ZstdMissingError, match=r"airflow-provider-datapipeline\[zstd\]"):
        compression.packer("zstd")
