"""Whatever a definition holds reaches Airflow as the same text, and as nothing but text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.cli import main

HOSTILE = [
    "plain",
    'it\'s "quoted" and `ticked`',
    "back\\slash \\n \\\\ \\{{",
    "two\nlines\n",
    "ends with newline\n",
    "carriage\r\nreturn\rs",
    "{{ 7 * 7 }} {% raw %} {# note #} {{{{ }}}}",
    "{{ var.value.secret }}",
    "{%- endraw -%}",
    "${HOME} ${#HOME} ${x%.*} $1 $(ls) `ls`",
    '"""; import os; os.system("true") #',
    '\'\'\'\n"""\n\\"""',
    "Größe 数据 😀 \u2028 \u00a0 \x07 \x1b[31m",
    "%s %(x)s {} {0} %%",
    "#",
    "$#{name}".replace("#{name}", "{name}"),
    "f'{1}' b'' r'' \\N{DASH} \\x41 \\u0041",
    "tab\tand trailing blanks   \nnext",
    "</script><b>|*_[x](y)",
]
IDS = [
    "class",
    "None",
    "dag",
    "DAG",
    "a b",
    "a_b",
    "a-b",
    "A b",
    "print",
    "Param",
    "1",
    "数据",
    "x'); import os #",
    "\n",
    '"""',
]


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def run(objects: list[dict[str, Any]]) -> tuple[Any, int]:
        from airflow.sdk import DAG

        path = tmp_path / "x.json"
        base = [
            {"id": "Default", "name": "Default", "scheduleType": "ondemand", "runsOn": {"ref": "Box"}},
            {"id": "Box", "type": "Ec2Resource"},
        ]
        path.write_text(json.dumps({"objects": base + objects}), encoding="utf-8")
        status = main(["convert", str(path), "-o", str(tmp_path)])
        scope: dict[str, Any] = {}
        exec(compile((tmp_path / "x.py").read_text(encoding="utf-8"), "x.py", "exec"), scope)
        dags = [value for value in scope.values() if isinstance(value, DAG)]
        assert len(dags) == 1
        return dags[0], status

    return run


@pytest.mark.parametrize("text", HOSTILE)
def test_text_arrives_unchanged(load: Any, text: str) -> None:
    dag, status = load(
        [
            {
                "id": "T",
                "name": text,
                "type": "ShellCommandActivity",
                "command": text,
                "scriptArgument": [text, "#{'x' + name}"],
                "myComment": text,
            }
        ]
    )
    assert status == 0
    task = dag.get_task("T")
    environment = dag.get_template_env()
    assert task.render_template(task.command, {}, environment) == text
    assert list(task.render_template(task.script_arguments, {}, environment)) == [text, f"x{text}"]
    assert text in task.doc_md


def test_names_become_tasks_of_their_own(load: Any) -> None:
    objects = [
        {
            "id": text,
            "type": "ShellCommandActivity",
            "command": f"echo {number}",
            "dependsOn": [{"ref": IDS[0]}] if number else [],
        }
        for number, text in enumerate(IDS)
    ]
    dag, status = load(objects)
    assert status == 0
    assert len(dag.tasks) == len(IDS)
    commands = {task.command for task in dag.tasks}
    assert commands == {f"echo {number}" for number in range(len(IDS))}
    first = next(task for task in dag.tasks if task.command == "echo 0")
    assert len(first.downstream_task_ids) == len(IDS) - 1


def test_hostile_parameters(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    parameters = [
        {"id": f"my{number}", "default": text, "description": text} for number, text in enumerate(HOSTILE)
    ]
    activity = {
        "id": "T",
        "type": "ShellCommandActivity",
        "workerGroup": "w",
        "command": "".join(f"#{{my{number}}}" for number in range(len(HOSTILE))),
    }
    default = {"id": "Default", "scheduleType": "ondemand"}
    path.write_text(json.dumps({"objects": [default, activity], "parameters": parameters}), encoding="utf-8")
    assert main(["convert", str(path), "-o", str(tmp_path)]) == 0
    scope: dict[str, Any] = {}
    exec(compile((tmp_path / "p.py").read_text(encoding="utf-8"), "p.py", "exec"), scope)
    dag = scope["dag"]
    params = {key: dag.params[key] for key in dag.params}
    task = dag.get_task("T")
    assert task.render_template(task.command, {"params": params}, dag.get_template_env()) == "".join(HOSTILE)
