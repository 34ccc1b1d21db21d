"""Shows the end of what a step has written, from where EMR puts it."""

from __future__ import annotations

import gzip
import zlib
from collections import deque
from typing import TYPE_CHECKING, Any

from datapipeline_provider.s3 import address

if TYPE_CHECKING:
    from collections.abc import Callable

    from datapipeline_provider.hooks.emr import Cluster

_FILES = ("controller", "stdout", "stderr")  # what matters most is shown last
_LINES = 50
_LINE_CHARACTERS = 2000
_POLL_SECONDS = 5.0
_NOT_YET = {"404", "NoSuchKey"}
_NEVER = {"InvalidBucketName", "NoSuchBucket"}


class _NoPlaceError(Exception):
    """There is no bucket that EMR could bring logs to."""


def folder(cluster: Cluster, step_id: str) -> str:
    """Return where the logs of a step are, `s3://bucket/...`; "" if the cluster keeps none."""
    if not cluster.log_uri:
        return ""
    bucket, key = address.split(cluster.log_uri)
    return address.join(bucket, f"{address.prefix(key)}{cluster.id}/steps/{step_id}/")


def show(s3: Any, where: str, log: Any, seconds: float, pause: Callable[[float], None]) -> None:
    """Write the last lines of each log of a step into the task's log.

    :param s3: a boto3 client
    :param where: their folder
    :param seconds: how long to wait for them: EMR brings them some time after the step has ended
    :param pause: waits some seconds
    """
    try:
        while _tail(s3, f"{where}stderr.gz", log) is None and seconds > 0:
            pause(min(seconds, _POLL_SECONDS))
            seconds -= _POLL_SECONDS
        tails = {name: tail for name in _FILES if (tail := _tail(s3, f"{where}{name}.gz", log)) is not None}
    except _NoPlaceError as error:
        log.warning("The step's log is not kept: %s", error)
        return
    for name, lines in tails.items():
        log.info("End of %s%s.gz:", where, name)
        for line in lines:
            log.info("  %s", line)
    if not tails:
        log.warning("EMR has not brought the step's log yet; it will be in %s", where)


def _tail(s3: Any, uri: str, log: Any) -> list[str] | None:
    """Return the last lines of a file, None if it is not there; _NoPlaceError if it cannot come."""
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, key = address.split(uri)
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
        with gzip.GzipFile(fileobj=body) as lines:
            last = deque(lines, _LINES)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code in _NEVER:
            raise _NoPlaceError(f"{uri}: {error}") from error
        if code not in _NOT_YET:
            log.warning("%s cannot be read: %s", uri, error)
        return None
    except (BotoCoreError, OSError, EOFError, zlib.error) as error:
        log.warning("%s cannot be read: %s", uri, error)
        return None
    return [line.decode(errors="replace").rstrip("\r\n")[:_LINE_CHARACTERS] for line in last]
