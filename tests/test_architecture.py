"""Who may know whom: design holds only while a test holds it."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONVERTERS = ROOT / "converters" / "datapipeline_converters"
PROVIDER = ROOT / "provider" / "datapipeline_provider"

# What each part of the converters may import of the other parts; a part may always import itself.
MODEL = {"definition", "errors", "periods"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "catalogue": set(),
    "definition": {"errors"},
    "periods": set(),
    "names": set(),
    "carriers": {"catalogue", "definition", "errors", "names", "passwords", "yaml_nodes"},
    "inheritance": {"definition", "errors"},
    "expressions": {"errors", "wording"},
    "ledger": {"refusals"},
    "refusals": set(),
    "passwords": set(),
    "parameters": {"definition", "errors", "expressions", "names", "passwords"},
    "parameter_lines": {"definition", "ledger", "model", "parameters", "plan", "refusals"},
    "plan": {"definition", "expressions", "periods"},
    "choices": {"errors", "values_files"},
    "options": {"choices", "errors", "names"},
    "assets": set(),
    "batch": {"definition", "errors", "names", "options", "parallel", "sources", "values_files"},
    "parallel": {"errors", "workers"},
    "workers": {"errors"},
    "reconversion": {"conversion", "definition", "errors", "passwords", "plain_secrets"},
    "jdbc": {"plan"},
    "schedule_calculator": {"periods"},
    "objects": {"assets", "definition", "jdbc", "ledger", "names", "periods", "plan", "refusals"},
    "modelling": {"definition", "inheritance", "model", "names", "options", "parameters"} | {"plain_secrets"},
    "validation": MODEL
    | {
        "catalogue",
        "expressions",
        "inheritance",
        "ledger",
        "model",
        "modelling",
        "names",
        "objects",
        "options",
    }
    | {"parameters", "plain_secrets", "planning", "passwords", "presence", "schedule_calculator", "scope"}
    | {"wording"},
    "model": {"choices", "errors", "expressions", "inheritance", "ledger", "names", "parameters", "plan"},
    "runtime_names": set(),
    "wording": set(),
    "scope": {"definition", "expressions", "inheritance", "ledger", "model", "passwords", "presence"}
    | {"refusals", "runtime_names", "text_passwords"},
    "presence": {"definition", "expressions", "inheritance", "model", "passwords"},
    "text_passwords": {"expressions", "parameters", "passwords"},
    "plain_secrets": {"definition", "expressions", "passwords"},
    "planning": MODEL
    | {"choices"}
    | {"expressions", "inheritance", "ledger", "model", "names", "objects", "options", "parameters", "plan"}
    | {"passwords", "presence", "refusals", "schedule_calculator", "scope", "wording"},
    "rendering": {"names", "plan"},
    "accounting": {"definition", "inheritance", "ledger", "model", "objects", "refusals", "runtime_names"},
    "reports": {"definition", "ledger", "plan", "wording"},
    "conversion": {
        "accounting",
        "definition",
        "errors",
        "handover",
        "ledger",
        "model",
        "modelling",
        "names",
        "options",
    }
    | {"parameter_lines", "plan", "planning", "rendering", "reports", "taken_passwords", "validation"},
    "taken_passwords": {"definition", "ledger", "model", "plain_secrets", "plan"},
    "handover": {"definition", "plan"},
    "output": {"conversion", "errors"},
    "writers": {"batch", "catalogue", "definition", "errors", "options"},
    "account": {"batch", "conversion", "errors", "names", "output", "wording"},
    "forecasting": {"airflow_process", "conversion", "definition", "errors", "inheritance"}
    | {
        "ledger",
        "model",
        "modelling",
        "objects",
        "options",
        "periods",
        "plan",
        "planning",
        "presence",
        "schedule_calculator",
        "wording",
    },
    "assessment": MODEL
    | {
        "batch",
        "conversion",
        "expressions",
        "forecasting",
        "inheritance",
        "jdbc",
        "ledger",
        "model",
        "modelling",
    }
    | {"names", "options", "passwords", "plain_secrets", "planning", "schedule_calculator", "sources"}
    | {"values_files", "wording"},
    "yaml_nodes": set(),
    "yaml_texts": {"yaml_nodes"},
    "values_files": {"carriers", "definition", "errors", "yaml_nodes", "yaml_texts"},
    "sources": {"carriers", "definition", "errors", "handover", "names", "options"},
    "airflow_process": {"errors"},
    "in_airflow": set(),
    "verification": {
        "airflow_process",
        "conversion",
        "definition",
        "expressions",
        "plan",
        "schedule_calculator",
        "wording",
    },
    "cli": {
        "account",
        "batch",
        "choices",
        "conversion",
        "definition",
        "errors",
        "objects",
        "options",
        "output",
        "reconversion",
        "reports",
        "sources",
        "writers",
    }
    | {"assessment", "forecasting", "parallel", "validation", "values_files", "verification", "wording"},
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part(path: Path, package: Path) -> str:
    return path.relative_to(package).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    prefix = "datapipeline_converters."
    parts = {name[len(prefix) :].split(".")[0] for name in imports(path) if name.startswith(prefix)}
    return {name for name in parts if (CONVERTERS / name).is_dir() or (CONVERTERS / f"{name}.py").is_file()}


def converter_files() -> list[Path]:
    return [path for path in sorted(CONVERTERS.rglob("*.py")) if path != CONVERTERS / "__init__.py"]


def test_every_part_is_in_the_table() -> None:
    assert {part(path, CONVERTERS) for path in converter_files()} == set(ALLOWED)


@pytest.mark.parametrize("path", converter_files(), ids=lambda path: str(path.relative_to(CONVERTERS)))
def test_a_part_knows_only_what_it_may(path: Path) -> None:
    own = part(path, CONVERTERS)
    assert imported_parts(path) - {own} <= ALLOWED[own]


def test_there_is_no_circle() -> None:
    assert list(TopologicalSorter(ALLOWED).static_order())


def test_a_type_knows_no_other_type() -> None:
    shared = {
        "cluster_activity",
        "columns",
        "component",
        "configurations",
        "database",
        "delimited",
        "fields",
        "item_format",
        "later",
        "place",
        "placing",
        "resource",
        "runnable",
        "script_on_cluster",
        "serverless",
        "surroundings",
        "table",
        "unsupported",
        "__init__",
    }
    folder = CONVERTERS / "objects"
    types = {path.stem for path in folder.glob("*.py")} - shared
    for path in folder.glob("*.py"):
        known = {
            name.split(".")[2]
            for name in imports(path)
            if name.startswith("datapipeline_converters.objects.")
        }
        assert not known & types, path.name


def test_the_provider_does_not_know_the_converters() -> None:
    for path in PROVIDER.rglob("*.py"):
        assert not [name for name in imports(path) if name.startswith("datapipeline_converters")], path


def test_the_two_answers_about_schedules_share_no_code() -> None:
    calculator = CONVERTERS / "schedule_calculator.py"
    timetables = sorted((PROVIDER / "timetables").glob("*.py"))
    assert [path.name for path in timetables] == ["__init__.py", "anchored.py", "period.py"]
    for path in (calculator, CONVERTERS / "periods.py"):
        top = {name.split(".")[0] for name in imports(path)}
        assert top <= {*sys.stdlib_module_names, "datapipeline_converters"}, path
        assert imported_parts(path) <= {"periods"}, path
    for path in timetables:
        assert not [name for name in imports(path) if name.startswith("datapipeline_converters")], path


def test_only_a_process_of_its_own_imports_airflow() -> None:
    for path in converter_files():
        if part(path, CONVERTERS) == "in_airflow":
            continue
        found = [name for name in imports(path) if name.split(".")[0] in {"airflow", "datapipeline_provider"}]
        assert not found, path


def test_the_command_starts_without_anything_heavy() -> None:
    heavy = ["airflow", "boto3", "jinja2", "yaml", "pendulum", "datapipeline_converters.expressions"]
    code = (
        "import sys\n"
        "from datapipeline_converters.cli import main\n"
        "main(['--help'])\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"
