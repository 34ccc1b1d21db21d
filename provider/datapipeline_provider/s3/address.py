"""Knows how an S3 address is written."""

from __future__ import annotations

import re

from datapipeline_provider.exceptions import DatapipelineError

# s3n and s3a are what Hadoop calls the same thing; definitions contain them.
ADDRESS = re.compile(r"s3[na]?://(?P<bucket>[^/]+)(?:/(?P<key>.*))?", re.DOTALL)


class S3AddressError(DatapipelineError):
    """A text that is not an S3 address, or one without the key that is needed."""

    def __init__(self, address: str, wanted: str = "s3://bucket/key") -> None:
        super().__init__(f"{address!r} is not an S3 address of the form {wanted}.")


def split(address: str) -> tuple[str, str]:
    """Split `s3://bucket/key` into bucket and key; S3AddressError if it has another form.

    Everything after the bucket's slash is the key, character for character: S3 does not collapse `//`.
    The key of a bare bucket is empty.
    """
    found = ADDRESS.fullmatch(address.strip())
    if found is None:
        raise S3AddressError(address)
    return found["bucket"], found["key"] or ""


def with_name(uri: str, name: str) -> str:
    """Return an address as it is, or, where it is a directory's, that of a file of this name in it."""
    return f"{uri}{name}" if uri.endswith("/") else uri


def join(bucket: str, key: str) -> str:
    """Write bucket and key as `s3://bucket/key`."""
    return f"s3://{bucket}/{key}"


def prefix(key: str) -> str:
    """Return a key as that of a directory, with a slash at its end; "" for a whole bucket."""
    return key if not key or key.endswith("/") else f"{key}/"


def below(place: str, folder: str) -> str:
    """Return what is below an address, written as that of a directory, whether it ends in a slash or not.

    :param folder: without a slash at its beginning
    """
    bucket, key = split(place)
    return join(bucket, f"{key.strip('/')}/{folder}".lstrip("/"))
