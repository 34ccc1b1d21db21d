"""Lets S3 copy an object itself, as one of several that appear together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.s3.errors import told
from datapipeline_provider.s3.in_parts import InParts

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.s3.listing import S3Object
    from datapipeline_provider.s3.upload import Uploads

IN_PARTS_ABOVE = 256 << 20
"""Bytes; S3 itself asks for it above 5 GB. Larger ones are copied before the burst, smaller ones in it."""
PART = 128 << 20
COPIES_AT_ONCE = 8
"""Parts under way; no byte of them is in memory here."""
MOST_PARTS = 10_000
KEPT = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "Metadata",
)
"""What a copy in parts has to be told, and a copy in one piece keeps by itself."""


class ServerCopy(InParts):
    """One object of `Uploads` that S3 copies; the object's own headers and metadata stay.

    :param source: makes the requests about the original, which may be in another account's bucket.
    """

    def __init__(self, uploads: Uploads, source: S3Client, found: S3Object, key: str) -> None:
        super().__init__(uploads, key)
        self._source = source
        self._copied: Any = {"Bucket": found.bucket, "Key": found.key}
        self.size = found.size
        self._original = found.address

    def describe(self) -> str:
        """Name the object and its original, whose reader needs a permission too."""
        return f"{self.address}, a copy of {self._original}"

    def begin(self) -> None:
        """Have a large object copied part by part; waits while too many parts are under way."""
        if self.size <= IN_PARTS_ABOVE:
            return
        with told(self._original):
            head: Any = self._uploads.ask(lambda: self._source.head_object(**self._copied))
        self._begin(**{name: head[name] for name in KEPT if name in head})
        step = max(PART, -(-self.size // MOST_PARTS))
        for number, start in enumerate(range(0, self.size, step), 1):
            last = min(start + step, self.size) - 1
            part = self._part(number, f"bytes={start}-{last}", head["ETag"])
            self._sent.append(self._uploads.submit(part, COPIES_AT_ONCE))

    def _part(self, number: int, where: str, etag: str) -> Any:
        def send() -> dict[str, Any]:
            answer = self._uploads.client.upload_part_copy(
                **self._target,
                UploadId=str(self._upload_id),
                PartNumber=number,
                CopySource=self._copied,
                CopySourceRange=where,
                CopySourceIfMatch=etag,
            )
            return {"ETag": answer["CopyPartResult"]["ETag"]}

        return send

    def end(self) -> None:
        """Do nothing: what is small is copied at the end."""

    def _in_one(self) -> object:
        return self._uploads.client.copy_object(
            **self._target, CopySource=self._copied, **self._uploads.arguments
        )
