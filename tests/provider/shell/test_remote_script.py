"""The script that another machine is sent, run by bash here, with the AWS CLI and an S3 server."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.hooks.ssm import packed
from datapipeline_provider.s3.address import S3AddressError
from datapipeline_provider.shell.remote_script import RemoteScript, as_user, said
from datapipeline_provider.shell.staging import OutputPathError

if TYPE_CHECKING:
    from tests.servers.seaweedfs import S3


@pytest.fixture
def machine(tmp_path: Path, s3: S3) -> Any:
    """A function that runs a script on a machine with nothing of this one's environment but a path."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "aws").write_text(f'#!/bin/sh\nexec {sys.executable} -m awscli "$@"\n')
    (programs / "aws").chmod(0o755)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    env = {
        "PATH": f"{programs}:/usr/sbin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TMPDIR": str(temporary),
        "AWS_ENDPOINT_URL": s3.endpoint_url,
        "AWS_ACCESS_KEY_ID": s3.access_key,
        "AWS_SECRET_ACCESS_KEY": s3.secret_key,
        "AWS_DEFAULT_REGION": s3.region,
        "NO_PROXY": "127.0.0.1",
    }

    def run(script: RemoteScript, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["bash", "-c", script.text()], env=env | more, capture_output=True, text=True, check=False
        )
        assert list(temporary.iterdir()) == []  # nothing is left on the machine
        return done

    return run


COMMANDS: list[Any] = [
    # the command, its arguments, what it prints, its exit code
    ("echo one; echo two >&2", [], "one\n", 0),
    (
        'echo $# "[$1] [$2]" $0',
        ["a b", "$HOME `id` 'x' \"y\" {{z}}"],
        "2 [a b] [$HOME `id` 'x' \"y\" {{z}}] Clean\n",
        0,
    ),
    ("f=a.b; echo ${f//./-}; # 'quoted \"both\" ways'", [], "a-b\n", 0),
    ("ls -A | wc -l", [], "0\n", 0),
    ("printf 'no line end'", [], "no line end", 0),
    ("cat", [], "", 0),  # nothing to read, so it does not wait
    ("exit 3", [], "", 3),
    ("exit 99", [], "", 99),
    ("exit 194", [], "", 1),
    ("kill -TERM $$", [], "", 143),
    ("echo 'unclosed", [], "", 2),
]


@pytest.mark.parametrize("limits", [None, (23_000, 7_000)], ids=["as it comes", "at the end"])
@pytest.mark.parametrize(("command", "arguments", "printed", "code"), COMMANDS)
def test_command(
    command: str, arguments: list[str], printed: str, code: int, limits: Any, machine: Any
) -> None:
    done = machine(RemoteScript("Clean", command, arguments=arguments, limits=limits))
    assert (done.stdout, done.returncode) == (printed, code)


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        ("", ("", None)),
        ("noise\ndatapipeline: the command ended with exit code 194\n", ("", 194)),
        ("datapipeline: input 1 was not copied\n", ("input 1 was not copied", None)),
        (
            "x\ndatapipeline: the command ended with exit code nine\n",
            ("the command ended with exit code nine", None),
        ),
        ("a word of datapipeline: x", ("", None)),
    ],
)
def test_what_the_script_said(stderr: str, expected: Any) -> None:
    assert said(stderr) == expected


def test_the_exit_code_is_said_also_where_it_cannot_be_given(machine: Any) -> None:
    assert said(machine(RemoteScript("T", "exit 194", limits=(9, 9))).stderr) == ("", 194)


def test_only_the_end_of_much_is_printed(machine: Any) -> None:
    done = machine(RemoteScript("T", "seq 100000; seq 9 >&2; exit 1", limits=(13, 100)))
    assert done.stdout == "[the first 588882 of 588895 bytes are left out]\n99999\n100000\n"
    assert done.stderr == "1\n2\n3\n4\n5\n6\n7\n8\n9\ndatapipeline: the command ended with exit code 1\n"


def test_staging(machine: Any, s3: S3, bucket: str) -> None:
    for key, text in {"in/a b.txt": "A", "in/deep/c.txt": "C", "one/x.csv": "X", "old/part-0": "P"}.items():
        s3.client().put_object(Bucket=bucket, Key=key, Body=text.encode())
    script = RemoteScript(
        "T",
        'cat "$INPUT1_STAGING_DIR/a b.txt" $INPUT1_STAGING_DIR/deep/c.txt $INPUT3_STAGING_DIR/x.csv '
        "$INPUT4_STAGING_DIR/part*; mkdir $OUTPUT1_STAGING_DIR/d; echo Y > $OUTPUT1_STAGING_DIR/d/y; "
        'echo Z > "$OUTPUT1_STAGING_DIR/z z"; echo ${INPUT2_STAGING_DIR-none}',
        inputs=[
            S3DataNode(directory_path=f"s3://{bucket}/in"),
            SqlDataNode(table="t", conn_id="c"),
            S3DataNode(file_path=f"s3n://{bucket}/one/x.csv"),
            S3DataNode(file_path=f"s3://{bucket}/old"),  # no object, but there is something below it
        ],
        outputs=[S3DataNode(directory_path=f"s3://{bucket}/out")],
    )
    done = machine(script)
    assert (done.stdout, done.stderr, done.returncode) == ("ACXPnone\n", "", 0)
    found = s3.client().list_objects_v2(Bucket=bucket, Prefix="out/")["Contents"]
    assert [item["Key"] for item in found] == ["out/d/y", "out/z z"]


def test_nothing_is_uploaded_after_a_failure(machine: Any, s3: S3, bucket: str) -> None:
    node = S3DataNode(directory_path=f"s3://{bucket}/out")
    done = machine(RemoteScript("T", "echo > $OUTPUT1_STAGING_DIR/f; exit 5", outputs=[node]))
    assert done.returncode == 5
    assert "Contents" not in s3.client().list_objects_v2(Bucket=bucket)


WRONG: list[Any] = [
    pytest.param(
        {"inputs": [S3DataNode(file_path="s3://BUCKET/nothing")]},
        "s3://BUCKET/nothing (input 1) was not copied to this machine",
        id="no file",
    ),
    pytest.param(
        {"inputs": [S3DataNode(directory_path="s3://no-such-bucket-here/x")]},
        "s3://no-such-bucket-here/x (input 1) was not copied to this machine",
        id="no bucket",
    ),
    pytest.param(
        {"outputs": [S3DataNode(directory_path="s3://no bucket/x")]},
        "s3://no bucket/x (output 1) was not written",
        id="no bucket to write to",
    ),
    pytest.param(
        {"command": None, "script_uri": "s3://BUCKET/nothing.sh"},
        "the script s3://BUCKET/nothing.sh was not copied to this machine",
        id="no script",
    ),
    pytest.param(
        {"places": {"stdout": "s3://no bucket/o"}, "limits": (99, 99)},
        "s3://no bucket/o was not written",
        id="no place for the output",
    ),
]


@pytest.mark.parametrize(("given", "reason"), WRONG)
def test_what_goes_wrong_around_the_command(
    given: dict[str, Any], reason: str, machine: Any, bucket: str
) -> None:
    def named(value: Any) -> Any:
        return value.replace("BUCKET", bucket) if isinstance(value, str) else value

    for node in given.get("inputs", []):
        node.file_path = named(node.file_path)
    given = {
        "command": "echo > ${OUTPUT1_STAGING_DIR-.}/f",
        **{key: named(value) for key, value in given.items()},
    }
    done = machine(RemoteScript("T", **given))
    assert done.returncode == 1
    assert said(done.stderr) == (named(reason), None)


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("#!/bin/bash -e\necho [$1] $#\nfalse\necho not reached", "[a b] 2\n"),
        ("echo ${1// /-} $#", "a-b 2\n"),
        (f"#!{sys.executable}\r\nimport sys; print(sys.argv[1:])", "['a b', '*']\n"),
        ("", ""),
    ],
)
def test_script(body: str, printed: str, machine: Any, s3: S3, bucket: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="scripts/go it.x", Body=body.encode())
    script = RemoteScript("T", script_uri=f"s3://{bucket}/scripts/go it.x", arguments=["a b", "*"])
    done = machine(script)
    assert done.stdout == printed


def test_the_whole_output_goes_to_s3_also_of_what_fails(machine: Any, s3: S3, bucket: str) -> None:
    places = {name: f"s3://{bucket}/logs/{name}" for name in ("stdout", "stderr")}
    done = machine(RemoteScript("T", "seq 9999; echo bad >&2; exit 4", places=places, limits=(50, 50)))
    assert done.returncode == 4
    read = {name: s3.client().get_object(Bucket=bucket, Key=f"logs/{name}")["Body"].read() for name in places}
    assert read == {"stdout": b"".join(b"%d\n" % n for n in range(1, 10_000)), "stderr": b"bad\n"}


def test_without_the_command_line_tool(machine: Any, bucket: str) -> None:
    node = S3DataNode(directory_path=f"s3://{bucket}/in")
    done = machine(RemoteScript("T", "echo", inputs=[node]), PATH="/usr/bin:/bin")
    assert said(done.stderr)[0] == "the AWS CLI (aws), which copies from and to S3, is not installed here"


def test_environment(machine: Any) -> None:
    script = RemoteScript("T", 'echo "$A"', environment={"A": 'it\'s "$HOME" {{x}}'})
    assert machine(script).stdout == 'it\'s "$HOME" {{x}}\n'


def test_addresses_are_looked_at_before_anything_runs() -> None:
    with pytest.raises(OutputPathError):
        RemoteScript("T", "x", outputs=[S3DataNode(file_path="s3://b/f")])
    with pytest.raises(S3AddressError):
        RemoteScript("T", "x", inputs=[S3DataNode(directory_path="/local")]).text()


def run_by_sh(script: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"] + ":/usr/sbin", "HOME": "/root"}
    return subprocess.run(["sh", "-c", script], env=env, capture_output=True, text=True, check=False)


def test_packed_for_systems_manager() -> None:
    script = packed("echo '{{ssm:x}}' \"é\"\necho $'\\n' | wc -l; exit 7")
    assert "{{" not in script
    done = run_by_sh(script)
    assert (done.stdout, done.returncode) == ("{{ssm:x}} é\n2\n", 7)


def test_as_the_user_that_it_is_anyway() -> None:
    done = run_by_sh(packed(as_user("id -un; exit 6", getpass.getuser())))
    assert (done.stdout, done.returncode) == (f"{getpass.getuser()}\n", 6)


def test_as_a_user_that_there_is_not() -> None:
    done = run_by_sh(packed(as_user("echo ran", "nobody-of-this-name")))
    assert (done.stdout, done.returncode) == ("", 1)
    assert said(done.stderr)[0] == "there is no user nobody-of-this-name on this machine"


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("runuser"), reason="only root can become somebody else"
)
def test_as_another_user() -> None:
    done = run_by_sh(packed(as_user('id -un; echo "$USER $LOGNAME"; echo "$HOME"; exit 5', "nobody")))
    name, names, home = done.stdout.splitlines()
    assert (name, names, done.returncode) == ("nobody", "nobody nobody", 5)
    assert home != "/root"
