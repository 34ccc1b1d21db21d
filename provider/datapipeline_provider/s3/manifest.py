"""Reads a list of objects in the form that Redshift's COPY reads (dp-object-s3datanode: manifestFilePath)."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.s3 import address, download, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.s3.listing import S3Object

log = logging.getLogger(__name__)


class ManifestError(DatapipelineError):
    """A manifest that cannot be read, or whose object is missing."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"The manifest {where} {problem}.")


def objects(client: S3Client, where: str) -> list[S3Object]:
    """Give the objects that a manifest lists, in its order.

    An entry that is not `mandatory` may be missing, which is logged.

    :raises ManifestError: it is not a manifest, or a mandatory object is missing.
    :raises NothingThereError: the manifest does not exist, or lists nothing that does.
    """
    found = []
    for url, mandatory in _entries(download.text(client, where), where):
        try:
            found.append(listing.one(client, *address.split(url)))
        except listing.NothingThereError:
            if mandatory:
                raise ManifestError(where, f"has the mandatory entry {url}, which does not exist") from None
            log.info("%s lists %s, which does not exist and is not mandatory: left out", where, url)
    if not found:
        raise listing.NothingThereError(where)
    return found


def _entries(text: str, where: str) -> Iterator[tuple[str, bool]]:
    try:
        entries: Any = json.loads(text)["entries"]
        for entry in entries:
            url, mandatory = entry["url"], entry.get("mandatory", False)
            if not isinstance(url, str) or not isinstance(mandatory, bool):
                raise TypeError
            yield url, mandatory
    except (ValueError, KeyError, TypeError, AttributeError):
        form = '{"entries": [{"url": "s3://bucket/key", "mandatory": true}]}'
        raise ManifestError(where, f"is not of the form {form}") from None
