from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from datapipeline_provider._compat import TriggerEvent
from datapipeline_provider.triggers.s3_presence import S3PresenceTrigger

if TYPE_CHECKING:
    from tests.servers.seaweedfs import S3


def trigger(bucket: str, key: str, *, whole: bool, aws_conn_id: str = "aws_default") -> S3PresenceTrigger:
    return S3PresenceTrigger(bucket, key, whole, 0.05, aws_conn_id)


async def first(waiting: S3PresenceTrigger) -> TriggerEvent:
    return await anext(waiting.run())


@pytest.mark.parametrize(("key", "whole", "told"), [("d/1", True, "d/1"), ("d/", False, "d/*")])
def test_what_is_there(key: str, whole: bool, told: str, s3: S3, bucket: str, aws_default: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="d/1", Body=b"")
    event = asyncio.run(asyncio.wait_for(first(trigger(bucket, key, whole=whole)), 30))
    assert event.payload == {"there": f"s3://{bucket}/{told}"}


@pytest.mark.parametrize(("key", "whole"), [("d/1", True), ("d/", False)])
def test_what_comes_later(key: str, whole: bool, s3: S3, bucket: str, aws_default: str) -> None:
    waiting = trigger(bucket, key, whole=whole)
    asked = 0
    ask = waiting._is_there

    async def count(client: object) -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            s3.client().put_object(Bucket=bucket, Key="d/1", Body=b"")
        return await ask(client)

    waiting._is_there = count  # type: ignore[method-assign]
    asyncio.run(asyncio.wait_for(first(waiting), 30))
    assert asked == 3


def test_serialize() -> None:
    path, arguments = trigger("b", "d/1", whole=True).serialize()
    assert path == "datapipeline_provider.triggers.s3_presence.S3PresenceTrigger"
    assert json.loads(json.dumps(arguments)) == arguments
    assert S3PresenceTrigger(**arguments).serialize() == (path, arguments)
