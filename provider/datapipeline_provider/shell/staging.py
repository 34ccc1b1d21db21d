"""Knows how data nodes become directories of the worker, and back (dp-concepts-staging)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.s3 import address
from datapipeline_provider.shell.transfers import Download, Stored, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datapipeline_provider.shell.transfers import Transfers


class UnsafeKeyError(DatapipelineError):
    """An object's key cannot be a file below the staging directory."""

    def __init__(self, source: Stored, why: str) -> None:
        super().__init__(
            f"{address.join(source.bucket, source.key)} cannot be staged: {why}. Rename the object, or give the "
            f"activity stage=False and let its command fetch the data."
        )


class InputMissingError(DatapipelineError):
    """There is no such object, and none below it either."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} does not exist, neither as an object nor as a directory.")


class OutputPathError(DatapipelineError):
    """An output to be staged is a file."""

    def __init__(self, number: int, path: str) -> None:
        super().__init__(
            f"Output {number} ({path}) is a file_path; a staged output needs a directory_path, below which the "
            f"files of OUTPUT{number}_STAGING_DIR are stored."
        )


class UnsuitableFileError(DatapipelineError):
    """Something in an output directory cannot become an object."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path!r} cannot be uploaded: it {why}. Nothing was uploaded.")


class Staging:
    """The staging directories of one run; node k of the list is INPUTk, also if nodes before it are not in S3.

    :param root: an empty directory.
    :param transfers: the way to S3.
    :param inputs: data nodes; those that are not in S3 are passed over.
    :param outputs: likewise.
    :raises OutputPathError: if an output in S3 is a file.
    :raises S3AddressError: if a node's rendered path is not an S3 address.
    """

    def __init__(
        self, root: Path, transfers: Transfers, inputs: Sequence[object], outputs: Sequence[object]
    ) -> None:
        self._transfers = transfers
        self._inputs = {root / f"input{k}": node for k, node in _in_s3(inputs)}
        self._outputs = {root / f"output{k}": node for k, node in _in_s3(outputs)}
        for k, node in _in_s3(outputs):
            if not node.is_directory:
                raise OutputPathError(k, node.address)
            address.split(node.address)

    @property
    def environment(self) -> dict[str, str]:
        """INPUT1_STAGING_DIR and so on."""
        return {f"{path.name.upper()}_STAGING_DIR": str(path) for path in (*self._inputs, *self._outputs)}

    def fetch(self) -> None:
        """Make all directories and download the inputs."""
        for directory in (*self._inputs, *self._outputs):
            directory.mkdir()
        for directory, node in self._inputs.items():
            self._transfers.download(_files(directory, _contents(self._transfers, node)))

    def publish(self) -> None:
        """Upload the outputs: every file, under the same names; nothing if one of them cannot be uploaded."""
        self._transfers.upload(
            [upload for directory, node in self._outputs.items() for upload in _uploads(directory, node)]
        )


def claim(directory: Path, source: Stored, name: str) -> Path:
    """Make an empty file for the object, below the directory whatever its name contains.

    :raises UnsafeKeyError: if that is impossible or another object has the place.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or not parts or "\0" in name:
        raise UnsafeKeyError(source, "its key is not a file name")
    path = directory.joinpath(*parts)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(exist_ok=False)
    except FileExistsError as error:
        raise UnsafeKeyError(source, "another object has the same file name") from error
    except OSError as error:
        raise UnsafeKeyError(source, error.strerror or str(error)) from error
    return path


def _in_s3(nodes: Sequence[object]) -> Iterator[tuple[int, S3DataNode]]:
    return ((k, node) for k, node in enumerate(nodes, 1) if isinstance(node, S3DataNode))


def _contents(transfers: Transfers, node: S3DataNode) -> Iterator[tuple[Stored, str]]:
    """Yield each object of an input, and its name in the input's directory."""
    bucket, key = address.split(node.address)
    single = None if node.is_directory or not key or key.endswith("/") else transfers.find(bucket, key)
    if single is not None:
        yield single, key.rpartition("/")[2]
        return
    prefix = address.prefix(key)
    found = False
    for stored in transfers.below(bucket, prefix):
        found = True
        yield stored, stored.key.removeprefix(prefix)
    if not found and not node.is_directory:
        raise InputMissingError(node.address)


def _files(directory: Path, contents: Iterator[tuple[Stored, str]]) -> Iterator[Download]:
    for stored, name in contents:
        if name and not name.endswith("/"):
            yield Download(stored, claim(directory, stored, name))
        elif stored.size:  # without content it only marks a directory
            raise UnsafeKeyError(stored, "its key is not a file name")


def _uploads(directory: Path, node: S3DataNode) -> Iterator[Upload]:
    for folder, folders, names in os.walk(directory):
        for name in [*names, *(name for name in folders if Path(folder, name).is_symlink())]:
            path = Path(folder, name)
            relative = path.relative_to(directory).as_posix()
            if not path.is_file():
                raise UnsuitableFileError(relative, "is not a regular file")
            if not _is_text(relative):
                raise UnsuitableFileError(relative, "has a name that is not UTF-8")
            yield Upload(path, node.bucket, node.key + relative, node.write_arguments)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
