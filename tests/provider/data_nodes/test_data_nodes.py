from __future__ import annotations

import json
from typing import Any

import pytest
from datapipeline_provider.data_formats.clean_up import CleanUpError
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode, S3DataNodeError
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode, SqlDataNodeError
from datapipeline_provider.s3.address import S3AddressError
from datapipeline_provider.s3.encryption import EncryptionError


@pytest.mark.parametrize(
    ("arguments", "bucket", "key"),
    [
        ({"directory_path": "s3://lake/orders"}, "lake", "orders/"),
        ({"directory_path": "s3://lake/orders/"}, "lake", "orders/"),
        ({"directory_path": "s3://lake/a//b"}, "lake", "a//b/"),
        ({"directory_path": "s3://lake/a//"}, "lake", "a//"),
        ({"directory_path": "s3://lake//a"}, "lake", "/a/"),
        ({"directory_path": "s3://lake"}, "lake", ""),
        ({"directory_path": "s3://lake/"}, "lake", ""),
        ({"directory_path": "s3n://lake/a b/ü"}, "lake", "a b/ü/"),
        ({"file_path": "s3://lake/a//b.csv"}, "lake", "a//b.csv"),
        ({"file_path": "s3a://lake/b.csv"}, "lake", "b.csv"),
    ],
)
def test_bucket_and_key(arguments: dict[str, str], bucket: str, key: str) -> None:
    node = S3DataNode(**arguments)  # type: ignore[arg-type]
    assert (node.bucket, node.key) == (bucket, key)


@pytest.mark.parametrize(
    "arguments",
    [
        {"directory_path": "lake/orders"},
        {"directory_path": "https://lake/orders"},
        {"directory_path": "s3:///orders"},
        {"file_path": "s3://lake"},
        {"file_path": "s3://lake/"},
        {"file_path": "s3://lake/orders/"},
    ],
)
def test_other_addresses_are_refused_once_rendered(arguments: dict[str, str]) -> None:
    node = S3DataNode(**arguments)  # type: ignore[arg-type]
    with pytest.raises(S3AddressError, match=r"is not an S3 address of the form s3://bucket/key"):
        _ = node.bucket, node.key


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"directory_path": "s3://a/b", "file_path": "s3://a/b"},
        {"file_path": "s3://a/b", "manifest_file_path": "s3://a/b"},
        {"file_path": "s3://a/b", "s3_encryption_type": "KMS"},
        {"file_path": "s3://a/b", "s3_encryption_type": "NONE", "kms_key_id": "k"},
        {"file_path": "s3://a/b", "part_size_mb": 0},
        {"file_path": "s3://a/b", "marker": "flag"},
        {"file_path": "s3://a/b", "clean_up": "flag"},
    ],
)
def test_impossible_nodes_are_refused_at_once(arguments: dict[str, str]) -> None:
    with pytest.raises((S3DataNodeError, EncryptionError, CleanUpError)):
        S3DataNode(**arguments)  # type: ignore[arg-type]


def test_compression() -> None:
    assert S3DataNode(file_path="s3://a/b").packing == "none"
    assert S3DataNode(file_path="s3://a/b", compression="GZIP").packing == "gzip"
    with pytest.raises(S3DataNodeError, match=r"compression is 'bzip2'; valid: none, gzip, zstd"):
        _ = S3DataNode(file_path="s3://a/b", compression="bzip2").packing


def test_a_key_of_kms() -> None:
    node = S3DataNode(file_path="s3://a/b", kms_key_id="alias/etl")
    assert node.write_arguments == {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/etl"}


@pytest.mark.parametrize(
    ("encryption", "arguments"),
    [("SERVER_SIDE_ENCRYPTION", {"ServerSideEncryption": "AES256"}), ("NONE", {})],
)
def test_encryption(encryption: str, arguments: dict[str, str]) -> None:
    assert S3DataNode(file_path="s3://a/b", s3_encryption_type=encryption).write_arguments == arguments


@pytest.mark.parametrize(
    "node",
    [
        S3DataNode(directory_path="s3://a/{{ params.x }}"),
        SqlDataNode("orders", table="t", select_query="select 1", create_table_sql="create table t (a int)"),
    ],
)
def test_serialized_form_is_json_and_names_every_field(node: Any) -> None:
    serialized = node.serialize()
    assert json.loads(json.dumps(serialized)) == serialized
    assert set(serialized) == {"type", *vars(node)}


def test_the_table_is_needed_where_it_is_needed() -> None:
    assert SqlDataNode("orders", table="t").needed_table() == "t"
    with pytest.raises(SqlDataNodeError, match=r"connection 'orders': table is needed"):
        SqlDataNode("orders").needed_table()
