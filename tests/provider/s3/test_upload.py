from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.hooks.errors import CancelledError
from datapipeline_provider.s3 import listing, server_copy, unfinished, upload
from datapipeline_provider.s3.upload import Upload, Uploads, part_size

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
    with Uploads(s3.client(), bucket, {}) as uploads:
        target = uploads.open("k")
        for piece in pieces:
            target.write(piece)
    assert s3.read(bucket, "k") == b"".join(pieces)
    assert "-" not in s3.client().head_object(Bucket=bucket, Key="k")["ETag"]
    assert target.size == len(b"".join(pieces))


def test_more_is_sent_in_parts(s3: S3, bucket: str, small_parts: None) -> None:
    pieces = [bytes([number]) * MIB for number in range(23)]
    with Uploads(s3.client(), bucket, {"ServerSideEncryption": "AES256"}) as uploads:
        target = uploads.open("k")
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
    with pytest.raises(error), Uploads(s3.client(), bucket, {}) as uploads:
        write_and_raise(uploads.open("k"), b"x" * (mib * MIB), error())
    assert left(s3, bucket) == ([], [])


@pytest.mark.parametrize("call", ["upload_part", "complete_multipart_upload"])
def test_nothing_is_left_when_s3_fails(s3: S3, bucket: str, small_parts: None, call: str) -> None:
    client = Failing(s3.client(), call)
    with pytest.raises(OSError, match="broken"), Uploads(client, bucket, {}) as uploads:  # type: ignore[arg-type]
        write_in_pieces(uploads.open("k"), 23)
    assert left(s3, bucket) == ([], [])


def test_the_object_of_an_earlier_run_survives_a_failure(s3: S3, bucket: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"before")
    with pytest.raises(ValueError, match="no"), Uploads(s3.client(), bucket, {}) as uploads:
        write_and_raise(uploads.open("k"), b"after", ValueError("no"))
    assert s3.read(bucket, "k") == b"before"


def test_writing_waits_for_s3(small_parts: None) -> None:
    client = Slow()
    with Uploads(client, "b", {}) as uploads:  # type: ignore[arg-type]
        target = uploads.open("k")
        for _ in range(40):
            target.write(b"x" * MIB)
    assert client.most_at_once == upload.WORKERS


def test_several_objects_appear_together(s3: S3, bucket: str, small_parts: None) -> None:
    with Uploads(s3.client(), bucket, {}) as uploads:
        for number, mib in enumerate((0, 1, 11, 2, 6)):
            target = uploads.open(f"k{number}")
            write_in_pieces(target, mib)
            target.end()
        assert s3.keys(bucket) == []
    assert {key: len(s3.read(bucket, key)) // MIB for key in s3.keys(bucket)} == {
        "k0": 0,
        "k1": 1,
        "k2": 11,
        "k3": 2,
        "k4": 6,
    }
    assert left(s3, bucket)[1] == []


def test_more_small_objects_than_are_held_are_sent_before_the_end(
    s3: S3, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "HELD_BYTES", 250)
    with Uploads(s3.client(), bucket, {}) as uploads:
        for number in range(5):
            target = uploads.open(f"k{number}")
            target.write(b"x" * 100)
            target.end()
        assert len(left(s3, bucket)[1]) == 3
        assert s3.keys(bucket) == []
    assert [s3.read(bucket, key) for key in s3.keys(bucket)] == [b"x" * 100] * 5


def test_memory_that_is_used_again_keeps_nothing_of_what_was_in_it(
    s3: S3, bucket: str, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "HELD_BYTES", 3 * MIB)
    sizes = [12 * MIB + 1, 1, 7 * MIB, 0, 2 * MIB, 5 * MIB, 5 * MIB + 3, 2 * MIB, 10]
    with Uploads(s3.client(), bucket, {}) as uploads:
        for number, size in enumerate(sizes):
            target = uploads.open(f"k{number}")
            for start in range(0, size, MIB):
                target.write(bytes([number]) * min(MIB, size - start))
            target.end()
    for number, size in enumerate(sizes):
        assert s3.read(bucket, f"k{number}") == bytes([number]) * size


def test_an_error_discards_all_objects(s3: S3, bucket: str, small_parts: None) -> None:
    def fail() -> None:
        with Uploads(s3.client(), bucket, {}) as uploads:
            for number in range(3):
                target = uploads.open(f"k{number}")
                write_in_pieces(target, 6)
                target.end()
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert left(s3, bucket) == ([], [])


def test_a_refusal_in_the_middle_of_the_burst_is_told(s3: S3, bucket: str, small_parts: None) -> None:
    class Refusing(Failing):
        def _fail(self, **arguments: Any) -> Any:
            if arguments["Key"] == "k1":
                raise OSError("broken")
            return getattr(self._client, self._call)(**arguments)

    def fail() -> None:
        with Uploads(Refusing(s3.client(), "complete_multipart_upload"), bucket, {}) as uploads:  # type: ignore[arg-type]
            for number in range(3):
                target = uploads.open(f"k{number}")
                write_in_pieces(target, 6)
                target.end()

    with pytest.raises(upload.PublishError, match=r"s3://\S+/k1: broken\. [012] of 3 objects were published"):
        fail()
    assert "k1" not in s3.keys(bucket)
    assert left(s3, bucket)[1] == []


def test_a_lost_answer_to_the_last_request_is_success(s3: S3, bucket: str, small_parts: None) -> None:
    class Forgetful(Failing):
        def _fail(self, **arguments: Any) -> Any:
            self._client.complete_multipart_upload(**arguments)
            return self._client.complete_multipart_upload(**arguments)  # as boto3 does when no answer comes

    with Uploads(Forgetful(s3.client(), "complete_multipart_upload"), bucket, {}) as uploads:  # type: ignore[arg-type]
        write_in_pieces(uploads.open("k"), 6)
    assert len(s3.read(bucket, "k")) == 6 * MIB


def test_uploads_of_a_killed_attempt_are_aborted_and_no_others(s3: S3, bucket: str) -> None:
    client = s3.client()
    for key in ("a/k", "a/k", "a/k2", "b"):
        client.create_multipart_upload(Bucket=bucket, Key=key)
    assert unfinished.abort_left(client, bucket, "a/k", lambda key: key == "a/k") == 2
    assert [each["Key"] for each in left(s3, bucket)[1]] == ["a/k2", "b"]


def test_it_stops_at_once_while_s3_does_not_answer(
    small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "SECONDS_TO_LET_GO", 0.1)
    stop, stuck = threading.Event(), threading.Event()

    class Stuck(Slow):
        def upload_part(self, **_: Any) -> dict[str, str]:
            stuck.wait(20)
            return {"ETag": "e"}

        def abort_multipart_upload(self, **_: Any) -> None:
            self.aborted = True

    client = Stuck()

    def send() -> None:
        with Uploads(client, "b", {}, stop) as uploads:  # type: ignore[arg-type]
            threading.Timer(0.3, stop.set).start()
            write_in_pieces(uploads.open("k"), 100)

    began = time.monotonic()
    with pytest.raises(CancelledError):
        send()
    assert time.monotonic() - began < 5
    assert client.aborted
    stuck.set()


def test_s3_copies_objects_as_part_of_the_burst(s3: S3, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_copy, "IN_PARTS_ABOVE", 6 * MIB)
    monkeypatch.setattr(server_copy, "PART", 5 * MIB)
    client = s3.client()
    for key, mib in (("small", 1), ("large", 12)):
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=key.encode() * (mib * MIB // 4),
            ContentType="text/csv",
            Metadata={"who": "me"},
            CacheControl="no-cache",
        )
    with Uploads(client, bucket, {"ServerSideEncryption": "AES256"}) as uploads:
        for key in ("small", "large"):
            uploads.copy(client, listing.one(client, bucket, key), f"copy/{key}")
        assert s3.keys(bucket, "copy/") == []
    for key in ("small", "large"):
        assert s3.read(bucket, f"copy/{key}") == s3.read(bucket, key)
        head = client.head_object(Bucket=bucket, Key=f"copy/{key}")
        assert (head["ContentType"], head["CacheControl"]) == ("text/csv", "no-cache")
        assert (head["Metadata"], head["ServerSideEncryption"]) == ({"who": "me"}, "AES256")
    assert left(s3, bucket)[1] == []


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
