"""Reads one object as a stream of bytes, taking up again where a broken connection left off."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.s3 import address, listing, waiting

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.s3.listing import S3Object

log = logging.getLogger(__name__)

CHUNK = 1 << 20
ATTEMPTS = 5


class TextError(DatapipelineError):
    """An object that should be text and is not."""

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} is not text in UTF-8.")


def chunks(client: S3Client, found: S3Object, stop: threading.Event | None = None) -> Iterator[bytes]:
    """Yield an object's bytes in order; after a broken connection it goes on, unless the object has changed.

    :param stop: when it is set, CancelledError follows at once, even if S3 does not answer.
    """
    from botocore.exceptions import BotoCoreError
    from urllib3.exceptions import HTTPError

    position, etag, failures = 0, "", 0
    while True:
        more = {"Range": f"bytes={position}-", "IfMatch": etag} if position else {}
        get = partial(client.get_object, Bucket=found.bucket, Key=found.key, **more)  # type: ignore[arg-type]
        answer = waiting.result(get, stop)
        etag, end = answer["ETag"], position + answer["ContentLength"]
        try:
            parts = iter(answer["Body"].iter_chunks(CHUNK))
            while chunk := waiting.result(lambda parts=parts: next(parts, b""), stop):  # type: ignore[misc]
                position += len(chunk)
                yield chunk
        except (BotoCoreError, HTTPError, OSError) as error:
            failures += 1
            if failures == ATTEMPTS:
                raise
            log.warning("Reading %s broke at byte %s (%s); going on", found.address, position, error)
        if position >= end:
            return


def text(client: S3Client, where: str) -> str:
    """Read a small object, such as a script, as UTF-8; NothingThereError if it does not exist."""
    found = listing.one(client, *address.split(where))
    try:
        return b"".join(chunks(client, found)).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TextError(where) from None
