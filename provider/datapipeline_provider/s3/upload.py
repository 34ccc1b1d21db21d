"""Writes objects as streams of bytes with bounded memory; all of them appear together at the end, or none does."""

from __future__ import annotations

import io
import logging
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypeVar

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.errors import CancelledError
from datapipeline_provider.s3 import waiting
from datapipeline_provider.s3.errors import told
from datapipeline_provider.s3.in_parts import InParts
from datapipeline_provider.s3.server_copy import COPIES_AT_ONCE, ServerCopy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Self

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.s3.listing import S3Object

T = TypeVar("T")

log = logging.getLogger(__name__)

FIRST_PARTS = 8 << 20
PARTS_BEFORE_DOUBLING = 1000
WORKERS = 2
HELD_BYTES = 8 << 20
"""Of small objects, kept for a single PUT each at the end."""
COMPLETED_AT_ONCE = 8
PAUSE = 0.2
SECONDS_TO_LET_GO = 1.5
"""For parts under way when everything is to stop, and then for aborting; five seconds after SIGTERM Airflow kills."""


class PublishError(DatapipelineError):
    """Not all of several objects could be published.

    :param refused: the one that could not.
    """

    def __init__(self, done: int, all_of_them: int, refused: str, cause: BaseException) -> None:
        reason = cause if isinstance(cause, DatapipelineError) else f"{refused}: {cause}."
        super().__init__(f"{reason} {done} of {all_of_them} objects were published; a retry replaces them.")


def part_size(number: int) -> int:
    """Give the size in bytes of the part `number` (from 1).

    S3 takes 10,000 parts. Eight MiB each would end at 80 GB; doubling after every 1,000 parts reaches S3's
    limit of 5 TB, and the first 8 GB still need little memory.
    """
    return int(FIRST_PARTS << ((number - 1) // PARTS_BEFORE_DOUBLING))


class Uploads:
    """Objects being written. Leaving the `with` block publishes them, in one burst; leaving by an exception discards all.

    :param client: a boto3 client of S3.
    :param arguments: encryption and the like, for boto3.
    :param stop: set, in another thread, to make everything here raise CancelledError at once.

    At most `WORKERS` parts are on their way while one more is filled: `write` waits when S3 is slower than
    the source. S3 can publish several objects only one after another; that takes moments, since all bytes but
    those of small objects are there already.
    """

    def __init__(
        self, client: S3Client, bucket: str, arguments: Mapping[str, Any], stop: threading.Event | None = None
    ) -> None:
        self.client, self.bucket, self.arguments = client, bucket, dict(arguments)
        self.stop = stop or threading.Event()
        self.objects: list[InParts] = []
        self._sending: deque[Future[Any]] = deque()
        self._held = 0
        self._unused: list[_Part] = []

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(COPIES_AT_ONCE, thread_name_prefix="s3-upload")
        return self

    def open(self, key: str) -> Upload:
        """Begin another object; the one before has to be ended with `end`."""
        upload = Upload(self, key)
        self.objects.append(upload)
        return upload

    def copy(self, source: S3Client, found: S3Object, key: str) -> None:
        """Have S3 copy an object; `source` is the client that can read it."""
        one = ServerCopy(self, source, found, key)
        self.objects.append(one)
        one.begin()

    def submit(self, send: Callable[[], dict[str, Any]], at_once: int = WORKERS) -> Future[dict[str, Any]]:
        """Do something soon in another thread; waits while too much is under way, and raises what earlier work raised.

        :param at_once: how much may be under way with it.
        """
        while len(self._sending) >= at_once:
            self.result(self._sending.popleft())
        self._sending.append(self._pool.submit(send))
        return self._sending[-1]

    def result(self, future: Future[dict[str, Any]]) -> dict[str, Any]:
        """Wait for a result; CancelledError as soon as everything is to stop."""
        while not self.stop.is_set():
            if wait([future], PAUSE).done and not self.stop.is_set():
                return future.result()
        raise CancelledError

    def ask(self, call: Callable[[], T]) -> T:
        """Do a request now; CancelledError as soon as everything is to stop."""
        return waiting.result(call, self.stop)

    def part(self) -> _Part:
        """Give memory for a part: what another one no longer needs, so that it does not grow with the object."""
        return self._unused.pop() if self._unused else _Part(self.stop)

    def sent(self, part: _Part) -> None:
        """Take the memory of a part back."""
        part.seek(0)
        self._unused.append(part)

    def hold(self, size: int) -> bool:
        """Say whether a small object may be kept until the end."""
        if self._held + size > HELD_BYTES:
            return False
        self._held += size
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._publish()
        except BaseException as failure:
            self._discard()
            if self.stop.is_set() and isinstance(failure, Exception):
                raise CancelledError from None  # a request that was stopped in the middle fails somehow
            raise
        else:
            if error is not None:
                self._discard()
        finally:
            self._pool.shutdown(wait=not self.stop.is_set())

    def _publish(self) -> None:
        for each in self.objects:
            each.end()
        for each in self.objects:
            each.collect()
        if self.stop.is_set():
            raise CancelledError
        if len(self.objects) == 1:
            self.objects[0].publish()
            return
        with ThreadPoolExecutor(COMPLETED_AT_ONCE, thread_name_prefix="s3-publish") as pool:
            results = [pool.submit(each.publish) for each in self.objects]
            wait(results, return_when="FIRST_EXCEPTION")
            for result in results:
                result.cancel()
        done = sum(one.published for one in self.objects)
        for one, result in zip(self.objects, results, strict=True):
            if not result.cancelled() and (failed := result.exception()) is not None:
                raise PublishError(done, len(self.objects), one.describe(), failed) from failed

    def _discard(self) -> None:
        """Leave nothing behind; a part still on its way would survive the abort, so they are waited for."""
        for sending in self._sending:
            sending.cancel()
        under_way = [each for each in self._sending if not each.cancelled()]
        stuck = wait(under_way, SECONDS_TO_LET_GO if self.stop.is_set() else None).not_done
        if stuck:
            log.warning("S3 does not answer: %d parts are still on their way", len(stuck))
        if not self.stop.is_set():
            self._abort()
        elif not waiting.within(self._abort, SECONDS_TO_LET_GO):
            log.warning("S3 does not answer: unfinished uploads are left to the next attempt")

    def _abort(self) -> None:
        for each in self.objects:
            each.discard()


class Upload(InParts):
    """One object of `Uploads`. What fits into one part is sent as a single PUT, unless many others are."""

    def __init__(self, uploads: Uploads, key: str) -> None:
        super().__init__(uploads, key)
        self._buffer = uploads.part()
        self._filled = 0
        self._ended = False

    def write(self, data: bytes) -> None:
        """Take bytes; waits while too many parts are on their way, and raises what a part has failed with."""
        if self._uploads.stop.is_set():
            raise CancelledError
        view = memoryview(data)
        self.size += len(view)
        while self._filled + len(view) > (wanted := part_size(len(self._sent) + 1)):
            room = wanted - self._filled
            self._buffer.write(view[:room])
            view = view[room:]
            self._send()
            self._buffer, self._filled = self._uploads.part(), 0
        self._buffer.write(view)
        self._filled += len(view)

    def end(self) -> None:
        """Take no more; a small object is kept, the rest of a larger one is sent."""
        if self._ended:
            return
        self._ended = True
        if self._upload_id is None and self._uploads.hold(self._filled):
            self._buffer.truncate()
            return
        self._send()

    def _in_one(self) -> object:
        self._buffer.seek(0)
        with self._buffer:  # its memory is free as soon as it is sent
            return self._uploads.client.put_object(
                **self._target, Body=self._buffer, **self._uploads.arguments
            )

    def _send(self) -> None:
        if self._upload_id is None:
            self._begin()
        number, part = len(self._sent) + 1, self._buffer
        self._sent.append(self._uploads.submit(lambda: self._send_part(number, part)))

    def _send_part(self, number: int, part: _Part) -> dict[str, Any]:
        part.truncate()
        part.seek(0)
        with told(self.describe()):
            answer = self._uploads.client.upload_part(
                **self._target, UploadId=str(self._upload_id), PartNumber=number, Body=part
            )
        self._uploads.sent(part)
        return {"ETag": answer["ETag"]}


class _Part(io.BytesIO):
    """Bytes that a request sends, without a copy, and that stop it in the middle if they have to."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self._stop = stop

    def read(self, size: int | None = -1, /) -> bytes:
        """Give bytes; CancelledError once everything is to stop."""
        if self._stop.is_set():
            raise CancelledError
        return super().read(size)
