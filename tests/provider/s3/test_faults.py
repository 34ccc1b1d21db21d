"""S3 that answers with errors, slowly, or not at all: real requests through a proxy that breaks them."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from datapipeline_provider.hooks.errors import CancelledError
from datapipeline_provider.s3 import unfinished, upload
from datapipeline_provider.s3.upload import Uploads

from tests.servers import faulty
from tests.servers.faulty import Fault, Faulty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.seaweedfs import S3

pytestmark = pytest.mark.long

MIB = 1 << 20
DATA = [bytes([number]) * MIB for number in range(12)]


@pytest.fixture
def way(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    """A breakable way to the server, and parts of 5 MiB."""
    monkeypatch.setattr(upload, "FIRST_PARTS", 5 * MIB)
    with faulty.run(s3.port) as found:
        yield found


def client(s3: S3, way: Faulty, mode: Any = "legacy") -> Any:
    """Make a client as S3Hook does by default: boto3's own retries."""
    config = Config(s3={"addressing_style": "path"}, retries={"mode": mode})
    keys = {"aws_access_key_id": s3.access_key, "aws_secret_access_key": s3.secret_key}
    return boto3.client("s3", endpoint_url=way.endpoint_url, region_name=s3.region, config=config, **keys)


def send(made: Any, bucket: str, stop: threading.Event | None = None) -> None:
    with Uploads(made, bucket, {}, stop) as uploads:
        target = uploads.open("k")
        for piece in DATA:
            target.write(piece)


def left(s3: S3, bucket: str) -> tuple[list[str], list[Any]]:
    return s3.keys(bucket), s3.client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "partNumber=2", 500, 2),
        Fault("PUT", "partNumber=1", 503, 2),
        Fault("PUT", "partNumber=2", "cut", 2),
        Fault("PUT", "partNumber=3", "lose"),
        Fault("POST", "uploads", 503),
        Fault("POST", "uploadId=", 500),
        Fault("POST", "uploadId=", "lose"),
    ],
    ids=lambda fault: f"{fault.method} {fault.query} {fault.kind}",
)
def test_what_passes_is_tried_again(s3: S3, bucket: str, way: Faulty, fault: Fault) -> None:
    way.faults.append(Fault(fault.method, fault.query, fault.kind, fault.times))
    send(client(s3, way), bucket)
    assert way.faults[0].seen == fault.times
    assert hashlib.sha256(s3.read(bucket, "k")).digest() == hashlib.sha256(b"".join(DATA)).digest()
    assert left(s3, bucket) == (["k"], [])


@pytest.mark.parametrize(
    ("query", "kind"), [("partNumber=2", 503), ("partNumber=2", "cut"), ("uploadId=", 500)]
)
def test_what_does_not_pass_leaves_nothing(s3: S3, bucket: str, way: Faulty, query: str, kind: Any) -> None:
    s3.client().put_object(Bucket=bucket, Key="k", Body=b"before")
    way.faults += [Fault(method, query, kind, 1000) for method in ("PUT", "POST")]
    with pytest.raises(Exception, match=r"SlowDown|closed|reset|aborted|InternalError"):
        send(client(s3, way), bucket)
    assert left(s3, bucket) == (["k"], [])
    assert s3.read(bucket, "k") == b"before"


def test_a_slow_way_is_waited_for_and_can_be_left_at_once(s3: S3, bucket: str, way: Faulty) -> None:
    way.bytes_a_second = 2 * MIB
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        send(client(s3, way), bucket, stop)
    assert 1 <= time.monotonic() - began < 6
    assert left(s3, bucket) == ([], [])


KILLED = """
import sys, time, boto3
from botocore.config import Config
from datapipeline_provider.s3 import upload
upload.FIRST_PARTS = 5 << 20
made = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id=sys.argv[2],
    aws_secret_access_key=sys.argv[3], config=Config(s3={"addressing_style": "path"}))
with upload.Uploads(made, sys.argv[4], {}) as uploads:
    target = uploads.open("k")
    for _ in range(13):
        target.write(b"x" * (1 << 20))
    print("sent", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_worker_leaves_is_aborted_by_the_next_attempt(s3: S3, bucket: str) -> None:
    command = [sys.executable, "-c", KILLED, s3.endpoint_url, s3.access_key, s3.secret_key, bucket]
    path = os.pathsep.join(str(Path(__file__).parents[3] / name) for name in ("provider", "."))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"sent\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(left(s3, bucket)[1]) == 1
    unfinished.abort_left(s3.client(), bucket, "k", lambda key: key == "k")
    assert left(s3, bucket) == ([], [])
