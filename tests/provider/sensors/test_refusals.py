"""Preconditions on S3 and missing rights: what is not there yet is waited for, what nobody can tell is an error at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from datapipeline_provider._compat import AirflowFailException
from datapipeline_provider.sensors import s3_precondition
from datapipeline_provider.sensors.s3_key_exists import S3KeyExistsSensor
from datapipeline_provider.sensors.s3_prefix_not_empty import S3PrefixNotEmptySensor
from datapipeline_provider.triggers import s3_presence
from datapipeline_provider.triggers.s3_presence import S3PresenceTrigger

from tests.servers import faulty, hiding
from tests.servers.faulty import Fault
from tests.servers.process import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import SetConnection
    from tests.servers.hiding import Hiding
    from tests.servers.seaweedfs import S3

pytestmark = pytest.mark.long

CONTEXT: Any = {}
BUCKET = hiding.BUCKET
THERE, ABSENT, REFUSED = "there", "absent", "refused"
ONCE: dict[str, Any] = {
    "config_kwargs": {"retries": {"max_attempts": 0}}
}  # botocore itself would repeat requests


@pytest.fixture
def amazon(airflow_connection: SetConnection) -> Iterator[Hiding]:
    """A bucket that hides what there is not, as Amazon's do; `aws_default` leads there."""
    with hiding.run() as server:
        extra = {"endpoint_url": server.endpoint_url, "region_name": "us-east-1", **ONCE}
        airflow_connection("aws_default", conn_type="aws", login="a", password="b", extra=extra)
        yield server


def on_worker(sensor: Any) -> str:
    try:
        return THERE if sensor.poke(CONTEXT) else ABSENT
    except AirflowFailException:
        return REFUSED


class _AbsentError(Exception):
    """The trigger would look again."""


class _Once(S3PresenceTrigger):
    """Looks once."""

    async def _is_there(self, client: Any) -> bool:
        if not await super()._is_there(client):
            raise _AbsentError
        return True


def in_triggerer(sensor: Any) -> str:
    async def first() -> Any:
        return await anext(_Once(*sensor.presence, 600, sensor.aws_conn_id).run())

    try:
        sensor.execute_complete(CONTEXT, asyncio.run(first()).payload)
    except _AbsentError:
        return ABSENT
    except AirflowFailException:
        return REFUSED
    return THERE


def key(name: str, **arguments: Any) -> S3KeyExistsSensor:
    return S3KeyExistsSensor(task_id="wait", s3_key=f"s3://{name}", **arguments)


def prefix(name: str) -> S3PrefixNotEmptySensor:
    return S3PrefixNotEmptySensor(task_id="wait", s3_prefix=f"s3://{name}")


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("rights", "keys", "expected"),
    [
        ({"get", "list"}, {"d/1"}, THERE),
        ({"get", "list"}, set(), ABSENT),
        ({"get", "list"}, {"d/10", "d/1/x"}, ABSENT),
        ({"get"}, {"d/1"}, THERE),
        # S3 says 403 here, and why only to the bucket's own account.
        ({"get"}, set(), (ABSENT, REFUSED)),
        # 403 for what it may not read; the list knows.
        ({"list"}, {"d/1"}, THERE),
        ({"list"}, set(), ABSENT),
        ({"list"}, {"d/10", "d/1/x"}, ABSENT),
        (set(), {"d/1"}, REFUSED),
        (set(), set(), REFUSED),
    ],
)
def test_a_key_that_may_be_hidden(
    rights: set[str], keys: set[str], expected: Any, own: bool, amazon: Hiding
) -> None:
    amazon.rights, amazon.keys, amazon.own = rights, keys, own
    if isinstance(expected, tuple):
        expected = expected[0] if own else expected[1]
    assert on_worker(key(f"{BUCKET}/d/1")) == expected


@pytest.mark.parametrize(
    ("rights", "keys", "expected"),
    [
        ({"list"}, {"d/1"}, THERE),
        ({"list"}, set(), ABSENT),
        ({"get"}, {"d/1"}, REFUSED),
        (set(), {"d/1"}, REFUSED),
    ],
)
def test_a_prefix_needs_a_list(rights: set[str], keys: set[str], expected: str, amazon: Hiding) -> None:
    amazon.rights, amazon.keys = rights, keys
    assert on_worker(prefix(f"{BUCKET}/d/")) == expected


@pytest.mark.parametrize(
    ("rights", "keys", "expected"),
    [({"list"}, {"d/1"}, THERE), ({"get"}, set(), ABSENT), (set(), {"d/1"}, REFUSED)],
)
def test_the_triggerer_finds_the_same(
    rights: set[str], keys: set[str], expected: str, amazon: Hiding
) -> None:
    amazon.rights, amazon.keys = rights, keys
    assert in_triggerer(key(f"{BUCKET}/d/1")) == expected


def test_who_may_do_both_is_asked_no_more_than_needed(amazon: Hiding) -> None:
    amazon.rights, amazon.keys = {"get", "list"}, {"d/1"}
    assert key(f"{BUCKET}/d/1").poke(CONTEXT)
    assert amazon.asked == ["HEAD"]
    assert not key(f"{BUCKET}/d/2").poke(CONTEXT)
    assert amazon.asked == ["HEAD", "HEAD", "GET"]


@pytest.mark.parametrize(
    ("sensor", "own", "text"),
    [
        (
            key(f"{BUCKET}/d/1"),
            False,
            "s3://hiding/d/1 cannot be waited for: S3 refuses the connection 'aws_default' (AccessDenied: Access Denied). "
            "It needs s3:GetObject on arn:aws:s3:::hiding/d/1 and s3:ListBucket on arn:aws:s3:::hiding. Without the second "
            "S3 answers the same for what may not be read and for what is not there yet.",
        ),
        (
            prefix(f"{BUCKET}/d/"),
            False,
            "s3://hiding/d/* cannot be waited for: S3 refuses the connection 'aws_default' (AccessDenied: Access Denied). "
            "It needs s3:ListBucket on arn:aws:s3:::hiding.",
        ),
        (key(f"{BUCKET}/d/1"), True, "is not authorized to perform: s3:GetObject on resource"),
    ],
)
def test_what_the_error_says(sensor: Any, own: bool, text: str, amazon: Hiding) -> None:
    amazon.own = own
    with pytest.raises(AirflowFailException) as error:
        sensor.execute({"ti": _FirstRound()})
    assert str(error.value) == text or (own and text in str(error.value))


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("etl", (THERE, ABSENT, THERE, ABSENT)),
        ("reader", (THERE, ABSENT, THERE, ABSENT)),
        ("reader of known keys", (THERE, ABSENT, REFUSED, REFUSED)),
        ("lister", (THERE, ABSENT, THERE, ABSENT)),
        ("nobody", (REFUSED, REFUSED, REFUSED, REFUSED)),
    ],
)
def test_users_of_a_real_server(
    user: str, expected: tuple[str, ...], s3: S3, bucket: str, airflow_connection: SetConnection
) -> None:
    s3.client().put_object(Bucket=bucket, Key="d/1", Body=b"")
    log_in(airflow_connection, s3.as_user(user))
    sensors = (key(f"{bucket}/d/1"), key(f"{bucket}/d/2"), prefix(f"{bucket}/d/"), prefix(f"{bucket}/e/"))
    assert tuple(on_worker(sensor) for sensor in sensors) == expected


def test_a_wrong_key_is_a_refusal(s3: S3, bucket: str, airflow_connection: SetConnection) -> None:
    log_in(airflow_connection, s3, password="wrong")
    assert on_worker(key(f"{bucket}/d/1")) == REFUSED
    with pytest.raises(AirflowFailException, match="SignatureDoesNotMatch"):
        key(f"{bucket}/d/1").poke(CONTEXT)


@pytest.mark.parametrize("sensor", [key("nowhere/d/1"), prefix("nowhere/d/")])
def test_a_bucket_that_there_is_not_is_an_error_that_may_be_retried(sensor: Any, amazon: Hiding) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        sensor.poke(CONTEXT)


def test_a_server_that_fails_for_a_while(
    s3: S3, bucket: str, airflow_connection: SetConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.client().put_object(Bucket=bucket, Key="d/1", Body=b"")
    for module in (s3_precondition, s3_presence):
        monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    with faulty.run(s3.port) as way:
        log_in(airflow_connection, s3, endpoint_url=way.endpoint_url)
        for look in (on_worker, in_triggerer):
            way.faults[:] = [Fault("HEAD", "d/1", 503, times=3), Fault("HEAD", "d/1", "cut")]
            assert look(key(f"{bucket}/d/1")) == THERE
            assert [each.seen for each in way.faults] == [3, 1]


@pytest.mark.parametrize(
    ("port", "error"), [("of the server", ClientError), ("of nobody", EndpointConnectionError)]
)
def test_a_server_that_goes_on_failing(
    port: str,
    error: type[Exception],
    amazon: Hiding,
    airflow_connection: SetConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    amazon.answer = (503, "SlowDown")
    for module in (s3_precondition, s3_presence):
        monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    number = amazon.port if port == "of the server" else free_ports(1)[0]
    extra = {"endpoint_url": f"http://127.0.0.1:{number}", "region_name": "us-east-1", **ONCE}
    airflow_connection("aws_default", conn_type="aws", login="a", password="b", extra=extra)
    for look in (on_worker, in_triggerer):
        with pytest.raises(error):
            look(key(f"{BUCKET}/d/1"))


def log_in(airflow_connection: SetConnection, s3: S3, **changes: Any) -> None:
    extra = {"endpoint_url": changes.get("endpoint_url", s3.endpoint_url), "region_name": s3.region}
    extra["config_kwargs"] = {"s3": {"addressing_style": "path"}, **ONCE["config_kwargs"]}
    password = changes.get("password", s3.secret_key)
    airflow_connection("aws_default", conn_type="aws", login=s3.access_key, password=password, extra=extra)


class _FirstRound:
    """As much of a task instance as a sensor's `reschedule` looks at in its first round."""

    def get_first_reschedule_date(self, context: object) -> None:
        return None
