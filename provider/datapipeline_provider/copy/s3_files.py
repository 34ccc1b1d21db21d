"""Writes the files of a copy's output to S3: parts, compression, markers; all of them appear together."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

from datapipeline_provider.copy import file_names, writing
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.s3 import address, compression, unfinished
from datapipeline_provider.s3.upload import Upload, Uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.copy.cleaning import Cleaner
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
    from datapipeline_provider.s3.in_parts import InParts
    from datapipeline_provider.s3.listing import S3Object

MIB = 1 << 20


class Files:
    """The files of one copy; made by `S3Sink.files`, and written one after another."""

    def __init__(
        self,
        client: S3Client,
        node: S3DataNode,
        on_unwritable: str,
        cleaner: Cleaner,
        progress: Progress,
        keys: list[str],
    ) -> None:
        self._client, self._node, self._cleaner, self._progress = client, node, cleaner, progress
        self._on_unwritable = on_unwritable
        self._keys = keys
        self._uploads = Uploads(client, node.bucket, node.write_arguments, progress.stop)
        self._stack = ExitStack()
        self._parts: dict[str, int] = {}

    def __enter__(self) -> Self:
        keys = set(self._keys)
        prefix = file_names.common_start([file_names.stem(key) for key in keys])
        numbers = [file_names.number_in(key) for key in keys] if self._limit else []
        unfinished.abort_left(
            self._client,
            self._node.bucket,
            prefix,
            lambda key: key in keys or any(number(key) for number in numbers),
        )
        self._stack.enter_context(self._uploads)
        self._stack.push(lambda _, error, __: self._remove_markers() if error is None else None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        if error is None:
            self._finish()

    def write(self, key: str, batches: Iterable[Batch]) -> None:
        """Write records to one file, or its parts."""
        file = _File(self._uploads, self._node, key, self._limit)
        found = None
        for batch in batches:
            found = found or self._writer()
            file.put(found.write(self._cleaner.batch(batch)))
            self._progress.advance()
            if file.is_full:
                file.put(found.finish())
                file.end()
                found = None
        if found is not None or not file.count:
            found = found or self._writer()
            file.put(found.finish())
            file.end()
        self._parts[key] = file.count

    def write_stream(
        self, key: str, columns: tuple[str, ...], export: Callable[[Callable[[bytes], object]], object]
    ) -> None:
        """Write bytes of whole records to one file, or its parts; see `S3Sink.write_stream`."""
        file = _File(self._uploads, self._node, key, self._limit)
        head = writing.header(self._node.data_format, columns)

        def write(data: bytes) -> None:
            if not file.is_open:
                file.put(head)
            file.put(self._cleaner.bytes(data))
            if file.is_full:
                file.end()

        export(write)
        if not file.count:
            file.put(head)
        if file.is_open:
            file.end()
        self._progress.advance()
        self._parts[key] = file.count

    def copy(self, source: S3Client, found: S3Object, key: str) -> None:
        """Have S3 copy an object, bytes untouched; `source` is the client that can read it."""
        self._uploads.copy(source, found, key)

    @property
    def _limit(self) -> int:
        return (self._node.part_size_mb or 0) * MIB

    def _writer(self) -> writing.FileWriter:
        return writing.writer(self._node.data_format, self._on_unwritable, self._progress.counted)

    def _finish(self) -> None:
        written = self._uploads.objects
        for each in written:
            self._progress.log.info("Wrote %s", each.address)
        self._progress.advance(written=sum(each.size for each in written), objects=len(written))
        if self._parts and self._limit:
            self._remove_more_parts()
        self._write_markers()

    def _remove_more_parts(self) -> None:
        """Remove what an earlier attempt, which had more parts, has left."""
        for key, count in self._parts.items():
            number = file_names.number_in(key)
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._node.bucket, Prefix=f"{file_names.stem(key)}-"
            )
            for each in [found["Key"] for page in pages for found in page.get("Contents", [])]:
                if number(each) > count:
                    self._client.delete_object(Bucket=self._node.bucket, Key=each)
                    self._progress.log.info(
                        "Removed %s, a part of an earlier attempt", address.join(self._node.bucket, each)
                    )

    def _markers(self) -> set[str]:
        make = {"none": None, "success": file_names.success, "manifest": file_names.manifest}[
            self._node.marker
        ]
        if make is None:
            return set()
        base = self._node.key if self._node.is_directory else ""
        if len(self._keys) > 1:  # one for all files of a directory
            return {make(f"{base}{self._node.marker}")} if make is file_names.manifest else {make(base)}
        return {make(key) for key in self._keys}

    def _remove_markers(self) -> None:
        """Take the marker of an earlier attempt away while objects are being replaced."""
        for key in self._markers():
            self._client.delete_object(Bucket=self._node.bucket, Key=key)

    def _write_markers(self) -> None:
        body = manifest_of(self._uploads.objects) if self._node.marker == "manifest" else b""
        for key in self._markers():
            self._client.put_object(
                Bucket=self._node.bucket,
                Key=key,
                Body=body,
                **self._node.write_arguments,  # type: ignore[arg-type]
            )
            self._progress.log.info("Wrote %s", address.join(self._node.bucket, key))


def manifest_of(objects: Iterable[InParts]) -> bytes:
    """List objects in the form that Redshift's COPY reads."""
    entries = [
        {"url": each.address, "mandatory": True, "meta": {"content_length": each.size}} for each in objects
    ]
    return json.dumps({"entries": entries}, indent=1).encode()


class _File:
    """One file, or its parts: compressed bytes are cut where the caller says that records end."""

    def __init__(self, uploads: Uploads, node: S3DataNode, key: str, limit: int) -> None:
        self._uploads, self._packing, self._key, self._limit = uploads, node.packing, key, limit
        self._upload: Upload | None = None
        self.count = 0

    @property
    def is_open(self) -> bool:
        """Whether a part is being written."""
        return self._upload is not None

    @property
    def is_full(self) -> bool:
        """Whether the part has reached its size."""
        return bool(self._limit) and self._upload is not None and self._upload.size >= self._limit

    def put(self, data: bytes) -> None:
        """Take bytes, and begin a part for them if none is open."""
        if self._upload is None:
            self.count += 1
            key = file_names.numbered(self._key, self.count) if self._limit else self._key
            self._upload = self._uploads.open(key)
            self._packer = compression.packer(self._packing)
        if data:
            self._upload.write(self._packer.compress(data))

    def end(self) -> None:
        """End the part."""
        if self._upload is not None:
            self._upload.write(self._packer.flush())
            self._upload.end()
        self._upload = None
