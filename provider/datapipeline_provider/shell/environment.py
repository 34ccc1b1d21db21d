"""Knows which environment variables a foreign command gets: the worker's own, less Airflow's, plus AWS's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

# Airflow's settings, connections and variables are passed to workers as environment variables, secrets included.
_PRIVATE = ("AIRFLOW", "_AIRFLOW", "MWAA__", "CELERY")
# What would be preferred to, or mixed with, the credentials of the connection.
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")


def of_worker(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the worker's environment without what is Airflow's own."""
    return {name: value for name, value in environment.items() if not name.startswith(_PRIVATE)}


def with_aws(environment: Mapping[str, str], hook: S3Hook) -> dict[str, str]:
    """Add what the hook's connection says itself: keys or a role, region, endpoint.

    A connection that says nothing leaves the command with the worker's own means of finding credentials. The
    credentials of an assumed role end when its session does, as a rule after an hour.
    """
    connection = hook.conn_config
    given = dict(environment)
    if connection.aws_access_key_id or connection.role_arn:
        given = {name: value for name, value in given.items() if name not in _CREDENTIALS} | _keys(hook)
    elif connection.profile_name:
        given["AWS_PROFILE"] = connection.profile_name
    if connection.region_name:
        given |= {"AWS_REGION": connection.region_name, "AWS_DEFAULT_REGION": connection.region_name}
    if connection.endpoint_url:
        given["AWS_ENDPOINT_URL"] = connection.endpoint_url
    if s3_endpoint := connection.get_service_config("s3").get("endpoint_url"):
        given["AWS_ENDPOINT_URL_S3"] = s3_endpoint
    return given


def _keys(hook: S3Hook) -> dict[str, str]:
    keys = (
        hook.get_credentials()
    )  # which has them masked in the log, should the command print its environment
    names = {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token,
    }
    return {name: value for name, value in names.items() if value}
