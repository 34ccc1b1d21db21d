"""AWS's small services (SNS, SQS, RDS and others) over HTTP, emulated by moto inside this process."""

from __future__ import annotations

import json
import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from tests.servers.faults import Faults
from tests.servers.process import LOOPBACK, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Aws:
    """Where the emulator is; it accepts any keys.

    :param faults: what is to go wrong with calls, and which calls came
    """

    port: int
    access_key: str = "any"
    secret_key: str = "any"
    region: str = "us-east-1"
    faults: Faults = field(default_factory=Faults)

    @property
    def endpoint_url(self) -> str:
        """The base address of the emulator, the same for all services."""
        return f"http://{LOOPBACK}:{self.port}"

    def client(self, service: str, attempts: int = 5) -> Any:
        """Give a boto3 client of a service, for example `sns`, that asks so often until it is answered."""
        keys = {"aws_access_key_id": self.access_key, "aws_secret_access_key": self.secret_key}
        return _client(service, attempts, endpoint_url=self.endpoint_url, region_name=self.region, **keys)

    def reset(self) -> None:
        """Forget every resource, and let everything go well again."""
        self.faults.clear()
        urlopen(Request(f"{self.endpoint_url}/moto-api/reset", method="POST")).close()

    def topic_with_inbox(self, name: str) -> Inbox:
        """Create an SNS topic and a queue that gets its messages."""
        topic = self.client("sns").create_topic(Name=name)["TopicArn"]
        queue = self.client("sqs").create_queue(QueueName=f"{name}-inbox")["QueueUrl"]
        queue_arn = f"arn:aws:sqs:{self.region}:{ACCOUNT}:{name}-inbox"
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
        return Inbox(self, topic, queue)


@cache
def _client(service: str, attempts: int, **where: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        config=Config(retries={"total_max_attempts": attempts}),
        **where,
    )


@dataclass(frozen=True)
class Inbox:
    """A queue that receives what is published to a topic."""

    aws: Aws
    topic_arn: str
    queue_url: str

    def take(self) -> list[dict[str, str]]:
        """Return the notifications that have come since the last call (keys `Subject`, `Message`, ...)."""
        taken: list[dict[str, str]] = []
        sqs = self.aws.client("sqs")
        while got := sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages", []):
            for message in got:
                taken.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return taken


class _Handler(MotoRequestHandler):
    """Answers requests; a connection that is to be lost is closed."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """Ask for no further request of a connection that got no answer."""
        self.close_connection = True


@contextmanager
def run() -> Iterator[Aws]:
    """Run an empty emulator, in memory only, until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    aws = Aws(free_ports(1)[0])
    application = aws.faults.around(DomainDispatcherApplication(create_backend_app))
    server = make_server(LOOPBACK, aws.port, application, threaded=True, request_handler=_Handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield aws
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
