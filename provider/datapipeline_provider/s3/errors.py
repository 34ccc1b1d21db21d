"""What S3 refuses, told with the address that it is about."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from collections.abc import Iterator


class S3Error(DatapipelineError):
    """A request that S3 refuses or does not answer, after all repetitions.

    :param where: the object or directory.
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}.")


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn what boto3 raises into S3Error."""
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        about = error.response.get("Error", {})
        said = ": ".join(filter(None, [about.get("Code"), about.get("Message", "").rstrip(".")]))
        raise S3Error(where, f"S3 refuses {error.operation_name}: {said}") from error
    except (BotoCoreError, HTTPError) as error:
        raise S3Error(where, f"S3 does not answer: {str(error).rstrip('.')}") from error
