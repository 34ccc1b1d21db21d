"""Files that nobody should have: a clear message or a correct result, in bounded time and memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

# What the converter may use for a file of any kind or size, in bytes; and how long it may take, in seconds.
MEMORY = 2 * 1024**3
SECONDS = 120

OBJECT = {"type": "ShellCommandActivity", "command": "echo", "workerGroup": "w"}
DEFAULT = {"id": "Default", "scheduleType": "ondemand"}


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def convert(*arguments: Path | str, stdin: bytes = b"") -> tuple[int, str]:
    """Run the command and return its exit status and what it says."""
    process = subprocess.run(
        [str(Path(sys.executable).parent / "dp2airflow"), "convert", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=SECONDS,
        preexec_fn=limited,
        check=False,
    )
    return process.returncode, (process.stderr + process.stdout).decode()


def yaml_bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join([*lines, "objects: *a11", ""])


def big(count: int) -> bytes:
    return b'{"objects": [{"id": "A", "x": "' + b"y" * count + b'"}]}'


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a 100 MB definition": (lambda: big(100_000_000), "larger than 64 MiB"),
    "20 MB of opening brackets": (lambda: b"[" * 20_000_000, "nested too deeply"),
    "20 MB of zeros": (lambda: b"\0" * 20_000_000, "not a text file"),
    "nested objects": (lambda: b'{"objects": ' + b'{"a":' * 100_000, "nested too deeply"),
    "nested lists of values": (
        lambda: b'{"objects": [{"id": "A", "x": ' + b"[" * 900 + b"]" * 900 + b"}]}",
        "nested too deeply",
    ),
    "nested YAML": (lambda: b"objects: " + b"[" * 50_000, "nested too deeply"),
    "indented YAML": (
        lambda: b"".join(b" " * n + b"a:\n" for n in range(3_000)) + b"objects: 1\n",
        "nested too deeply at line",
    ),
    "a YAML bomb": (lambda: yaml_bomb().encode(), "its aliases grow without end"),
    "a binary file": (lambda: bytes(range(256)) * 100, "not UTF-8 text"),
    "latin-1": (lambda: '{"objects": [{"id": "é"}]}'.encode("latin-1"), "not UTF-8 text"),
    "UTF-32": (lambda: '{"objects": []}'.encode("utf-32-le"), "not a text file"),
    "nested Terraform": (
        lambda: (
            b'resource "aws_datapipeline_pipeline_definition" "x" {\n pipeline_object {\n id = '
            + b"[" * 3_000
            + b"]" * 3_000
            + b"\n }\n}"
        ),
        "nested too deeply",
    ),
    "an endless loop in Terraform": (
        lambda: (
            b'locals { a = local.b\n b = local.a }\nresource "aws_datapipeline_pipeline_definition" "x" {\n'
            b" pipeline_object {\n id = local.a\n }\n}"
        ),
        "asks for itself",
    ),
    "a Terraform bomb": (
        lambda: (
            b'locals {\n a0 = "xxxxxxxxxx"\n'
            + b"".join(b' a%d = "%s"\n' % (n, b"${local.a%d}" % (n - 1) * 10) for n in range(1, 12))
            + b'}\nresource "aws_datapipeline_pipeline_definition" "x" {\n pipeline_object {\n id = local.a11\n }\n}'
        ),
        "too large",
    ),
    "a range without end in Terraform": (
        lambda: (
            b'resource "aws_datapipeline_pipeline_definition" "x" {\n pipeline_object {\n'
            b' id = join("", range(9999999999))\n }\n}'
        ),
        "too long",
    ),
    "loops in loops in Terraform": (
        lambda: (
            b'resource "aws_datapipeline_pipeline_definition" "x" {\n pipeline_object {\n'
            b' id = join("", [for a in range(9999) : join("", [for b in range(9999) : "${a}${b}"])])\n }\n}'
        ),
        "more work",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_clear_message(name: str, tmp_path: Path) -> None:
    write, part = CASES[name]
    (tmp_path / "it").write_bytes(write())
    status, told = convert(tmp_path / "it", "-o", tmp_path / "out")
    assert status == 2, told
    assert "Traceback" not in told
    assert "internal error" not in told
    assert part in told
    assert len(told) < 2_000
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_reads_the_same(encoding: str, ending: str, tmp_path: Path) -> None:
    from datapipeline_converters.sources import Input, read_input

    text = json.dumps({"objects": [DEFAULT, {"id": "Aé", **OBJECT}]}, indent=1, ensure_ascii=False)
    (tmp_path / "it.json").write_bytes(text.replace("\n", ending).encode(encoding))
    (found,) = read_input(Input(tmp_path / "it.json"))
    assert list(found.objects) == ["Default", "Aé"]
    assert found.repairs == ()


@pytest.mark.long
def test_ten_thousand_objects(tmp_path: Path) -> None:
    objects = [DEFAULT, *({"id": f"A{number}", **OBJECT} for number in range(10_000))]
    (tmp_path / "it.json").write_text(json.dumps({"objects": objects}))
    status, told = convert(tmp_path / "it.json", "-o", tmp_path / "out")
    assert status in {0, 1}, told
    assert (tmp_path / "out" / "it.py").read_text().count("ShellCommandActivityOperator(\n") == 10_000


def test_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = json.dumps({"objects": [DEFAULT, {"id": "A", **OBJECT}]})
    writer = threading.Thread(target=lambda: pipe.write_text(text))
    writer.start()
    status, told = convert(pipe, "-o", tmp_path / "out")
    writer.join()
    assert status == 0, told
    assert (tmp_path / "out" / "pipe.py").is_file()
    # In a folder nobody waits for it.
    assert convert(tmp_path / "out", tmp_path, "-o", tmp_path / "more")[0] == 2


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device(device: str, tmp_path: Path) -> None:
    status, told = convert(device, "-o", tmp_path / "out")
    assert status == 2
    assert "larger than 64 MiB" in told or "empty" in told


def test_standard_input_without_end(tmp_path: Path) -> None:
    status, told = convert("-", "-o", tmp_path / "out", stdin=b" " * 70_000_000)
    assert status == 2
    assert "standard input: larger than 64 MiB" in told


def test_names_that_differ_by_case(tmp_path: Path) -> None:
    text = json.dumps({"objects": [DEFAULT, {"id": "A", **OBJECT}, {"id": "a", **OBJECT}]})
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    (tmp_path / "one" / "Job.json").write_text(text)
    (tmp_path / "two" / "job.json").write_text(text)
    status, told = convert(tmp_path / "one", tmp_path / "two", "-o", tmp_path / "out")
    assert status in {0, 1}, told
    names = sorted(path.name.lower() for path in (tmp_path / "out").glob("*.py"))
    assert len(names) == len(set(names)) == 2
    for path in (tmp_path / "out").glob("*.py"):
        assert path.read_text().count("ShellCommandActivityOperator(\n") == 2
