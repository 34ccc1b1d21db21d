"""Where records go in S3: a file, or a directory in which new files are placed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datapipeline_provider.copy import file_names
from datapipeline_provider.copy.cleaning import Cleaner
from datapipeline_provider.copy.s3_files import Files
from datapipeline_provider.data_formats import clean_up
from datapipeline_provider.data_nodes.s3_data_node import S3DataNodeError
from datapipeline_provider.hooks import portable
from datapipeline_provider.s3.errors import told

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode


@dataclass(frozen=True)
class S3Sink:
    """A file, or a directory in which new files are placed.

    :param generated_name: the name, without its ending, of the one file that records without a file of their
        own get in a directory; equal for each attempt of one task run.
    :param on_unwritable: what becomes of a value that the format cannot carry, see `writing.unwritable`.
    """

    client: S3Client
    node: S3DataNode
    generated_name: str
    on_unwritable: str = "fail"

    @property
    def reader(self) -> str | None:
        """Records are wanted as text."""
        return portable.READER if self.node.data_format.portable else None

    def write(self, batches: Iterable[Batch], progress: Progress) -> None:
        """Write one object, or its parts; a generated name in a directory."""
        key = self._key()
        with self.files([key], progress) as files:
            files.write(key, batches)

    def write_stream(
        self,
        columns: tuple[str, ...],
        export: Callable[[Callable[[bytes], object]], object],
        progress: Progress,
    ) -> None:
        """Write one object, or its parts, from bytes of whole records in the node's format, whole or not at all.

        Only where `refuses_bytes` gives None.

        :param columns: their names.
        :param export: is given a function that takes the bytes.
        """
        key = self._key()
        with self.files([key], progress) as files:
            files.write_stream(key, columns, export)

    def refuses_bytes(self) -> str | None:
        """Say why records have to come one by one; None if bytes of whole records will do."""
        return self._cleaner(_nobody()).refuses_bytes_of(self.node.data_format)

    @contextmanager
    def files(self, keys: Iterable[str], progress: Progress) -> Iterator[Files]:
        """Write files of the node's bucket; all of them appear at the block's end, or none.

        :param keys: those of all files, before they are cut into parts.
        """
        with (
            told(self.describe()),
            Files(
                self.client,
                self.node,
                self.on_unwritable,
                self._cleaner(progress.counted),
                progress,
                list(keys),
            ) as files,
        ):
            yield files

    def prepare(self, progress: Progress) -> bool:
        """Do nothing."""
        return True

    def undo(self) -> None:
        """Do nothing: a failed upload has been discarded."""

    def describe(self) -> str:
        """Name the sink for the log."""
        return self.node.address

    def _cleaner(self, counted: Counter[str]) -> Cleaner:
        return Cleaner(clean_up.table(self.node.clean_up), counted)

    def _key(self) -> str:
        if self.node.manifest_file_path is not None:
            raise S3DataNodeError(
                "the path of an output", self.node.manifest_file_path, "directory_path or file_path"
            )
        if not self.node.is_directory:
            return self.node.key
        return file_names.generated(self.node, self.generated_name)


def _nobody() -> Counter[str]:
    from collections import Counter

    return Counter()
