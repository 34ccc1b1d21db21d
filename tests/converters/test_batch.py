"""Many definitions in one call: the same as one by one, whatever the number of processes; Ctrl-C leaves whole pipelines."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from datapipeline_converters import parallel
from datapipeline_converters.batch import Worked, work_on
from datapipeline_converters.cli import main
from datapipeline_converters.cli.convert import converted
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import UnwritableError
from datapipeline_converters.options import Options
from datapipeline_converters.sources import find_inputs

DP2AIRFLOW = [sys.executable, "-c", "from datapipeline_converters.cli import run; run()"]
DEFAULT = {"id": "Default", "scheduleType": "cron", "workerGroup": "w", "failureAndRerunMode": "NONE"}
SAY = {"id": "Say", "type": "ShellCommandActivity", "command": "echo hi"}


def schedule(name: str, period: str) -> dict[str, Any]:
    return {"id": name, "type": "Schedule", "period": period, "startDateTime": "2099-01-01T00:00:00"}


# Two DAGs: one has the pipeline's name, the other one has `_E_H` behind it.
TWO_DAGS = [
    DEFAULT,
    schedule("E", "1 day"),
    schedule("E_H", "1 hour"),
    SAY | {"schedule": {"ref": "E"}},
    SAY | {"id": "Other", "schedule": {"ref": "E_H"}},
]
ONE_DAG = [DEFAULT, schedule("E", "1 day"), SAY | {"schedule": {"ref": "E"}}]


# The same in the form of CloudFormation.
POSTED = [
    {
        "Id": one["id"],
        "Name": one["id"],
        "Fields": [
            {"Key": key, "RefValue": value["ref"]}
            if isinstance(value, dict)
            else {"Key": key, "StringValue": value}
            for key, value in one.items()
            if key != "id"
        ],
    }
    for one in ONE_DAG
]


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Files whose pipelines' names and DAG ids collide in every way, with some that cannot be converted among them."""
    folder = tmp_path / "estate"
    documents: dict[str, Any] = {
        "a.json": TWO_DAGS,
        "a_E_H.json": TWO_DAGS,  # its name is a DAG of the one before
        "b_E_H.json": TWO_DAGS,
        "b.json": TWO_DAGS,  # one of its DAGs has the name of the one before
        "A.json": ONE_DAG,  # the same name but for case
        "c_E_H_2.json": ONE_DAG,
        "c_E_H.json": ONE_DAG,
        "c.json": TWO_DAGS,
    }
    for number in range(12):
        documents |= {f"{number}/{name}": objects for name, objects in documents.items() if "/" not in name}
    for name, objects in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"objects": objects}))
    (folder / "5" / "bad.json").write_text('{"objects": [{"type": "T"}]}')
    (folder / "7" / "invalid.json").write_text(json.dumps({"objects": [SAY | {"stage": "perhaps"}]}))
    return folder


def test_any_number_of_processes_comes_to_the_same(estate: Path) -> None:
    options = Options()
    inputs = find_inputs([estate])
    assert len(inputs) >= parallel.THRESHOLD
    one, two = (list(work_on(inputs, options, converted, processes=count)) for count in (1, 2))
    assert [outcome.error for outcome in one] == [outcome.error for outcome in two]
    assert Counter(bool(outcome.error) for outcome in one) == {False: 8 * 13, True: 2}
    found = [[each.worked.result.files for each in outcomes if each.worked] for outcomes in (one, two)]
    assert found[0] == found[1]
    ids = [each_id for outcome in one if outcome.worked for each_id in outcome.worked.dag_ids]
    written = [
        each_id
        for files in found[0]
        for name, file in files.items()
        if name.endswith(".py")
        for each_id in re.findall(r'dag_id="(.*)"', file.text)
    ]
    assert sorted(written) == sorted(ids)
    names = [outcome.worked.result.name for outcome in one if outcome.worked]
    assert len({name.lower() for name in names}) == len(names) == 8 * 13
    assert len(set(ids)) == len(ids) == 5 * 13 * 2 + 3 * 13


def test_names_follow_the_order_of_the_files(estate: Path) -> None:
    paths = [estate / name for name in ("a.json", "a_E_H.json", "b_E_H.json", "b.json", "A.json")]
    outcomes = list(work_on(find_inputs(paths), Options(), converted))
    assert [(each.worked.result.name, *each.worked.dag_ids) for each in outcomes if each.worked] == [
        ("a", "a", "a_E_H"),
        ("a_E_H_2", "a_E_H_2", "a_E_H_2_E_H"),
        ("b_E_H", "b_E_H", "b_E_H_E_H"),
        ("b", "b", "b_E_H_2"),
        ("A_2", "A_2"),
    ]


def deep(definition: Definition, options: Options) -> Worked[list[Any]]:
    value: list[Any] = [options.name]
    for _ in range(sys.getrecursionlimit() * 2 if options.name == "b_3" else 0):
        value = [value]
    return Worked(value)


def test_a_result_too_deep_to_send_is_there_all_the_same(estate: Path) -> None:
    outcomes = list(work_on(find_inputs([estate]), Options(), deep, processes=2))
    assert [outcome.error for outcome in outcomes if outcome.error == ""] == [""] * (8 * 13 + 1)
    depths = []
    for outcome in outcomes:
        value: Any = outcome.worked.result if outcome.worked else "read error"
        depth = 0
        while isinstance(value, list):
            (value,) = value
            depth += 1
        depths.append((value, depth))
    assert [value for value, depth in depths if depth > 1] == ["b_3"]
    assert [value for value, depth in depths if depth == 0] == ["read error"]


def place_of(name: str) -> tuple[str, int]:
    if name == "b_4":
        raise UnwritableError("there", "no space left")
    return name, os.getpid()


@pytest.mark.parametrize("processes", [1, 2])
def test_what_was_made_is_kept_where_it_was_made(estate: Path, processes: int) -> None:
    outcomes = list(work_on(find_inputs([estate]), Options(), named, processes=processes, keep=place_of))
    assert len(outcomes) == 8 * 13 + 2
    kept: list[Any] = [outcome.worked.result for outcome in outcomes if outcome.worked]
    assert [name for name, _ in kept[:3]] == ["A", "a_2", "a_E_H"]
    assert ({process for _, process in kept} == {os.getpid()}) == (processes == 1)
    assert [outcome.error for outcome in outcomes if "no space left" in outcome.error] == [
        "there: cannot be written: no space left. Choose another place."
    ]


@pytest.mark.parametrize("processes", [1, 2])
def test_many_definitions_in_one_file(tmp_path: Path, processes: int) -> None:
    documents = [{"name": f"p{number % 70}", "objects": ONE_DAG} for number in range(140)]
    resources = {
        f"P{number:03}": {
            "Type": "AWS::DataPipeline::Pipeline",
            "Properties": {"Name": document["name"], "PipelineObjects": POSTED},
        }
        for number, document in enumerate(documents)
    }
    path = tmp_path / "stack.json"
    path.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}))
    advanced: list[None] = []
    outcomes = work_on(
        find_inputs([path]), Options(), named, (), lambda: advanced.append(None), processes, place_of
    )
    kept: list[Any] = [outcome.worked.result for outcome in outcomes if outcome.worked]
    assert [name for name, _ in kept] == [
        *(f"p{number}" for number in range(70)),
        *(f"p{number}_2" for number in range(70)),
    ]
    assert ({process for _, process in kept} == {os.getpid()}) == (processes == 1)
    assert len(advanced) == 1


def named(definition: Definition, options: Options) -> Worked[str]:
    return Worked(options.name or "")


def test_five_thousand_of_one_name_are_named_in_no_time(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"objects": ONE_DAG}))
    (item,) = find_inputs([path])
    start = time.process_time()
    names = [
        outcome.worked.result
        for outcome in work_on([item] * 5000, Options(), named, processes=1)
        if outcome.worked
    ]
    assert names[:3] + names[-1:] == ["x", "x_2", "x_3", "x_5000"]
    assert time.process_time() - start < 20


def test_standard_input_among_many_files(estate: Path) -> None:
    text = json.dumps({"objects": ONE_DAG})
    arguments = ["convert", "-", str(estate), "-o", str(estate / "out")]
    done = subprocess.run([*DP2AIRFLOW, *arguments], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout.startswith("standard_input: 1 task in ")
    assert done.stdout.endswith("107 pipelines: 105 converted fully, none with work left to you, 2 failed\n")


def test_the_end_of_several_is_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents: dict[str, Any] = {
        "good": ONE_DAG,
        "left": [*ONE_DAG, {"id": "Lost", "command": "x"}],
        "bad": [],
    }
    for name, objects in documents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"objects": objects} if objects else {"a": 1}))
    paths = [str(tmp_path / f"{name}.json") for name in documents]
    assert main(["convert", *paths, "-o", str(tmp_path)]) == 2
    last = "3 pipelines: 1 converted fully, 1 with work left to you, 1 failed"
    assert capsys.readouterr().out.splitlines()[-1] == last
    assert main(["convert", paths[0], "-o", str(tmp_path)]) == 0
    assert "pipelines:" not in capsys.readouterr().out
    assert main(["convert", *paths[:2], "-o", str(tmp_path), "--diff"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "2 pipelines: 2 unchanged, none different, none failed\n")


@pytest.mark.parametrize("whole_group", [True, False], ids=["terminal", "kill"])
def test_ctrl_c_leaves_whole_pipelines(estate: Path, tmp_path: Path, whole_group: bool) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*DP2AIRFLOW, "convert", str(estate), "-o", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    for _ in range(5):
        assert process.stdout.readline()
    workers = psutil.Process(process.pid).children(recursive=True)
    if whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=10)[1]
    assert process.returncode == 130
    assert error.strip() == "Interrupted; nothing more is written."
    assert psutil.wait_procs(workers, timeout=5)[1] == []
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    names = {name.removesuffix(".py") for name in files if name.endswith(".py")}
    assert 0 < len(names) < 8 * 13
    suffixes = (".py", ".ledger.json", ".report.md", ".connections.json")
    assert files == {
        *(f"{name}{suffix}" for name in names for suffix in suffixes),
        *(f".dp2airflow/{name}.json" for name in names),
    }


def test_a_worker_that_is_killed_is_told(estate: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*DP2AIRFLOW, "convert", str(estate), "-o", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline()
    # As the system does it where memory runs out.
    for worker in psutil.Process(process.pid).children(recursive=True):
        worker.kill()
    error = process.communicate(timeout=20)[1]
    assert process.returncode == 2
    assert "Error: A worker process ended by itself" in error
    assert "Traceback" not in error


def test_a_terminal_sees_a_bar_and_a_file_does_not(estate: Path, tmp_path: Path) -> None:
    here, terminal = pty.openpty()
    with (tmp_path / "stdout").open("wb") as stdout:
        process = subprocess.Popen(
            [*DP2AIRFLOW, "convert", str(estate), "-o", str(tmp_path / "out")],
            stdout=stdout,
            stderr=terminal,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
        )
        os.close(terminal)
        shown = b""
        with suppress(OSError):  # the other end is closed
            while piece := os.read(here, 65536):
                shown += piece
        os.close(here)
        process.wait()
    assert b"Converting" in shown
    assert b"/106" in shown
    written = (tmp_path / "stdout").read_bytes()
    assert b"106 pipelines: " in written
    assert b"\x1b" not in written
