"""Connects to an account with boto3, as the AWS CLI would with the same region and profile."""

from __future__ import annotations

from datapipeline_converters.account.faults import AccountError, unreached
from datapipeline_converters.account.throttling import ATTEMPTS, Api


def connect(region: str | None, profile: str | None, endpoint_url: str | None, threads: int) -> Api:
    """Return the service in a region.

    :param region: None for the profile's or the environment's
    :param profile: None for the environment's credentials
    :param endpoint_url: another address than AWS's own
    :param threads: how many call it at once
    :raises AccountError: when region, profile or credentials are missing
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, NoCredentialsError

    config = Config(
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=threads,
        connect_timeout=10,
        read_timeout=60,
    )
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        client = session.client("datapipeline", endpoint_url=endpoint_url, config=config)
        if session.get_credentials() is None:
            raise NoCredentialsError
    except BotoCoreError as error:
        raise unreached(error) from None
    except ValueError as error:
        raise AccountError(f"{error}. Give --endpoint-url a whole address, https://... .") from None
    return Api(client, client.meta.region_name)
