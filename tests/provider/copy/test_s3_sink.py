"""Files in S3: parts, compression, headers, markers, manifests, and what a retry leaves."""

from __future__ import annotations

import gzip
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from backports import zstd
from datapipeline_provider.copy import s3_files
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.planning import Copy
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.copy.s3_sink import S3Sink
from datapipeline_provider.copy.sources import S3Source
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.parquet import Parquet
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode, S3DataNodeError
from datapipeline_provider.s3.listing import NothingThereError
from datapipeline_provider.s3.manifest import ManifestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.moto import Aws
    from tests.servers.seaweedfs import S3

LOG = logging.getLogger(__name__)
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": gzip.decompress,
    "zstd": zstd.decompress,
}


def batches(count: int, size: int = 2) -> Iterator[Batch]:
    for n in range(count):
        yield Batch("table t", n * size + 1, [(str(n * size + i), "v\0") for i in range(size)], ("id", "v"))


def sink(s3: S3, bucket: str, path: str = "file_path", key: str = "d/k.csv", **fields: Any) -> S3Sink:
    return S3Sink(s3.client(), S3DataNode(**{path: f"s3://{bucket}/{key}"}, **fields), "name")


def contents(s3: S3, bucket: str, prefix: str = "") -> dict[str, str]:
    return {key: s3.read(bucket, key).decode() for key in s3.keys(bucket, prefix)}


@pytest.fixture
def tiny_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """`part_size_mb=1` means 10 bytes."""
    monkeypatch.setattr(s3_files, "MIB", 10)


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("file_path", "d/k.tar.csv", ["d/k-00001.tar.csv", "d/k-00002.tar.csv"]),
        ("file_path", "k", ["k-00001", "k-00002"]),
        ("directory_path", "d", ["d/name-00001.csv", "d/name-00002.csv"]),
    ],
)
@pytest.mark.parametrize("way", ["batches", "bytes"])
def test_output_in_parts(
    s3: S3, bucket: str, tiny_parts: None, path: str, key: str, expected: list[str], way: str
) -> None:
    to = sink(s3, bucket, path, key, part_size_mb=1, data_format=QuotedCSV(header=True), clean_up={"\0": "x"})
    progress = Progress(LOG)
    if way == "batches":
        to.write(batches(3, 1), progress)
    else:
        assert to.refuses_bytes() is None
        to.write_stream(("id", "v"), lambda write: [write(b"%d,v\0\n" % n) for n in range(3)], progress)
    assert contents(s3, bucket) == {expected[0]: "id,v\n0,vx\n", expected[1]: "id,v\n1,vx\n"} | {
        expected[0].replace("00001", "00003"): "id,v\n2,vx\n"
    }
    assert (progress.counted["objects"], progress.counted["cleaned"]) == (3, 3)


def test_a_retry_removes_its_own_parts_only(s3: S3, bucket: str, tiny_parts: None) -> None:
    client = s3.client()
    others = [
        "d/name-0003.csv",
        "d/name-00003.csv.gz",
        "d/name-x.csv",
        "d/names-00003.csv",
        "d/name.csv",
        "e",
    ]
    for key in others:
        client.put_object(Bucket=bucket, Key=key, Body=b"stays")
    to = sink(s3, bucket, "directory_path", "d", part_size_mb=1)
    to.write(batches(5), Progress(LOG))
    assert len(s3.keys(bucket)) == len(others) + 5
    to.write(batches(2), Progress(LOG))
    assert sorted(s3.keys(bucket)) == sorted([*others, "d/name-00001.csv", "d/name-00002.csv"])


@pytest.mark.parametrize("compression", UNPACK)
@pytest.mark.parametrize(
    ("data_format", "text"),
    [
        (CSV(), "0,v\n1,v\n2,v\n3,v\n"),
        (TSV(header=True), "id\tv\n0\tv\n1\tv\n2\tv\n3\tv\n"),
        (QuotedCSV(header=True, columns=("a", "b")), "a,b\n0,v\n1,v\n2,v\n3,v\n"),
        (JSONLines(), '{"id":"0","v":"v"}\n{"id":"1","v":"v"}\n{"id":"2","v":"v"}\n{"id":"3","v":"v"}\n'),
    ],
)
def test_formats_and_compressions(s3: S3, bucket: str, compression: str, data_format: Any, text: str) -> None:
    for _ in range(2):
        to = sink(
            s3,
            bucket,
            "directory_path",
            "d",
            data_format=data_format,
            compression=compression,
            clean_up="nul",
        )
        to.write(batches(2), Progress(LOG))
    (key,) = s3.keys(bucket)
    ending = {"none": "", "gzip": ".gz", "zstd": ".zst"}[compression]
    assert key == f"d/name.{data_format.extension}{ending}"
    assert UNPACK[compression](s3.read(bucket, key)).decode() == text
    source = S3Source(
        s3.client(), S3DataNode(f"s3://{bucket}/d", data_format=data_format, compression=compression)
    )
    rows = [row for batch in source.batches(Progress(LOG), None) for row in batch.rows]
    assert rows == [(str(n), "v") for n in range(4)]


def test_parquet_by_ranges(s3: S3, bucket: str) -> None:
    to = sink(s3, bucket, data_format=Parquet(("id BIGINT", "v")))
    to.write(batches(3000), Progress(LOG))
    progress = Progress(LOG)
    source = S3Source(s3.client(), to.node)
    rows = [row for batch in source.batches(progress, None) for row in batch.rows]
    assert rows == [(str(n), "v\0") for n in range(6000)]
    assert progress.counted["rows"] == 6000
    assert progress.counted["read"] > 0


@pytest.mark.parametrize("marker", ["none", "success", "manifest"])
def test_markers_come_last_and_go_first(s3: S3, bucket: str, tiny_parts: None, marker: str) -> None:
    to = sink(s3, bucket, "directory_path", "d", part_size_mb=1, marker=marker)
    to.write(batches(2), Progress(LOG))
    name = {"success": "d/_SUCCESS", "manifest": "d/_name.manifest"}.get(marker)
    found = contents(s3, bucket)
    if name is not None:
        body = found.pop(name)
        if marker == "manifest":
            assert json.loads(body)["entries"] == [
                {"url": f"s3://{bucket}/{key}", "mandatory": True, "meta": {"content_length": 10}}
                for key in ("d/name-00001.csv", "d/name-00002.csv")
            ]
        else:
            assert body == ""
    assert list(found) == ["d/name-00001.csv", "d/name-00002.csv"]
    # A marker holds no records.
    source = S3Source(s3.client(), S3DataNode(directory_path=f"s3://{bucket}/d"))
    assert [each.key for each in source.objects()] == list(found)

    def broken() -> Iterator[Batch]:
        yield from batches(1)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        to.write(broken(), Progress(LOG))
    assert len(s3.keys(bucket)) == 2 + (name is not None)  # nothing was replaced, so the marker holds


def test_nothing_is_left_of_a_failure_among_parts(s3: S3, bucket: str, tiny_parts: None) -> None:
    to = sink(s3, bucket, part_size_mb=1)

    def bad() -> Iterator[Batch]:
        yield from batches(3)
        yield Batch("table t", 7, [("9", "a\nb")], ("id", "v"))

    with pytest.raises(RecordError, match=r"table t, row 7 \(id = 9\): column 2 \(v\) holds"):
        to.write(bad(), Progress(LOG))
    assert s3.keys(bucket) == []
    assert "Uploads" not in s3.client().list_multipart_uploads(Bucket=bucket)


def test_no_rows(s3: S3, bucket: str) -> None:
    header = QuotedCSV(header=True)
    sink(s3, bucket, data_format=header).write([Batch("t", 1, [], ("id", "v"))], Progress(LOG))
    assert contents(s3, bucket) == {"d/k.csv": "id,v\n"}
    sink(s3, bucket, data_format=header).write_stream(("a",), lambda write: None, Progress(LOG))
    assert contents(s3, bucket) == {"d/k.csv": "a\n"}
    sink(s3, bucket).write([], Progress(LOG))
    assert contents(s3, bucket) == {"d/k.csv": ""}


def test_a_manifest_is_no_output(s3: S3, bucket: str) -> None:
    with pytest.raises(S3DataNodeError, match="the path of an output"):
        sink(s3, bucket, "manifest_file_path").write([], Progress(LOG))


def copy(s3: S3, source: S3DataNode, to: S3DataNode) -> Any:
    def no_database(conn_id: str) -> Any:
        raise AssertionError(conn_id)

    return Copy(source, to, s3.client, no_database, "name", Progress(LOG)).run()


def put_manifest(s3: S3, bucket: str, *entries: dict[str, Any]) -> S3DataNode:
    body = json.dumps({"entries": entries}).encode()
    s3.client().put_object(Bucket=bucket, Key="list.json", Body=body)
    return S3DataNode(manifest_file_path=f"s3://{bucket}/list.json")


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ({"directory_path": "out"}, {"out/a/2": "2\n", "out/b/1": "1\n"}),
        ({"directory_path": "out", "data_format": TSV()}, {"out/a/2": "2\n", "out/b/1": "1\n"}),
        ({"file_path": "out/all"}, {"out/all": "1\n2\n"}),
    ],
)
def test_the_files_of_a_manifest(s3: S3, bucket: str, to: dict[str, Any], expected: dict[str, str]) -> None:
    for key, body in (("in/b/1", b"1\n"), ("in/a/2", b"2\n"), ("in/a/3", b"3\n")):
        s3.client().put_object(Bucket=bucket, Key=key, Body=body)
    source = put_manifest(
        s3,
        bucket,
        {"url": f"s3://{bucket}/in/b/1", "mandatory": True},
        {"url": f"s3://{bucket}/in/missing"},
        {"url": f"s3://{bucket}/in/a/2", "mandatory": True, "meta": {"content_length": 2}},
    )
    fields = {name: f"s3://{bucket}/{v}" if name.endswith("path") else v for name, v in to.items()}
    assert copy(s3, source, S3DataNode(**fields))["objects"] == len(expected)
    assert contents(s3, bucket, "out") == expected


def test_manifests_that_cannot_be_read(s3: S3, bucket: str) -> None:
    to = S3DataNode(directory_path=f"s3://{bucket}/out")
    missing = put_manifest(s3, bucket, {"url": f"s3://{bucket}/in/x", "mandatory": True})
    with pytest.raises(
        ManifestError, match=rf"list.json has the mandatory entry s3://{bucket}/in/x, which does not"
    ):
        copy(s3, missing, to)
    for body in (b"[]", b"{", b'{"entries": [{"uri": 1}]}', b'{"entries": 5}'):
        s3.client().put_object(Bucket=bucket, Key="list.json", Body=body)
        with pytest.raises(ManifestError, match="is not of the form"):
            copy(s3, missing, to)
    with pytest.raises(NothingThereError):
        copy(s3, put_manifest(s3, bucket), to)


def test_many_files_are_copied_by_s3(s3: S3, bucket: str) -> None:
    client = s3.client()
    for n in range(60):
        client.put_object(Bucket=bucket, Key=f"in/{n:03}", Body=b"%d\n" % n, ContentType="text/csv")
    source = S3DataNode(directory_path=f"s3://{bucket}/in")
    to = S3DataNode(directory_path=f"s3://{bucket}/out", marker="success")
    assert copy(s3, source, to) == {"rows": None, "bytes": 60 * 3 - 10, "objects": 60}
    found = contents(s3, bucket, "out/")
    assert found.pop("out/_SUCCESS") == ""
    assert found == {f"out/{n:03}": f"{n}\n" for n in range(60)}
    assert client.head_object(Bucket=bucket, Key="out/007")["ContentType"] == "text/csv"


def test_parts_below_the_input_are_not_read_again(s3: S3, bucket: str, tiny_parts: None) -> None:
    for n in range(4):
        s3.client().put_object(Bucket=bucket, Key=f"in/{n}", Body=b"12345\n")
    source = S3DataNode(directory_path=f"s3://{bucket}/in")
    to = S3DataNode(file_path=f"s3://{bucket}/in/all", part_size_mb=1)
    for _ in range(2):
        copy(s3, source, to)
    assert contents(s3, bucket, "in/all") == {f"in/all-0000{n}": "12345\n12345\n" for n in (1, 2)}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({"clean_up": {"a": "b"}}, "bbbbbbbbbbbb\n"), ({"part_size_mb": 1}, "aaaaaaaaaaaa\n")],
)
def test_what_s3_cannot_do_itself_is_done_record_by_record(
    s3: S3, bucket: str, tiny_parts: None, changed: dict[str, Any], expected: str
) -> None:
    s3.client().put_object(Bucket=bucket, Key="in/k", Body=b"aaaaaaaaaaaa\n")
    copy(s3, S3DataNode(directory_path=f"s3://{bucket}/in"), S3DataNode(f"s3://{bucket}/out", **changed))
    assert list(contents(s3, bucket, "out").values()) == [expected]


def test_a_key_of_kms_reaches_every_object(sns: Aws) -> None:
    """On an emulator: the S3 server of the other tests has no KMS."""
    client = sns.client("s3")
    client.create_bucket(Bucket="keys")
    node = S3DataNode(directory_path="s3://keys/d", kms_key_id="alias/etl", marker="success")
    S3Sink(client, node, "name").write(batches(1), Progress(LOG))
    copied = S3DataNode(directory_path="s3://keys/e", kms_key_id="alias/etl")
    Copy(node, copied, lambda: client, lambda _: None, "name", Progress(LOG)).run()  # type: ignore[arg-type,return-value]
    keys = [each["Key"] for each in client.list_objects_v2(Bucket="keys")["Contents"]]
    assert keys == ["d/_SUCCESS", "d/name.csv", "e/name.csv"]
    for key in keys:
        head = client.head_object(Bucket="keys", Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/etl")
