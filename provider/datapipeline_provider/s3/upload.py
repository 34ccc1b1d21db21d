"""Writes one object as a stream of bytes with bounded memory; it appears whole or not at all."""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

FIRST_PARTS = 8 << 20
PARTS_BEFORE_DOUBLING = 1000
WORKERS = 2


def part_size(number: int) -> int:
    """Give the size in bytes of the part `number` (from 1).

    S3 takes 10,000 parts. Eight MiB each would end at 80 GB; doubling after every 1,000 parts reaches S3's
    limit of 5 TB, and the first 8 GB still need little memory.
    """
    return int(FIRST_PARTS << ((number - 1) // PARTS_BEFORE_DOUBLING))


class Upload:
    """An object being written. Leaving the `with` block publishes it; leaving by an exception discards it.

    :param client: a boto3 client of S3.
    :param arguments: encryption and the like, for boto3.

    At most `WORKERS` parts are on their way while one more is filled: `write` waits when S3 is slower than
    the source. What fits into one part is sent as a single PUT.
    """

    def __init__(self, client: S3Client, bucket: str, key: str, arguments: Mapping[str, Any]) -> None:
        self._client = client
        self._target: Any = {"Bucket": bucket, "Key": key}
        self._arguments: Any = dict(arguments)
        self._buffer = bytearray()
        self._upload_id: str | None = None
        self._parts: list[Any] = []
        self._sending: deque[Future[dict[str, Any]]] = deque()
        self._sent = 0
        self.size = 0
        """Bytes taken so far."""

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="s3-upload")
        return self

    def write(self, data: bytes) -> None:
        """Take bytes; waits while too many parts are on their way, and raises what a part has failed with."""
        self._buffer += data
        self.size += len(data)
        while len(self._buffer) > (wanted := part_size(self._sent + 1)):
            part = bytes(memoryview(self._buffer)[:wanted])
            del self._buffer[:wanted]
            self._send(part)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._publish()
        except BaseException:
            self._discard()
            raise
        else:
            if error is not None:
                self._discard()
        finally:
            self._pool.shutdown()

    def _send(self, part: bytes) -> None:
        if self._upload_id is None:
            answer = self._client.create_multipart_upload(**self._target, **self._arguments)
            self._upload_id = answer["UploadId"]
        while len(self._sending) >= WORKERS:
            self._parts.append(self._sending.popleft().result())
        self._sent += 1
        self._sending.append(self._pool.submit(self._send_part, self._sent, part))

    def _send_part(self, number: int, part: bytes) -> dict[str, Any]:
        answer = self._client.upload_part(
            **self._target, UploadId=str(self._upload_id), PartNumber=number, Body=part
        )
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _publish(self) -> None:
        if self._upload_id is None:
            self._client.put_object(**self._target, Body=bytes(self._buffer), **self._arguments)
            return
        self._send(bytes(self._buffer))
        self._parts += [sent.result() for sent in self._sending]
        self._client.complete_multipart_upload(
            **self._target,
            UploadId=self._upload_id,
            MultipartUpload={"Parts": self._parts},
        )

    def _discard(self) -> None:
        """Leave nothing behind; a part still on its way would survive the abort, so they are waited for."""
        for sending in self._sending:
            sending.cancel()
        self._pool.shutdown()
        if self._upload_id is None:
            return
        try:
            self._client.abort_multipart_upload(**self._target, UploadId=self._upload_id)
        except Exception:
            log.exception(
                "The unfinished upload %s of s3://%s/%s could not be aborted; remove it, or let a lifecycle rule "
                "do it: it is paid for",
                self._upload_id,
                self._target["Bucket"],
                self._target["Key"],
            )
