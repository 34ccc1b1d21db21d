"""Templates with separate configuration: values files, environments, and what is told about them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.cli import main
from datapipeline_converters.errors import ConversionError, UnreadableError, UsageError
from datapipeline_converters.options import Options
from datapipeline_converters.values_files import merge_values, read_given

from tests.converters.planned import converted, shell

BOTH = {
    "values": {"myCommon": "c", "myX": "common"},
    "environments": {
        "dev": {"values": {"myX": "dev"}},
        "prod": {"myX": "prod", "myList": ["1", "2"]},
        "bare": {},
        "none": None,
    },
}


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("files", "settings", "environment", "expected"),
    [
        ([{"myX": "1"}], [], None, {"myX": ("1",)}),
        ([{"values": {"myX": "1"}}], [], None, {"myX": ("1",)}),
        (["myX: 1\nmyY: [a, 2]\n"], [], None, {"myX": ("1",), "myY": ("a", "2")}),
        ([{"myX": "1", "myY": "1"}, {"myX": "2"}], [], None, {"myX": ("2",), "myY": ("1",)}),
        ([{"myX": "1"}], ["myX=2"], None, {"myX": ("2",)}),
        ([{"myX": "1"}], ["myX=2", "myX=3"], None, {"myX": ("2", "3")}),
        ([], ["myX=a=b"], None, {"myX": ("a=b",)}),
        ([BOTH], [], "dev", {"myCommon": ("c",), "myX": ("dev",)}),
        ([BOTH], [], "prod", {"myCommon": ("c",), "myX": ("prod",), "myList": ("1", "2")}),
        ([BOTH], [], "bare", {"myCommon": ("c",), "myX": ("common",)}),
        ([BOTH], [], "none", {"myCommon": ("c",), "myX": ("common",)}),
        ([BOTH, {"myX": "later"}], [], "dev", {"myCommon": ("c",), "myX": ("later",)}),
        ([{"myX": "earlier"}, BOTH], [], "dev", {"myCommon": ("c",), "myX": ("dev",)}),
        ([BOTH], ["myX=set"], "dev", {"myCommon": ("c",), "myX": ("set",)}),
        ([{"environments": {"dev": {"myX": "1"}}}], [], "dev", {"myX": ("1",)}),
        ([{"myX": "1", "environments": {"dev": {"myY": "2"}}}], [], "dev", {"myX": ("1",), "myY": ("2",)}),
        (
            ["values:\n  myX: common\nenvironments:\n  dev:\n    values:\n      myX: 007\n  prod:\n"],
            [],
            "dev",
            {"myX": ("007",)},
        ),
        # A plain null is no value, as in JSON; a quoted one is a text.
        (["a: null\nb: ~\nc:\nd: Null\ne: NULL\n'*f': ~\n"], [], None, {}),
        (
            ["a: 'null'\nb: \"~\"\nc: ''\nd: nul\nnull: x\n"],
            [],
            None,
            {"a": ("null",), "b": ("~",), "c": ("",), "d": ("nul",), "null": ("x",)},
        ),
        (["a: [1, null, ~, '', b]\n"], [], None, {"a": ("1", "", "b")}),
        # Merge keys: what is merged has less to say than what stands there.
        (
            [
                "values: &v\n  a: 1\n  b: 1\nenvironments:\n  dev: &dev\n    b: 2\n  prod:\n    <<: *dev\n    c: 3\n"
            ],
            [],
            "prod",
            {"a": ("1",), "b": ("2",), "c": ("3",)},
        ),
        (
            ["shared: &s {a: 1, b: 1}\nmine: &m {b: 2}\nc: 3\nenvironments:\n  dev: {<<: [*m, *s], a: 4}\n"],
            [],
            "dev",
            {"c": ("3",), "a": ("4",), "b": ("2",)},
        ),
        (["shared: &s {a: 1}\n<<: *s\nb: 2\n"], [], None, {"a": ("1",), "b": ("2",)}),
        (
            ["a: &t text\nb: *t\nc: &l [x, y]\nd: *l\n"],
            [],
            None,
            {"a": ("text",), "b": ("text",), "c": ("x", "y"), "d": ("x", "y")},
        ),
        (["values:\n  myX: common\nenvironments:\n  dev:\n"], [], "dev", {"myX": ("common",)}),
        ([{"myX": "1"}], [], "dev", {"myX": ("1",)}),
        ([{"environments": "a text"}], [], None, {"environments": ("a text",)}),
        # Parameters of a stack: of `aws cloudformation`, and of CodePipeline.
        (
            [[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": "x,y"}]],
            [],
            None,
            {"A": ("1",), "B": ("x,y",)},
        ),
        ([[{"ParameterKey": "A", "UsePreviousValue": True}]], [], None, {}),
        ([{"Parameters": {"A": "1"}}], [], None, {"A": ("1",)}),
        ([{"Parameters": "a text"}], [], None, {"Parameters": ("a text",)}),
    ],
)
def test_what_holds(
    tmp_path: Path, files: list[Any], settings: list[str], environment: str | None, expected: dict[str, Any]
) -> None:
    paths = [write(tmp_path, f"{number}", content) for number, content in enumerate(files)]
    assert merge_values(read_given(paths, settings, environment)) == expected


@pytest.mark.parametrize(
    ("content", "environment", "error", "message"),
    [
        (BOTH, "test", UsageError, "has no environment 'test'; there are: dev, prod, bare, none."),
        (BOTH, "Dev", UsageError, "has no environment 'Dev'; there are: dev, prod"),
        (BOTH, None, UsageError, "holds environments (dev, prod, bare, none): choose one with --environment"),
        ({"environments": {}}, "dev", UsageError, "has no environment 'dev'; there are: none."),
        ({"environments": {"dev": ["geheim"]}}, "dev", UnreadableError, "`dev` is a list, not an object"),
        (
            {"environments": {"dev": {"values": "geheim"}}},
            "dev",
            UnreadableError,
            "`values` is a text, not an object",
        ),
        (
            {"environments": {"dev": {"myX": {"geheim": "x"}}}},
            "dev",
            UnreadableError,
            "the value of parameter 'myX' is neither text",
        ),
    ],
)
def test_environments_that_cannot_be_had(
    tmp_path: Path, content: Any, environment: str | None, error: type[ConversionError], message: str
) -> None:
    path = write(tmp_path, "v.json", content)
    with pytest.raises(error) as caught:
        read_given([path], [], environment)
    assert message in str(caught.value)
    assert "v.json" in str(caught.value)
    assert "geheim" not in str(caught.value)


BOMB = "a0: &a0 [geheim]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
MERGES = "a0: &a0 {x: geheim}\n" + "".join(
    f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40)
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: 1\nb: geheim\na: geheim\n", "the key 'a' is given twice, at line 1 and at line 3. Keep one"),
        ("values:\n  a: 1\n  b: 2\n  'b': 3\n", "the key 'b' is given twice, at line 3 and at line 4."),
        (BOMB, "its aliases grow without end, at line 20."),
        (MERGES, "its aliases grow without end, at line "),
        ("a: &a [geheim, *a]\n", "an alias stands within its own anchor, at line 1."),
        ("parameters: [{id: myX, default: geheim}]\n", "no values in it, but `parameters` of a definition."),
        ("<<: geheim\n", "expected a mapping or list of mappings for merging, but found scalar at line 1"),
        ("shared: &s {a: geheim}\nb: 2\n", "the value of parameter 'shared' is neither text nor a list"),
    ],
)
def test_yaml_that_cannot_be_read(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_given([write(tmp_path, "v.yaml", content)], [])
    assert message in str(caught.value)
    assert "v.yaml" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_star_once_given_keeps_the_name_secret(tmp_path: Path) -> None:
    path = write(tmp_path, "v.json", {"*myX": "earlier"})
    values = merge_values(read_given([path], ["myX=hunter2"]))
    found = converted(shell("A", command="#{myX}"), options=Options(values=values))
    holders = {name: file for name, file in found.files.items() if "hunter2" in file.text}
    assert list(holders) == ["x.variables.json"]
    assert all(file.secret for file in holders.values())


# The command


TEMPLATE = {
    "objects": [
        {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w"},
        {"id": "Say", "type": "ShellCommandActivity", "command": "echo #{myX} #{*mySecret}"},
        {"id": "Q", "type": "SqlActivity", "script": "select 1", "database": {"ref": "Db"}},
        {
            "id": "Db",
            "type": "JdbcDatabase",
            "connectionString": "jdbc:postgresql://#{myHost}/d",
            "jdbcDriverClass": "org.postgresql.Driver",
            "username": "u",
            "*password": "#{*mySecret}",
        },
    ],
    "parameters": [{"id": "myX", "default": "d"}, {"id": "*mySecret"}, {"id": "myHost"}],
}
CONFIGURATION = {
    "values": {"myX": "both"},
    "environments": {
        "dev": {"values": {"*mySecret": "dev-word", "myHost": "dev.example"}},
        "prod": {"values": {"*mySecret": "prod-word", "myHost": "prod.example"}},
    },
}


def test_environments_live_side_by_side(tmp_path: Path) -> None:
    template = write(tmp_path, "t.json", TEMPLATE)
    values = write(tmp_path, "config.json", CONFIGURATION)
    folder = tmp_path / "dags"
    for environment in ("dev", "prod"):
        options = ["--values", str(values), "--environment", environment, "-o", str(folder)]
        assert main(["convert", str(template), *options]) == 0
    kinds = ["connections.json", "ledger.json", "py", "report.md", "variables.json"]
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
        f"t_{environment}.{kind}" for environment in ("dev", "prod") for kind in kinds
    ]
    for environment in ("dev", "prod"):
        source = (folder / f"t_{environment}.py").read_text()
        assert f'dag_id="t_{environment}"' in source
        assert f'tags=["data-pipeline", "{environment}"]' in source
        assert f'conn_id="t_{environment}_Db"' in source
        assert f"var.value.t_{environment}_secret_mySecret" in source
        connections = json.loads((folder / f"t_{environment}.connections.json").read_text())
        assert {key: value["host"] for key, value in connections.items()} == {
            f"t_{environment}_Db": f"{environment}.example"
        }
        variables = json.loads((folder / f"t_{environment}.variables.json").read_text())
        assert variables == {f"t_{environment}_secret_mySecret": f"{environment}-word"}
        ast.parse(source)


def test_several_schedules_have_the_environment_in_each_dag_id(tmp_path: Path) -> None:
    schedules = [
        {"id": name, "type": "Schedule", "period": period, "startDateTime": "2036-01-01T00:00:00"}
        for name, period in {"Daily": "1 day", "Hourly": "1 hour"}.items()
    ]
    document = {
        "objects": [
            {"id": "Default", "scheduleType": "cron", "workerGroup": "w"},
            *schedules,
            shell("A", schedule={"ref": "Daily"}),
            shell("B", schedule={"ref": "Hourly"}),
        ]
    }
    template = write(tmp_path, "t.json", document)
    assert main(["convert", str(template), "--environment", "dev", "-o", str(tmp_path / "dags")]) == 0
    calls = [
        node
        for node in ast.walk(ast.parse((tmp_path / "dags" / "t_dev.py").read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DAG"
    ]
    given = [{item.arg: item.value for item in call.keywords} for call in calls]
    ids = {ast.literal_eval(item["dag_id"]) for item in given}
    assert len(ids) == 2
    assert all(dag_id == "t_dev" or dag_id.startswith("t_dev_") for dag_id in ids)
    assert {str(ast.literal_eval(item["tags"])) for item in given} == {"['data-pipeline', 'dev']"}


@pytest.mark.parametrize(
    ("options", "stem"),
    [
        (["--environment", "dev"], "t_dev"),
        (["--environment", "dev", "--name", "Own Name"], "Own_Name_dev"),
        (["--environment", "eu-west_1"], "t_eu-west_1"),
        ([], "t"),
    ],
)
def test_the_name_of_an_environment(tmp_path: Path, options: list[str], stem: str) -> None:
    template = write(
        tmp_path,
        "t.json",
        {"objects": [{"id": "Default", "scheduleType": "ondemand", "workerGroup": "w"}, shell("A")]},
    )
    main(["convert", str(template), *options, "-o", str(tmp_path / "dags")])
    assert [path.name for path in (tmp_path / "dags").glob("*.py")] == [f"{stem}.py"]


@pytest.mark.parametrize("name", ["", "../x", "a b", "x" * 21, "prod\n", "dév"])
def test_what_cannot_be_part_of_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    template = write(tmp_path, "t.json", TEMPLATE)
    folder = tmp_path / "dags"
    assert main(["convert", str(template), "--environment", name, "-o", str(folder)]) == 2
    assert "write it in up to 20 letters, digits, `_` and `-`" in capsys.readouterr().err
    assert not folder.exists()


def test_one_configuration_serves_many_templates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    templates = [
        write(
            tmp_path,
            f"{name}.json",
            {
                "objects": [
                    {"id": "Default", "scheduleType": "ondemand"},
                    shell("A", command=f"#{{my{name}}}"),
                ],
                "parameters": [{"id": f"my{name}"}],
            },
        )
        for name in ("One", "Two")
    ]
    first = write(tmp_path, "first.json", {"myOne": "1", "myTwo": "2", "*myTypo": "hunter2", "myOld": "3"})
    second = write(tmp_path, "second.yaml", "myOne: '#{myThird}'\nmyThird: x\nmyOther: y\n")
    options = [
        "--values",
        str(first),
        "--values",
        str(second),
        "--set",
        "myLast=z",
        "-o",
        str(tmp_path / "d"),
    ]
    main(["convert", *map(str, templates), *options])
    error = capsys.readouterr().err
    assert [line for line in error.splitlines() if line.startswith("Warning")] == [
        f"Warning: {first}: no definition has a parameter myOld, myTypo",
        f"Warning: {second}: no definition has a parameter myOther",
        "Warning: --set myLast: the definition has no such parameter",
    ]
    assert "hunter2" not in error


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        ({"values": {"myX": "1"}, "myHost": "h"}, "myHost: beside `values`, so not read"),
        ({"values": {"myX": "1"}, "objects": [], "parameters": [], "metadata": {}}, ""),
        (
            {"environments": {"dev": {"values": {"myX": "1"}, "myHost": "h"}}},
            "myHost: beside `values`, so not read",
        ),
    ],
)
def test_what_stands_beside_the_values_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: Any, warning: str
) -> None:
    template = write(tmp_path, "t.json", TEMPLATE)
    values = write(tmp_path, "v.json", content)
    options = ["--values", str(values), "--environment", "dev", "-o", str(tmp_path / "dags")]
    main(["convert", str(template), *options])
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Warning")]
    assert warnings == ([f"Warning: {values}: {warning}"] if warning else [])
