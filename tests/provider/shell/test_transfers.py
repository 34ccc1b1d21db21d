from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from datapipeline_provider.shell.transfers import (
    CancelledError,
    Download,
    Stored,
    TransferError,
    Transfers,
    Upload,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.servers.seaweedfs import S3

BIG = 20 * 1024 * 1024  # more than one part
ENCRYPTED = {"ServerSideEncryption": "AES256"}


@pytest.fixture
def transfers(aws_default: str) -> Transfers:
    return Transfers(S3Hook(aws_conn_id=aws_default), cancelled=lambda: False)


@pytest.mark.parametrize("size", [0, 1, BIG])
def test_there_and_back(size: int, transfers: Transfers, s3: S3, bucket: str, tmp_path: Path) -> None:
    content = os.urandom(size)
    (tmp_path / "up").write_bytes(content)
    assert transfers.upload([Upload(tmp_path / "up", bucket, "a/key", {})]) == 1
    assert s3.read(bucket, "a/key") == content
    stored = transfers.find(bucket, "a/key")
    assert stored == Stored(bucket, "a/key", size)
    assert transfers.download([Download(stored, tmp_path / "down")]) == 1
    assert (tmp_path / "down").read_bytes() == content


@pytest.mark.parametrize(("arguments", "encryption"), [(ENCRYPTED, "AES256"), ({}, None)])
def test_upload_arguments(
    arguments: dict[str, str],
    encryption: str | None,
    transfers: Transfers,
    s3: S3,
    bucket: str,
    tmp_path: Path,
) -> None:
    (tmp_path / "up").write_bytes(b"x")
    transfers.upload([Upload(tmp_path / "up", bucket, "key", arguments)])
    assert s3.client().head_object(Bucket=bucket, Key="key").get("ServerSideEncryption") == encryption


def test_find_and_below(transfers: Transfers, s3: S3, bucket: str) -> None:
    for key in ("a", "a/1", "a/b/2", "ab"):
        s3.client().put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert transfers.find(bucket, "a/1") == Stored(bucket, "a/1", 3)
    assert transfers.find(bucket, "missing") is None
    assert [stored.key for stored in transfers.below(bucket, "a/")] == ["a/1", "a/b/2"]
    assert list(transfers.below(bucket, "missing")) == []


def test_an_object_that_is_gone(transfers: Transfers, bucket: str, tmp_path: Path) -> None:
    with pytest.raises(TransferError, match=f"s3://{bucket}/gone could not be downloaded"):
        transfers.download([Download(Stored(bucket, "gone", 3), tmp_path / "down")])
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused(airflow_connection: SetConnection, bucket: str, s3: S3, tmp_path: Path) -> None:
    place = {"endpoint_url": s3.endpoint_url, "region_name": s3.region}
    airflow_connection("stranger", conn_type="aws", login=s3.access_key, password="wrong-secret", extra=place)
    transfers = Transfers(S3Hook(aws_conn_id="stranger"), cancelled=lambda: False)
    (tmp_path / "up").write_bytes(b"x")
    with pytest.raises(TransferError, match=f"s3://{bucket}/key could not be read") as read:
        transfers.find(bucket, "key")  # not the same as an object that does not exist
    with pytest.raises(TransferError, match=f"s3://{bucket}/key could not be uploaded") as upload:
        transfers.upload([Upload(tmp_path / "up", bucket, "key", {})])
    assert "wrong-secret" not in str(read.value) + str(upload.value)


def test_a_cancelled_upload_leaves_nothing(aws_default: str, s3: S3, bucket: str, tmp_path: Path) -> None:
    answers = iter([False, False])  # the first check, the first progress; then cancelled
    transfers = Transfers(S3Hook(aws_conn_id=aws_default), cancelled=lambda: next(answers, True))
    with (tmp_path / "up").open("wb") as file:
        file.truncate(BIG)
    with pytest.raises(CancelledError):
        transfers.upload([Upload(tmp_path / "up", bucket, "key", {})])
    assert s3.keys(bucket) == []
    assert s3.client().list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_a_cancelled_download(aws_default: str, s3: S3, bucket: str, tmp_path: Path) -> None:
    s3.client().put_object(Bucket=bucket, Key="key", Body=b"x" * BIG)
    answers = iter([False])
    transfers = Transfers(S3Hook(aws_conn_id=aws_default), cancelled=lambda: next(answers, True))
    with pytest.raises(CancelledError):
        transfers.download([Download(Stored(bucket, "key", BIG), tmp_path / "down")])
    assert list(tmp_path.iterdir()) == []


def test_nothing_begins_after_a_cancellation(aws_default: str, bucket: str, tmp_path: Path) -> None:
    transfers = Transfers(S3Hook(aws_conn_id=aws_default), cancelled=lambda: True)
    with pytest.raises(CancelledError):
        transfers.check()
    with pytest.raises(CancelledError):
        transfers.download([Download(Stored(bucket, "key", 1), tmp_path / "down")])
