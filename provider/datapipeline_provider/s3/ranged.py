"""Reads one object as a file that can be read anywhere."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.s3.listing import S3Object


class RangedObject(io.RawIOBase):
    """An object; each read is one request, so callers read in large pieces.

    :param read: told the number of bytes of each answer.
    """

    def __init__(self, client: S3Client, found: S3Object, read: Callable[[int], object]) -> None:
        self._client, self._found, self._told = client, found, read
        self._position = 0
        self._etag: dict[str, str] = {}

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._position

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._found.size}[whence]
        self._position = base + offset
        return self._position

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        """Give bytes from here on; an error of boto3 if the object has changed in between."""
        end = self._found.size if size is None or size < 0 else min(self._position + size, self._found.size)
        if self._position >= end:
            return b""
        where = {"Bucket": self._found.bucket, "Key": self._found.key, **self._etag}
        answer = self._client.get_object(**where, Range=f"bytes={self._position}-{end - 1}")  # type: ignore[arg-type]
        self._etag = {"IfMatch": answer["ETag"]}
        data = answer["Body"].read()
        self._position += len(data)
        self._told(len(data))
        return data

    @override
    def readall(self) -> bytes:
        return self.read()
