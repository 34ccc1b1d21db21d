"""The command as a user meets it: exit status, messages, and what is or is not written."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters import conversion
from datapipeline_converters.cli import main
from datapipeline_converters.errors import UnwritableError
from datapipeline_converters.output import write_files

BOX = {"id": "Box", "type": "Ec2Resource", "role": "R", "resourceRole": "R"}
DEFAULT = {"id": "Default", "name": "Default", "scheduleType": "ONDEMAND", "runsOn": {"ref": "Box"}}
SHELL = {"id": "Say", "name": "Say", "type": "ShellCommandActivity", "command": "echo hi"}


def definition(*objects: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"objects": [DEFAULT, BOX, *objects], **rest}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def convert(tmp_path: Path, folder: Path) -> Any:
    def run(document: Any, *options: str, name: str = "x.json") -> int:
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return main(["convert", str(path), "-o", str(folder), *options])

    return run


def test_a_conversion_writes_four_files_and_their_base(convert: Any, folder: Path) -> None:
    assert convert(definition(SHELL)) == 0
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        ".dp2airflow",
        ".dp2airflow/x.json",
        "x.connections.json",
        "x.ledger.json",
        "x.py",
        "x.report.md",
    ]
    assert stat.S_IMODE((folder / "x.connections.json").stat().st_mode) == 0o600


def test_the_ledger_has_a_line_for_each_field(convert: Any, folder: Path) -> None:
    convert(definition(SHELL | {"myComment": "c", "maximumRetries": "1"}))
    ledger = json.loads((folder / "x.ledger.json").read_text())
    assert ledger["pipeline"] == "x"
    assert ledger["source"] == "x.json"
    assert ledger["repairs"] == []
    assert {(line["object"], line["field"]) for line in ledger["lines"]} == {
        ("Default", "scheduleType"),
        ("Default", "runsOn"),
        ("Box", "role"),
        ("Box", "resourceRole"),
        ("Say", "command"),
        ("Say", "myComment"),
        ("Say", "maximumRetries"),
    }
    shape = {"object", "type", "field", "grade", "reason", "advice", "reference", "inherited_by"}
    assert all(set(line) == {*shape, "overridden_for"} for line in ledger["lines"])
    assert all(line["reason"] and line["reference"] for line in ledger["lines"])


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "is empty"),
        ("not json", "not JSON"),
        ({"a": 1}, "no list `objects`"),
        ({"objects": [{"type": "T"}]}, "has no id"),
        (definition({"id": "A", "parent": {"ref": "B"}}, {"id": "B", "parent": {"ref": "A"}}), "circle"),
        (definition(SHELL | {"command": "#{formt(@scheduledStartTime, 'YYYY')}"}), "formt"),
        (definition(SHELL | {"command": "#{name"}), "#{name"),
        (definition(SHELL | {"retryDelay": "15 Period"}), "'15 Period' is no period"),
        (definition(SHELL | {"input": {"ref": "Nowhere"}}), "'Nowhere', which is no object's id"),
        (definition(SHELL | {"dependsOn": {"ref": "Say"}}), "waits for itself"),
        (
            definition(SHELL, parameters=[{"id": "myX", "allowedValues": ["a"]}], values={"myX": "b"}),
            "'b' is not one of",
        ),
        (definition(SHELL | {"stage": "perhaps"}), "neither true nor false"),
        (definition({"id": "Copy", "type": "SqlActivity", "script": "select 1"}), "is missing"),
        (definition(SHELL, values=["a"]), "`values` is a list, not an object"),
        (definition(SHELL, parameters={"myX": "a"}), "`parameters` is an object, not a list"),
        (definition(SHELL, parameters=["myX"]), "item 1 of `parameters` is a text"),
        (definition(SHELL, parameters=[{"type": "String"}]), "parameter 1 has no id"),
        (
            definition(SHELL, parameters=[{"id": "myX"}, {"id": "myX", "default": "a"}]),
            "declared twice, differently",
        ),
        ({"pipelineObjects": None}, "`pipelineObjects` is null"),
        (definition(SHELL | {"command": "\ud800"}), "half of a character"),
        (definition(SHELL | {"attemptTimeout": "99999999999 days"}), "The longest is 100 years"),
        (definition(SHELL | {"maximumRetries": "1" * 5000}), "a number of 5000 digits is too large"),
        (definition(SHELL | {"maximumRetries": "1_000"}), "'1_000' is no whole number"),
        (
            definition(
                SHELL,
                {
                    "id": "S",
                    "type": "Schedule",
                    "period": "1 day",
                    "startDateTime": "0001-01-01T00:00:00+05:00",
                },
                DEFAULT
                | {"id": "X", "type": "ShellCommandActivity", "command": "x"}
                | {"scheduleType": "cron", "schedule": {"ref": "S"}},
            ),
            "is no moment",
        ),
    ],
)
def test_what_cannot_be_converted(
    convert: Any, folder: Path, capsys: pytest.CaptureFixture[str], document: Any, message: str
) -> None:
    assert convert(document) == 2
    assert message in capsys.readouterr().err
    assert not folder.exists()


def test_all_problems_are_listed_at_once(convert: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        convert(definition(SHELL | {"retryDelay": "x", "attemptTimeout": "y", "onFail": {"ref": "Z"}})) == 2
    )
    error = capsys.readouterr().err
    for field in ("retryDelay", "attemptTimeout", "onFail"):
        assert f"object 'Say' field '{field}'" in error


def test_what_is_invalid_becomes_a_task_that_fails_when_allowed(convert: Any, folder: Path) -> None:
    assert convert(definition(SHELL | {"retryDelay": "x"}), "--allow-invalid") == 1
    source = (folder / "x.py").read_text()
    assert "NotConvertedOperator" in source
    assert "is no period" in source
    ledger = json.loads((folder / "x.ledger.json").read_text())
    assert {line["grade"] for line in ledger["lines"] if line["object"] == "Say"} == {"refused"}


def test_an_unsupported_type_becomes_a_task_that_fails(convert: Any, folder: Path) -> None:
    load = {"id": "Load", "type": "RedshiftCopyActivity", "insertMode": "APPEND", "workerGroup": "w"}
    assert convert(definition(load)) == 1
    assert "RedshiftCopyActivity is not supported yet." in (folder / "x.py").read_text()


def test_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(tmp_path / "no.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(
    convert: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert convert(definition(SHELL), "-o", str(tmp_path / "file" / "below")) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc, a folder in which nobody may write")
def test_a_folder_without_permission(convert: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(definition(SHELL), "-o", "/proc/self") == 2
    assert "/proc/self: cannot be written" in capsys.readouterr().err


def test_the_good_ones_of_several_are_written(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(definition(SHELL)))
    (tmp_path / "bad.json").write_text("{")
    assert main(["convert", str(tmp_path / "bad.json"), str(tmp_path / "good.json"), "-o", str(folder)]) == 2
    assert (folder / "good.py").exists()
    assert not list(folder.glob("bad*"))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (KeyError("geheim"), "internal error, KeyError at cli/convert.py:"),
        (RecursionError("geheim"), "nested or chained too deeply"),
    ],
)
def test_a_fault_of_ours_with_one_file_does_not_stop_the_others(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: Exception,
    message: str,
) -> None:
    def faulty(found: Any, options: Any) -> Any:
        if options.name == "bad":
            raise fault
        return working(found, options)

    working = conversion.convert
    monkeypatch.setattr(conversion, "convert", faulty)
    paths = [tmp_path / "bad.json", tmp_path / "good.json"]
    for path in paths:
        path.write_text(json.dumps(definition(SHELL)))
    assert main(["convert", *map(str, paths), "-o", str(folder)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "geheim" not in error
    assert len(error.splitlines()) == 1
    assert (folder / "good.py").exists()
    assert not list(folder.glob("bad*"))


def test_names_that_become_one_are_told_apart(tmp_path: Path, folder: Path) -> None:
    paths = [tmp_path / name for name in ("a b.json", "a_b.json", "A_B.json")]
    for path in paths:
        path.write_text(json.dumps(definition(SHELL)))
    assert main(["convert", *map(str, paths), "-o", str(folder)]) == 0
    assert sorted(path.name for path in folder.glob("*.py")) == ["A_B_3.py", "a_b.py", "a_b_2.py"]


def test_values_by_file_and_setting(convert: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text("myA: from file\nmyB: 007\n")
    document = definition(
        SHELL | {"command": "#{myA} #{myB} #{myC} #{myD}"},
        parameters=[{"id": f"my{letter}", "default": "default"} for letter in "ABCD"],
        values={"myA": "stored", "myC": "stored"},
    )
    assert convert(document, "--values", str(tmp_path / "v.yaml"), "--set", "myC=a=b") == 0
    source = (folder / "x.py").read_text()
    for param in (
        '"myA": Param("from file"',
        '"myB": Param("007"',
        '"myC": Param("a=b"',
        '"myD": Param("default"',
    ):
        assert param in source


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"values": {"myA": 1.10}}', "1.10"),
        ('{"values": {"myA": true}}', "true"),
        ('{"myA": "\\ud83d\\ude00"}', "😀"),
        ('{"values": {"myA": null}}', "default"),
        ("{myA: yes}", "yes"),
        ("values:\n  myA: 1.10\n", "1.10"),
    ],
)
def test_values_are_read_as_written(
    convert: Any, folder: Path, tmp_path: Path, content: str, expected: str
) -> None:
    (tmp_path / "v").write_text(content, encoding="utf-8")
    document = definition(SHELL | {"command": "#{myA}"}, parameters=[{"id": "myA", "default": "default"}])
    assert convert(document, "--values", str(tmp_path / "v")) == 0
    assert f'"myA": Param("{expected}"' in (folder / "x.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- geheim", "no values in it"),
        ('{"values": ["geheim"]}', "`values` is a list, not an object"),
        ("values: geheim", "`values` is a text, not an object"),
        ('{"values": {"myA": {"geheim": 1}}}', "the value of parameter 'myA' is neither text"),
        ("myA: [geheim\nmyB: x", "at line 2"),
        ("myA: geheim\x01", "neither JSON nor YAML"),
        ('myA: "\\ud800geheim"', "half of a character"),
        ("myA: &a [*a]", "an alias stands within its own anchor, at line 1"),
        ("[" * 5000, "nested too deeply"),
    ],
    ids=lambda text: text[:30],
)
def test_files_that_hold_no_values(
    convert: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    (tmp_path / "v").write_text(content, encoding="utf-8")
    assert convert(definition(SHELL), "--values", str(tmp_path / "v")) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "geheim" not in error


@pytest.mark.parametrize(
    ("settings", "warned"),
    [
        (["myTypo=geheim"], ["myTypo"]),
        (["*myTypo=geheim"], ["myTypo"]),
        (["myDeclared=x"], []),
        (["myUsed=x", "*myStarred=x"], []),
        (["myStored=x", "myB=1", "myA=1"], ["myA", "myB"]),
    ],
)
def test_a_setting_that_nothing_reads_is_told(
    convert: Any, capsys: pytest.CaptureFixture[str], settings: list[str], warned: list[str]
) -> None:
    document = definition(
        SHELL | {"command": "#{myUsed} #{*myStarred}"},
        parameters=[{"id": "myDeclared", "default": "a"}],
        values={"myStored": "a"},
    )
    options = [option for setting in settings for option in ("--set", setting)]
    assert convert(document, *options) in {0, 1}
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Warning: --set")]
    assert lines == [f"Warning: --set {name}: the definition has no such parameter" for name in warned]


def test_no_such_warning_where_a_file_could_not_be_read(
    tmp_path: Path, convert: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert("{", "--set", "myTypo=x") == 2
    assert "Warning" not in capsys.readouterr().err


def test_text_that_cannot_be_encoded_leaves_nothing_behind(folder: Path) -> None:
    files = {"a.py": conversion.File("good"), "b.py": conversion.File("\ud800")}
    with pytest.raises(UnwritableError, match="cannot be written"):
        write_files(folder, files)
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--set", "myA"], "NAME=VALUE"),
        (["--set", "myA=\udcff"], "not UTF-8"),
        (["--start", "yesterday"], "is no moment"),
        (["--values", "no.yaml"], "No such file"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_usage(
    convert: Any, folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert convert(definition(SHELL), *options) == 2
    assert message in capsys.readouterr().err
    assert not folder.exists()


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "convert" in capsys.readouterr().out


def test_a_folder_in_the_way_of_a_file(
    convert: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "x.report.md").mkdir(parents=True)
    assert convert(definition(SHELL)) == 2
    assert "x.report.md is a folder there" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["x.report.md"]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xff\xfe\x00binary", "not UTF-8 text"), (b"PK\x03\x04\x80", "a packed file (zip)")],
)
def test_a_binary_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, told: str) -> None:
    (tmp_path / "x.json").write_bytes(content)
    assert main(["convert", str(tmp_path / "x.json")]) == 2
    assert told in capsys.readouterr().err


def test_a_folder_without_definitions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(tmp_path)]) == 2
    assert "no definitions in this folder" in capsys.readouterr().err


def test_an_object_without_type_that_nothing_inherits_from_is_not_lost(
    convert: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(definition(SHELL, {"id": "Lost", "command": "echo"})) == 1
    assert "object `Lost` has no type" in capsys.readouterr().out


def test_two_databases_whose_ids_become_one_keep_their_connections(convert: Any, folder: Path) -> None:
    database = {"type": "JdbcDatabase", "username": "u", "*password": "p"}
    objects = [
        database | {"id": "a b", "connectionString": "jdbc:mysql://one/d"},
        database | {"id": "a_b", "connectionString": "jdbc:mysql://two/d"},
        {"id": "Q1", "type": "SqlActivity", "script": "select 1", "database": {"ref": "a b"}},
        {"id": "Q2", "type": "SqlActivity", "script": "select 1", "database": {"ref": "a_b"}},
    ]
    assert convert(definition(*objects)) == 0
    connections = json.loads((folder / "x.connections.json").read_text())
    assert {key: value["host"] for key, value in connections.items()} == {"x_a_b": "one", "x_a_b_2": "two"}


def test_split_gives_independent_parts_dags_of_their_own(convert: Any, folder: Path) -> None:
    assert convert(definition(SHELL, SHELL | {"id": "Wave"}), "--split") == 0
    source = (folder / "x.py").read_text()
    assert [f'dag_id="{name}"' in source for name in ("x", "x_Say", "x_Wave")] == [False, True, True]


def test_the_dags_of_all_files_have_different_ids(tmp_path: Path, folder: Path) -> None:
    objects = [
        {"id": "Default", "scheduleType": "cron", "workerGroup": "w"},
        {"id": "E", "type": "Schedule", "period": "1 day", "startDateTime": "2099-01-01T00:00:00"},
        {"id": "E_H", "type": "Schedule", "period": "1 hour", "startDateTime": "2099-01-01T00:00:00"},
        SHELL | {"schedule": {"ref": "E"}},
        SHELL | {"id": "Other", "schedule": {"ref": "E_H"}},
    ]
    files = [tmp_path / name for name in ("a.json", "a_E_H.json", "b_E_H.json", "b.json")]
    for file in files:
        file.write_text(json.dumps({"objects": objects}))
    assert main(["convert", *map(str, files), "-o", str(folder)]) == 0
    sources = [path.read_text() for path in sorted(folder.glob("*.py"))]
    found = [line for source in sources for line in re.findall(r'dag_id="(.*)"', source)]
    assert len(found) == 8
    assert len(set(found)) == 8
