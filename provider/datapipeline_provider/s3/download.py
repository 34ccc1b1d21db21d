"""Reads one object as a stream of bytes, taking up again where a broken connection left off."""

from __future__ import annotations

import logging
import zlib
from typing import TYPE_CHECKING

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.s3 import address, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.s3.listing import S3Object

log = logging.getLogger(__name__)

CHUNK = 1 << 20
ATTEMPTS = 5
GZIP_START = b"\x1f\x8b"


class GzipError(DatapipelineError):
    """An object that is compressed though it should not be, or the other way round, or broken."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where} {problem}.")


class TextError(DatapipelineError):
    """An object that should be text and is not."""

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} is not text in UTF-8.")


def chunks(client: S3Client, found: S3Object) -> Iterator[bytes]:
    """Yield an object's bytes in order; after a broken connection it goes on, unless the object has changed."""
    from botocore.exceptions import BotoCoreError
    from urllib3.exceptions import HTTPError

    position, etag, failures = 0, "", 0
    while True:
        more = {"Range": f"bytes={position}-", "IfMatch": etag} if position else {}
        answer = client.get_object(Bucket=found.bucket, Key=found.key, **more)  # type: ignore[arg-type]
        etag, end = answer["ETag"], position + answer["ContentLength"]
        try:
            for chunk in answer["Body"].iter_chunks(CHUNK):
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


def gunzipped(parts: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Decompress gzip, also several members one after another; GzipError if it is none or is cut off."""
    unzip = zlib.decompressobj(wbits=31)
    fed = False
    for part in parts:
        waiting = part
        while waiting:
            if unzip.eof:
                unzip = zlib.decompressobj(wbits=31)
            fed = True
            try:
                yield unzip.decompress(waiting, CHUNK)
                while unzip.unconsumed_tail:
                    yield unzip.decompress(unzip.unconsumed_tail, CHUNK)
            except zlib.error:
                raise GzipError(where, "is declared as gzip, but it is not valid gzip") from None
            waiting = unzip.unused_data
    yield unzip.flush()
    if fed and not unzip.eof:
        raise GzipError(where, "ends in the middle of its gzip data")


def not_gzipped(parts: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Pass bytes on; GzipError if they are compressed, since no record would ever end."""
    for number, part in enumerate(parts):
        if number == 0 and part.startswith(GZIP_START):
            raise GzipError(where, 'is compressed with gzip; declare it with compression="gzip"')
        yield part
