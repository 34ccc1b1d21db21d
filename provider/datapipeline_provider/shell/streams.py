"""Where an output stream of a command goes: to the log, and to S3 if asked for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from datapipeline_provider.s3 import address
from datapipeline_provider.shell.process import Lines
from datapipeline_provider.shell.transfers import Upload

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from datapipeline_provider.shell.transfers import Transfers


class Stream(AbstractContextManager["Stream"]):
    """One stream of one run.

    :param name: "stdout" or "stderr".
    :param uri: `s3://bucket/key` that gets the whole stream; one that ends in a slash is a directory for it.
    :param directory: where the stream is kept until its upload.
    :param log: the task's log.
    :param arguments: boto3's, for example about encryption.
    """

    def __init__(
        self,
        name: str,
        uri: str | None,
        directory: Path,
        log: Any,
        arguments: Mapping[str, str] | None = None,
    ) -> None:
        self._arguments = arguments or {}
        self.uri = address.with_name(uri, name) if uri else uri
        self.log = log
        self.path = directory / name
        mark = "" if name == "stdout" else f"{name}: "
        self._lines = Lines(lambda line: log.info("%s%s", mark, line))
        self._target = address.split(self.uri) if self.uri else None
        self._file = self.path.open("wb") if self.uri else None

    def take(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._lines.feed(chunk)
        if self._file is not None:
            self._file.write(chunk)

    def finished(self) -> list[Upload]:
        """Return what is to be uploaded now that nothing more comes."""
        self._lines.end()
        if self._file is None or self._target is None:
            return []
        self._file.flush()
        return [Upload(self.path, *self._target, arguments=self._arguments)]

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def upload(streams: list[Stream], transfers: Transfers) -> Exception | None:
    """Upload the streams, and return what went wrong, which must not hide how the command ended."""
    for stream in streams:
        try:
            if finished := stream.finished():
                transfers.upload(finished)
        except Exception as error:
            stream.log.exception("The command's output was not uploaded")
            return error
    return None
