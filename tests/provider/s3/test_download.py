from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.s3 import download, listing
from datapipeline_provider.s3.listing import NothingThereError, S3Object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.seaweedfs import S3

WHERE = "s3://b/k"
TEXT = b"".join(b"%d,some text\n" % number for number in range(300_000))


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def test_chunks_and_text(s3: S3, bucket: str) -> None:
    client = s3.client()
    client.put_object(Bucket=bucket, Key="k", Body=TEXT)
    client.put_object(Bucket=bucket, Key="empty", Body=b"")
    client.put_object(Bucket=bucket, Key="marked", Body="\ufeffselect 'ü'".encode())
    client.put_object(Bucket=bucket, Key="latin", Body="ü".encode("latin-1"))
    assert b"".join(download.chunks(client, listing.one(client, bucket, "k"))) == TEXT
    assert b"".join(download.chunks(client, listing.one(client, bucket, "empty"))) == b""
    assert download.text(client, f"s3://{bucket}/marked") == "select 'ü'"
    with pytest.raises(download.TextError, match="not text in UTF-8"):
        download.text(client, f"s3://{bucket}/latin")
    with pytest.raises(NothingThereError, match="There is nothing at"):
        download.text(client, f"s3://{bucket}/missing")


@pytest.mark.parametrize(("breaks", "succeeds"), [(1, True), (4, True), (5, False)])
def test_a_broken_connection_is_taken_up_again(
    s3: S3, bucket: str, monkeypatch: pytest.MonkeyPatch, breaks: int, *, succeeds: bool
) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=TEXT)
    client = Breaking(s3.client(), breaks)
    parts = download.chunks(client, S3Object(bucket, "k", len(TEXT)))  # type: ignore[arg-type]
    if succeeds:
        assert b"".join(parts) == TEXT
    else:
        with pytest.raises(ConnectionResetError):
            b"".join(parts)


def test_a_changed_object_is_not_mixed_with_the_old_one(s3: S3, bucket: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=TEXT)
    parts = download.chunks(Breaking(s3.client(), 1), S3Object(bucket, "k", len(TEXT)))  # type: ignore[arg-type]
    next(parts)
    s3.client().put_object(Bucket=bucket, Key="k", Body=TEXT[::-1])
    with pytest.raises(Exception, match=r"PreconditionFailed|412"):
        list(parts)


def test_listing(s3: S3, bucket: str) -> None:
    for key in ("d/b", "d/a/c", "d/a.csv", "da", "e/d/x"):
        s3.client().put_object(Bucket=bucket, Key=key, Body=b"12")
    s3.client().put_object(Bucket=bucket, Key="d/", Body=b"")
    found = listing.below(s3.client(), bucket, "d/")
    assert [(each.key, each.size) for each in found] == [("d/a.csv", 2), ("d/a/c", 2), ("d/b", 2)]
    assert found[0].address == f"s3://{bucket}/d/a.csv"
    with pytest.raises(NothingThereError, match=f"s3://{bucket}/d/c"):
        listing.one(s3.client(), bucket, "d/c")


class Breaking:
    """A client whose downloads break after the first chunk, a number of times."""

    def __init__(self, client: Any, breaks: int) -> None:
        self._client, self._breaks = client, breaks

    def get_object(self, **arguments: Any) -> dict[str, Any]:
        answer = self._client.get_object(**arguments)
        body = answer["Body"]
        breaking, self._breaks = self._breaks > 0, self._breaks - 1

        class Body:
            def iter_chunks(self, size: int) -> Iterator[bytes]:
                chunks = body.iter_chunks(size)
                yield next(chunks)
                if breaking:
                    raise ConnectionResetError
                yield from chunks

        return {**answer, "Body": Body()}
