from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.s3 import upload
from datapipeline_provider.s3.upload import Upload, part_size

if TYPE_CHECKING:
    from tests.servers.seaweedfs import S3

MIB = 1 << 20


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "FIRST_PARTS", 5 * MIB)  # the least S3 takes


def test_ten_thousand_parts_reach_the_limit_of_s3_and_each_is_allowed() -> None:
    sizes = [part_size(number) for number in range(1, 10_001)]
    assert sum(sizes) >= 5 * 1024**4
    assert max(sizes) <= 5 * 1024**3
    assert sizes[:1000] == [8 * MIB] * 1000


@pytest.mark.parametrize("pieces", [[], [b""], [b"abc"], [b"abc", b"def"], [b"x" * (5 * MIB)]])
def test_what_fits_into_a_part_is_one_put(
    s3: S3, bucket: str, small_parts: None, pieces: list[bytes]
) -> None:
    with Upload(s3.client(), bucket, "k", {}) as target:
        for piece in pieces:
            target.write(piece)
    assert s3.read(bucket, "k") == b"".join(pieces)
    assert "-" not in s3.client().head_object(Bucket=bucket, Key="k")["ETag"]
    assert target.size == len(b"".join(pieces))


def test_more_is_sent_in_parts(s3: S3, bucket: str, small_parts: None) -> None:
    pieces = [bytes([number]) * MIB for number in range(23)]
    with Upload(s3.client(), bucket, "k", {"ServerSideEncryption": "AES256"}) as target:
        for piece in pieces:
            target.write(piece)
    assert s3.read(bucket, "k") == b"".join(pieces)
    head = s3.client().head_object(Bucket=bucket, Key="k")
    assert (head["ETag"][-3:], head["ServerSideEncryption"]) == ('-5"', "AES256")


@pytest.mark.parametrize("mib", [1, 23])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_after_an_error(
    s3: S3, bucket: str, small_parts: None, mib: int, error: type[BaseException]
) -> None:
    with pytest.raises(error), Upload(s3.client(), bucket, "k", {}) as target:
        write_and_raise(target, b"x" * (mib * MIB), error())
    assert left(s3, bucket) == ([], [])


@pytest.mark.parametrize("call", ["upload_part", "complete_multipart_upload"])
def test_nothing_is_left_when_s3_fails(s3: S3, bucket: str, small_parts: None, call: str) -> None:
    client = Failing(s3.client(), call)
    with pytest.raises(OSError, match="broken"), Upload(client, bucket, "k", {}) as target:  # type: ignore[arg-type]
        write_in_pieces(target, 23)
    assert left(s3, bucket) == ([], [])


def test_the_object_of_an_earlier_run_survives_a_failure(s3: S3, bucket: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"before")
    with pytest.raises(ValueError, match="no"), Upload(s3.client(), bucket, "k", {}) as target:
        write_and_raise(target, b"after", ValueError("no"))
    assert s3.read(bucket, "k") == b"before"


def test_writing_waits_for_s3(small_parts: None) -> None:
    client = Slow()
    with Upload(client, "b", "k", {}) as target:  # type: ignore[arg-type]
        for _ in range(40):
            target.write(b"x" * MIB)
    assert client.most_at_once == upload.WORKERS


def write_and_raise(target: Upload, data: bytes, error: BaseException) -> None:
    target.write(data)
    raise error


def write_in_pieces(target: Upload, mib: int) -> None:
    for _ in range(mib):
        target.write(b"x" * MIB)


def left(s3: S3, bucket: str) -> tuple[list[str], list[Any]]:
    return s3.keys(bucket), s3.client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])


class Failing:
    """A client that does everything but one call."""

    def __init__(self, client: Any, call: str) -> None:
        self._client, self._call = client, call

    def __getattr__(self, name: str) -> Any:
        return self._fail if name == self._call else getattr(self._client, name)

    def _fail(self, **_: Any) -> None:
        raise OSError("broken")


class Slow:
    """A client that counts the parts that are being sent."""

    def __init__(self) -> None:
        self.now = self.most_at_once = 0
        self._lock = threading.Lock()

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"UploadId": "u"}

    def upload_part(self, **_: Any) -> dict[str, str]:
        with self._lock:
            self.now += 1
            self.most_at_once = max(self.most_at_once, self.now)
        threading.Event().wait(0.02)
        with self._lock:
            self.now -= 1
        return {"ETag": "e"}

    def complete_multipart_upload(self, **_: Any) -> None:
        pass
