"""Converting again into the same folder: nothing that a person did there is lost, and no secret is remembered."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from datapipeline_converters.cli import main
from datapipeline_converters.output import locked
from datapipeline_converters.parallel import THRESHOLD
from datapipeline_converters.reconversion.documents import Merged, merge, outline

Convert: TypeAlias = Callable[..., int]

PASSWORD = "geheim!1"
DEFAULT = {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w", "failureAndRerunMode": "NONE"}
SAY = {"id": "Say", "type": "ShellCommandActivity", "command": "echo hi", "maximumRetries": "1"}
QUERY = {"id": "Query", "type": "SqlActivity", "script": "select 1", "database": {"ref": "Db"}}
DATABASE = {
    "id": "Db",
    "type": "JdbcDatabase",
    "connectionString": "jdbc:postgresql://db.example.com/orders",
    "jdbcDriverClass": "org.postgresql.Driver",
    "username": "reader",
    "*password": PASSWORD,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def convert(tmp_path: Path, folder: Path) -> Convert:
    def run(
        *objects: dict[str, Any], options: tuple[str, ...] = (), place: str = "x.json", **rest: Any
    ) -> int:
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"objects": [DEFAULT, *objects], **rest}))
        return main(["convert", str(path), "-o", str(folder), *options])

    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_nobody_changed_is_replaced(convert: Convert, folder: Path) -> None:
    assert convert(SAY) == 0
    assert convert(SAY | {"command": "echo other"}) == 0
    again = contents(folder)
    assert b"echo other" in again["x.py"]
    assert convert(SAY | {"command": "echo other"}) == 0
    assert contents(folder) == again


def test_what_is_the_same_is_not_touched(convert: Convert, folder: Path) -> None:
    convert(SAY)
    before = {path: path.stat() for path in folder.rglob("*")}
    convert(SAY)
    assert {path: path.stat().st_mtime_ns for path in before} == {
        path: found.st_mtime_ns for path, found in before.items()
    }


@pytest.mark.parametrize("name", ["x.py", "x.ledger.json", "x.report.md"])
@pytest.mark.parametrize("command", ["echo hi", "echo other"])
def test_what_was_edited_stays_and_nothing_else_is_written(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str], name: str, command: str
) -> None:
    convert(SAY)
    (folder / name).write_text((folder / name).read_text() + "\n# mine\n")
    before = contents(folder)
    assert convert(SAY | {"command": command}) == 1
    error = capsys.readouterr().err
    assert f"{folder / name} was edited by hand" in error
    assert all(option in error for option in ("--diff", "--merge", "--force"))
    assert contents(folder) == before


def test_other_line_ends_are_no_edit(convert: Convert, folder: Path) -> None:
    convert(SAY)
    path = folder / "x.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert convert(SAY | {"command": "echo other"}) == 0
    assert b"echo other" in path.read_bytes()


def test_force_replaces_an_edit(convert: Convert, folder: Path) -> None:
    convert(SAY)
    before = contents(folder)
    (folder / "x.py").write_text("mine")
    assert convert(SAY, options=("--force",)) == 0
    assert contents(folder) == before


@pytest.mark.parametrize("options", [(), ("--merge",)])
def test_a_file_that_is_not_ours_stays(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    folder.mkdir()
    (folder / "x.py").write_text("somebody's DAG")
    assert convert(SAY, options=options) == 1
    assert "x.py was there before, and was not written by this command" in capsys.readouterr().err
    assert contents(folder) == {"x.py": b"somebody's DAG"}
    assert convert(SAY, options=("--force",)) == 0


def test_the_files_of_another_definition_with_the_same_name_stay(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(SAY, place="dev/x.json") == 0
    before = contents(folder)
    assert convert(SAY | {"command": "echo other"}, place="prod/x.json") == 1
    assert "x.py was made of another definition, ../dev/x.json" in capsys.readouterr().err
    assert contents(folder) == before
    assert convert(SAY | {"command": "echo other"}, place="prod/x.json", options=("--merge",)) == 0
    assert convert(SAY, place="prod/x.json") == 0


def test_a_pipeline_is_known_by_its_id_wherever_its_file_lies(tmp_path: Path, folder: Path) -> None:
    from datapipeline_converters.reconversion import Identity

    first = Identity.of(tmp_path / "a.json", folder, "df-1")
    assert first.same(Identity.of(tmp_path / "b.json", folder, "df-1"))
    assert not first.same(Identity.of(tmp_path / "a.json", folder, "df-2"))
    assert first.same(Identity.of(tmp_path / "a.json", folder, ""))
    assert not first.same(Identity.of(None, folder, ""))
    assert not first.same(Identity.of(tmp_path / "a.json", folder, "", "Part"))


@pytest.mark.parametrize("damage", ["", "not json", "{}", "[]", '{"version": 99}', '{"version": 1}'])
def test_without_a_base_nothing_is_taken_for_ours(convert: Convert, folder: Path, damage: str) -> None:
    convert(SAY)
    base = folder / ".dp2airflow" / "x.json"
    base.write_text(damage)
    assert convert(SAY | {"command": "echo other"}) == 1
    assert b"echo other" not in contents(folder)["x.py"]
    assert convert(SAY) == 0  # the same as is there: nothing can be lost, and there is a base again
    assert convert(SAY | {"command": "echo other"}) == 0


def test_a_deleted_file_is_written_again(convert: Convert, folder: Path) -> None:
    convert(SAY)
    before = contents(folder)
    (folder / "x.report.md").unlink()
    assert convert(SAY) == 0
    assert contents(folder) == before


def test_diff_shows_what_would_change_and_writes_nothing(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(SAY, options=("--diff",)) == 1
    assert "--- /dev/null" in capsys.readouterr().out
    assert not folder.exists()
    convert(SAY)
    capsys.readouterr()
    assert convert(SAY, options=("--diff",)) == 0
    assert capsys.readouterr().out == ""
    change(folder / "x.py", "echo hi", "echo mine")
    before = contents(folder)
    assert convert(SAY, options=("--diff",)) == 1
    changed = [line for line in capsys.readouterr().out.splitlines() if line[0] in "+-"]
    assert [line[0] for line in changed] == ["-", "+", "-", "+"]
    assert "echo mine" in changed[2]
    assert "echo hi" in changed[3]
    assert contents(folder) == before


def test_diff_shows_no_secret(convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    convert(QUERY, DATABASE)
    capsys.readouterr()
    assert convert(QUERY, DATABASE | {"*password": "other-secret"}, options=("--diff",)) == 1
    shown = capsys.readouterr()
    assert '-    "password": "******** (there)"' in shown.out
    assert '+    "password": "******** (new)"' in shown.out
    for secret in (PASSWORD, "other-secret"):
        assert secret not in shown.out + shown.err


def test_merge_keeps_both_changes(convert: Convert, folder: Path) -> None:
    convert(SAY)
    change(folder / "x.py", "max_active_runs=1", "max_active_runs=3")
    (folder / "x.report.md").write_text((folder / "x.report.md").read_text() + "\nchecked by Ann\n")
    assert convert(SAY | {"command": "echo other"}, options=("--merge",)) == 0
    found = contents(folder)
    assert b"max_active_runs=3" in found["x.py"]
    assert b"echo other" in found["x.py"]
    assert b"checked by Ann" in found["x.report.md"]
    # The base is the new one: the next merge has nothing to do, and an edit is still an edit.
    assert convert(SAY | {"command": "echo other"}, options=("--merge",)) == 0
    assert contents(folder) == found
    assert convert(SAY | {"command": "echo other"}) == 1


def test_a_conflict_is_marked_until_it_is_settled(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(SAY)
    change(folder / "x.py", "echo hi", "echo mine")
    other = SAY | {"command": "echo other"}
    assert convert(other, options=("--merge",)) == 1
    text = (folder / "x.py").read_text()
    lines = text.splitlines()
    first, last = lines.index("<<<<<<< edited by hand") + 1, lines.index(">>>>>>> new conversion") + 1
    assert f"Conflict: {folder / 'x.py'}: lines {first} to {last}: " in capsys.readouterr().err
    between = "\n".join(lines[first:last])
    assert "echo mine" in between.partition("=======")[0]
    assert "echo other" in between.partition("=======")[2]
    assert convert(other, options=("--merge",)) == 1  # still there
    assert (folder / "x.py").read_text() == text
    (folder / "x.py").write_text(
        "\n".join([*lines[: first - 1], *lines[lines.index("=======") + 1 : last - 1], *lines[last:], ""])
    )
    assert convert(other, options=("--merge",)) == 0
    assert convert(other) == 0


def test_a_merge_that_python_cannot_read_is_told(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(SAY)
    path = folder / "x.py"
    path.write_text(path.read_text() + "def broken(:\n")
    assert convert(SAY | {"command": "echo other"}, options=("--merge",)) == 1
    assert "not valid Python" in capsys.readouterr().err


def test_one_way_at_a_time(convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(SAY, options=("--merge", "--force")) == 2
    assert "--merge and --force" in capsys.readouterr().err
    assert not folder.exists()


def connections(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "x.connections.json").read_text())
    return found


def fill(folder: Path, **values: object) -> None:
    document = connections(folder)
    document["x_Db"] |= values
    (folder / "x.connections.json").write_text(json.dumps(document))


@pytest.mark.parametrize("options", [(), ("--merge",), ("--force",)])
def test_what_is_filled_in_stays(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    database = DATABASE | {"*password": "#{*myPassword}"}
    parameters = [{"id": "*myPassword", "type": "String"}]
    convert(QUERY, database, parameters=parameters)
    assert not connections(folder)["x_Db"]["password"]
    fill(folder, login="me", password=PASSWORD, host="new.example.com")
    capsys.readouterr()
    # The definition's change of the database arrives; the host, which it has not changed, stays as it was put right.
    moved = database | {"connectionString": "jdbc:postgresql://db.example.com/invoices"}
    assert convert(QUERY | {"script": "select 2"}, moved, options=options, parameters=parameters) == 0
    found = connections(folder)["x_Db"]
    assert (found["login"], found["password"], found["host"]) == ("me", PASSWORD, "new.example.com")
    assert found["schema"] == "invoices"
    assert "select 2" in (folder / "x.py").read_text()
    shown = capsys.readouterr()
    assert "x_Db.password: your values stay" in shown.out.replace("x_Db.login, ", "").replace(
        "x_Db.host, ", ""
    )
    assert PASSWORD not in shown.out + shown.err
    assert stat.S_IMODE((folder / "x.connections.json").stat().st_mode) == 0o600


def test_a_password_that_differs_is_nobodys_to_replace(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(QUERY, DATABASE)
    fill(folder, password="typed-by-me")
    assert convert(QUERY, DATABASE) == 1
    error = capsys.readouterr().err
    assert "x_Db.password: there is another value than the definition has" in error
    assert connections(folder)["x_Db"]["password"] == "typed-by-me"
    assert convert(QUERY, DATABASE, options=("--merge",)) == 0
    assert connections(folder)["x_Db"]["password"] == "typed-by-me"
    assert convert(QUERY, DATABASE, options=("--force",)) == 0
    assert connections(folder)["x_Db"]["password"] == PASSWORD


def test_a_host_that_both_changed_is_a_conflict(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(QUERY, DATABASE)
    fill(folder, host="mine.example.com")
    moved = DATABASE | {"connectionString": "jdbc:postgresql://theirs.example.com/orders"}
    assert convert(QUERY, moved) == 1
    assert convert(QUERY, moved, options=("--merge",)) == 1
    assert "Conflict:" in (error := capsys.readouterr().err)
    assert "x_Db.host: changed by hand" in error
    assert connections(folder)["x_Db"]["host"] == "mine.example.com"


@pytest.mark.parametrize(
    "secret_place",
    [
        {"*password": PASSWORD},
        {"username": "#{*myUser}", "*password": "#{*myUser}"},
        {"connectionString": f"jdbc:postgresql://u:{PASSWORD}@db.example.com/orders"},
        {"connectionString": f"jdbc:mysql://db.example.com/orders;password={PASSWORD}", "*password": "o"},
        {"username": "#{myApiToken}", "*password": "o"},
    ],
)
def test_no_secret_is_remembered(convert: Convert, folder: Path, secret_place: dict[str, str]) -> None:
    parameters = [{"id": "*myUser", "type": "String"}, {"id": "myApiToken", "default": PASSWORD}]
    convert(QUERY, DATABASE | secret_place, parameters=parameters, values={"*myUser": PASSWORD})
    found = contents(folder)
    assert PASSWORD.encode() in found["x.connections.json"]
    assert [name for name, content in found.items() if PASSWORD.encode() in content] == ["x.connections.json"]
    fill(folder, password="typed-by-me")
    convert(
        QUERY,
        DATABASE | secret_place,
        options=("--merge",),
        parameters=parameters,
        values={"*myUser": PASSWORD},
    )
    assert [name for name, content in contents(folder).items() if b"typed-by-me" in content] == [
        "x.connections.json"
    ]


def test_a_broken_connections_file_is_not_replaced(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(QUERY, DATABASE)
    (folder / "x.connections.json").write_text(f'{{"password": "{PASSWORD}",')
    for options in ((), ("--merge",)):
        assert convert(QUERY, DATABASE, options=options) == 1
        error = capsys.readouterr().err
        assert "x.connections.json is no JSON object any more" in error
        assert PASSWORD not in error


NEEDS_A_VARIABLE = SAY | {"command": "echo #{*myToken}"}
TOKEN = [{"id": "*myToken", "type": "String"}]


@pytest.mark.parametrize(("value", "stays"), [("", False), ("typed-by-me", True)])
def test_variables_that_are_no_longer_needed(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str], value: str, stays: bool
) -> None:
    assert convert(NEEDS_A_VARIABLE, parameters=TOKEN) in (0, 1)
    path = folder / "x.variables.json"
    variables = json.loads(path.read_text())
    assert list(variables.values()) == [""]
    path.write_text(json.dumps(dict.fromkeys(variables, value)))
    assert convert(SAY) == 0
    shown = capsys.readouterr().out
    assert path.exists() == stays
    assert ("filled in; delete it yourself" if stays else "no longer needed; removed") in shown


def test_variables_that_are_filled_in_stay(convert: Convert, folder: Path) -> None:
    convert(NEEDS_A_VARIABLE, parameters=TOKEN)
    path = folder / "x.variables.json"
    filled = {**dict.fromkeys(json.loads(path.read_text()), "typed-by-me"), "my_own": "1"}
    path.write_text(json.dumps(filled))
    assert convert(NEEDS_A_VARIABLE | {"command": "printf #{*myToken}"}, parameters=TOKEN) in (0, 1)
    assert json.loads(path.read_text()) == filled


def test_what_lies_beside_is_not_read_by_airflow(convert: Convert, folder: Path) -> None:
    import zipfile

    convert(SAY)
    for path in (folder / ".dp2airflow").iterdir():
        assert path.suffix != ".py"
        assert not zipfile.is_zipfile(path)


@pytest.mark.parametrize("name", [".dp2airflow", "x.py", ".dp2airflow/x.json"])
def test_nothing_is_written_where_not_all_can_be(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    convert(SAY)
    obstacle = folder / name
    if obstacle.is_dir():
        shutil.rmtree(obstacle)
        obstacle.write_text("a file")
    else:
        obstacle.unlink()
        (obstacle / "below").mkdir(parents=True)
    before = contents(folder)
    assert convert(SAY | {"command": "echo other"}, options=("--force",)) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert contents(folder) == before


def test_two_who_convert_at_once_leave_the_files_of_one(
    convert: Convert, tmp_path: Path, folder: Path
) -> None:
    for name, command in (("a", "echo first"), ("b", "echo second")):
        convert(SAY | {"command": command}, place=f"{name}/x.json", options=("--force",))
    code = "from datapipeline_converters.cli import run; run()"
    for _ in range(3):
        both = [
            subprocess.Popen(
                [sys.executable, "-c", code, "convert", f"{tmp_path}/{name}/x.json", "-o", folder, "--force"],
                stdout=subprocess.DEVNULL,
            )
            for name in "ab"
        ]
        assert [process.wait() for process in both] == [0, 0]
        base = json.loads((folder / ".dp2airflow" / "x.json").read_text())
        assert {name: (folder / name).read_text() for name in base["texts"]} == base["texts"]


def test_nobody_else_gets_the_lock(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys; from datapipeline_converters.output import locked\n"
        "with locked(pathlib.Path(sys.argv[1]), sys.argv[2]): print('in', flush=True)"
    )
    folder = tmp_path / "not" / "there"  # a lock can be had before anything is written
    with locked(folder, "x"):
        same, other = (
            subprocess.Popen([sys.executable, "-c", code, folder, name], stdout=subprocess.PIPE, text=True)
            for name in "xy"
        )
        assert other.communicate(timeout=10)[0] == "in\n"
        with pytest.raises(subprocess.TimeoutExpired):
            same.wait(timeout=1)
    assert same.communicate(timeout=10)[0] == "in\n"
    assert list(folder.iterdir()) == []


REMEMBERED = outline(
    {
        "a": {"host": "old", "login": "", "port": 1, "password": "p", "extra": {"k": "v", "none": ""}},
        "gone": {"host": "h", "password": ""},
    },
    frozenset(),
)
WRITTEN: dict[str, Any] = {
    "host": "old",
    "login": "",
    "port": 1,
    "password": "p",
    "extra": {"k": "v", "none": ""},
}


def test_what_is_remembered_of_a_document() -> None:
    assert REMEMBERED == {
        "a": {"host": ["old"], "login": [], "port": [1], "password": None, "extra": {"k": None, "none": []}},
        "gone": {"host": ["h"], "password": []},
    }
    assert outline({"a": {"host": "x-secret-y"}}, frozenset({"secret"})) == {"a": {"host": None}}


@pytest.mark.parametrize(
    ("there", "new", "expected"),
    [
        ({}, {}, Merged({"host": "old"} | WRITTEN)),
        ({}, {"host": "new"}, Merged(WRITTEN | {"host": "new"})),
        ({"host": "mine"}, {}, Merged(WRITTEN | {"host": "mine"}, kept=["a.host"])),
        ({"host": "mine"}, {"host": "mine"}, Merged(WRITTEN | {"host": "mine"})),
        ({"host": "mine"}, {"host": "new"}, Merged(WRITTEN | {"host": "mine"}, conflicts=["a.host"])),
        ({"login": "me"}, {}, Merged(WRITTEN | {"login": "me"}, kept=["a.login"])),
        ({"login": "me"}, {"login": "new"}, Merged(WRITTEN | {"login": "me"}, conflicts=["a.login"])),
        ({}, {"login": "new"}, Merged(WRITTEN | {"login": "new"})),
        ({"password": "mine"}, {}, Merged(WRITTEN | {"password": "mine"}, unsure=["a.password"])),
        ({"password": ""}, {}, Merged(WRITTEN | {"password": ""}, kept=["a.password"])),
        ({"password": "mine"}, {"password": None}, Merged(WRITTEN | {"password": "mine"}, kept=["a.password"])),
        ({"extra": {"k": "v", "none": "x"}}, {}, Merged(WRITTEN | {"extra": {"k": "v", "none": "x"}}, kept=["a.extra.none"])),
        ({"own": "x"}, {}, Merged(WRITTEN | {"own": "x"})),
        ({}, {"added": "x"}, Merged(WRITTEN | {"added": "x"})),
    ],
)  # fmt: skip
def test_merging_key_by_key(there: dict[str, Any], new: dict[str, Any], expected: Merged) -> None:
    found = merge(REMEMBERED, {"a": WRITTEN | there}, {"a": WRITTEN | new}, prefer_new=False)
    assert found.document == {"a": expected.document}
    assert (found.kept, found.unsure, found.conflicts) == (expected.kept, expected.unsure, expected.conflicts)


@pytest.mark.parametrize(
    ("there", "result", "unneeded"),
    [
        ({"host": "h", "password": ""}, {}, []),
        ({"host": "h", "password": "mine"}, {"gone": {"host": "h", "password": "mine"}}, ["gone"]),
        ({"host": "mine", "password": ""}, {"gone": {"host": "mine", "password": ""}}, ["gone"]),
    ],
)
def test_a_connection_that_is_no_longer_needed(
    there: dict[str, Any], result: dict[str, Any], unneeded: list[str]
) -> None:
    found = merge(REMEMBERED, {"gone": there}, {}, prefer_new=False)
    assert (found.document, found.unneeded) == (result, unneeded)


def test_a_connection_that_was_taken_out_stays_out() -> None:
    found = merge(REMEMBERED, {}, {"a": WRITTEN}, prefer_new=False)
    assert (found.document, found.kept) == ({}, ["a"])


def template(*pipelines: tuple[str, str]) -> str:
    """Return a CloudFormation template of pipelines of the same name: logical ids, each with its command."""
    resources = {
        logical: {
            "Type": "AWS::DataPipeline::Pipeline",
            "Properties": {
                "Name": "same",
                "PipelineObjects": [
                    {
                        "Id": item["id"],
                        "Name": item["id"],
                        "Fields": [
                            {"Key": key, "StringValue": value} for key, value in item.items() if key != "id"
                        ],
                    }
                    for item in (DEFAULT, SAY | {"command": command})
                ],
            },
        }
        for logical, command in pipelines
    }
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})


def test_each_pipeline_of_a_template_keeps_its_dag_and_its_hand_edits(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(template(("X", "echo xxx")))
    assert main(["convert", str(path), "-o", str(folder)]) == 0
    change(folder / "same.py", "echo xxx", "echo xxx by hand")
    path.write_text(template(("W", "echo www"), ("X", "echo xxx")))
    assert main(["convert", str(path), "-o", str(folder), "--merge"]) == 0
    assert "echo xxx by hand" in (folder / "same.py").read_text()
    assert "echo www" in (folder / "same_2.py").read_text()
    before = contents(folder)
    path.write_text(template(("X", "echo xxx"), ("W", "echo www")))
    assert main(["convert", str(path), "-o", str(folder), "--merge"]) == 0
    assert contents(folder) == before


@pytest.mark.parametrize("others", [0, THRESHOLD])
def test_a_newcomer_takes_no_name_of_a_pipeline_that_is_there(
    tmp_path: Path, folder: Path, others: int
) -> None:
    """With few files one process names them, with many several."""
    estate = tmp_path / "in"
    for number in range(others):
        place(estate / f"o{number}.json", f"echo {number}")
    place(estate / "b" / "p.json", "echo bee")
    assert main(["convert", str(estate), "-o", str(folder)]) == 0
    before = contents(folder)
    place(estate / "a" / "p.json", "echo newcomer")
    assert main(["convert", str(estate), "-o", str(folder)]) == 0
    after = contents(folder)
    assert before.items() <= after.items()
    assert {name for name in after.keys() - before.keys() if name.endswith(".py")} == {"p_2.py"}
    assert b"echo newcomer" in after["p_2.py"]
    assert main(["convert", str(estate), "-o", str(folder)]) == 0
    assert contents(folder) == after


def place(path: Path, command: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"objects": [DEFAULT, SAY | {"command": command}]}))


def test_a_newcomers_dag_takes_no_name_of_a_pipeline_that_is_there(tmp_path: Path, folder: Path) -> None:
    """Of two DAGs of a pipeline one is called after its schedule, as another pipeline is called that comes later."""
    estate = tmp_path / "in"
    place(estate / "p_Hours.json", "echo first")
    assert main(["convert", str(estate), "-o", str(folder)]) == 0
    before = contents(folder)
    objects = [{"id": "Default", "scheduleType": "cron", "workerGroup": "w", "failureAndRerunMode": "NONE"}]
    for name, period in (("Days", "1 day"), ("Hours", "1 hour")):
        schedule = {"id": name, "type": "Schedule", "period": period, "startDateTime": "2099-01-01T00:00:00"}
        objects += [schedule, SAY | {"id": f"Say{name}", "schedule": {"ref": name}}]  # type: ignore[dict-item]
    (estate / "p.json").write_text(json.dumps({"objects": objects}))
    assert main(["convert", str(estate), "-o", str(folder)]) == 0
    assert before.items() <= contents(folder).items()
    assert set(re.findall(r'dag_id="(.*)"', (folder / "p.py").read_text())) == {"p", "p_Hours_2"}


def test_what_takes_the_place_of_a_pipeline_whose_file_is_gone_is_refused(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    estate = tmp_path / "in"
    place(estate / "b" / "p.json", "echo bee")
    assert main(["convert", str(estate), "-o", str(folder)]) == 0
    before = contents(folder)
    (estate / "c").mkdir()
    (estate / "b" / "p.json").rename(estate / "c" / "p.json")
    place(estate / "c" / "p.json", "echo sea")
    assert main(["convert", str(estate), "-o", str(folder)]) == 1
    assert "made of another definition, ../in/b/p.json" in capsys.readouterr().err
    assert contents(folder) == before


def test_what_a_template_has_no_more_is_told(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.json"
    path.write_text(template(("X", "echo xxx"), ("Y", "echo yyy")))
    assert main(["convert", str(path), "-o", str(folder)]) == 0
    assert main(["convert", str(path), "-o", str(folder)]) == 0
    assert capsys.readouterr().err == ""
    path.write_text(template(("W", "echo xxx"), ("Y", "echo yyy")))
    assert main(["convert", str(path), "-o", str(folder)]) == 0
    error = capsys.readouterr().err
    assert f"Warning: {folder / 'same.py'} was made of ../t.json, X, which is not there any more" in error
    assert error.count("Warning") == 1
    assert sorted(file.name for file in folder.glob("*.py")) == ["same.py", "same_2.py", "same_3.py"]


def test_an_environment_keeps_its_names_too(tmp_path: Path, folder: Path) -> None:
    estate = tmp_path / "in"
    place(estate / "b" / "p.json", "echo bee")
    for environment in ("dev", "prod"):
        assert main(["convert", str(estate), "-o", str(folder), "--environment", environment]) == 0
    place(estate / "a" / "p.json", "echo newcomer")
    assert main(["convert", str(estate), "-o", str(folder), "--environment", "prod"]) == 0
    commands = {path.stem: "bee" in path.read_text() for path in folder.glob("*.py")}
    assert commands == {"p_dev": True, "p_prod": True, "p_2_prod": False}


def test_a_difference_shows_no_password_of_an_edited_file(
    convert: Convert, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(SAY)
    change(folder / "x.py", "echo hi", "mysql --password=geheim99 -e x")
    capsys.readouterr()
    assert convert(SAY, options=("--diff",)) == 1
    out = capsys.readouterr().out
    assert "mysql --password=***" in out
    assert "geheim99" not in out
