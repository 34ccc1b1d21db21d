from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from datapipeline_provider.shell import environment

if TYPE_CHECKING:
    from tests.conftest import SetConnection

KEYS = {"login": "AKIDGIVEN", "password": "given-secret"}


def test_of_worker_keeps_all_but_what_is_airflows() -> None:
    kept = {
        "PATH": "/bin",
        "HOME": "/root",
        "JAVA_HOME": "/j",
        "https_proxy": "p",
        "MY_AIRFLOW": "1",
        "AWS_X": "2",
    }
    private = {
        "AIRFLOW_HOME": "/airflow",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "secret",
        "AIRFLOW__CORE__FERNET_KEY": "secret",
        "AIRFLOW_CONN_ORDERS": "secret",
        "AIRFLOW_VAR_PASSWORD": "secret",
        "_AIRFLOW_WWW_USER_PASSWORD": "secret",
        "MWAA__DB__CREDENTIALS": "secret",
        "CELERY_BROKER_URL": "secret",
    }
    assert environment.of_worker({**kept, **private}) == kept


@pytest.mark.parametrize(
    ("fields", "added"),
    [
        ({}, {}),
        (KEYS, {"AWS_ACCESS_KEY_ID": "AKIDGIVEN", "AWS_SECRET_ACCESS_KEY": "given-secret"}),
        (
            {**KEYS, "extra": {"aws_session_token": "given-token"}},
            {
                "AWS_ACCESS_KEY_ID": "AKIDGIVEN",
                "AWS_SECRET_ACCESS_KEY": "given-secret",
                "AWS_SESSION_TOKEN": "given-token",
            },
        ),
        (
            {"extra": {"region_name": "eu-west-1"}},
            {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"},
        ),
        ({"extra": {"endpoint_url": "http://e"}}, {"AWS_ENDPOINT_URL": "http://e"}),
        (
            {"extra": {"service_config": {"s3": {"endpoint_url": "http://s"}}}},
            {"AWS_ENDPOINT_URL_S3": "http://s"},
        ),
        ({"extra": {"profile_name": "etl"}}, {"AWS_PROFILE": "etl"}),
    ],
)
def test_with_aws(fields: dict[str, Any], added: dict[str, str], airflow_connection: SetConnection) -> None:
    airflow_connection("given", conn_type="aws", **fields)
    assert environment.with_aws({"PATH": "/bin"}, S3Hook(aws_conn_id="given")) == {"PATH": "/bin", **added}


def test_keys_of_the_connection_come_before_the_workers(airflow_connection: SetConnection) -> None:
    airflow_connection("given", conn_type="aws", **KEYS)
    workers = {
        "AWS_ACCESS_KEY_ID": "w",
        "AWS_SECRET_ACCESS_KEY": "w",
        "AWS_SESSION_TOKEN": "w",
        "AWS_PROFILE": "w",
    }
    assert environment.with_aws(workers, S3Hook(aws_conn_id="given")) == {
        "AWS_ACCESS_KEY_ID": "AKIDGIVEN",
        "AWS_SECRET_ACCESS_KEY": "given-secret",
    }


@pytest.mark.parametrize("conn_id", [None, "given"])
def test_the_workers_own_credentials_stay_where_the_connection_has_none(
    conn_id: str | None, airflow_connection: SetConnection
) -> None:
    airflow_connection("given", conn_type="aws")
    workers = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x", "AWS_PROFILE": "w"}
    assert environment.with_aws(workers, S3Hook(aws_conn_id=conn_id)) == workers
