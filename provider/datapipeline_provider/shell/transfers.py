"""Moves files to and from S3, several at a time, with bounded memory, and stops when the task is cancelled."""

from __future__ import annotations

from functools import cache, cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.s3 import address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from airflow.providers.amazon.aws.hooks.s3 import S3Hook
    from mypy_boto3_s3 import S3Client
    from s3transfer.futures import TransferFuture
    from s3transfer.manager import TransferManager

_CONNECTIONS = 8
_QUEUED_CHUNKS = 64  # of 256 KiB, waiting to be written to disk
_BATCH = 1000


class TransferError(DatapipelineError):
    """S3 did not give or take an object."""

    def __init__(self, verb: str, bucket: str, key: str, cause: Exception) -> None:
        super().__init__(f"{address.join(bucket, key)} could not be {verb}: {cause}")


class CancelledError(DatapipelineError):
    """The task was cancelled while it worked."""

    def __init__(self) -> None:
        super().__init__("The task was cancelled.")


class Stored(NamedTuple):
    """An object that is in S3."""

    bucket: str
    key: str
    size: int


class Download(NamedTuple):
    """An object and the file that it becomes."""

    source: Stored
    path: Path


class Upload(NamedTuple):
    """A file and the object that it becomes; `arguments` are boto3's, for example about encryption."""

    path: Path
    bucket: str
    key: str
    arguments: Mapping[str, str]


class Transfers:
    """Everything a task moves to or from S3.

    :param hook: the connection; used when the first object is moved.
    :param cancelled: asked again and again, also from other threads, whether to stop.
    """

    def __init__(self, hook: S3Hook, cancelled: Callable[[], bool]) -> None:
        self._hook = hook
        self._cancelled = cancelled

    @cached_property
    def _client(self) -> S3Client:
        client: S3Client = self._hook.get_conn()
        return client

    def check(self) -> None:
        """Raise CancelledError if the task was cancelled."""
        if self._cancelled():
            raise CancelledError

    def find(self, bucket: str, key: str) -> Stored | None:
        """Return the object with exactly this key, if there is one."""
        from botocore.exceptions import ClientError

        try:
            return Stored(bucket, key, self._client.head_object(Bucket=bucket, Key=key)["ContentLength"])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"404", "NoSuchKey"}:
                return None
            raise TransferError("read", bucket, key, error) from error

    def below(self, bucket: str, prefix: str) -> Iterator[Stored]:
        """Yield the objects whose keys start with the prefix."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for found in page.get("Contents", []):
                yield Stored(bucket, found["Key"], found["Size"])

    def download(self, downloads: Iterable[Download]) -> int:
        """Fetch all; returns how many. TransferError for the first that fails."""

        def start(manager: TransferManager, one: Download) -> TransferFuture:
            told = [_subscriber()(self.check, one.source.size)]
            return manager.download(one.source.bucket, one.source.key, str(one.path), subscribers=told)

        return self._run(start, ((d, (d.source.bucket, d.source.key)) for d in downloads), "downloaded")

    def upload(self, uploads: Iterable[Upload]) -> int:
        """Store all; returns how many. TransferError for the first that fails."""

        def start(manager: TransferManager, one: Upload) -> TransferFuture:
            told = [_subscriber()(self.check, None)]
            return manager.upload(str(one.path), one.bucket, one.key, dict(one.arguments), told)

        return self._run(start, ((u, (u.bucket, u.key)) for u in uploads), "uploaded")

    def _run(
        self,
        start: Callable[[TransferManager, Any], TransferFuture],
        jobs: Iterator[tuple[Any, tuple[str, str]]],
        verb: str,
    ) -> int:
        count = 0
        with _manager(self._client) as manager:  # which cancels what is under way if an error comes
            while batch := list(islice(jobs, _BATCH)):
                self.check()
                count += len(batch)
                futures = [(start(manager, job), place) for job, place in batch]
                for future, place in futures:
                    self._finish(future, verb, place)
        return count

    def _finish(self, future: TransferFuture, verb: str, place: tuple[str, str]) -> None:
        try:
            future.result()
        except DatapipelineError:
            raise
        except Exception as error:
            raise TransferError(verb, *place, error) from error


def _manager(client: S3Client) -> TransferManager:
    from s3transfer.manager import TransferConfig, TransferManager

    config = TransferConfig(max_request_concurrency=_CONNECTIONS, max_io_queue_size=_QUEUED_CHUNKS)
    return TransferManager(client, config)


@cache
def _subscriber() -> Callable[[Callable[[], None], int | None], Any]:
    """Return the class of what s3transfer tells of its progress."""
    from s3transfer.subscribers import BaseSubscriber

    class Subscriber(BaseSubscriber):
        """An error raised here stops the transfer, and s3transfer cleans up after it."""

        def __init__(self, check: Callable[[], None], size: int | None) -> None:
            self._check = check
            self._size = size

        def on_queued(self, future: TransferFuture, **_: Any) -> None:
            if self._size is not None:
                future.meta.provide_transfer_size(self._size)  # spares a question for each object

        def on_progress(self, *_: Any, **__: Any) -> None:
            self._check()

    return Subscriber
