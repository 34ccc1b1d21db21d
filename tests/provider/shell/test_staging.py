from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.s3.address import S3AddressError
from datapipeline_provider.shell.staging import (
    InputMissingError,
    OutputPathError,
    Staging,
    UnsafeKeyError,
    UnsuitableFileError,
)
from datapipeline_provider.shell.transfers import Transfers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.servers.seaweedfs import S3

TABLE = SqlDataNode(conn_id="orders", table="orders")


@pytest.fixture
def transfers(aws_default: str) -> Transfers:
    return Transfers(S3Hook(aws_conn_id=aws_default), cancelled=lambda: False)


@pytest.mark.parametrize(
    ("keys", "node", "staged"),
    [
        (["d/1", "d/x/2", "dd/3"], {"directory_path": "s3://B/d"}, ["1=d/1", "x/2=d/x/2"]),
        (["d/1", "d/x/2", "dd/3"], {"directory_path": "s3://B/d/"}, ["1=d/1", "x/2=d/x/2"]),
        (["d/1", "e/2"], {"directory_path": "s3://B"}, ["d/1=d/1", "e/2=e/2"]),
        (["d/1", "e/2"], {"directory_path": "s3://B/"}, ["d/1=d/1", "e/2=e/2"]),
        (["d/1"], {"directory_path": "s3://B/none"}, []),
        (["d/"], {"directory_path": "s3://B/d"}, []),
        (["d/", "d/x/", "d/x/1"], {"directory_path": "s3://B/d"}, ["x/1=d/x/1"]),
        (["d/f", "d/f/1", "d/fg"], {"file_path": "s3://B/d/f"}, ["f=d/f"]),
        (["d/part-1", "d/part-2"], {"file_path": "s3://B/d"}, ["part-1=d/part-1", "part-2=d/part-2"]),
        (["d/part-1"], {"file_path": "s3://B/d/"}, ["part-1=d/part-1"]),
        (["d/a b?#*%2F.csv"], {"file_path": "s3://B/d/a b?#*%2F.csv"}, ["a b?#*%2F.csv=d/a b?#*%2F.csv"]),
        (["d/ä"], {"directory_path": "s3n://B/d"}, ["ä=d/ä"]),
        (["d/..hidden", "d/...", "d/a..b"], {"directory_path": "s3://B/d"}, ["...=d/...", "..hidden=d/..hidden", "a..b=d/a..b"]),
    ],
)  # fmt: skip
def test_inputs(
    keys: list[str],
    node: dict[str, Any],
    staged: list[str],
    transfers: Transfers,
    s3: S3,
    bucket: str,
    tmp_path: Path,
) -> None:
    put(s3, bucket, *keys)
    named = {path: text.replace("B", bucket, 1) for path, text in node.items()}
    staging = Staging(tmp_path, transfers, [S3DataNode(**named)], [])
    staging.fetch()
    assert staging.environment == {"INPUT1_STAGING_DIR": str(tmp_path / "input1")}
    assert tree(tmp_path / "input1") == staged


@pytest.mark.parametrize(
    "name", ["../escaped", "x/../../escaped", "..", "a/..", "x/../../../../../../../../tmp/escaped", "a/../b"]
)
def test_a_key_that_would_escape(name: str, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    staging = Staging(tmp_path / "root", holding(f"d/{name}"), [S3DataNode(directory_path="s3://b/d")], [])
    with pytest.raises(UnsafeKeyError, match="cannot be staged: its key is not a file name"):
        staging.fetch()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["input1", "root"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("/etc/passwd", "etc/passwd"),
        ("//etc//passwd", "etc/passwd"),
        ("./x", "x"),
        ("a/./b", "a/b"),
        ("~/x", "~/x"),
        ("$HOME/`id`", "$HOME/`id`"),
        ("C:\\x", "C:\\x"),
        ("a\nb", "a\nb"),
    ],
)
def test_a_strange_key_stays_inside(name: str, file: str, tmp_path: Path) -> None:
    staging = Staging(tmp_path, holding(f"d/{name}"), [S3DataNode(directory_path="s3://b/d")], [])
    staging.fetch()
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [
        (tmp_path / "input1" / file).relative_to(tmp_path)
    ]


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (["d/a/b", "d/a//b"], "another object has the same file name"),
        (["d/a", "d/a/b"], "another object has the same file name"),
        (["d/a/b", "d/a"], "another object has the same file name"),
        (["d/" + "x" * 300], "File name too long"),
        (["d/a\0b"], "not a file name"),
        (["d/full/"], "not a file name"),
    ],
)
def test_objects_that_no_file_system_can_hold(keys: list[str], why: str, tmp_path: Path) -> None:
    staging = Staging(tmp_path, holding(*keys), [S3DataNode(directory_path="s3://b/d")], [])
    with pytest.raises(UnsafeKeyError, match=why):
        staging.fetch()


def test_a_missing_file(transfers: Transfers, bucket: str, tmp_path: Path) -> None:
    staging = Staging(tmp_path, transfers, [S3DataNode(file_path=f"s3://{bucket}/none")], [])
    with pytest.raises(InputMissingError, match=f"s3://{bucket}/none does not exist"):
        staging.fetch()


@pytest.mark.parametrize("text", ["", "/local/file", "https://b/k", "s3:/b/k"])
def test_not_an_s3_address(text: str, tmp_path: Path) -> None:
    with pytest.raises(S3AddressError):
        Staging(tmp_path, holding(), [], [S3DataNode(directory_path=text)])
    with pytest.raises(S3AddressError):
        Staging(tmp_path, holding(), [S3DataNode(directory_path=text)], []).fetch()


def test_numbers_are_places_in_the_list(transfers: Transfers, bucket: str, tmp_path: Path) -> None:
    node = S3DataNode(directory_path=f"s3://{bucket}/d")
    staging = Staging(tmp_path, transfers, [TABLE, node, node], [node, TABLE, node])
    staging.fetch()
    assert staging.environment == {
        "INPUT2_STAGING_DIR": str(tmp_path / "input2"),
        "INPUT3_STAGING_DIR": str(tmp_path / "input3"),
        "OUTPUT1_STAGING_DIR": str(tmp_path / "output1"),
        "OUTPUT3_STAGING_DIR": str(tmp_path / "output3"),
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["input2", "input3", "output1", "output3"]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("encryption", "stored"), [("SERVER_SIDE_ENCRYPTION", "AES256"), ("NONE", None)])
def test_outputs(
    slash: str, encryption: str, stored: str | None, transfers: Transfers, s3: S3, bucket: str, tmp_path: Path
) -> None:
    node = S3DataNode(directory_path=f"s3://{bucket}/out{slash}", s3_encryption_type=encryption)
    staging = Staging(tmp_path, transfers, [], [node])
    staging.fetch()
    (tmp_path / "output1/deep/er").mkdir(parents=True)
    (tmp_path / "output1/empty").mkdir()
    (tmp_path / "output1/deep/er/a b?.csv").write_text("1")
    (tmp_path / "output1/.hidden").write_text("2")
    (tmp_path / "output1/link").symlink_to(tmp_path / "output1/.hidden")
    staging.publish()
    assert s3.keys(bucket) == ["out/.hidden", "out/deep/er/a b?.csv", "out/link"]
    assert s3.read(bucket, "out/link") == b"2"
    head = s3.client().head_object(Bucket=bucket, Key="out/.hidden")
    assert head.get("ServerSideEncryption") == stored


def test_publishing_again_replaces(transfers: Transfers, s3: S3, bucket: str, tmp_path: Path) -> None:
    node = S3DataNode(directory_path=f"s3://{bucket}")
    for attempt in ("first", "second"):
        (tmp_path / attempt).mkdir()
        staging = Staging(tmp_path / attempt, transfers, [], [node])
        staging.fetch()
        (tmp_path / attempt / "output1" / "x").write_text(attempt)
        staging.publish()
    assert (s3.keys(bucket), s3.read(bucket, "x")) == (["x"], b"second")


def test_a_staged_output_needs_a_directory(tmp_path: Path) -> None:
    with pytest.raises(OutputPathError, match=r"Output 2 \(s3://b/f\) is a file_path.*OUTPUT2_STAGING_DIR"):
        Staging(tmp_path, holding(), [], [TABLE, S3DataNode(file_path="s3://b/f")])


@pytest.mark.parametrize("what", ["pipe", "broken link", "linked directory", "name"])
def test_what_cannot_be_uploaded_stops_all(
    what: str, transfers: Transfers, s3: S3, bucket: str, tmp_path: Path
) -> None:
    staging = Staging(tmp_path, transfers, [], [S3DataNode(directory_path=f"s3://{bucket}")])
    staging.fetch()
    (tmp_path / "output1" / "a").write_text("fine")
    made = tmp_path / "output1" / "b"
    if what == "pipe":
        os.mkfifo(made)
    elif what == "broken link":
        made.symlink_to("nowhere")
    elif what == "linked directory":
        made.symlink_to(tmp_path)
    else:
        (tmp_path / "output1" / os.fsdecode(b"\xff")).write_text("not UTF-8")
    with pytest.raises(UnsuitableFileError, match="Nothing was uploaded"):
        staging.publish()
    assert s3.keys(bucket) == []


class Holding(Transfers):
    """Objects that a test needs and no server would take."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = keys

    def below(self, bucket, prefix):  # type: ignore[no-untyped-def]
        from datapipeline_provider.shell.transfers import Stored

        return (Stored(bucket, key, 1) for key in self.keys if key.startswith(prefix))

    def download(self, downloads):  # type: ignore[no-untyped-def]
        return len(list(downloads))


def holding(*keys: str) -> Transfers:
    return Holding(keys)


def put(s3: S3, bucket: str, *keys: str) -> None:
    for key in keys:
        s3.client().put_object(Bucket=bucket, Key=key, Body=b"" if key.endswith("/") else key.encode())


def tree(directory: Path) -> list[str]:
    """List the files as name=content."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return [f"{path.relative_to(directory)}={path.read_text()}" for path in files]
